"""What a plugin is: the four kinds of component, what they may ask of their `Host`, and how they say that a thing
failed.

A plugin is a class with a pydantic `config`, a constructor that takes `(config, host)`, and a method per signal. It is
found through the entry-point groups `spansieve.receivers`, `.processors`, `.exporters` and `.extensions`, built-in ones
exactly as a stranger's. It imports this module, `spansieve.pdata` and itself, and no sibling.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, Protocol, Self, TypedDict, TypeVar

from pydantic import Field, model_validator

from spansieve.config.mistakes import Mistake
from spansieve.config.model import Config, Duration, Gives, Secret, Texts
from spansieve.config.sizes import Size
from spansieve.endpoint import Address, listening
from spansieve.inspection import Inspection
from spansieve.links import LinkTemplate
from spansieve.pdata import Batch, Signal

__all__ = [
    "Admitted",
    "Answer",
    "Authenticator",
    "Batch",
    "Batching",
    "Busy",
    "Clock",
    "Component",
    "Config",
    "Counter",
    "CredentialsOf",
    "Duration",
    "Exporter",
    "ExporterConfig",
    "Extension",
    "Gauge",
    "Gives",
    "Histogram",
    "Host",
    "Inspection",
    "Link",
    "MadeKey",
    "Mistake",
    "Permanent",
    "Place",
    "Processor",
    "QueueConfig",
    "Receiver",
    "Refused",
    "Rejected",
    "Retry",
    "RetryConfig",
    "Secret",
    "Signal",
    "Size",
    "Sparkline",
    "Storage",
    "StorageError",
    "Texts",
    "TooLarge",
    "Unauthenticated",
]

ConfigT = TypeVar("ConfigT", bound=Config)
ResultT = TypeVar("ResultT")


Authenticator = Annotated[str, Gives("authenticate")]
"""The id of an extension that authenticates requests."""
CredentialsOf = Annotated[str, Gives("credentials")]
"""The id of an extension that gives clients their credentials."""


class Clock(Protocol):
    """The process's one clock; tests tell theirs what time it is."""

    def time_ns(self) -> int:
        """Wall clock, nanoseconds since the Unix epoch."""

    def monotonic(self) -> float:
        """Seconds that never run back, from an arbitrary start."""


class Counter(Protocol):
    """A sum that only grows."""

    def add(self, amount: float, **labels: str) -> None:
        """Add `amount`; the component's own label is there already."""


class Gauge(Protocol):
    """A value that goes up and down."""

    def set(self, value: float, **labels: str) -> None:
        """Set the value of one set of labels."""


class Histogram(Protocol):
    """A distribution."""

    def record(self, value: float, **labels: str) -> None:
        """Count `value` in."""


class StorageError(Exception):
    """A storage can't do what was asked now: the disk is full, the device fails, or it was closed. Nothing of it was
    done.
    """


class Storage(Protocol):
    """Named bytes that outlive the process; what an extension that stores gives to one owner. From any thread.

    A key is a text, not empty. Every method raises StorageError. What is damaged is never returned: it is gone,
    counted, and set aside.
    """

    def get(self, key: str) -> bytes | None:
        """The value of `key`, or None where there is none or it is damaged."""

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`, replacing what was there."""

    def delete(self, *keys: str) -> None:
        """Forget `keys`, all of them or none; unknown ones are no error."""

    def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> "list[str]":
        """The keys that begin with `prefix` and come behind `after`, in the order of their code points; at most
        `limit`.
        """

    def transaction(self) -> AbstractContextManager[None]:
        """What happens inside `with` is kept as a whole, or not at all; other threads wait."""

    def room(self, size_bytes: int) -> bool:
        """Whether so many bytes more would be taken now."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """Random bytes that the program made for its components (`Host.made_key`)."""

    key: bytes = field(repr=False)
    lasting: bool
    """Whether it is the same after a restart."""


class Link(TypedDict):
    """A cell of a table on the status page: a text that leads to `href`, an `http(s)` URL."""

    text: str
    href: str


class Sparkline(TypedDict):
    """A cell of a table on the status page: numbers drawn as a small line, the oldest first."""

    sparkline: list[float]


class Place(NamedTuple):
    """Where a component stands: the pipeline, and the ids of what stands before and behind it there."""

    pipeline: str
    before: tuple[str, ...]
    behind: tuple[str, ...]
    readers: frozenset[str] = frozenset()
    """The processors among them, and itself, that leave what is counted as it is (`Processor.reads_only`)."""


class Batching(NamedTuple):
    """How an exporter's queue joins the requests of one pipeline: it sends once `min_size` waits, or the oldest has
    waited `timeout` seconds, and cuts what is larger than `max_size` (0 = never). Both sizes count `sizer`.
    """

    min_size: int
    max_size: int
    timeout: float
    sizer: Literal["items", "bytes"] = "items"


class Answer(NamedTuple):
    """What became of a request that a receiver handed in.

    `outcome` is `accepted` (all of it is held, apart from `rejected` items that were malformed: OTLP's partial
    success),
    `malformed` (the sender must not send it again), or `refused` (nothing was taken; it may be sent again after
    `retry_after` seconds). `message` may be shown to the sender.
    """

    outcome: Literal["accepted", "malformed", "refused"]
    rejected: int = 0
    message: str = ""
    retry_after: float = 1.0


class Admitted(Protocol):
    """A request that a receiver was given leave to take; a context manager, at whose end it counts no more."""

    def grow(self, size_bytes: int) -> None:
        """It holds so many bytes more, read or inflated. Raises Refused and TooLarge."""

    def shrink(self, size_bytes: int) -> None:
        """It holds so many bytes less."""

    def __enter__(self) -> "Admitted": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


class Host(Protocol):
    """What a component may ask of the program around it. Nothing else is to be had: no clock, thread or client of
    one's own.
    """

    @property
    def id(self) -> str:
        """The component's full id, such as `throttle/2`."""

    @property
    def clock(self) -> Clock:
        """The process's one clock."""

    @property
    def shared(self) -> bool:
        """Whether other processes listen on the same ports (`service.workers`): bind them with SO_REUSEPORT then."""

    def others_bytes(self) -> float:
        """Resident bytes of the program's other processes (`service.workers`), a second old at most; 0 without any."""

    @property
    def log(self) -> "logging.LoggerAdapter[logging.Logger]":
        """A logger whose lines name the component. Nothing that may hold content goes there."""

    def counter(self, name: str, *, unit: str = "", description: str = "") -> Counter:
        """A counter `spansieve_<kind>_<name>_total{<kind>="<id>"}`, or `name` as it is when it begins with
        `otelcol_`.
        """

    def gauge(self, name: str, *, unit: str = "", description: str = "") -> Gauge:
        """A gauge, named as `counter` names."""

    def histogram(self, name: str, *, unit: str = "", description: str = "", buckets: tuple[float, ...]) -> Histogram:
        """A histogram with these upper bounds, named as `counter` names."""

    def reading(self, name: str, **labels: str) -> float | None:
        """What the program's own gauge or counter `name` (docs/metrics.md, without `_total`) says now, all its series
        that have these `labels` added up; None where nobody has set one. From any thread.
        """

    def emit(self, signal: Signal, batch: Batch, *, holds_up: bool = True, repeatable: bool = False) -> bool:
        """Send `batch` on: behind this processor in its own pipeline of `signal`, and into each pipeline that names
        it as receiver. From the chain thread alone. False: there is no room and nothing was taken; keep it and emit
        it again on a later tick; until then requests that lead here are refused, unless it `holds_up` nobody: for what
        can be made anew, or has a bound of its own. What nobody is connected to is counted, and True.

        What is `repeatable` says again all that was said before, as cumulative metrics do: it is always True, and goes
        wherever there is room. An exporter that has none misses it, which is written down (`missed_round`).
        """

    def storage(self, extension: str) -> Storage:
        """The component's own room in the storage extension with the id `extension`."""

    def made_key(self, name: str, storage: str | None = None, *, lost: str) -> MadeKey:
        """The program's random key `name`, of 32 bytes: one for all components that ask, in all processes. It is made
        once and kept in the storage extension `storage` (None: the first one of service.extensions that stores); where
        that can't be, it lives as long as the program, which the log says once, with what is `lost` by it. In `start`
        or later, and in `start` the first time.
        """

    def extension(self, extension: str) -> "Extension[Any]":
        """The extension with this id as it runs now; not to be kept, because a reload may exchange it. From any thread.
        Raises Refused while it is being exchanged.
        """

    def status(self, name: str, snapshot: Callable[[], object]) -> None:
        """Show `snapshot()` on the status page (`zpages`) and under its `/api/v1/<name>`. It is called on the chain
        thread, and gives JSON values: a mapping or a list of mappings is a table, whose cells may be a `Link` or a
        `Sparkline`. Nothing that may hold content, unless it is scrubbed, and no secret: the page has no password.
        """

    def inspect(self) -> Inspection:
        """What the program knows of itself: pipelines, queues, books, faults, the configuration in force. For
        extensions that show it; from any thread.
        """

    def show(self, name: str) -> object:
        """What a component gave `status` under `name` (`inspect` has the names), made now. Not from the event loop,
        since it waits for the chain thread. Raises LookupError for an unknown name, TimeoutError where the chain
        thread is busy, and RuntimeError where the component failed; both are fit for users.
        """

    def pipeline(self, signal: Signal) -> Place | None:
        """Where this component stands in a pipeline of `signal`; the first one, where there are several."""

    def ahead(self, signal: Signal, batch: Batch) -> None:
        """Let `batch` pass the stateless processors before this one in its first pipeline of `signal`, as a request
        would: to see what they make of it. It goes nowhere, and no books know of it. From the chain thread alone.
        """

    def scrub(self, text: str, trace_id: bytes = b"") -> str:
        """`text`, which stands alone and belongs to the trace `trace_id` (empty: to none), as the privacy processor
        before this processor leaves it; as it is where there is none. For what a processor makes of texts that it was
        given, such as alerts. From the chain thread alone. Raises what that processor raises: the text must not leave
        then.
        """

    def signals(self) -> frozenset[Signal]:
        """The signals of the pipelines that this component stands in now; a reload may change them."""

    def leads(self, signal: Signal) -> bool:
        """Whether what it emits of `signal` goes anywhere now, so that it is worth making; a reload may change that."""

    def admit(self, signal: Signal, size_bytes: int, limit_bytes: int = 0) -> Admitted:
        """Receivers ask this before they read a request, as soon as its size is known (0 = not yet), and keep what they
        get until the request is answered. Raises Busy when more than `limit_bytes` of the process's requests would be
        in flight (0 = the core's own bound), another Refused when memory is short, and TooLarge.
        """

    def receive(
        self,
        signal: Signal,
        body: bytes,
        transport: str,
        answer: Callable[[Answer], None],
        admitted: Admitted | None = None,
    ) -> None:
        """Receivers hand in a request: an OTLP `Export...ServiceRequest` in protobuf. `answer` is called once, on a
        thread of the core's, and must return at once. `admitted` is what `admit` gave; without it, the core asks.
        """

    def in_common(self, name: str, make: Callable[[], ResultT]) -> ResultT:
        """What all components that ask for `name` share: the first one's `make()` makes it, and it lives as long as one
        of them holds it, so that a reload hands it on. For what the core offers to several components of one pipeline;
        plugins have no names of their own here. In `start` or later.
        """

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` on the process's one event loop and wait for it, at most `timeout` seconds (then TimeoutError).
        Not
        from the loop itself.
        """

    def fault(self, error: BaseException, then: str = "") -> None:
        """An exception that the component caught and did not expect: counted, and logged once a kind and minute by its
        type and line alone, because its text may hold content. `then` says what became of the work.
        """

    def fail(self, problem: str) -> None:
        """Say that this component can't go on: the program stops with exit code 1."""


class Component(Generic[ConfigT]):
    """What all kinds share. A constructor takes what it is given and opens nothing; `start` opens, `shutdown`
    closes.
    """

    config: ClassVar[type[Config]]
    stability: ClassVar[Literal["alpha", "beta", "stable"]] = "beta"

    def __init__(self, config: ConfigT, host: Host) -> None:
        """Take the validated configuration. Raises ValueError, said to the user, for what only shows here."""

    def start(self) -> None:
        """Open what is needed. Raises OSError or ValueError, said to the user, when that can't be."""

    def shutdown(self) -> None:
        """Close all; called once, also after a failed start."""

    @classmethod
    def endpoints(cls, config: ConfigT) -> list[str]:
        """`host:port` of each listener (receivers, extensions) or target (exporters), for finding loops and clashes."""
        return []


class Receiver(Component[ConfigT]):
    """Takes data in: `start` listens, `shutdown` stops taking requests and waits for the open ones."""

    signals: ClassVar[frozenset[Signal]] = frozenset({"traces", "logs", "metrics"})

    @classmethod
    def unshareable(cls, config: ConfigT) -> str | None:
        """Why `service.workers` can't be more than 1 with this configuration, or None. Who answers None binds its ports
        with SO_REUSEPORT when `host.shared` says so.
        """
        return "this receiver does not share its ports"

    @classmethod
    def addresses(cls, config: ConfigT) -> list[Address]:
        """Every address that it binds. Raises OSError for a name that doesn't resolve."""
        return [address for endpoint in cls.endpoints(config) for address in listening(endpoint)]


class Processor(Component[ConfigT]):
    """Changes, watches or drops what passes, on the chain thread alone: it needs no lock.

    It has a method for each signal it takes, which changes the batch in place: `traces(batch: TraceBatch)`,
    `logs(batch: LogBatch)`, `metrics(batch: MetricBatch)`, `alerts(batch: LogBatch)`. A stateful one may also have
    `tick()`,
    called at least every 100 ms.
    """

    stateful: ClassVar[bool] = False
    """Whether it remembers anything from one batch to the next. Stateless ones are made once a pipeline."""
    on_error: ClassVar[Literal["refuse", "drop", "pass"]] = "refuse"
    """What becomes of a batch in which a method raised. `pass` is not open to privacy processors."""
    emits: ClassVar[frozenset[Signal]] = frozenset()
    """The signals that it may `host.emit`."""
    reads_only: ClassVar[bool] = False
    """Whether it leaves of every batch what is counted as it came, so that those before it and those behind it see the
    same, and may share what they read: `ai_metrics`, `behavior`, `decisions` and `costs` do. What a call costs, which
    `costs` writes, they share as well; the reasoning that `decisions` takes out nobody else reads.
    """
    privacy: ClassVar[bool] = False
    """Whether it takes personal data out; such a one may not stand behind a stateful one."""
    sheds: ClassVar[Literal["filtered", "sampled_out"]] = "filtered"
    """The word in the books for items that came in and neither left nor are held."""
    guards: ClassVar[bool] = False
    """Whether it guards the process: one instance for all pipelines that name it, ticked, first in each wherever it
    stands (there is a warning then), and asked (`admit`) at the door of the receivers that lead to it. What a processor
    emits passes it by.
    """

    @classmethod
    def batching(cls, config: ConfigT) -> Batching | None:
        """Not None: this is no link of the chain but a wish for the exporters' queues of its pipeline (`batch`)."""
        return None

    @classmethod
    def confines(cls, config: ConfigT) -> Mistake | None:
        """Why what passes must not leave this host with this configuration, or None. Exporters that send it elsewhere
        are then refused; the mistake's `path` leads to the key that is the reason, its `hint` says how to mend it.
        """
        return None

    def scrub(self, text: str, trace_id: bytes) -> str:
        """Privacy processors take out of a text that stands alone what goes; `trace_id` is the trace that it belongs
        to, empty where there is none. May raise: the text is withheld then.
        """
        return text

    def admit(self, signal: Signal, request_bytes: int, in_flight_bytes: int) -> None:
        """Guards say here whether a request that holds `request_bytes` so far may go on, before it is inflated or
        decoded; `in_flight_bytes` is the sum over all requests, this one included. From any thread. Raises Refused, and
        TooLarge for what will never be taken.
        """

    def held(self, signal: Signal) -> int:
        """Items that it took, still has and will emit or shed later."""
        return 0

    def stored(self, signal: Signal) -> int:
        """Those of the `held` items that it has on disk too, and holds again when it is started anew."""
        return 0

    def rewired(self) -> None:
        """A configuration is in force in which this goes on as it is, while what stands around it may be another: what
        it knows by `host.ahead` is to be asked for again. Called before the first batch of that configuration.
        """

    def room(self, signal: Signal, size_bytes: int) -> bool:
        """Whether it can take a batch of this size now; asked before anything is put anywhere. If not, the sender waits
        for it, up to 5 s.
        """
        return True


class QueueConfig(Config):
    """`sending_queue`: what waits for the backend. Keys as the Go Collector's exporterhelper, `max_bytes` apart."""

    class Batch(Config):
        """`sending_queue.batch`: how waiting requests are joined."""

        flush_timeout: Duration = Field(default=0.2, gt=0, description="Longest wait for `min_size`.")
        min_size: int = Field(default=8192, ge=0, description="Send as soon as this much waits.")
        max_size: int = Field(default=0, ge=0, description="Split above this; 0 = never.")
        sizer: Literal["items", "bytes"] = Field(default="items", description="What the two sizes count.")

    enabled: bool = Field(default=True, description="false: the sender waits until the backend has answered.")
    num_consumers: int = Field(default=10, gt=0, description="Calls to the backend in flight at once.")
    queue_size: int = Field(default=1000, gt=0, description="Room, in units of `sizer`.")
    sizer: Literal["requests", "items", "bytes"] = Field(default="requests", description="What `queue_size` counts.")
    max_bytes: int = Field(
        default=256 * 1024 * 1024,
        ge=0,
        description="Bytes held at most, waiting and in flight, whatever `sizer` counts; 0 = what the storage has.",
    )
    block_on_overflow: bool = Field(
        default=False, description="true: a sender waits up to 5 s for room before it is refused."
    )
    wait_for_result: bool = Field(default=False, description="true: the sender waits until the backend has answered.")
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: what waits stands on disk, and outlives the process."
    )
    batch: Batch | None = Field(default=None, description="Join requests by size instead of for at most 5 ms.")

    @model_validator(mode="after")
    def _on_disk(self) -> Self:
        if self.storage is None:
            if self.max_bytes == 0:
                raise ValueError("max_bytes is 0, and a queue in memory needs a limit: give it one, or set storage")
            return self
        if self.wait_for_result or not self.enabled:
            raise ValueError(
                "storage and a sender that waits for the backend's answer (wait_for_result: true, enabled: false) "
                "exclude each other: take one of them out"
            )
        if "max_bytes" not in self.model_fields_set:
            self.__dict__["max_bytes"] = 0  # the storage's own limit; the model is frozen for everybody else
        return self

    @property
    def limit_bytes(self) -> float:
        """`max_bytes` as a number that sizes can be compared with."""
        return self.max_bytes or float("inf")


class RetryConfig(Config):
    """`retry_on_failure`: keys and defaults as the Go Collector's configretry."""

    enabled: bool = Field(default=True, description="false: one try.")
    initial_interval: Duration = Field(default=5.0, gt=0, description="Wait before the second try.")
    randomization_factor: float = Field(default=0.5, ge=0, le=1, description="Each wait is multiplied by 1 ± this.")
    multiplier: float = Field(default=1.5, ge=1, description="Growth of the wait from try to try.")
    max_interval: Duration = Field(default=30.0, gt=0, description="Longest wait, unless the backend asks for more.")
    max_elapsed_time: Duration = Field(
        default=300.0, description="Give up after this long; 0 = never, the default with `sending_queue.storage`."
    )


class ExporterConfig(Config):
    """What every exporter's configuration has, because queue, batching and retry are the core's."""

    sending_queue: QueueConfig = Field(default=QueueConfig(), description="What waits for the backend, and how much.")
    retry_on_failure: RetryConfig = Field(default=RetryConfig(), description="When and how long to try again.")

    @model_validator(mode="after")
    def _never_give_up(self) -> Self:
        """What stands on disk is not thrown away because a backend is away for long, unless somebody says so."""
        retry = self.retry_on_failure
        if self.sending_queue.storage is not None and "max_elapsed_time" not in retry.model_fields_set:
            self.__dict__["retry_on_failure"] = retry.model_copy(update={"max_elapsed_time": 0.0})
        return self


class Exporter(Component[ConfigT]):
    """Sends data out, on threads of the core's, several calls at once.

    Either it has `send(signal, body)` for OTLP protobuf requests, or a method per signal, `traces(batch: TraceBatch)`
    and so on. Either raises Retry or Permanent, and may return Rejected for what a backend took only in part.
    """

    signals: ClassVar[frozenset[Signal]] = frozenset({"traces", "logs", "metrics"})
    """For one with `send`: what it can carry. (Alerts go to it as logs.)"""
    stays: ClassVar[bool] = False
    """Whether what it is given stays on this host wherever it is configured to go, as in a file."""
    listens: ClassVar[bool] = False
    """Whether its `endpoints` are listeners, to which others come for what it is given. At a reload it is shut down
    before its successor starts.
    """

    @classmethod
    def off(cls, config: ConfigT) -> str | None:
        """Why this configuration switches the exporter off, or None; one that is off is left out of its pipelines."""
        return None

    @classmethod
    def links(cls, config: ConfigT) -> Sequence[LinkTemplate]:
        """Where people look at the traces that it sends or tells of: links of the status page."""
        return ()


class Extension(Component[ConfigT]):
    """Serves the service itself. `ready` and `not_ready` frame the time in which receivers take data."""

    def ready(self) -> None:
        """Told when all pipelines run."""

    def not_ready(self) -> None:
        """Told before receivers stop."""

    def storage(self, owner: str) -> Storage:
        """Extensions that store give `owner` (a component's kind and id) its room. Raises NotImplementedError
        otherwise.
        """
        raise NotImplementedError

    renewable: bool = False
    """Whether `credentials` may give others later by itself, so that a client that was turned away tries again."""

    def authenticate(self, headers: Mapping[str, Sequence[str]]) -> str:
        """Extensions that authenticate look at a request's headers (names in lower case) and say who it is; empty where
        they can't tell one sender from another. From any thread, several at once, never on the loop: it may take time.

        Raises Unauthenticated, and Refused where it can't tell now.
        """
        raise NotImplementedError

    def credentials(self) -> Mapping[str, str]:
        """Extensions for clients give the headers of one request. Called for each, from any thread, so that what
        changed is sent at once.
        """
        raise NotImplementedError

    @classmethod
    def gives(cls, config: ConfigT, method: str) -> bool:
        """Whether it does `storage`, `authenticate` or `credentials` with this configuration: if it has the method."""
        return getattr(cls, method, None) is not getattr(Extension, method, None)


class Refused(Exception):
    """Nothing was taken and it may heal: the sender should come again after `after` seconds."""

    def __init__(self, message: str, after: float = 1.0) -> None:
        """Say why, in words that a sender may see."""
        super().__init__(message)
        self.after = after


class Busy(Refused):
    """Too much is in flight at this moment."""


class TooLarge(Exception):
    """The request is larger than what will ever be taken: it must not be sent again."""


class Unauthenticated(Exception):
    """A request came without credentials that count. Neither text may hold anything of what came."""

    def __init__(self, message: str, challenge: str) -> None:
        """`message` is for the sender; `challenge` is what `WWW-Authenticate` says (RFC 9110, 11.6.1)."""
        super().__init__(message)
        self.challenge = challenge


class Retry(Exception):
    """The backend did not take it and may later; `after` seconds if it said so itself."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        """Give a short reason without content, such as `UNAVAILABLE` or `HTTP 503`."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Permanent(Exception):
    """The backend will never take this. `undecodable`: it may have been unable to read it, so the core looks for the
    bad item, mends or drops it, and sends the rest once more.
    """

    def __init__(self, reason: str, *, undecodable: bool = False) -> None:
        """Give a short reason without content, such as `PERMISSION_DENIED` or `HTTP 401`."""
        super().__init__(reason)
        self.reason = reason
        self.undecodable = undecodable


@dataclass(frozen=True, slots=True)
class Rejected:
    """A backend's partial success: it took all but `items`, and said why."""

    items: int
    message: str = ""


def signals_of(component: type[Component[Any]]) -> frozenset[Signal]:
    """The signals that a component's class takes (processors, exporters) or gives (receivers)."""
    if issubclass(component, Receiver) or (issubclass(component, Exporter) and hasattr(component, "send")):
        alerts: frozenset[Signal] = frozenset({"alerts"})
        return component.signals | (
            alerts if issubclass(component, Exporter) and "logs" in component.signals else set()
        )
    every: tuple[Signal, ...] = ("traces", "logs", "metrics", "alerts")
    methods = frozenset(signal for signal in every if hasattr(component, signal))
    if issubclass(component, Exporter) and "logs" in methods:
        return methods | {"alerts"}
    return methods

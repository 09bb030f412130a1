"""What a component gets from the program: `plugin.Host`, made true."""

import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from spansieve.admission import Admission, Admitted
from spansieve.in_common import InCommon
from spansieve.inspection import Inspection
from spansieve.lasting_room import LastingRoom
from spansieve.made_keys import MadeKeys
from spansieve.net import Loop
from spansieve.pdata import Batch, Signal
from spansieve.pipeline.faults import Faults
from spansieve.pipeline.intake import Request
from spansieve.pipeline.tally import ReceiverTally
from spansieve.plugin import Answer, Clock, Extension, MadeKey, Place, Refused, Storage, TooLarge
from spansieve.telemetry.instruments import Instruments, Labels, Level, Spread, Sum, full_name
from spansieve.telemetry.logs import component_log
from spansieve.wiring import Wiring

if TYPE_CHECKING:
    from spansieve.inspector import Inspector
    from spansieve.pipeline.chain import Chain

ResultT = TypeVar("ResultT")
Snapshot = Callable[[], object]


class Core:
    """What all hosts share: one clock, one loop, one set of instruments, one door, one chain."""

    def __init__(self, clock: Clock, instruments: Instruments) -> None:
        """Chain and inspector are set once the first graph is built."""
        self.clock = clock
        self.instruments = instruments
        self.faults = Faults(instruments, clock)
        self.loop = Loop()
        self.admission = Admission()
        self.failed = threading.Event()
        self.shared = False
        self.others_bytes: Callable[[], float] = float
        self.request: Callable[..., Request] = Request
        self.chain: Chain
        self.inspector: Inspector
        self.find_storage: Callable[[str, str], Storage]
        self.extensions: dict[str, Extension[Any]] = {}
        """Those that run, by id."""
        self.in_common = InCommon()
        self.made_keys = MadeKeys(self.extensions)

    def freed(self) -> None:
        """A queue has more room than before; from an exporter's thread."""
        self.chain.freed()


class _Labelled:
    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def _with(self, labels: dict[str, str]) -> Labels:
        return tuple(sorted((*self._labels, *labels.items()))) if labels else self._labels


class _Counter(_Labelled):
    def __init__(self, series: Sum, labels: Labels) -> None:
        super().__init__(labels)
        self._series = series

    def add(self, amount: float, **labels: str) -> None:
        self._series.add(self._with(labels), amount)


class _Gauge(_Labelled):
    def __init__(self, series: Level, labels: Labels) -> None:
        super().__init__(labels)
        self._series = series

    def set(self, value: float, **labels: str) -> None:
        self._series.set(self._with(labels), value)


class _Histogram(_Labelled):
    def __init__(self, series: Spread, labels: Labels) -> None:
        super().__init__(labels)
        self._series = series

    def record(self, value: float, **labels: str) -> None:
        self._series.record(self._with(labels), value)


class ComponentHost:
    """The host of one component."""

    def __init__(self, core: Core, kind: str, component: str, wiring: Wiring | None = None) -> None:
        """`kind` is `receivers`, `processors`, `exporters` or `extensions`; `component` the full id; `wiring` says
        where it stands (a reload exchanges it).
        """
        self.wiring = wiring or Wiring({})
        self.id = component
        self.clock = core.clock
        self.log = component_log(f"{kind}/{component}")
        self._core = core
        self._kind = kind.removesuffix("s")
        self._labels: Labels = ((self._kind, component),)
        self.statuses: dict[str, Snapshot] = {}
        self._tallies: dict[tuple[str, Signal], ReceiverTally] = {}

    @property
    def shared(self) -> bool:
        """Whether other processes listen on the same ports."""
        return self._core.shared

    def others_bytes(self) -> float:
        """Resident bytes of the program's other processes."""
        return self._core.others_bytes()

    def counter(self, name: str, *, unit: str = "", description: str = "") -> _Counter:
        """A counter under this component's label."""
        return _Counter(self._core.instruments.sum(full_name(self._kind, name, unit), description), self._labels)

    def gauge(self, name: str, *, unit: str = "", description: str = "") -> _Gauge:
        """A gauge under this component's label."""
        return _Gauge(self._core.instruments.level(full_name(self._kind, name, unit), description), self._labels)

    def histogram(self, name: str, *, unit: str = "", description: str = "", buckets: tuple[float, ...]) -> _Histogram:
        """A histogram under this component's label."""
        spread = self._core.instruments.spread(full_name(self._kind, name, unit), description, buckets)
        return _Histogram(spread, self._labels)

    def reading(self, name: str, **labels: str) -> float | None:
        """What an instrument of the program says now."""
        return self._core.instruments.reading(name, **labels)

    def emit(self, signal: Signal, batch: Batch, *, holds_up: bool = True, repeatable: bool = False) -> bool:
        """Send on what the component holds or made."""
        return self._core.chain.graph.emit(self.id, signal, batch, holds_up=holds_up, repeatable=repeatable)

    def storage(self, extension: str) -> Storage:
        """The component's room in a storage extension."""
        find = partial(self._core.find_storage, extension, f"{self._kind}_{self.id}")
        find()  # who asks is to hear of it now if it can't be had
        return LastingRoom(find)

    def made_key(self, name: str, storage: str | None = None, *, lost: str) -> MadeKey:
        """A random key of the program's."""
        return self._core.made_keys.get(name, storage, self.log, lost)

    def extension(self, extension: str) -> Extension[Any]:
        """An extension that runs."""
        found = self._core.extensions.get(extension)
        if found is None:
            raise Refused(f"the extension {extension} does not run now")
        return found

    def status(self, name: str, snapshot: Snapshot) -> None:
        """Show a table under `name`."""
        self.statuses[name] = snapshot

    def inspect(self) -> Inspection:
        """What the program knows of itself."""
        return self._core.inspector.inspect()

    def show(self, name: str) -> object:
        """What a component shows."""
        return self._core.inspector.show(name)

    def pipeline(self, signal: Signal) -> Place | None:
        """The first place in a pipeline of `signal`."""
        return self.wiring.place(self._kind, self.id, signal)

    def ahead(self, signal: Signal, batch: Batch) -> None:
        """Let a batch pass what stands before the component."""
        self._core.chain.graph.ahead(self.id, signal, batch)

    def scrub(self, text: str, trace_id: bytes = b"") -> str:
        """A text that stands alone, as the privacy processor before the component leaves it."""
        return self._core.chain.graph.scrub(self.id, text, trace_id)

    def signals(self) -> frozenset[Signal]:
        """The signals that lead somewhere from this component now."""
        return self.wiring.signals(self._kind, self.id)

    def leads(self, signal: Signal) -> bool:
        """Whether a pipeline of `signal` names it."""
        return any(signal in self.wiring.signals(role, self.id) for role in ("receiver", self._kind))

    def admit(self, signal: Signal, size_bytes: int, limit_bytes: int = 0) -> Admitted:
        """Let a request in, or not."""
        return self._core.admission.admit(self.id, signal, size_bytes, limit_bytes)

    def receive(
        self,
        signal: Signal,
        body: bytes,
        transport: str,
        answer: Callable[[Answer], None],
        admitted: object = None,
    ) -> None:
        """Hand a request to the chain."""
        tally = self._tallies.get((transport, signal))
        if tally is None:
            tally = ReceiverTally(self._core.instruments, self.id, transport, signal)
            self._tallies[transport, signal] = tally
        request = self._core.request(self.id, signal, body, tally, answer)
        if admitted is None and not self._admitted(request):
            return
        self._core.chain.hand_in(request)

    def _admitted(self, request: Request) -> bool:
        """Ask at the door for a receiver that did not; answers the request if it may not come in."""
        try:
            admitted = self.admit(request.signal, len(request.body))
        except Refused as refusal:
            request.tally.busy()
            request.finish(Answer("refused", message=str(refusal), retry_after=refusal.after))
            return False
        except TooLarge as error:
            request.finish(Answer("malformed", message=str(error)))
            return False
        answer = request.answer

        def answered(given: Answer) -> None:
            admitted.close()
            answer(given)

        request.answer = answered
        return True

    def in_common(self, name: str, make: Callable[[], ResultT]) -> ResultT:
        """What components share."""
        return self._core.in_common.get(name, make)

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` on the one loop."""
        return self._core.loop.run(work, timeout)

    def fault(self, error: BaseException, then: str = "") -> None:
        """Count and log an exception, without its text."""
        self._core.faults.saw(f"{self._kind}s", self.id, error, f"; {then}" if then else "")

    def fail(self, problem: str) -> None:
        """End the program."""
        self.log.error(problem)
        self._core.failed.set()

"""What a plugin's tests need: a clock that is told, a host that remembers, and requests built of a few words."""

import asyncio
import hashlib
import itertools
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.admission import Admission, Admitted
from spansieve.in_common import InCommon
from spansieve.inspection import Inspection
from spansieve.net import Loop
from spansieve.pdata import Attributes, Batch, Signal, Span, StatusCode, TraceBatch, Value
from spansieve.plugin import Answer, Extension, MadeKey, Place, Processor, Refused, Storage

ResultT = TypeVar("ResultT")


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, time_ns: int = 1_700_000_000_000_000_000) -> None:
        """Start at this wall clock time, and at 1000 s of the monotonic one."""
        self._time_ns = time_ns
        self._monotonic = 1000.0

    def time_ns(self) -> int:
        """Wall clock, nanoseconds since the Unix epoch."""
        return self._time_ns

    def monotonic(self) -> float:
        """Seconds."""
        return self._monotonic

    def advance(self, *, seconds: float) -> None:
        """Let both clocks go on."""
        self._time_ns += round(seconds * 1e9)
        self._monotonic += seconds


class _Series:
    def __init__(self, values: dict[tuple[str, ...], float], name: str) -> None:
        self._values = values
        self._name = name

    def _key(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        return (self._name, *(value for _, value in sorted(labels.items())))

    def add(self, amount: float, **labels: str) -> None:
        self._values[self._key(labels)] += amount

    def set(self, value: float, **labels: str) -> None:
        self._values[self._key(labels)] = value

    def record(self, value: float, **labels: str) -> None:
        self._values[self._key(labels)] += value


class FakeHost:
    """A host that remembers what a component did.

    `counts[name, *label values by label name]` holds counters, gauges and the sums of histograms; `emitted` the
    batches that were emitted (while `full` is True none is taken); `answers` what `receive` is answered with;
    `failure` what `fail` said; `readings` are the program's own metrics. `keeps_keys` says whether keys that it made
    outlive it.
    """

    def __init__(self, component: str = "under_test") -> None:
        """`component` is the id."""
        self.id = component
        self.clock = FakeClock()
        self.log: logging.LoggerAdapter[logging.Logger] = logging.LoggerAdapter(logging.getLogger("spansieve"), {})
        self.counts: dict[tuple[str, ...], float] = defaultdict(float)
        self.emitted: list[tuple[Signal, Batch]] = []
        self.full = False
        self.received: list[tuple[Signal, bytes]] = []
        self.answer = Answer("accepted")
        self.served: frozenset[Signal] = frozenset({"traces", "logs", "metrics"})
        self.statuses: dict[str, Callable[[], object]] = {}
        self.extensions: dict[str, Extension[Any]] = {}
        self.failure = ""
        self.inspection: Inspection  # to be set by whoever tests what shows it
        self.shared = False
        self.admission = Admission()
        self.keeps_keys = True
        self.common = InCommon()
        self.readings: dict[tuple[str, ...], float] = {}

    def others_bytes(self) -> float:
        """There are none."""
        return 0.0

    def counter(self, name: str, *, unit: str = "", description: str = "") -> _Series:
        """A counter in `counts`."""
        return _Series(self.counts, name)

    gauge = counter

    def histogram(self, name: str, *, unit: str = "", description: str = "", buckets: tuple[float, ...]) -> _Series:
        """A sum in `counts`."""
        return _Series(self.counts, name)

    def reading(self, name: str, **labels: str) -> float | None:
        """One of `readings`, by name and the labels' values."""
        return self.readings.get((name, *labels.values()))

    def emit(self, signal: Signal, batch: Batch, *, holds_up: bool = True, repeatable: bool = False) -> bool:
        """Remember it, unless `full`; what is repeatable is missed then."""
        if not self.full:
            self.emitted.append((signal, batch))
        return repeatable or not self.full

    def storage(self, extension: str) -> Storage:
        """There is none."""
        raise NotImplementedError

    def made_key(self, name: str, storage: str | None = None, *, lost: str) -> MadeKey:
        """The same one for a name each time."""
        return MadeKey(hashlib.sha256(name.encode()).digest(), self.keeps_keys)

    def extension(self, extension: str) -> Extension[Any]:
        """One of `extensions`."""
        if extension not in self.extensions:
            raise Refused("it does not run")
        return self.extensions[extension]

    def status(self, name: str, snapshot: Callable[[], object]) -> None:
        """Remember it."""
        self.statuses[name] = snapshot

    def inspect(self) -> Inspection:
        """What `inspection` says."""
        return self.inspection

    def show(self, name: str) -> object:
        """What a component showed."""
        return self.statuses[name]()

    def pipeline(self, signal: Signal) -> Place | None:
        """Stands nowhere."""
        return None

    def ahead(self, signal: Signal, batch: Batch) -> None:
        """Nothing stands before it."""

    def scrub(self, text: str, trace_id: bytes = b"") -> str:
        """Nothing scrubs it."""
        return text

    def signals(self) -> frozenset[Signal]:
        """What `served` says."""
        return self.served

    def leads(self, signal: Signal) -> bool:
        """What is emitted is remembered."""
        return True

    def admit(self, signal: Signal, size_bytes: int, limit_bytes: int = 0) -> Admitted:
        """By `admission`, which is a real one."""
        return self.admission.admit(self.id, signal, size_bytes, limit_bytes)

    def receive(
        self,
        signal: Signal,
        body: bytes,
        transport: str,
        answer: Callable[[Answer], None],
        admitted: object = None,
    ) -> None:
        """Remember the request, and give `self.answer`."""
        self.received.append((signal, body))
        answer(self.answer)

    def in_common(self, name: str, make: Callable[[], ResultT]) -> ResultT:
        """What `common` has; give several hosts the same one, and their components share."""
        return self.common.get(name, make)

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` in a loop of its own."""

        async def task() -> ResultT:
            return await asyncio.wait_for(work, timeout)

        return asyncio.run(task())

    def fault(self, error: BaseException, then: str = "") -> None:
        """Count it under `faults` and its type."""
        self.counts["faults", type(error).__name__] += 1

    def fail(self, problem: str) -> None:
        """Remember it."""
        self.failure = problem


class LoopHost(FakeHost):
    """A FakeHost with an event loop that goes on, for components that serve or keep connections; to be closed."""

    def __init__(self, component: str = "under_test") -> None:
        """Start the loop; `component` is the id."""
        super().__init__(component)
        self.loop = Loop()

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` on the loop."""
        return self.loop.run(work, timeout)

    def close(self) -> None:
        """End the loop."""
        self.loop.close()


@dataclass(frozen=True)
class SpanSpec:
    """A span in a few words; `with_` gives it other ones."""

    name: str = "chat"
    status: StatusCode = StatusCode.UNSET
    message: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    kind: int = 1
    duration_ns: int = 1_000_000

    def with_(self, **changes: Any) -> "SpanSpec":  # noqa: ANN401
        """The span with `changes`."""
        return replace(self, **changes)


OK = SpanSpec()
"""A span in which nothing went wrong."""
ERROR = SpanSpec(status=StatusCode.ERROR, message="it broke")
"""A span with status ERROR."""

_ids = itertools.count(1)


def otlp_request(service: str, *spans: SpanSpec) -> bytes:
    """An ExportTraceServiceRequest with `spans` of one trace, the first one the parent of the others."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    scope = resource.scope_spans.add()
    scope.scope.name = "spansieve.testing"
    trace_id, root = next(_ids).to_bytes(16, "big"), next(_ids).to_bytes(8, "big")
    for at, spec in enumerate(spans):
        start = 1_700_000_000_000_000_000 + at * 1_000_000
        span = scope.spans.add(
            trace_id=trace_id,
            span_id=root if at == 0 else next(_ids).to_bytes(8, "big"),
            parent_span_id=b"" if at == 0 else root,
            name=spec.name,
            kind=spec.kind,
            start_time_unix_nano=start,
            end_time_unix_nano=start + spec.duration_ns,
        )
        span.status.code = int(spec.status)  # type: ignore[assignment]
        span.status.message = spec.message
    body = request.SerializeToString()
    if not any(spec.attributes for spec in spans):
        return body
    batch = TraceBatch.parse(body)
    for spec, view in zip(spans, batch, strict=True):
        _fill(view.attributes, spec.attributes)
    return batch.encode()


def _fill(attributes: Attributes, values: Mapping[str, Value]) -> None:
    attributes.update(values)


def through(processor: Processor[Any], body: bytes) -> list[Span]:
    """The spans that leave `processor` when the request `body` comes in, read from the bytes that would go out."""
    batch = TraceBatch.parse(body)
    processor.traces(batch)  # type: ignore[attr-defined]  # a processor of traces has it
    return list(TraceBatch.parse(batch.encode()))

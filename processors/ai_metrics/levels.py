"""What is only looked at when metrics leave: levels, and what others count.

Source: METRICS.md section 2.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from spansieve.pdata import MetricBatch, Span, TraceBatch
from spansieve.plugin import Host
from spansieve.watching import Ids
from spansieve.watching.weights import samplers_before, weight_of

from .concurrency import Concurrency
from .conversations import Conversations
from .cpu import AgentCpu
from .instruments import Instruments
from .pending import Arrived, Pending
from .senders import service_of

OWN_SERVICE: Final = "spansieve"
"""The service of what belongs to none."""
_UNDECIDED: Final = "otelcol_processor_tail_sampling_sampling_traces_on_memory"
_HELD: Final = "spansieve_exporter_held_items"
_EXPORTED: Final = ("traces", "logs", "alerts")
"""Not metrics: their points are no operations, and these numbers themselves are among them."""
_OWN_CPU: Final = "otelcol_process_cpu_seconds"
_OWN_CPU_EVERY: Final = 10.0
"""Seconds between two looks at it, so that numbers stand still while nothing happens, however short the interval."""


class Levels:
    """Sets the gauges."""

    def __init__(
        self, host: Host, instruments: Instruments, concurrency: Concurrency, conversations: Conversations, lag: float
    ) -> None:
        """Of these, and of what `host` says; tools are counted as of `lag` seconds ago."""
        self._host = host
        self._to = instruments
        self._concurrency = concurrency
        self._conversations = conversations
        self._lag_ns = round(lag * 1e9)
        self.pending = Pending()
        self._cpu = AgentCpu()
        self._own_cpu: float | None = None
        self._own_cpu_due = 0.0

    def see(self, batch: TraceBatch, ids: Sequence[Ids]) -> Arrived:
        """A batch came, with spans of these `ids`."""
        arrived = self.pending.see(ids, self._host.clock.monotonic())
        if arrived.traces:
            weighs = bool(samplers_before(self._host.pipeline("traces")))
            for span in _first_of(batch, arrived.traces):
                weight = weight_of(span.trace_state) if weighs else 1
                self._to.traces.cell(service_of(span.resource)).add(weight)
        return arrived

    def hear(self, batch: MetricBatch) -> None:
        """Agents may say here what CPU they used."""
        clock = self._host.clock
        for service, seconds in self._cpu.hear(batch, clock.monotonic(), clock.time_ns()).items():
            self._to.cpu.cell(service).add(seconds)

    def refresh(self) -> None:
        """Set all to what they are now."""
        now = self._host.clock.monotonic()
        self._tools()
        self._waiting(now)
        for service, held in self._conversations.sums(now).items():
            self._to.context_bytes.cell(service).set(held.size_bytes)
            self._to.conversations.cell(service).set(held.conversations)
        self._count_own_cpu(now)

    def _tools(self) -> None:
        for service, swept in self._concurrency.sweep(self._host.clock.time_ns() - self._lag_ns).items():
            self._to.concurrent.cell(service).set(swept.at_end)
            self._to.most_concurrent.cell(service).set(swept.most)

    def _waiting(self, now: float) -> None:
        self.pending.expire(now)
        waiting = {
            "trace": len(self.pending.traces),
            "operation": len(self.pending.parents),
            "decision": self._host.reading(_UNDECIDED) or 0,
            "export": sum(self._host.reading(_HELD, data_type=signal) or 0 for signal in _EXPORTED),
        }
        for kind, count in waiting.items():
            self._to.pending.cell(OWN_SERVICE, kind).set(count)

    def _count_own_cpu(self, now: float) -> None:
        """The collector's, for as long as no agent says what it uses."""
        used = self._host.reading(_OWN_CPU) if now >= self._own_cpu_due else None
        if used is None:
            return
        self._own_cpu_due = now + _OWN_CPU_EVERY
        if self._own_cpu is not None and not self._cpu.is_heard(now):
            self._to.cpu.cell(OWN_SERVICE).add(max(0.0, used - self._own_cpu))
        self._own_cpu = used


def _first_of(batch: TraceBatch, traces: set[bytes]) -> Iterator[Span]:
    """The first span of each of `traces`."""
    left = {*traces}
    for span in batch:
        trace_id = span.trace_id
        if trace_id in left:
            yield span
            left.remove(trace_id)
            if not left:
                return

"""A dry run: recorded requests pass the processors of a configuration, on a clock that follows their own time."""

from collections.abc import Iterator
from typing import cast

from spansieve.config.load import Loaded
from spansieve.dryrun import STEP_NS, Arrivals, Arriving, DryHost, Front, RecordedClock, batches, made
from spansieve.failures import failure_of, failure_of_record
from spansieve.pdata import Batch, LogRecord, Signal, Span, TraceBatch
from spansieve.wiring import Wiring

from .config import TailSamplingConfig
from .processor import TailSampling
from .sample_tally import Tally

_QUIET_STEPS = 100
"""Intervals of a budget that are gone through while nothing is held: what is smoothed is at rest by then."""
_SETTLING_NS = 1_000_000_000


class DryRun:
    """Replays requests; what comes is added to `arrivals`."""

    def __init__(self, loaded: Loaded, component: str, front: Front) -> None:
        """`component` is the processor, behind `front`. Raises ConfigError."""
        self._loaded, self._component = loaded, component
        self.config = cast("TailSamplingConfig", loaded.processors[component].config)
        self._rules = self.config.errors.rules()
        self.arrivals = Arrivals(loaded, component, front, self._came)
        self.tally = Tally()

    def _came(self, item: Span | LogRecord, size_bytes: int) -> None:
        if isinstance(item, Span):
            self.tally.came(item, size_bytes, is_error=failure_of(item, self._rules) is not None)
        elif item.trace_id and failure_of_record(item, self._rules) is not None:
            self.tally.of(item.trace_id).is_error = True

    def _pass(self, signal: Signal, batch: Batch) -> None:
        if signal in self.arrivals.fronts:
            self.arrivals.fronts[signal].run(signal, batch)

    def run(self) -> DryHost:
        """Replay what was taken until all is decided; the host that the processor had. Raises ConfigError."""
        clock = RecordedClock(self.arrivals.begin_ns)
        host = DryHost(self._component, clock, Wiring.of(self._loaded), self._emitted)
        late = self.config.late.model_copy(update={"spill": "memory"})
        record = "root" if self.config.record == "none" else self.config.record
        host.before = self._pass
        dry = made(self._loaded, self._component, host, storage=None, late=late, record=record)
        processor = cast("TailSampling", dry)
        for until_ns, arriving in self.arrivals.steps():
            for now_ns in self._ticks(processor, clock.now_ns, until_ns):
                clock.now_ns = now_ns
                processor.tick()
            self._arrive(processor, arriving)
        end_ns = clock.now_ns + round(self.config.decision_wait * 1e9) + _SETTLING_NS
        while processor.held("traces") and clock.now_ns < end_ns:
            clock.now_ns += STEP_NS
            processor.tick()
        processor.tick()
        return host

    def _ticks(self, processor: TailSampling, now_ns: int, until_ns: int) -> Iterator[int]:
        """The times at which it is ticked: often while something is held, else as often as a budget wants."""
        budget = self.config.budget
        quiet_ns = max(STEP_NS, round((budget.interval if budget else 0) * 1e9))
        quiet = 0
        while now_ns < until_ns:
            if processor.held("traces"):
                now_ns += STEP_NS
            else:
                quiet += 1
                now_ns = min(until_ns, now_ns + quiet_ns) if budget and quiet <= _QUIET_STEPS else until_ns
            yield now_ns

    def _arrive(self, processor: TailSampling, arriving: list[Arriving]) -> None:
        for batch in batches(arriving):
            if isinstance(batch, TraceBatch):
                processor.traces(batch)
                self.tally.left(batch)
            else:
                processor.logs(batch)

    def _emitted(self, _: Signal, batch: Batch) -> None:
        if isinstance(batch, TraceBatch):
            self.tally.left(batch)

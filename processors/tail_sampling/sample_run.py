"""A dry run: recorded requests pass the processors of a configuration, on a clock that follows their own time."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, cast

from spansieve.cli.recording import Recorded
from spansieve.config.load import Loaded
from spansieve.failures import failure_of, failure_of_record
from spansieve.pdata import Batch, LogBatch, Shell, Signal, TraceBatch, mend, together
from spansieve.terminal import plural
from spansieve.wiring import Wiring

from .config import TailSamplingConfig
from .processor import TailSampling
from .sample_front import Front, Refusal, front_of, made
from .sample_host import DryHost, RecordedClock
from .sample_tally import Tally

_STEP_NS = 62_500_000
"""How far the clock goes at once: a little less than between ticks of the program, and exact in binary, so that what is
due at a whole second is not missed by a rounding.
"""
_QUIET_STEPS = 100
"""Intervals of a budget that are gone through while nothing is held: what is smoothed is at rest by then."""
_SETTLING_NS = 1_000_000_000


class Arriving(NamedTuple):
    """A span or a request of log records, and when it comes, nanoseconds since the Unix epoch."""

    at_ns: int
    body: bytes
    """The span, encoded, or the whole request of records."""
    shell: Shell | None
    """What is around the span; None: these are records."""


class DryRun:
    """Replays requests. Spans come when they ended, a request of log records when the last of these was written."""

    def __init__(self, loaded: Loaded, component: str, front: Front) -> None:
        """`component` is the processor, behind `front`. Raises ConfigError."""
        self._loaded, self._component = loaded, component
        self.fronts: dict[Signal, Front] = {"traces": front}
        logs = front_of(loaded, component, "logs")
        if logs is not None:
            self.fronts["logs"] = logs
        self.config = cast("TailSamplingConfig", loaded.processors[component].config)
        self._rules = self.config.errors.rules()
        self._arriving: list[Arriving] = []
        self.tally = Tally()
        self.filtered = 0
        """Spans that what stands before took out."""
        self.refused: Counter[str] = Counter()
        """Requests that did not get through, by why."""
        self.unused: Counter[Signal] = Counter()
        """Requests of signals that the processor is not connected to."""

    def add(self, recorded: Recorded) -> None:
        """Take a request."""
        front = self.fronts.get(recorded.signal)
        if front is None:
            self.unused[recorded.signal] += 1
            return
        batch: TraceBatch | LogBatch
        body = mend(recorded.signal, recorded.body).body
        batch = TraceBatch.parse(body) if recorded.signal == "traces" else LogBatch.parse(body)
        batch.drop_invalid_ids()
        before = len(batch)
        try:
            front.run(recorded.signal, batch)
        except Refusal as refusal:
            self.refused[str(refusal)] += 1
            return
        if isinstance(batch, TraceBatch):
            self.filtered += before - len(batch)
            self._add_spans(batch)
        else:
            self._add_records(batch)

    def _add_spans(self, batch: TraceBatch) -> None:
        shells = batch.shells()
        for span in batch:
            wire = span.encode()
            self.tally.came(span, len(wire), is_error=failure_of(span, self._rules) is not None)
            ended = span.end_time_unix_nano or span.start_time_unix_nano or self._latest()
            self._arriving.append(Arriving(ended, wire, shells[id(span.scope)]))

    def _add_records(self, batch: LogBatch) -> None:
        times = [record.time_unix_nano or record.observed_time_unix_nano for record in batch]
        for record in batch:
            if record.trace_id and failure_of_record(record, self._rules) is not None:
                self.tally.of(record.trace_id).is_error = True
        self._arriving.append(Arriving(max(times, default=0) or self._latest(), batch.encode(), None))

    def _latest(self) -> int:
        return self._arriving[-1].at_ns if self._arriving else 0

    @property
    def has_spans(self) -> bool:
        """Whether any span gets to the processor."""
        return any(one.shell is not None for one in self._arriving)

    @property
    def times(self) -> tuple[int, int]:
        """When the first and the last span came. Raises ValueError where there is none."""
        ends = [one.at_ns for one in self._arriving if one.shell is not None]
        return min(ends), max(ends)

    def remarks(self) -> Iterator[str]:
        """What somebody who reads the result should know."""
        for why, count in self.refused.items():
            yield f"{plural(count, 'request')} did not get through: {why}"
        for signal, count in self.unused.items():
            if signal == "logs":
                yield f"{plural(count, 'request')} of logs not used: no pipeline of logs names {self._component}"
        if self.filtered:
            yield f"{plural(self.filtered, 'span')} taken out by what stands before {self._component}"
        for front in self.fronts.values():
            if front.left_out:
                yield f"in {front.pipeline} these did not run, since they are stateful: {', '.join(front.left_out)}"

    def _pass(self, signal: Signal, batch: Batch) -> None:
        if signal in self.fronts:
            self.fronts[signal].run(signal, batch)

    def run(self) -> DryHost:
        """Replay what was taken until all is decided; the host that the processor had. Raises ConfigError."""
        self._arriving.sort(key=attrgetter("at_ns"))
        clock = RecordedClock(self._arriving[0].at_ns // _STEP_NS * _STEP_NS)
        host = DryHost(self._component, clock, Wiring(self._loaded.service.pipelines), self._emitted)
        late = self.config.late.model_copy(update={"spill": "memory"})
        record = "root" if self.config.record == "none" else self.config.record
        host.before = self._pass
        dry = made(self._loaded, self._component, host, storage=None, late=late, record=record)
        processor = cast("TailSampling", dry)
        for step, arriving in groupby(self._arriving, key=lambda one: one.at_ns // _STEP_NS):
            for now_ns in self._ticks(processor, clock.now_ns, (step + 1) * _STEP_NS):
                clock.now_ns = now_ns
                processor.tick()
            self._arrive(processor, list(arriving))
        end_ns = clock.now_ns + round(self.config.decision_wait * 1e9) + _SETTLING_NS
        while processor.held("traces") and clock.now_ns < end_ns:
            clock.now_ns += _STEP_NS
            processor.tick()
        processor.tick()
        return host

    def _ticks(self, processor: TailSampling, now_ns: int, until_ns: int) -> Iterator[int]:
        """The times at which it is ticked: often while something is held, else as often as a budget wants."""
        budget = self.config.budget
        quiet_ns = max(_STEP_NS, round((budget.interval if budget else 0) * 1e9))
        quiet = 0
        while now_ns < until_ns:
            if processor.held("traces"):
                now_ns += _STEP_NS
            else:
                quiet += 1
                now_ns = min(until_ns, now_ns + quiet_ns) if budget and quiet <= _QUIET_STEPS else until_ns
            yield now_ns

    def _arrive(self, processor: TailSampling, arriving: list[Arriving]) -> None:
        spans = [(one.shell, [one.body]) for one in arriving if one.shell is not None]
        if spans:
            batch = TraceBatch.parse(together(spans))
            processor.traces(batch)
            self.tally.left(batch)
        for one in arriving:
            if one.shell is None:
                processor.logs(LogBatch.parse(one.body))

    def _emitted(self, _: Signal, batch: Batch) -> None:
        if isinstance(batch, TraceBatch):
            self.tally.left(batch)

"""Recorded requests behind the first processors of a pipeline: what comes to the next one, and when."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from spansieve.cli.recording import Recorded
from spansieve.config.load import Loaded
from spansieve.pdata import LogBatch, LogRecord, Shell, Signal, Span, TraceBatch, mend, together
from spansieve.terminal import plural

from .front import Front, Refusal, front_of

STEP_NS = 62_500_000
"""How far the clock goes at once: a little less than between ticks of the program, and exact in binary, so that what is
due at a whole second is not missed by a rounding.
"""


class Arriving(NamedTuple):
    """A span or a request of log records, and when it comes, nanoseconds since the Unix epoch."""

    at_ns: int
    body: bytes
    """The span, encoded, or the whole request of records."""
    shell: Shell | None
    """What is around the span; None: these are records."""


def batches(arriving: Sequence[Arriving]) -> Iterator[TraceBatch | LogBatch]:
    """What comes at once: the spans, and each request of records."""
    spans = [(one.shell, [one.body]) for one in arriving if one.shell is not None]
    if spans:
        yield TraceBatch.parse(together(spans))
    yield from (LogBatch.parse(one.body) for one in arriving if one.shell is None)


class Arrivals:
    """All that comes. Spans come when they ended, a request of log records when the last of these was written."""

    def __init__(
        self,
        loaded: Loaded,
        component: str,
        front: Front,
        came: Callable[[Span | LogRecord, int], None] = lambda _, __: None,
    ) -> None:
        """`component` is the processor, behind `front`; `came` is told of each item, and of a span's encoded size.
        Raises ConfigError.
        """
        self._component = component
        self._came = came
        self.fronts: dict[Signal, Front] = {"traces": front}
        logs = front_of(loaded, component, "logs")
        if logs is not None:
            self.fronts["logs"] = logs
        self._arriving: list[Arriving] = []
        self._filtered = 0
        self._refused: Counter[str] = Counter()
        """Requests that did not get through, by why."""
        self._unused: Counter[Signal] = Counter()
        """Requests of signals that the processor is not connected to."""

    def add(self, recorded: Recorded) -> None:
        """Take a request."""
        front = self.fronts.get(recorded.signal)
        if front is None:
            self._unused[recorded.signal] += 1
            return
        batch: TraceBatch | LogBatch
        body = mend(recorded.signal, recorded.body).body
        batch = TraceBatch.parse(body) if recorded.signal == "traces" else LogBatch.parse(body)
        batch.drop_invalid_ids()
        before = len(batch)
        try:
            front.run(recorded.signal, batch)
        except Refusal as refusal:
            self._refused[str(refusal)] += 1
            return
        if isinstance(batch, TraceBatch):
            self._filtered += before - len(batch)
            self._add_spans(batch)
        else:
            self._add_records(batch)

    def _add_spans(self, batch: TraceBatch) -> None:
        shells = batch.shells()
        for span in batch:
            wire = span.encode()
            self._came(span, len(wire))
            ended = span.end_time_unix_nano or span.start_time_unix_nano or self._latest()
            self._arriving.append(Arriving(ended, wire, shells[id(span.scope)]))

    def _add_records(self, batch: LogBatch) -> None:
        times = [record.time_unix_nano or record.observed_time_unix_nano for record in batch]
        for record in batch:
            self._came(record, 0)
        self._arriving.append(Arriving(max(times, default=0) or self._latest(), batch.encode(), None))

    def _latest(self) -> int:
        return self._arriving[-1].at_ns if self._arriving else 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing gets to the processor."""
        return not self._arriving

    @property
    def has_spans(self) -> bool:
        """Whether any span gets to the processor."""
        return any(one.shell is not None for one in self._arriving)

    @property
    def times(self) -> tuple[int, int]:
        """When the first and the last span came. Raises ValueError where there is none."""
        ends = [one.at_ns for one in self._arriving if one.shell is not None]
        return min(ends), max(ends)

    @property
    def begin_ns(self) -> int:
        """The step of the clock with which it begins."""
        return min(one.at_ns for one in self._arriving) // STEP_NS * STEP_NS

    def steps(self) -> Iterator[tuple[int, list[Arriving]]]:
        """What comes within each step of the clock in which something does, in order, and that step's end."""
        for step, some in groupby(sorted(self._arriving, key=attrgetter("at_ns")), lambda one: one.at_ns // STEP_NS):
            yield (step + 1) * STEP_NS, list(some)

    def remarks(self) -> Iterator[str]:
        """What somebody who reads the result should know."""
        for why, count in self._refused.items():
            yield f"{plural(count, 'request')} did not get through: {why}"
        for signal, count in self._unused.items():
            if signal == "logs":
                yield f"{plural(count, 'request')} of logs not used: no pipeline of logs names {self._component}"
        if self._filtered:
            yield f"{plural(self._filtered, 'span')} taken out by what stands before {self._component}"
        for front in self.fronts.values():
            if front.left_out:
                yield f"in {front.pipeline} these did not run, since they are stateful: {', '.join(front.left_out)}"

"""Errors are found in what passes, and what belongs to them is kept; what passes is not changed."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from spansieve.failures import Signs
from spansieve.pdata import DecodeError, LogBatch, Shell, TraceBatch, apart
from spansieve.plugin import Clock

from .config import ErrorAggregationConfig
from .ignoring import Ignored
from .kept import Kept
from .reader import Reader
from .recent import Recent
from .seen import Seen
from .told import FUTURE_NS
from .trace import Verdict

_UNSET = (b"", bytes(16))


class Intake:
    """Looks at requests. A healthy span in a trace without errors costs one look over its bytes."""

    def __init__(
        self, config: ErrorAggregationConfig, clock: Clock, kept: Kept, fault: Callable[[DecodeError], None]
    ) -> None:
        """`fault` is told of spans that can't be read."""
        self._clock = clock
        self._wait = config.cascade_wait
        self._max_age_ns = round(config.max_age * 1e9)
        self._reader = Reader(config)
        self._signs = Signs()
        self._recent = Recent(config.cascade_wait)
        self._traces = kept.traces
        self._sources = kept.sources
        self._measures = kept.measures
        self._fault = fault
        self._traceless = 0

    def spans(self, batch: TraceBatch) -> list[Verdict]:
        """Take a request in; what changes for errors that were judged before."""
        body, now = batch.encode(), self._clock.monotonic()
        suspicious = self._signs.any(body)
        if not suspicious and not self._traces:
            self._recent.put(body, now)
            return []
        pieces = list(apart(body))
        wires = [wire for _, some in pieces for wire in some]
        failed = self._failed(pieces, wires, now) if suspicious else set()
        verdicts = self._others(wires, failed, now)
        self._recent.put(body, now)
        return verdicts

    def _failed(self, pieces: Sequence[tuple[Shell, Sequence[bytes]]], wires: Sequence[bytes], now: float) -> set[int]:
        """Take the errors in; the places of all spans that need no other look."""
        ends = list(accumulate(len(some) for _, some in pieces))
        done, ignored = set(), []
        for place in self._signs.places(wires):
            shell = pieces[bisect_right(ends, place)][0]
            found = self._read(wires[place], shell)
            if found is None:
                continue
            done.add(place)
            if isinstance(found, Seen):
                self.fail(found, now)
            else:
                ignored.append(wires[place])
        for wire in ignored:
            self._traces.ignore(wire[2:18], wire)
        return done

    def _read(self, wire: bytes, shell: Shell) -> Seen | Ignored | None:
        try:
            found = self._reader.span(wire, self._sources.of(shell))
        except DecodeError as error:
            self._fault(error)
            return None
        if found is not None and not isinstance(found, Seen):
            self._measures.ignored(found)
        return found

    def fail(self, seen: Seen, now: float, due: float | None = None) -> None:
        """Take an error in."""
        if seen.trace_id in _UNSET:
            self._traceless += 1
            seen.trace_id = b"none %d" % self._traceless
        age_ns = self._clock.time_ns() - seen.time_ns
        seen.is_fresh = -FUTURE_NS <= age_ns <= self._max_age_ns
        is_new_trace = bool(self._recent) and seen.trace_id not in self._traces
        self._traces.fail(seen, now, now + self._wait if due is None else due)
        if is_new_trace and (before := self._recent.spans(seen.trace_id, now)):
            self._traces.see(seen.trace_id, before, now)

    def _others(self, wires: Sequence[bytes], done: set[int], now: float) -> list[Verdict]:
        """Take in what belongs to traces with errors."""
        ids = [wire[2:18] for wire in wires]
        if self._traces.are_unknown(ids):
            return []
        by_trace: dict[bytes, list[bytes]] = {}
        for place, trace_id in enumerate(ids):
            if trace_id in self._traces and place not in done:
                by_trace.setdefault(trace_id, []).append(wires[place])
        found = [self._see(trace_id, some, now) for trace_id, some in by_trace.items()]
        return [verdict for verdict in found if verdict is not None]

    def _see(self, trace_id: bytes, wires: Sequence[bytes], now: float) -> Verdict | None:
        try:
            return self._traces.see(trace_id, wires, now)
        except DecodeError as error:
            self._fault(error)
            return None

    def records(self, batch: LogBatch) -> None:
        """Take in the errors that log records of traces tell of."""
        now, shells = self._clock.monotonic(), batch.shells()
        for record in batch:
            if not record.trace_id:
                continue
            try:
                found = self._reader.record(record, self._sources.of(shells[id(record.scope)]))
            except DecodeError as error:
                self._fault(error)
                continue
            if isinstance(found, Seen):
                self.fail(found, now)
            elif found is not None:
                self._measures.ignored(found)

    def again(self, saved: Iterable[tuple[bytes, Shell, float, int]]) -> None:
        """Take in spans that waited when the process ended: each with its shell, the seconds that it still has to wait,
        and when it came (wall clock).
        """
        now = self._clock.monotonic()
        for wire, shell, left, came_ns in saved:
            found = self._read(wire, shell)
            if isinstance(found, Seen):
                self.fail(found, now, now + min(left, self._wait))
                found.is_fresh = -FUTURE_NS <= came_ns - found.time_ns <= self._max_age_ns

"""What is read of spans when they come, once: everything that decisions need."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from spansieve.failures import Rules, Signs, failure_of
from spansieve.literals import Literals
from spansieve.pdata import NO_SPAN, Shell, Span, TraceBatch

from .facts import TraceFacts
from .mentions import Encoded
from .policies import Watcher

_SAMPLED = b"ot="
"""Stands in a trace state that says how its span was sampled before."""


class Arrival:
    """What came in one request."""

    def __init__(self, batch: TraceBatch, traces: dict[bytes, TraceFacts]) -> None:
        """Of the batch, by trace."""
        self._batch = batch
        self.traces = traces
        """What came of each trace."""

    @cached_property
    def _spans(self) -> dict[bytes, list[Span]]:
        return self._batch.by_trace()

    def spans(self, trace_id: bytes) -> list[Span]:
        """The spans themselves of one of them, in order."""
        return self._spans[trace_id]


class _Around(NamedTuple):
    """What is around some spans that follow one another, and what watchers found in the resource."""

    spans: int
    shell: Shell
    bits: int


def _runs(ids: Sequence[bytes], first: int, end: int) -> Iterator[tuple[int, int]]:
    """Where ids that follow one another are the same: first and end of each such run from `first` to `end`."""
    if first < end:
        borders = [place for place in range(first + 1, end) if ids[place] != ids[place - 1]]
        yield from zip((first, *borders), (*borders, end), strict=True)


class Reader:
    """Reads the spans of requests."""

    def __init__(self, watchers: Sequence[Watcher], rules: Rules) -> None:
        """Each watcher sets the bit of its place; `rules` say what a failure is."""
        self._watchers = watchers
        self._rules = rules
        needles = [watcher.needle for watcher in watchers if watcher.needle]
        self._literals = Literals([_SAMPLED, *needles])
        self._signs = Signs()

    def read(self, batch: TraceBatch, now: float = 0.0) -> Arrival:
        """All spans by trace, in order, at `now` on the monotonic clock. Raises DecodeError where one is malformed
        inside.
        """
        columns = batch.columns()
        ids = columns.trace_ids
        traces: dict[bytes, TraceFacts] = {}
        first = 0
        for spans, shell, bits in self._around(batch):
            for begin, end in _runs(ids, first, first + spans):
                trace = traces.get(ids[begin])
                if trace is None:
                    trace = traces[ids[begin]] = TraceFacts(ids[begin], now)
                if end - begin == 1:
                    start_ns, end_ns = columns.starts[begin], columns.ends[begin]
                else:
                    start_ns, end_ns = min(columns.starts[begin:end]), max(columns.ends[begin:end])
                trace.gather(shell, columns.wires[begin:end], start_ns, end_ns, bits)
            first += spans
        for place, parent in enumerate(columns.parent_span_ids):
            if parent in NO_SPAN:
                traces[ids[place]].has_root = True
        self._look(list(batch), columns.wires, [traces[trace_id] for trace_id in ids])
        return Arrival(batch, traces)

    def _around(self, batch: TraceBatch) -> Iterator[_Around]:
        """By scope, in order."""
        shells = batch.shells()
        bits = {
            id(resource): sum(watcher.resource(resource) << place for place, watcher in enumerate(self._watchers))
            for resource in batch.resources
        }
        for scope in batch.scopes:
            yield _Around(len(scope.message.spans), shells[id(scope)], bits[id(scope.resource)])

    def _look(self, spans: Sequence[Span], wires: Sequence[bytes], traces: Sequence[TraceFacts]) -> None:
        """Look into the spans that say more than when they were; each belongs to the trace at its place."""
        encoded = Encoded(wires, self._literals)
        for bit, watcher in enumerate(self._watchers):
            for place in self._suspects(watcher, len(spans), encoded):
                if watcher.span(spans[place]):
                    traces[place].bits |= 1 << bit
        for place in self._signs.places(wires):
            failure = failure_of(spans[place], self._rules)
            if failure is not None:
                traces[place].fail(failure)
        for place in encoded.places(_SAMPLED):
            traces[place].sampled_before(spans[place].trace_state)

    @staticmethod
    def _suspects(watcher: Watcher, count: int, encoded: Encoded) -> Iterator[int] | range:
        """The spans that may be what a watcher looks for."""
        if not watcher.needle:
            return range(count)
        return encoded.chosen(watcher.needle, watcher.suspects)

"""Spans wait until their trace can be looked at: until its root has settled, or nothing more comes."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from spansieve.watching import AiSpan

from .answers import UNKNOWN, Answer
from .explicit import Said

_PARENT: Final = attrgetter("parent_span_id")


class Told(NamedTuple):
    """What was read of a span when it came."""

    said: tuple[Said, ...] = ()
    answer: Answer = UNKNOWN


NOTHING_TOLD: Final = Told()


class Trace:
    """Settled spans of one trace, with what was read of them."""

    __slots__ = ("is_rooted", "last", "spans", "told")

    def __init__(self) -> None:
        """Nothing has settled."""
        self.spans: list[AiSpan] = []
        self.told: dict[AiSpan, Told] = {}
        """By span, where something was read."""
        self.last = 0.0
        """When the last one settled, in seconds, monotonic."""
        self.is_rooted = False
        """Whether its root is among them."""


class Traces:
    """All that wait, at most `most` spans. Seconds are monotonic."""

    def __init__(self, most: int, idle: float) -> None:
        """None does; a trace without a root is due after `idle` seconds of silence."""
        self._most = most
        self._idle = idle
        self._waiting: OrderedDict[bytes, Trace] = OrderedDict()
        """By their ids, the most silent first; those whose root has settled are not among them."""
        self._rooted: dict[bytes, Trace] = {}
        self.spans = 0
        self.early = 0
        """Traces that had to be looked at for want of room."""

    def add(self, trace_id: bytes, spans: Sequence[AiSpan], now: float) -> Trace:
        """Spans of a trace have settled; returns all of it."""
        trace = self._rooted.get(trace_id) or self._waiting.pop(trace_id, None) or Trace()
        trace.spans += spans
        trace.last = now
        self.spans += len(spans)
        if trace.is_rooted or b"" in map(_PARENT, spans):
            trace.is_rooted = True
            self._rooted[trace_id] = trace
        else:
            self._waiting[trace_id] = trace
        return trace

    def due(self, now: float, *, all_: bool = False) -> Iterator[tuple[bytes, Trace]]:
        """Take out the traces that are to be looked at."""
        rooted, self._rooted = self._rooted, {}
        self.spans -= sum(len(trace.spans) for trace in rooted.values())
        yield from rooted.items()
        while self._waiting:
            trace_id, trace = next(iter(self._waiting.items()))
            is_due = all_ or now - trace.last >= self._idle
            if not is_due and self.spans <= self._most:
                return
            self.early += not is_due
            del self._waiting[trace_id]
            self.spans -= len(trace.spans)
            yield trace_id, trace

"""Traces that are kept, on their way out: several in a request, held until there is room behind."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from spansieve.pdata import Span, TraceBatch, together

from .facts import TraceFacts

MAX_SPANS = 1024
"""Spans of one request; a larger trace stays whole."""


class Outgoing(NamedTuple):
    """A trace to be emitted; `finish` writes on its spans what is to be known of its keeping."""

    trace: TraceFacts
    finish: Callable[[list[Span]], None]


class Emission:
    """What waits to be emitted, in order; `emit` answers whether there was room, and `emitted` is told of traces that
    went.
    """

    def __init__(
        self, emit: Callable[[TraceBatch], bool], emitted: Callable[[Iterable[bytes]], None] = lambda _: None
    ) -> None:
        """Nothing waits."""
        self._emit = emit
        self._emitted = emitted
        self._waiting: deque[Outgoing] = deque()
        self._made: TraceBatch | None = None
        self._ids: Iterable[bytes] = ()
        """Of the traces in it."""
        self.spans = 0
        """How many wait."""

    def put(self, outgoing: Outgoing) -> None:
        """Let it wait."""
        self._waiting.append(outgoing)
        self.spans += outgoing.trace.spans

    def flush(self) -> bool:
        """Emit all that waits; False: there was no room for all of it."""
        while self._made is not None or self._waiting:
            self._made = self._made or self._next()
            if not self._emit(self._made):
                return False
            self.spans -= len(self._made)
            self._emitted(self._ids)
            self._made = None
        return True

    def _next(self) -> TraceBatch:
        taken: dict[bytes, Outgoing] = {}
        spans = 0
        while self._waiting and (one := self._waiting[0].trace).trace_id not in taken:
            if taken and spans + one.spans > MAX_SPANS:
                break
            spans += one.spans
            taken[one.trace_id] = self._waiting.popleft()
        self._ids = taken
        batch = TraceBatch.parse(together(piece for one in taken.values() for piece in one.trace.pieces))
        by_trace = batch.by_trace()
        for trace_id, outgoing in taken.items():
            outgoing.finish(by_trace[trace_id])
        return batch

"""Who made a call: the nearest span above it that does work of its own."""

from collections.abc import Callable, Sequence
from typing import Final

from spansieve.watching import AiSpan

from .roles import ROLES

Plumbing = Callable[[bytes, bytes], bytes | None]
"""By trace and span: the parent of a span that is no AI span; None for any other, and what is not known."""

_MOST_BETWEEN: Final = 100
"""Spans that are climbed from one to the next."""


class Callers(dict[bytes, bytes]):
    """By a span of one trace: from it up, itself included, the first that works or has not come; empty where there is
    none. Worked out when it is first asked for, and nothing is climbed twice.
    """

    __slots__ = ("_plumbing", "_spans", "_trace_id")

    def __init__(self, spans: Sequence[AiSpan], plumbing: Plumbing) -> None:
        """`spans` came together; `plumbing` knows those that are no AI spans."""
        self._spans = {span.span_id: span for span in spans}
        self._trace_id = spans[0].trace_id
        self._plumbing = plumbing

    def __missing__(self, at: bytes) -> bytes:
        below = at
        for _ in range(_MOST_BETWEEN):
            parent = self._parent(at)
            if parent is None or parent == at:
                break
            at = self.get(parent, parent)
        self[below] = at
        return at

    def works(self, at: bytes) -> bool:
        """Whether it came now, and does work of its own."""
        return at in self._spans and self._parent(at) is None

    def _parent(self, at: bytes) -> bytes | None:
        """Of one that is looked through; None: it works, or has not come."""
        if not at:
            return None
        span = self._spans.get(at)
        if span is None:
            return self._plumbing(self._trace_id, at)
        return span.parent_span_id if ROLES[span.traits].is_passed else None

"""The spans of one request as trees: who is above whom. Made only when somebody asks."""

from collections.abc import Iterable, Iterator

from spansieve.pdata import Span

_MOST_STEPS = 512
"""Ancestors that are walked; more is a circle, or made up."""


class Tree:
    """Parents by trace and span id, within one request."""

    __slots__ = ("_by_id", "_spans")

    def __init__(self, spans: Iterable[Span]) -> None:
        """Remember the spans; nothing is read yet."""
        self._spans = spans
        self._by_id: dict[tuple[bytes, bytes], Span] | None = None

    def ancestors(self, span: Span) -> Iterator[Span]:
        """The spans above `span` in the request, the nearest first."""
        if self._by_id is None:
            self._by_id = {(one.trace_id, one.span_id): one for one in self._spans}
        trace_id = span.trace_id
        at = span
        for _ in range(_MOST_STEPS):
            above = self._by_id.get((trace_id, at.parent_span_id)) if at.parent_span_id else None
            if above is None or above is span:
                return
            yield above
            at = above

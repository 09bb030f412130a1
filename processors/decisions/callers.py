"""Who made a call: the nearest span above it that does work of its own."""

from collections.abc import Callable, Iterable
from typing import Final

from spansieve.watching import AiSpan

from .roles import ROLES

Plumbing = Callable[[bytes, bytes], bytes | None]
"""By trace and span: the parent of a span that is no AI span; None for any other, and what is not known."""

_MOST_BETWEEN: Final = 100
"""Spans that are climbed from one to the next."""


class Callers:
    """Of one trace, by the spans that came together. Nothing is climbed twice."""

    def __init__(self, trace_id: bytes, spans: Iterable[AiSpan], plumbing: Plumbing) -> None:
        """`plumbing` knows those that are no AI spans."""
        self._trace_id = trace_id
        self._plumbing = plumbing
        self._parents = {span.span_id: span.parent_span_id if ROLES[span.traits].is_passed else None for span in spans}
        self._known: dict[bytes, bytes] = {b"": b""}

    def of(self, at: bytes) -> bytes:
        """From `at` up, itself included, the first span that works or has not come; empty where there is none."""
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = self._climb(at)
        return found

    def works(self, at: bytes) -> bool:
        """Whether it came now, and does work of its own."""
        return at in self._parents and self._parents[at] is None

    def _climb(self, at: bytes) -> bytes:
        for _ in range(_MOST_BETWEEN):
            parent = self._parents[at] if at in self._parents else self._plumbing(self._trace_id, at)
            if parent is None or parent == at:
                break
            at = self._known.get(parent, parent)
        return at

"""What was counted below spans that have not come yet: so an outer span counts once, however late it comes."""

from collections import OrderedDict
from typing import Final, NamedTuple

from spansieve.structure.spending import NOTHING_BELOW, Below, joined

MAX_IDS: Final = 100_000
"""Spans of which it is remembered; of more, those of the traces that were silent for the longest time are forgotten."""


class Beneath(NamedTuple):
    """What counts below one span."""

    spent: Below = NOTHING_BELOW
    tools: frozenset[str] = frozenset()
    """Tools that were executed."""
    calls: frozenset[str] = frozenset()
    """Families of the model calls."""


NOTHING: Final = Beneath()


class Beneaths:
    """All of it, by trace and span."""

    def __init__(self, most: int = MAX_IDS) -> None:
        """Nothing was counted; at most `most` ids are remembered."""
        self._most = most
        self._traces: OrderedDict[bytes, dict[bytes, Beneath]] = OrderedDict()
        self.ids = 0

    def of_trace(self, trace_id: bytes) -> dict[bytes, Beneath] | None:
        """By span, if there is any in this trace; not to be changed."""
        return self._traces.get(trace_id)

    def add(self, trace_id: bytes, span_id: bytes, more: Beneath) -> None:
        """It was counted below this span."""
        spans = self._traces.get(trace_id)
        if spans is None:
            spans = self._traces[trace_id] = {}
        else:
            self._traces.move_to_end(trace_id)
        known = spans.get(span_id)
        if known is None:
            self.ids += 1
            spans[span_id] = more
            self._forget()
        else:
            spans[span_id] = Beneath(
                joined(known.spent, more.spent), known.tools | more.tools, known.calls | more.calls
            )

    def take(self, trace_id: bytes, span_id: bytes) -> Beneath:
        """What was counted below this span, which is remembered no longer."""
        spans = self._traces.get(trace_id)
        found = spans.pop(span_id, None) if spans else None
        if found is None:
            return NOTHING
        self.ids -= 1
        if not spans:
            del self._traces[trace_id]
        return found

    def _forget(self) -> None:
        while self.ids > self._most:
            trace_id, spans = next(iter(self._traces.items()))
            if len(self._traces) == 1:
                self.take(trace_id, next(iter(spans)))
            else:
                del self._traces[trace_id]
                self.ids -= len(spans)

"""What was counted below spans that have not come yet: so an outer span counts once, however late it comes."""

from collections import Counter, OrderedDict
from typing import Final

from spansieve.structure.spending import Below, Spent

MAX_IDS: Final = 100_000
"""Spans of which it is remembered; of more, those of the traces that were silent for the longest time are forgotten."""
MAX_TOOLS: Final = 500
"""Tools, by name, that were executed below one span; of more it is not remembered, so that outer spans of theirs that
come late are executions of their own.
"""
_NONE: Final[frozenset[str]] = frozenset()


class Beneath:
    """What counts below one span; it grows."""

    __slots__ = ("calls", "families", "input", "output", "tools")

    def __init__(self) -> None:
        """Nothing does."""
        self.input = self.output = 0.0
        """Tokens."""
        self.families = _NONE
        """The kinds of model calls that used them."""
        self.calls = _NONE
        """Families of the model calls."""
        self.tools = _NONE
        """Tools that were executed."""

    @property
    def below(self) -> Below:
        """What was spent."""
        return Below(Spent(self.input, self.output), self.families)

    def spend(self, below: Below) -> None:
        """Add what was spent."""
        self.input += below.spent.first
        self.output += below.spent.second
        self.families |= below.families


NOTHING: Final = Beneath()


class Beneaths:
    """All of it, by trace and span."""

    def __init__(self, evicted: Counter[str]) -> None:
        """Nothing was counted. `evicted` counts what is forgotten for want of room, as `counted`."""
        self._evicted = evicted
        self._traces: OrderedDict[bytes, dict[bytes, Beneath]] = OrderedDict()
        self.ids = 0

    def of_trace(self, trace_id: bytes) -> dict[bytes, Beneath] | None:
        """By span, if there is any in this trace; not to be changed."""
        return self._traces.get(trace_id)

    def of(self, trace_id: bytes, span_id: bytes) -> Beneath:
        """What counts below one span: to be added to."""
        spans = self._traces.get(trace_id)
        if spans is None:
            spans = self._traces[trace_id] = {}
        else:
            self._traces.move_to_end(trace_id)
        found = spans.get(span_id)
        if found is None:
            found = spans[span_id] = Beneath()
            self.ids += 1
            self._forget()
        return found

    def execute(self, found: Beneath, tools: frozenset[str]) -> None:
        """Add tools that were executed below a span, while there is room."""
        if len(found.tools) < MAX_TOOLS:
            found.tools |= tools
        else:
            self._evicted["counted"] += len(tools - found.tools)

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
        before = self.ids
        while self.ids > MAX_IDS:
            trace_id, spans = next(iter(self._traces.items()))
            if len(self._traces) == 1:
                self.take(trace_id, next(iter(spans)))
            else:
                del self._traces[trace_id]
                self.ids -= len(spans)
        if self.ids < before:
            self._evicted["counted"] += before - self.ids

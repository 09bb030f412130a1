"""Parents of spans that are none of ours: what stands between an agent and another one below it."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from spansieve.pdata import NO_SPAN, Span

MAX_LINKS: Final = 100_000
"""Of all traces; above, the trace of which nothing came for the longest time is forgotten."""
MAX_ROOTED: Final = 10_000


class Links:
    """By trace and span id; and the traces whose root is none of ours."""

    def __init__(self) -> None:
        """Nothing came."""
        self._of: OrderedDict[bytes, dict[bytes, bytes]] = OrderedDict()
        self._size = 0
        self._rooted: OrderedDict[bytes, None] = OrderedDict()

    def see(self, spans: Iterable[Span], traces: Collection[bytes]) -> None:
        """Spans came that are none of ours; `traces` are those that are looked at."""
        for span in spans:
            parent, trace_id = span.parent_span_id, span.trace_id
            if parent in NO_SPAN:
                self._root(trace_id)
            elif trace_id in traces:
                self._link(trace_id, span.span_id, parent)

    def _root(self, trace_id: bytes) -> None:
        self._rooted[trace_id] = None
        self._rooted.move_to_end(trace_id)
        if len(self._rooted) > MAX_ROOTED:
            self._rooted.popitem(last=False)

    def _link(self, trace_id: bytes, span_id: bytes, parent: bytes) -> None:
        links = self._of.get(trace_id)
        if links is None:
            links = self._of[trace_id] = {}
            while self._size > MAX_LINKS:
                self._size -= len(self._of.popitem(last=False)[1])
        self._size += span_id not in links
        links[span_id] = parent

    def is_rooted(self, trace_id: bytes) -> bool:
        """Whether the root of a trace came, and is none of ours."""
        return trace_id in self._rooted

    def take(self, trace_id: bytes) -> Mapping[bytes, bytes]:
        """The parents in a trace, which are forgotten by that."""
        found = self._of.pop(trace_id, {})
        self._size -= len(found)
        return found

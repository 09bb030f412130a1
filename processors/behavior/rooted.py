"""Traces whose root is none of ours: nothing of them is to be awaited once they are silent."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from spansieve.watching import Ids

MAX_ROOTED: Final = 10_000
"""Above, the trace whose root came first is forgotten."""


class Rooted:
    """The last ones."""

    def __init__(self) -> None:
        """Nothing came."""
        self._traces: OrderedDict[bytes, None] = OrderedDict()

    def see(self, others: Iterable[Ids]) -> None:
        """Spans came that are none of ours."""
        for trace_id in [trace_id for trace_id, _, parent in others if not parent]:
            self._traces[trace_id] = None
            self._traces.move_to_end(trace_id)
        while len(self._traces) > MAX_ROOTED:
            self._traces.popitem(last=False)

    def __contains__(self, trace_id: bytes) -> bool:
        """Whether the root of a trace came, and is none of ours."""
        return trace_id in self._traces

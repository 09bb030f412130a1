"""The traces that are not decided yet, in the order in which they came."""

from collections import OrderedDict
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import takewhile
from typing import Literal

from .facts import TraceFacts

Cause = Literal["wait", "root"]


class Buffer:
    """Traces by id, with when each is due. Seconds are those of the monotonic clock."""

    def __init__(self, wait: float, root_wait: float) -> None:
        """A trace is due `wait` seconds after its first span, or `root_wait` after a root, if that is sooner; 0: the
        root makes no difference.
        """
        self._wait = wait
        self._root_wait = root_wait
        self._traces: OrderedDict[bytes, TraceFacts] = OrderedDict()  # a dict finds its first the slower, the more went
        self._roots: list[tuple[float, bytes]] = []
        self.spans = self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._traces)

    def get(self, trace_id: bytes) -> TraceFacts | None:
        """The trace, if it is here."""
        return self._traces.get(trace_id)

    def put(self, arrived: TraceFacts, now: float) -> TraceFacts:
        """Hold what came of a trace, together with what came before; all of it."""
        trace = self._traces.setdefault(arrived.trace_id, arrived)
        if trace is not arrived:
            trace.join(arrived)
        self.spans += arrived.spans
        self.size_bytes += arrived.size_bytes
        if self._root_wait and arrived.has_root:
            heappush(self._roots, (now + self._root_wait, arrived.trace_id))
        return trace

    def take(self, trace: TraceFacts) -> None:
        """Hold it no longer."""
        del self._traces[trace.trace_id]
        self.spans -= trace.spans
        self.size_bytes -= trace.size_bytes

    def due(self, now: float) -> Iterator[tuple[TraceFacts, Cause]]:
        """Those whose time has come, and why; each is to be taken before the next is asked for."""
        traces = self._traces
        for trace in list(takewhile(lambda trace: trace.first_seen + self._wait <= now, traces.values())):
            yield trace, "wait"
        while self._roots and self._roots[0][0] <= now:
            due, trace_id = heappop(self._roots)
            begun = traces.get(trace_id)
            if begun is not None and due >= begun.first_seen + self._root_wait:  # else the root of one before it
                yield begun, "root"

    def oldest(self) -> TraceFacts:
        """The one that came first. Raises StopIteration where there is none."""
        return next(iter(self._traces.values()))

    def all(self) -> list[TraceFacts]:
        """All, the oldest first."""
        return list(self._traces.values())

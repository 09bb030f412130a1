"""The traces that are not decided yet, in the order in which they came."""

from collections import OrderedDict
from collections.abc import Iterator
from heapq import heappop, heappush
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

    def put(self, trace: TraceFacts) -> None:
        """Hold a trace that is new."""
        self._traces[trace.trace_id] = trace

    def grew(self, trace: TraceFacts, spans: int, size_bytes: int, now: float, *, root: bool) -> None:
        """A trace has got so much more; `root`: a root among it."""
        self.spans += spans
        self.size_bytes += size_bytes
        if root and self._root_wait:
            heappush(self._roots, (now + self._root_wait, trace.trace_id))

    def take(self, trace: TraceFacts) -> None:
        """Hold it no longer."""
        del self._traces[trace.trace_id]
        self.spans -= trace.spans
        self.size_bytes -= trace.size_bytes

    def due(self, now: float) -> Iterator[tuple[TraceFacts, Cause]]:
        """Those whose time has come, and why; each is to be taken before the next is asked for."""
        while self._traces:
            first = next(iter(self._traces.values()))
            if first.first_seen + self._wait > now:
                break
            yield first, "wait"
        while self._roots and self._roots[0][0] <= now:
            trace = self._traces.get(heappop(self._roots)[1])
            if trace is not None:
                yield trace, "root"

    def oldest(self) -> TraceFacts:
        """The one that came first. Raises StopIteration where there is none."""
        return next(iter(self._traces.values()))

    def all(self) -> list[TraceFacts]:
        """All, the oldest first."""
        return list(self._traces.values())

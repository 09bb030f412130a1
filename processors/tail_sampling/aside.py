"""Traces that were dropped, for a while: an error or a root that comes late may bring them back."""

from collections import OrderedDict
from typing import Protocol

from .facts import TraceFacts


class Spill(Protocol):
    """Where traces are kept instead of in memory. It may lose them, and never raises."""

    def put(self, trace: TraceFacts) -> bool:
        """Keep it; False: it could not be."""

    def take(self, trace_id: bytes) -> TraceFacts | None:
        """Give it, and keep it no longer."""

    def delete(self, trace_id: bytes) -> None:
        """Keep it no longer."""

    def sizes(self) -> list[tuple[bytes, int]]:
        """What is there since before a restart: traces, and their wire bytes."""


_Entry = tuple[float, int, TraceFacts | None]
"""Until when it is kept, its bytes, and the trace; None: it is spilled."""


class Aside:
    """Dropped traces by id, the first dropped first; `window` seconds, and `max_bytes` of wire bytes, each at most."""

    def __init__(self, window: float, max_bytes: int) -> None:
        """Nothing is there."""
        self._window = window
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._spill: Spill | None = None
        self.size_bytes = 0
        self.evicted = 0
        """Traces that went before their time."""

    def __len__(self) -> int:
        return len(self._entries)

    def spill(self, spill: Spill, now: float) -> None:
        """Keep traces there from now on; those that are there already have their whole window before them."""
        self._spill = spill
        for trace_id, size_bytes in spill.sizes():
            self._enter(trace_id, (now + self._window, size_bytes, None))

    def put(self, trace: TraceFacts, now: float) -> None:
        """Keep a dropped trace; one that is larger than all the room is not kept."""
        if not self._max_bytes:
            return
        if trace.trace_id in self._entries:  # of a decision that was forgotten since
            self._forget(trace.trace_id)
        if self._spill is None:
            self._enter(trace.trace_id, (now + self._window, trace.size_bytes, trace))
        elif self._spill.put(trace):
            self._enter(trace.trace_id, (now + self._window, trace.size_bytes, None))
        else:
            self.evicted += 1

    def take(self, trace_id: bytes) -> TraceFacts | None:
        """Give the trace, if it is here, and keep it no longer."""
        entry = self._entries.pop(trace_id, None)
        if entry is None:
            return None
        _, size_bytes, trace = entry
        self.size_bytes -= size_bytes
        return self._spill.take(trace_id) if trace is None and self._spill is not None else trace

    def expire(self, now: float) -> None:
        """Let go of those whose time is over."""
        while self._entries and next(iter(self._entries.values()))[0] <= now:
            self._forget(next(iter(self._entries)))

    def _enter(self, trace_id: bytes, entry: _Entry) -> None:
        self._entries[trace_id] = entry
        self.size_bytes += entry[1]
        while self.size_bytes > self._max_bytes and self._entries:
            self._forget(next(iter(self._entries)))
            self.evicted += 1

    def _forget(self, trace_id: bytes) -> None:
        entry = self._entries.pop(trace_id, None)
        if entry is not None:
            self.size_bytes -= entry[1]
            if entry[2] is None and self._spill is not None:
                self._spill.delete(trace_id)

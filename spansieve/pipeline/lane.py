"""What one pipeline has waiting for one exporter, and the batches that are made of it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from spansieve.plugin import Batching

from .books import Ledger
from .disk import Disk

LINGER = 0.005
"""Seconds that a request waits for others where nobody configured batching: one call to the backend then carries
many.
"""
LINGER_BYTES = 1 << 20
"""A lane that holds this much is sent without waiting."""
JOINED_BYTES = 4_000_000
"""Requests are joined up to this size: below the 4 MiB that gRPC servers take by default."""

KEPT_BYTES = 4 << 20
"""Bytes of a lane on disk that are in memory as well, so that what is sent at once need not be read again."""

Done = Callable[[str], None]
"""Tells whoever waits for a backend's answer why the data was given up; "" = the backend has it."""


class Entry(NamedTuple):
    """One request as it waits: OTLP bytes, their items and size, when it came (monotonic seconds), and whom to tell
    what became of it.

    One that stands on disk has a `key`, and mostly no body until somebody sends it.
    """

    body: bytes
    items: int
    size_bytes: int
    since: float
    done: Done | None = None
    key: str = ""


@dataclass(eq=False)
class Taken:
    """What goes to the backend in one go (or in pieces of `max_size`).

    `written` items have an outcome on the books; once it is `abandoned`, nothing more is written down.
    """

    lane: "Lane"
    entries: list[Entry]
    written: int = 0
    abandoned: bool = False

    @property
    def items(self) -> int:
        """Spans, log records or data points."""
        return sum(entry.items for entry in self.entries)

    @property
    def size_bytes(self) -> int:
        """Bytes of all entries."""
        return sum(entry.size_bytes for entry in self.entries)

    @property
    def keys(self) -> list[str]:
        """Where it stands on disk."""
        return [entry.key for entry in self.entries if entry.key]

    @property
    def body(self) -> bytes:
        """Concatenated requests are a valid request (protobuf encoding, "Last One Wins" and repeated fields)."""
        return self.entries[0].body if len(self.entries) == 1 else b"".join([entry.body for entry in self.entries])

    def remade(self, pieces: list[tuple[bytes, int]]) -> list[Entry]:
        """What is left of it, `pieces` (bodies with their items), as entries that wait in memory; who waits for any of
        the former ones waits for the last of these.
        """
        entries = [Entry(body, items, len(body), self.entries[0].since) for body, items in pieces]
        waiting = [entry.done for entry in self.entries if entry.done is not None]

        def done(reason: str) -> None:
            for one in waiting:
                one(reason)

        if waiting:
            entries[-1] = entries[-1]._replace(done=done)
        return entries


class Lane:
    """What one pipeline has waiting for one exporter."""

    def __init__(self, pipeline: str) -> None:
        """Empty. `batching` None: linger for at most 5 ms."""
        self.pipeline = pipeline
        self.batching: Batching | None = None
        self.ledger: Ledger | None = None
        self.entries: deque[Entry] = deque()
        """Oldest first; of a lane on disk those that were read on last."""
        self.disk: Disk | None = None
        self.items = 0
        self.size_bytes = 0
        self.in_flight_items = 0
        self._kept_bytes = 0  # of bodies that stand on disk too

    @property
    def held(self) -> int:
        """Items that wait or are in flight."""
        return self.items + self.in_flight_items

    @property
    def requests(self) -> int:
        """Requests that wait."""
        return len(self.entries) + (self.disk.beyond if self.disk is not None else 0)

    def stand_on(self, disk: Disk, items: int, size_bytes: int) -> None:
        """From now on what waits is what stands on `disk`, of these totals; a difference goes into the books."""
        if self.ledger is not None and items != self.items:
            less = self.items - items
            self.ledger.count("failed" if less > 0 else "restored", abs(less), "reconfigured" if less > 0 else "")
        self.entries.clear()
        self._kept_bytes = 0
        self.disk, self.items, self.size_bytes = disk, items, size_bytes

    def append(self, entry: Entry) -> None:
        """One more waits."""
        self.items += entry.items
        self.size_bytes += entry.size_bytes
        if self.disk is not None and entry.key:
            if not self.disk.shows(entry.key, len(self.entries)):
                return
            if self._kept_bytes + entry.size_bytes > KEPT_BYTES:
                entry = entry._replace(body=b"")
            self._kept_bytes += len(entry.body)
        self.entries.append(entry)

    def give_back(self, entries: list[Entry]) -> None:
        """What was taken waits again, before everything else."""
        self.entries.extendleft(reversed(entries))
        self.items += sum(entry.items for entry in entries)
        self.size_bytes += sum(entry.size_bytes for entry in entries)
        if self.disk is not None:
            self.disk.passed(max(entry.key for entry in entries))

    def read_on(self) -> None:
        """Have the oldest at hand, if there is any. What was counted and is not there any more, because the storage was
        damaged, has failed. Raises StorageError.
        """
        if self.disk is None or self.entries:
            return
        found = self.disk.read_on()
        self.entries.extend(Entry(b"", mark.items, mark.size_bytes, 0.0, key=mark.key()) for mark in found)
        if not found and self.items:
            if self.ledger is not None:
                self.ledger.count("failed", self.items, "damaged")
            self.items = self.size_bytes = 0

    def enough(self) -> bool:
        """Whether what waits is worth sending at once; so is what a sender waits for."""
        if self.entries[0].done is not None:
            return True
        batching = self.batching
        if batching is None:
            return self.size_bytes >= LINGER_BYTES
        return (self.items if batching.sizer == "items" else self.size_bytes) >= batching.min_size

    def due(self) -> float:
        """When (monotonic seconds) the oldest entry has waited long enough; at once if there is enough to send."""
        since = self.entries[0].since
        if self.enough():
            return since
        return since + (LINGER if self.batching is None else self.batching.timeout)

    def pop(self) -> list[Entry]:
        """The oldest entries that fit into one batch, at least one."""
        most = self.batching.max_size if self.batching else 0
        by_items = self.batching is None or self.batching.sizer == "items"
        taken: list[Entry] = []
        items = size = 0
        while self.entries:
            entry = self.entries[0]
            amount = items + entry.items if by_items else size + entry.size_bytes
            if taken and (size + entry.size_bytes > JOINED_BYTES or (most and amount > most)):
                break
            taken.append(self.entries.popleft())
            self._kept_bytes -= len(entry.body) if entry.key else 0
            items += entry.items
            size += entry.size_bytes
        self.items -= items
        self.size_bytes -= size
        self.in_flight_items += items
        return taken

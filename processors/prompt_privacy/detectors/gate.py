"""Where something may be in many bytes: all cores at once, by Hyperscan.

google-re2 learns its states as texts come, and ids that never repeat keep leading to new ones: a union of cores is slow
until it has seen a good deal of them. Hyperscan has all its states from the start, but needs seconds to compile them:
that is done beside, once enough was searched to be worth it. Until then, and on machines that it is not made for,
google-re2 goes on.
"""

from functools import cache
from threading import Lock, Thread

from spansieve.scanner import AVAILABLE, Note, Scanner

WORTH_BYTES = 1 << 20
"""Searched before the cores are compiled: a short run would never get the seconds back that it takes."""
MOST = 100_000
"""Ends of hits in one search."""

Matches = list[tuple[int, int]]
"""Ends of hits, in order, each with the place of its core."""


class Gate:
    """Cores, as google-re2 reads them over Latin-1 bytes. Several threads may ask at once."""

    def __init__(self, cores: tuple[str, ...], worth_bytes: int = WORTH_BYTES) -> None:
        """Nothing is compiled yet, until `worth_bytes` are searched."""
        self.cores = tuple(dict.fromkeys(cores))
        """Each once."""
        self._left = worth_bytes
        self._lock = Lock()
        self._scanner: Scanner | None = None

    def ends(self, data: bytes) -> list[int] | None:
        """Where cores that hit in `data` end, in order; None where they are not compiled (yet), or hit too often."""
        ends: set[int] = set()
        add, size = ends.add, len(data)

        def note(_core: int, end: int) -> bool:
            add(min(end, size))
            return len(ends) > MOST

        return sorted(ends) if self._scan(data, note) else None

    def matches(self, data: bytes) -> Matches | None:
        """Likewise, with the place in `cores` of that which hit, behind the end."""
        found: set[tuple[int, int]] = set()
        add, size = found.add, len(data)

        def note(core: int, end: int) -> bool:
            add((min(end, size), core))
            return len(found) > MOST

        return sorted(found) if self._scan(data, note) else None

    def hits(self, data: bytes) -> bool | None:
        """Whether a core hits in `data`; None where they are not compiled (yet)."""
        scanned = self._scan(data, _first)
        return None if scanned is None else not scanned

    def compile(self) -> None:
        """Compile the cores, in some seconds; without Hyperscan, do nothing. Raises hyperscan.error for one that it
        does not take.
        """
        if AVAILABLE:
            self._scanner = Scanner([core.encode("latin-1") for core in self.cores])

    def _scan(self, data: bytes, note: Note) -> bool | None:
        """Whether `data` was searched to its end; None: it was not searched."""
        if self._scanner is None:
            self._searched(len(data))
            return None
        with self._lock:
            return self._scanner.scan(data, note)

    def _searched(self, size_bytes: int) -> None:
        """Somebody else searches as many bytes."""
        before, self._left = self._left, self._left - size_bytes
        if self._left < 0 <= before and AVAILABLE:
            Thread(target=self.compile, name="privacy-cores", daemon=True).start()


def _first(_core: int, _end: int) -> bool:
    return True


@cache
def gate_of(cores: tuple[str, ...]) -> Gate:
    """The one for `cores`: all pipelines share it."""
    return Gate(cores)

"""A lane's requests in a storage: in memory is a window of their keys, however many wait.

A key says all that the queue must know of a request before it reads it: whose lane, which place in the order, how many
items and bytes. So a start reads keys alone.
"""

from collections.abc import Container, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from spansieve.plugin import Storage

WINDOW = 1_000
"""Keys of a lane in memory beside those in flight; the rest is read on as the window empties."""
SCAN = 10_000
"""Keys read at a time when a queue is opened."""


class Mark(NamedTuple):
    """What a key says."""

    pipeline: str
    number: int
    part: int
    items: int
    size_bytes: int

    def key(self) -> str:
        """The text under which a storage has it; keys of one pipeline sort by number and part."""
        place = f"{self.number:016x}.{self.part:04x}"
        return f"{prefix(self.pipeline)}{place}/{self.items:x}/{self.size_bytes:x}"


def prefix(pipeline: str) -> str:
    """What the keys of a pipeline begin with."""
    return f"{quote(pipeline, safe='')}/"


def mark_of(key: str) -> Mark | None:
    """The mark that `key` writes; None for a key that no queue wrote."""
    try:
        pipeline, place, items, size = key.split("/")
        number, part = place.split(".")
        mark = Mark(unquote(pipeline), int(number, 16), int(part, 16), int(items, 16), int(size, 16))
    except ValueError:
        return None
    return mark if mark.key() == key else None


def marks(storage: Storage) -> Iterator[Mark]:
    """Every request in `storage`, pipeline by pipeline, oldest first. Raises StorageError."""
    last = ""
    while keys := storage.scan(after=last, limit=SCAN):
        last = keys[-1]
        yield from filter(None, map(mark_of, keys))


class Disk:
    """What of one lane stands in `storage` and is not at hand."""

    def __init__(self, storage: Storage, pipeline: str, beyond: int, in_flight: Container[str]) -> None:
        """`beyond` requests stand there; those `in_flight` are not among them."""
        self._storage = storage
        self._prefix = prefix(pipeline)
        self.beyond = beyond
        """Requests that stand there and were never at hand."""
        self._in_flight = in_flight
        self._last = ""  # the newest key that was ever at hand

    def shows(self, key: str, at_hand: int) -> bool:
        """Whether the newest request, just put under `key`, is to be kept at hand beside `at_hand` others."""
        if self.beyond or at_hand >= WINDOW:
            self.beyond += 1
            return False
        self.passed(key)
        return True

    def passed(self, key: str) -> None:
        """`key` is at hand, or was."""
        self._last = max(self._last, key)

    def read_on(self) -> list[Mark]:
        """The next requests; none if all were at hand. Raises StorageError."""
        found: list[Mark] = []
        while self.beyond and not found:
            keys = self._storage.scan(self._prefix, self._last, WINDOW)
            if not keys:
                self.beyond = 0  # a damaged storage lost them
                break
            self._last = keys[-1]
            found = [mark for key in keys if key not in self._in_flight and (mark := mark_of(key))]
            self.beyond = max(0, self.beyond - len(found))
        return found

"""Kinds of errors that were read, by what their spans say."""

from collections import OrderedDict
from typing import Final

from .ignoring import Ignored
from .seen import Kind

MOST: Final = 4_096
_MOST_BYTES, _LARGE = 32 * 1024**2, 64 * 1024
"""What all take, and one that is not remembered."""
Words = tuple[object, ...]
"""What spans say, all of it hashable."""


class Kinds:
    """Kinds, the longest unseen first to go; also of what is no error, or is ignored."""

    def __init__(self) -> None:
        """None is known."""
        self._known: OrderedDict[Words, Kind | Ignored | None] = OrderedDict()
        self._sizes: dict[Words, int] = {}
        self._bytes = 0

    def get(self, words: Words) -> Kind | Ignored | None:
        """What is known. Raises KeyError where nothing is."""
        self._known.move_to_end(words)
        return self._known[words]

    def put(self, words: Words, kind: Kind | Ignored | None, size_bytes: int) -> None:
        """Remember it, unless it is large."""
        if size_bytes > _LARGE:
            return
        self._known[words], self._sizes[words] = kind, size_bytes
        self._bytes += size_bytes
        while self._bytes > _MOST_BYTES or len(self._known) > MOST:
            self._bytes -= self._sizes.pop(self._known.popitem(last=False)[0])

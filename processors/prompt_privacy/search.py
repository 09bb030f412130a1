"""Which of many items are worth a closer look, and where in them: one search through all of them."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from spansieve.pdata import encode_field

from .detectors import Engine, Union

MOST = 8
"""Hits of one union that are noted in one item."""
_BEYOND = 11
"""Bytes of the next field that a core may take at most, to see where a number ends, and one of its own."""


class Hits(NamedTuple):
    """Where cores hit in an item: offsets into the data of all items."""

    noted: list[tuple[int, int]]
    many: bool = False
    """Whether there are more than are noted: they may be anywhere."""


NO_HITS = Hits([])


class Piece(NamedTuple):
    """One of the joined items: a stretch of the data of all."""

    data: bytes
    start: int
    end: int
    number: int
    """That of the field that its attributes are."""

    def alone(self, pairs: Iterable[bytes]) -> list[tuple[int, int]]:
        """The stretches of those of the attributes `pairs` whose bytes stand nowhere else in the item."""
        found: list[tuple[int, int]] = []
        for pair in pairs:
            field = encode_field(self.number, pair)
            place = self.data.find(field, self.start, self.end)
            if place >= 0 and self.data.find(field, place + 1, self.end) < 0:
                end = place + len(field)
                found.append((end - len(pair), end))
        return found

    def places(self, pairs: Sequence[bytes]) -> list[int] | None:
        """Where each of `pairs`, all attributes of the item in order, stands in the data. None: elsewhere."""
        found: list[int] = []
        if pairs:
            place = self.data.find(encode_field(self.number, pairs[0]), self.start, self.end)
            for pair in pairs:
                size = len(pair)
                place += 2 if size < 0x80 else 3 if size < 0x4000 else 4 if size < 0x200000 else 5
                found.append(place)
                place += size
            if not self.data.startswith(pairs[-1], found[-1]):
                return None
        return found


class Joined:
    """The wire bytes of items, joined, so that one search serves them all."""

    __slots__ = ("_ends", "_number", "data")

    def __init__(self, raws: Sequence[bytes], number: int = 0) -> None:
        """Join them by a line's end, which no core takes for a part of something. `number`: the field that
        their attributes are.
        """
        self._number = number
        self.data = b"\n".join(raws)
        self._ends = list(accumulate([len(raw) + 1 for raw in raws]))

    def piece(self, item: int) -> Piece:
        """The item within the data."""
        return Piece(self.data, self._ends[item - 1] if item else 0, self._ends[item] - 1, self._number)

    def covers(self, item: int, hits: Hits, pairs: Iterable[bytes]) -> bool:
        """Whether each of `hits`, of the item, is within one of `pairs`, attributes of it."""
        left, start, end = hits.noted, self._ends[item - 1] if item else 0, self._ends[item]
        for pair in pairs:
            place = self.data.find(pair, start, end)
            last = place + len(pair)
            left = [hit for hit in left if hit[0] < place or hit[1] > last]
        return not left and not hits.many

    @property
    def whole(self) -> Piece:
        """All items."""
        return Piece(self.data, 0, len(self.data), self._number)

    def size(self, item: int) -> int:
        """Bytes of the item."""
        return self._ends[item] - (self._ends[item - 1] if item else 0) - 1

    def longer_than(self, size_bytes: int) -> bool:
        """Whether some item has more bytes; asked before they are looked at one by one."""
        return len(self.data) > size_bytes and any(self.size(item) > size_bytes for item in range(len(self._ends)))

    def hits(self, engine: Engine, besides: Sequence[Union] = ()) -> dict[int, Hits]:
        """By item: where cores of `engine`, and what is `besides`, hit in it."""
        found: dict[int, Hits] = {}
        ends = engine.gate.ends(self.data)
        for union in (*(engine.unions if ends is None else engine.customs), *besides):
            self._search(union, found)
        if ends:
            self._note(ends, found)
        return found

    def _note(self, ends_of_hits: Iterable[int], found: dict[int, Hits]) -> None:
        """Note hits by their ends alone. What a core hits in is the string that its end is in, or one that ends a few
        bytes before: where it begins does not matter.
        """
        ends, item, noted = self._ends, -1, list[tuple[int, int]]()
        for end in ends_of_hits:
            start = end - _BEYOND
            if item < 0 or end > ends[item]:
                item = bisect_right(ends, end - 1, item + 1)
                noted = found.setdefault(item, Hits([])).noted
            noted.append((start, end))
            before = item - 1
            while before >= 0 and start < ends[before]:
                found.setdefault(before, Hits([])).noted.append((start, end))
                before -= 1

    def _search(self, union: Union, found: dict[int, Hits]) -> None:
        """Note hits of `union`. Behind a hit the search goes on at its last byte: what touches a hit is to be looked at
        whole.
        """
        ends, data = self._ends, self.data
        size, place, last, times = len(data), 0, -1, 0
        while place < size and (hit := union.search(data, place)) is not None:
            start, end = hit.start(), hit.end()
            first, item = bisect_right(ends, start), bisect_right(ends, end - 1 if end > start else start)
            for one in range(first, item + 1):
                known = found.get(one)
                if known is None:
                    found[one] = Hits([(start, end)])
                else:
                    known.noted.append((start, end))
            times = times + 1 if item == last else 1
            last, place = item, max(end - 1, start + 1)
            if times >= MOST:
                found[item] = found[item]._replace(many=True)
                place = ends[item]

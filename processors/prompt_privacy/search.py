"""Which of many items are worth a closer look: one search through all of them."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from .detectors import Union


class Joined:
    """The wire bytes of items, joined, so that one search serves them all."""

    def __init__(self, raws: Sequence[bytes]) -> None:
        """Join them by a line's end, which no core takes for a part of something."""
        self.data = b"\n".join(raws)
        self._ends = list(accumulate(len(raw) + 1 for raw in raws))

    def hits(self, unions: Sequence[Union]) -> set[int]:
        """The places of the items that a core of `unions` hits in."""
        found: set[int] = set()
        for union in unions:
            found |= self._hits(union)
        return found

    def _hits(self, union: Union) -> set[int]:
        ends, data, found = self._ends, self.data, set[int]()
        size, place = len(data), 0
        while place < size and (hit := union.search(data, place)) is not None:
            first = bisect_right(ends, hit.start())
            last = bisect_right(ends, max(hit.start(), hit.end() - 1))
            found.update(range(first, last + 1))
            place = ends[last]
        return found

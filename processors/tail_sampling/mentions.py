"""Where a few bytes stand in many encoded spans: one search over all of them, instead of one a span."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from spansieve.literals import Literals

Choose = Callable[[Sequence[bytes]], Sequence[int]]
"""Given what stands behind each occurrence, up to the next: those that are wanted, counted from 0 on."""


class Encoded:
    """The spans of a request, encoded, and which of some literals stand in them. The end of one and the beginning of
    the next may look like one.
    """

    def __init__(self, wires: Sequence[bytes], literals: Literals) -> None:
        """Look."""
        self._text = b"".join(wires)
        self._found = literals.found(self._text)
        self._wires = wires
        self._ends: list[int] = []

    def places(self, literal: bytes) -> Iterator[int]:
        """The spans that hold it, in order. It is one of the literals."""
        if literal not in self._found:
            return
        find = self._text.find
        at = find(literal)
        while at >= 0:
            place = self._place(at)
            yield place
            at = find(literal, self._ends[place])

    def chosen(self, literal: bytes, choose: Choose) -> Iterator[int]:
        """The spans of those occurrences of it that `choose` wants, in order, once for each."""
        if literal not in self._found:
            return
        before, *behind = self._text.split(literal)
        wanted = choose(behind)
        if wanted:
            begins = list(accumulate(map(len, behind), initial=len(before)))
            for number in wanted:
                yield self._place(begins[number] + number * len(literal))

    def _place(self, at: int) -> int:
        """The span that the byte at `at` belongs to."""
        if not self._ends:
            self._ends = list(accumulate(map(len, self._wires)))
        return bisect_right(self._ends, at)

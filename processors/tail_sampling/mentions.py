"""Where a few bytes stand in many encoded spans: one search over all of them, instead of one a span."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate


class Encoded:
    """The spans of a request, encoded, one behind the other."""

    def __init__(self, wires: Sequence[bytes]) -> None:
        """Join them."""
        self._text = b"".join(wires)
        self._ends = list(accumulate(map(len, wires)))

    def holding(self, needle: bytes, rules_out: Callable[[bytes, int], bool]) -> list[int]:
        """The places of the spans that hold `needle`, in order; the end of a span and the beginning of the next may
        look like it. Of those that hold it once `rules_out` is asked, with all spans and where it stands in them.
        """
        text, ends, find = self._text, self._ends, self._text.find
        places = []
        at = find(needle)
        while at >= 0:
            place = bisect_right(ends, at)
            end, following = ends[place], find(needle, at + 1)
            if 0 <= following < end:
                places.append(place)
                following = find(needle, end)
            elif not rules_out(text, at):
                places.append(place)
            at = following
        return places

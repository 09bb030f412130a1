"""DDSketch: quantiles of a stream within 1 % of their value, in a bounded number of bins, added up without loss.

Source: Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees"
(VLDB 2019), with the lowest bins collapsed where there are too many.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import ceil, isfinite, log

ACCURACY = 0.01
"""How far a quantile may be from the true one, as a share of it."""
MAX_BINS = 1024
"""Bins of one sketch: values over eight orders of magnitude. What is smaller still shares the lowest bin."""

_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = log(_GAMMA)


class Sketch:
    """Counts of values that are 0 or more, by bins that grow by 2 %: bin i holds what is in (gamma^(i-1), gamma^i]."""

    __slots__ = ("_bins", "_low", "_zeros", "count")

    def __init__(self) -> None:
        """Hold nothing."""
        self._bins: list[int] = []
        self._low = 0  # the number of the first of them
        self._zeros = 0
        self.count = 0
        """How many values were added."""

    def add(self, value: float) -> None:
        """Count `value` in. Raises ValueError if it is negative or not finite."""
        _check(value)
        if value:
            self._add(_bin_of(value), 1)
        else:
            self._zeros += 1
        self.count += 1

    def add_all(self, values: Sequence[float], times: int = 1) -> None:
        """Count each of `values` in, so many times, as `add` does, for less. Raises ValueError as it does, and has then
        added none.
        """
        if not values:
            return
        least = min(values)
        _check(least)
        _check(max(values))
        some = values if least > 0 else [value for value in values if value]
        numbers = Counter(map(ceil, [one / _LOG_GAMMA for one in map(log, some)]))  # raises for nan
        for number, count in numbers.items():
            self._add(number, count * times)
        self._zeros += (len(values) - len(some)) * times
        self.count += len(values) * times

    def remove(self, value: float) -> None:
        """Count `value` out, which was added before."""
        if value:
            self._bins[max(0, _bin_of(value) - self._low)] -= 1
        else:
            self._zeros -= 1
        self.count -= 1

    def join(self, other: "Sketch") -> None:
        """Count in all that `other` has."""
        self._zeros += other._zeros
        self.count += other.count
        for number, count in enumerate(other._bins, other._low):
            if count:
                self._add(number, count)

    def quantile(self, share: float) -> float:
        """The value below which `share` (0 to 1) of all lies, within ACCURACY. Raises ValueError if there is none."""
        above = self._above(share)
        top = self._low + len(self._bins) - 1
        for down, reached in enumerate(accumulate(reversed(self._bins))):
            if reached > above:
                return 2 * _GAMMA ** (top - down) / (_GAMMA + 1)  # at most ACCURACY from both ends of the bin
        return 0.0

    def is_below(self, value: float, share: float) -> bool:
        """Whether the quantile is below `value` as far as bins can tell: equal values are never below each other.

        Raises ValueError where `add` and `quantile` do.
        """
        _check(value)
        above = self._above(share)
        return value > 0 and sum(self._bins[max(0, _bin_of(value) - self._low) :]) <= above

    def _above(self, share: float) -> int:
        """How many values rank above the quantile."""
        if not self.count:
            raise ValueError("a sketch that holds nothing has no quantiles")
        return self.count - 1 - int(share * (self.count - 1))

    def _add(self, number: int, count: int) -> None:
        place = number - self._low
        if not 0 <= place < len(self._bins):
            self._reach(number)
            place = max(0, number - self._low)
        self._bins[place] += count

    def _reach(self, number: int) -> None:
        """Make room for a bin; one that is too low shares the lowest."""
        bins = self._bins
        if not bins:
            self._low, self._bins = number, [0]
        elif number < self._low:
            missing = min(self._low - number, MAX_BINS - len(bins))
            bins[:0] = [0] * missing
            self._low -= missing
        else:
            bins.extend([0] * (number - self._low - len(bins) + 1))
            excess = max(0, len(bins) - MAX_BINS)
            bins[: excess + 1] = [sum(bins[: excess + 1])]
            self._low += excess


def _check(value: float) -> None:
    if not isfinite(value) or value < 0:
        raise ValueError("a sketch holds numbers from 0 on")


def _bin_of(value: float) -> int:
    return ceil(log(value) / _LOG_GAMMA)

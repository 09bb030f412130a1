"""One series each: a number, or a histogram, that is cheap to add to.

The only work of an update is the update itself. That a cell was updated is noted once, in a list that its family
looks through now and then: what is due to time (windows, expiry) is done there.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, Self

from .wire import fixed_of_histogram, fixed_of_number

SECOND_NS: Final = 1_000_000_000
AHEAD_NS: Final = 3600 * SECOND_NS
"""An exemplar that is newer than another by so much has its time from a clock that is wrong."""
ERROR_HOLDS_NS: Final = 300 * SECOND_NS
"""An error that stands as exemplar gives way to a success when it is so old: what dashboards look at by then."""


class Exemplar(NamedTuple):
    """The span that a value was measured in."""

    trace_id: bytes
    span_id: bytes
    time_ns: int
    """When, in nanoseconds since the Unix epoch."""
    is_error: bool


Shown = tuple[float, Exemplar]
"""A value, and the span that it was measured in."""


def better(old: Shown | None, new: Shown) -> Shown:
    """The one of two that is to be shown: the newest, an error before a success, and a new one at most each second.

    Source: METRICS.md, "Exposition".
    """
    if old is None:
        return new
    before, after = old[1], new[1]
    later = after.time_ns - before.time_ns
    if later <= -AHEAD_NS:
        return new
    if before.is_error != after.is_error:
        return new if after.is_error or later >= ERROR_HOLDS_NS else old
    return new if later >= SECOND_NS else old


class Cell:
    """What kinds share: whose series it is, and when it was updated."""

    __slots__ = ("_is_touched", "_touched", "fixed", "is_live", "said", "seen", "service", "start_ns", "values")

    def __init__(self, touched: list[Any], service: str, values: tuple[str | None, ...]) -> None:
        """Note in `touched` that it is updated. The family sets the rest."""
        self._touched = touched
        self._is_touched = False
        self.service = service
        """`service.name` of the resource that the series is of."""
        self.values = values
        """Its labels' values, in the family's order; None: the label is absent."""
        self.fixed = b""
        """What stays the same of its points, on the wire."""
        self.said: bytes | None = None
        """What its last cumulative point said, on the wire; None: it was updated since."""
        self.start_ns = 0
        """Since when it counts, in nanoseconds since the Unix epoch; where deltas leave, since the last one."""
        self.seen = 0.0
        """When somebody saw that it was updated, in seconds of the monotonic clock."""
        self.is_live = True
        """Whether it is shown; one that expired gives what is still added to it to the one that is."""

    def _touch(self) -> None:
        self._is_touched = True
        self._touched.append(self)

    def fix(self, pairs: Sequence[bytes]) -> None:
        """Its labels, as KeyValues on the wire, are `pairs`."""
        self.fixed = fixed_of_number(pairs)

    def take_new(self) -> tuple[float, float]:
        """How much came since this was asked last: how many values, and their sum; the same for a counter."""
        raise NotImplementedError

    def absorb(self, other: Self) -> None:
        """Add what `other` has."""
        raise NotImplementedError

    def reset(self) -> None:
        """Begin anew."""
        raise NotImplementedError

    def looked_at(self) -> None:
        """From now on, an update is noted again."""
        self._is_touched = False
        self.said = None


class CounterCell(Cell):
    """A sum that only grows."""

    __slots__ = ("_taken", "exemplar", "sent", "value")

    def __init__(self, touched: list[Any], service: str, values: tuple[str | None, ...]) -> None:
        """Start at 0."""
        super().__init__(touched, service, values)
        self.reset()

    def reset(self) -> None:
        """Begin at 0 again."""
        self.value: float = 0
        """An int for as long as only ints were added."""
        self.sent: float = 0
        """As much of `value` as went out in deltas."""
        self.exemplar: Shown | None = None
        self._taken: float = 0

    def add(self, amount: float, exemplar: Exemplar | None = None) -> None:
        """Add `amount`, which is 0 or more."""
        self.value += amount
        if not self._is_touched:
            self._touch()
        if exemplar is not None:
            self.exemplar = better(self.exemplar, (amount, exemplar))

    def take_new(self) -> tuple[float, float]:
        """How much came since this was asked last; twice, for as a sum its count is its value."""
        new, self._taken = self.value - self._taken, self.value
        return new, new

    def absorb(self, other: Self) -> None:
        """Add what `other` has."""
        self.add(other.value)
        if other.exemplar is not None:
            self.exemplar = better(self.exemplar, other.exemplar)


class GaugeCell(Cell):
    """A value that goes up and down."""

    __slots__ = ("value",)

    def __init__(self, touched: list[Any], service: str, values: tuple[str | None, ...]) -> None:
        """Have none."""
        super().__init__(touched, service, values)
        self.reset()

    def reset(self) -> None:
        """Have none again."""
        self.value: float | None = None

    def set(self, value: float | None) -> None:
        """It is `value` now; None: nobody knows, and no point is shown."""
        self.value = value
        if not self._is_touched:
            self._touch()

    def take_new(self) -> tuple[float, float]:
        """A gauge has no increase."""
        return 0.0, 0.0

    def absorb(self, other: Self) -> None:
        """Take over what `other` has."""
        self.set(other.value)


class HistogramCell(Cell):
    """Counts of values by bucket, the upper bound in its bucket; and the values' sum."""

    __slots__ = ("_taken", "bounds", "counts", "exemplars", "sent", "total")

    def __init__(
        self, touched: list[Any], service: str, values: tuple[str | None, ...], bounds: Sequence[float]
    ) -> None:
        """Hold nothing; `bounds` rise."""
        super().__init__(touched, service, values)
        self.bounds = bounds
        self.reset()

    def reset(self) -> None:
        """Hold nothing again."""
        self.counts = [0.0] * (len(self.bounds) + 1)
        """Not rounded: a value may count a fraction, behind a sampler."""
        self.total = 0.0
        """The values' sum, each by its weight."""
        self.exemplars: list[Shown | None] = [None] * len(self.counts)
        self.sent: tuple[list[int], float] = [0] * len(self.counts), 0.0
        """Counts and sum as far as they went out in deltas."""
        self._taken = 0.0, 0.0

    def fix(self, pairs: Sequence[bytes]) -> None:
        """Its labels, as KeyValues on the wire, are `pairs`."""
        self.fixed = fixed_of_histogram(pairs, self.bounds)

    def record(self, value: float, exemplar: Exemplar | None = None, weight: float = 1.0) -> None:
        """Count `value` in, as if it came `weight` times."""
        at = bisect_left(self.bounds, value)
        self.counts[at] += weight
        self.total += value * weight
        if not self._is_touched:
            self._touch()
        if exemplar is not None:
            self.exemplars[at] = better(self.exemplars[at], (value, exemplar))

    def record_all(
        self, values: Sequence[float], exemplar: Callable[[int], Exemplar | None] | None = None, weight: float = 1.0
    ) -> None:
        """Count each of `values` in, as `record` does, for less: `exemplar` is asked for the span of a value, by its
        place, and only for the last one of each bucket; None: it has none to show.
        """
        places = list(map(partial(bisect_left, self.bounds), values))
        for at, count in Counter(places).items():
            self.counts[at] += count * weight
        self.total += sum(values) * weight
        if not self._is_touched:
            self._touch()
        if exemplar is not None:
            for at, last in dict(zip(places, range(len(places)), strict=True)).items():
                one = exemplar(last)
                if one is not None:
                    self.exemplars[at] = better(self.exemplars[at], (values[last], one))

    def rounded(self) -> list[int]:
        """The counts as integers, which never run back: neither by bucket, nor added up from the first on."""
        return [round(count) for count in self.counts]

    def take_new(self) -> tuple[float, float]:
        """How many values, and how much of them, came since this was asked last."""
        count, total = self._taken
        self._taken = sum(self.counts), self.total
        return self._taken[0] - count, self._taken[1] - total

    def absorb(self, other: Self) -> None:
        """Add what `other` has."""
        self.total += other.total
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        if not self._is_touched:
            self._touch()
        for at, shown in enumerate(other.exemplars):
            if shown is not None:
                self.exemplars[at] = better(self.exemplars[at], shown)

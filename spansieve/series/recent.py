"""How much came lately: of the last 5 minutes in steps of 10 s, of the last hour in steps of a minute."""

from array import array
from collections.abc import Callable
from math import ceil
from typing import Final

Labels = tuple[str | None, ...]

STEP_S: Final = 10
_MINUTE_S: Final = 60
SHORT_S: Final = 300
LONG_S: Final = 3600


class _Ring:
    """So many steps of one width, the one that runs included, by labels."""

    def __init__(self, width_s: int, steps: int, now: float) -> None:
        """Begin at `now`, in seconds of the monotonic clock."""
        self._width = width_s
        self._steps = steps
        self._at = int(now // width_s)
        self._amounts: dict[Labels, array[float]] = {}

    def add(self, labels: Labels, amount: float) -> None:
        """Count `amount` into the step that runs."""
        amounts = self._amounts.get(labels)
        if amounts is None:
            amounts = self._amounts[labels] = array("d", bytes(8 * self._steps))
        amounts[self._at % self._steps] += amount

    def advance(self, now: float) -> None:
        """Let the step that belongs to `now` run; what is too old by then is gone."""
        to = int(now // self._width)
        if to <= self._at:
            return
        for step in range(max(self._at, to - self._steps) + 1, to + 1):
            for amounts in self._amounts.values():
                amounts[step % self._steps] = 0.0
        self._at = to
        self._amounts = {labels: amounts for labels, amounts in self._amounts.items() if any(amounts)}

    def sums(self, steps: int) -> dict[Labels, float]:
        """What came in the last `steps`, by labels."""
        places = [(self._at - back) % self._steps for back in range(min(steps, self._steps))]
        return {labels: sum(amounts[place] for place in places) for labels, amounts in self._amounts.items()}

    def trend(self, keep: Callable[[Labels], bool]) -> list[float]:
        """A value a step, the oldest first, over the labels that `keep` says yes to."""
        kept = [amounts for labels, amounts in self._amounts.items() if keep(labels)]
        places = [(self._at - back) % self._steps for back in reversed(range(self._steps))]
        return [sum(amounts[place] for amounts in kept) for place in places]


class Recent:
    """Amounts by labels. At most 720 bytes a set of labels; those in which nothing came for an hour are gone."""

    def __init__(self, now: float) -> None:
        """Begin at `now`, in seconds of the monotonic clock."""
        self._short = _Ring(STEP_S, SHORT_S // STEP_S, now)
        self._long = _Ring(_MINUTE_S, LONG_S // _MINUTE_S, now)

    def add(self, labels: Labels, amount: float) -> None:
        """Count `amount` into what runs."""
        self._short.add(labels, amount)
        self._long.add(labels, amount)

    def advance(self, now: float) -> None:
        """It is `now`."""
        self._short.advance(now)
        self._long.advance(now)

    def sums(self, seconds: float) -> dict[Labels, float]:
        """What came in the last `seconds` (at most an hour), by labels, rounded up to steps."""
        if seconds <= SHORT_S:
            return self._short.sums(ceil(seconds / STEP_S))
        return self._long.sums(ceil(seconds / _MINUTE_S))

    def trend(self, keep: Callable[[Labels], bool]) -> list[float]:
        """A value a minute of the last hour, the oldest first, over the labels that `keep` says yes to."""
        return self._long.trend(keep)

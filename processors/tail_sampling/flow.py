"""What passes a budget, smoothed, in one unit (spans or bytes). Source: SAMPLING.md section 7."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from math import frexp

from .limits import Limit

HALF_LIFE = 3
"""Intervals after which a volume counts half."""
_STEPS = 32
"""Probabilities are told apart to this part of their power of two, so that there are few."""
_NOTHING = 1e-9
_CLEAR = 0.9
"""What is exempt is too much until it falls below this share of the limit, so that one who wavers is told once."""


class Smooth:
    """Means of rates by name, exponentially weighted and corrected for the weight that is missing at first."""

    def __init__(self) -> None:
        """Know nothing."""
        self._sums: dict[str, float] = {}
        self._weight = 0.0

    def turn(self, rates: Mapping[str, float], kept: float) -> None:
        """Let what was count `kept` (0 to 1), and `rates` the rest."""
        self._weight = kept * self._weight + (1 - kept)
        sums = {name: kept * before for name, before in self._sums.items()}
        for name, rate in rates.items():
            sums[name] = sums.get(name, 0.0) + (1 - kept) * rate
        self._sums = {name: total for name, total in sums.items() if total > _NOTHING}

    def rates(self) -> dict[str, float]:
        """The means."""
        return {name: total / self._weight for name, total in self._sums.items()}

    def state(self) -> dict[str, float]:
        """What to save."""
        return {**self._sums, "weight": self._weight}

    def load(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""
        self._sums = {name: total for name, total in state.items() if name != "weight"}
        self._weight = state.get("weight", 0.0)


def coarse(probability: float) -> float:
    """`probability` to about 3 %."""
    mantissa, exponent = frexp(probability)
    return round(mantissa * _STEPS) / _STEPS * 2.0**exponent


def solved(demand: Iterable[tuple[float, float]], allowed: float) -> float:
    """The probability p at which what `demand` lets through is `allowed`; 1 where all of it may pass.

    `demand` has pairs (q, volume). A trace that is there with the probability q only, since its number is high, has
    one that is high enough for p with the probability min(1, p / q).
    """
    rising = sorted(demand)
    slopes = list(accumulate(volume / probability for probability, volume in reversed(rising)))
    for (probability, volume), slope in zip(rising, reversed(slopes), strict=True):
        if allowed < slope * probability:
            return max(0.0, allowed / slope)
        allowed -= volume
    return 1.0


class Flow:
    """What passes, in one unit, under one limit."""

    def __init__(self, limit: Limit) -> None:
        """Nothing has passed yet."""
        self.limit = limit
        self.exceeded = False
        """Whether what is exempt is too much by itself."""
        self._new: dict[str, float] = defaultdict(float)
        self._new_demand: dict[str, float] = defaultdict(float)
        self._volumes = Smooth()
        self._demand = Smooth()

    def add(self, volume: str, amount: float) -> None:
        """Count what was emitted: `exempt`, `passed` at a decision, or `followed` later for a trace that had passed."""
        self._new[volume] += amount

    def ask(self, probability: str, amount: float) -> None:
        """Count what would pass if there were no budget, with `probability`."""
        self._new_demand[probability] += amount

    def turn(self, seconds: float, kept: float) -> float:
        """End an interval of `seconds`; returns the probability at which the limit will be met, by what was lately.

        What will follow the traces that pass is allowed for by what followed those before.
        """
        self.limit.settle(sum(self._new.values()), self._new["exempt"], seconds)
        self._volumes.turn(_rates(self._new, seconds), kept)
        self._demand.turn(_rates(self._new_demand, seconds), kept)
        rates = defaultdict(float, self._volumes.rates())
        self.exceeded = self.limit.is_exceeded(rates["exempt"] / (_CLEAR if self.exceeded else 1))
        passed = rates["passed"]
        share = passed / (passed + rates["followed"]) if passed else 1.0
        asked = ((float(name), rate) for name, rate in self._demand.rates().items())
        return solved(asked, share * max(0.0, self.limit.allowed() - rates["exempt"]))

    def state(self) -> dict[str, dict[str, float]]:
        """What to save."""
        return {"limit": self.limit.state(), "volumes": self._volumes.state(), "demand": self._demand.state()}

    def load(self, state: Mapping[str, Mapping[str, float]]) -> None:
        """Take over what `state` gave."""
        self.limit.load(state.get("limit", {}))
        self._volumes.load(state.get("volumes", {}))
        self._demand.load(state.get("demand", {}))


def _rates(amounts: dict[str, float], seconds: float) -> dict[str, float]:
    """The amounts a second; there are none any more."""
    rates = {name: amount / seconds for name, amount in amounts.items()}
    amounts.clear()
    return rates

"""What a budget allows: a rate of spans, or the bytes of a day. Source: SAMPLING.md section 7."""

from collections.abc import Mapping
from typing import Protocol

from spansieve.plugin import Clock

DAY = 86_400
"""Seconds."""
_PAID_IN = 5
"""Intervals in which a debt would be paid back."""
_HALF_LIFE = 20
"""Intervals after which a debt counts half: long ago is no reason to keep less."""
_MAX_DEBT, _MAX_CREDIT = 30, 1
"""Intervals of the whole rate that are remembered: what was too much, and what was left over."""
_LEAST = 0.93
"""The share of the rate that is spent on traces even while a debt is paid back."""


class Limit(Protocol):
    """One limit of the budget."""

    def settle(self, emitted: float, exempt: float, seconds: float) -> None:
        """So much was emitted in the last `seconds`, `exempt` of it by policies that are."""

    def allowed(self) -> float:
        """What may be emitted a second until the next time."""

    def is_exceeded(self, exempt: float) -> bool:
        """Whether what is exempt, `exempt` a second lately, is too much by itself."""

    def state(self) -> dict[str, float]:
        """What to save."""

    def load(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""


class Rate:
    """So much a second. What was too much, since a probability follows a burst by steps, is paid back by little: when
    the burst ends, the steps leave too little by about as much.
    """

    def __init__(self, per_second: float, interval: float) -> None:
        """Begin without a debt; `interval` in seconds."""
        self._per_second = per_second
        self._interval = interval
        self._debt = 0.0

    def settle(self, emitted: float, exempt: float, seconds: float) -> None:
        """Add what is above the limit to the debt."""
        whole = self._per_second * self._interval
        kept = 0.5 ** (seconds / (_HALF_LIFE * self._interval))
        debt = kept * self._debt + emitted - self._per_second * seconds
        self._debt = min(_MAX_DEBT * whole, max(-_MAX_CREDIT * whole, debt))

    def allowed(self) -> float:
        """The limit without what is paid back."""
        paid = self._debt / (_PAID_IN * self._interval)
        return max(_LEAST * self._per_second, self._per_second - paid)

    def is_exceeded(self, exempt: float) -> bool:
        """Whether the rate alone is above the limit."""
        return exempt > self._per_second

    def state(self) -> dict[str, float]:
        """The debt."""
        return {"debt": self._debt}

    def load(self, state: Mapping[str, float]) -> None:
        """Take over a debt."""
        self._debt = state.get("debt", 0.0)


class Day:
    """So much in a day of UTC: what remains of it, over the time that remains."""

    def __init__(self, per_day: float, interval: float, clock: Clock) -> None:
        """Begin with nothing emitted today; `interval` in seconds."""
        self._per_day = per_day
        self._interval = interval
        self._clock = clock
        self._today = self._day()
        self._emitted = self._exempt = 0.0

    def settle(self, emitted: float, exempt: float, seconds: float) -> None:
        """Add to what was emitted today; on a new day that is nothing."""
        self._emitted += emitted
        self._exempt += exempt
        if self._day() != self._today:
            self._today = self._day()
            self._emitted = self._exempt = 0.0

    def allowed(self) -> float:
        """What remains, over what remains; nothing, where it is used up."""
        seconds = DAY - self._clock.time_ns() / 1e9 % DAY
        return max(0.0, self._per_day - self._emitted) / max(seconds, self._interval)

    def is_exceeded(self, exempt: float) -> bool:
        """Whether what was exempt today is above the limit of the whole day."""
        return self._exempt > self._per_day

    def state(self) -> dict[str, float]:
        """What was emitted, and when."""
        return {"day": self._today, "emitted": self._emitted, "exempt": self._exempt}

    def load(self, state: Mapping[str, float]) -> None:
        """Take over what was emitted, if that was today."""
        if state.get("day") == self._today:
            self._emitted = state.get("emitted", 0.0)
            self._exempt = state.get("exempt", 0.0)

    def _day(self) -> int:
        return self._clock.time_ns() // (DAY * 10**9)

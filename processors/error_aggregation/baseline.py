"""Patterns that come more often than they used to: `pattern_spike`.

The rate is an exponentially weighted mean over all the time before the current minute, corrected for the short history
at first; the minute's count is compared with it as a Poisson variable.
"""

from bisect import insort
from collections.abc import Container
from math import exp, lgamma, log
from typing import Any, Final

from .alarms import Alarms, Subject
from .config import ErrorAggregationConfig
from .told import Hit, Teller, words

PATTERN_SPIKE: Final = "pattern_spike"
MINUTE_NS: Final = 60_000_000_000
QUIET_NS: Final = 2 * MINUTE_NS
"""It is over when nothing was unusual for so long."""
_USUAL: Final = 0.01
_LEAST: Final = 0.1
_MOST: Final = 10_000
"""Errors of a minute that are counted; of more the oldest are taken for earlier."""


def tail(count: int, mean: float) -> float:
    """P(X >= count) for a Poisson variable with this mean."""
    if count <= 0:
        return 1.0
    if count <= mean:
        return max(0.0, 1 - sum(exp(one * log(mean) - mean - lgamma(one + 1)) for one in range(count)))
    term = exp(count * log(mean) - mean - lgamma(count + 1))
    total, at = 0.0, count
    while term > total * 1e-17:
        total += term
        at += 1
        term *= mean / at
    return min(1.0, total)


class History:
    """The errors of one key. Times are nanoseconds since the epoch."""

    __slots__ = ("first_ns", "minute", "moved_ns", "weight")

    def __init__(self, first_ns: int) -> None:
        """It begins."""
        self.first_ns = first_ns
        self.minute: list[int] = []
        """The errors of the last minute."""
        self.weight = 0.0
        """Those before, each by how much it counts at `moved_ns`."""
        self.moved_ns = first_ns

    def add(self, time_ns: int) -> None:
        """Count an error."""
        self.first_ns = min(self.first_ns, time_ns)
        insort(self.minute, time_ns)

    def move(self, now_ns: int, half_life_ns: float) -> None:
        """Let errors go into the past."""
        begin = now_ns - MINUTE_NS
        if begin <= self.moved_ns and len(self.minute) <= _MOST:
            return
        begin = max(begin, self.moved_ns)
        self.weight *= 2 ** ((self.moved_ns - begin) / half_life_ns)
        while self.minute and (self.minute[0] <= begin or len(self.minute) > _MOST):
            self.weight += 2 ** (min(0, self.minute.pop(0) - begin) / half_life_ns)
        self.moved_ns = begin

    def rate(self, half_life_ns: float) -> float:
        """How many a minute there were before the current one."""
        decay = log(2) / half_life_ns
        known = (1 - exp(-decay * max(0, self.moved_ns - self.first_ns))) / decay
        return self.weight / (known / MINUTE_NS) if known else 0.0

    def chance(self, half_life_ns: float) -> float:
        """How likely as many as in the last minute are, by chance."""
        count, mean = len(self.minute), max(self.rate(half_life_ns), _LEAST)
        return tail(count, mean) if count > mean else 1.0  # no need to know how likely what is usual is


class Baseline:
    """Compares each key with its own past."""

    def __init__(self, config: ErrorAggregationConfig, alarms: Alarms, teller: Teller) -> None:
        """Nothing is known."""
        self._config = config.baseline
        self.is_on = config.baseline.enabled
        self._half_life_ns = config.baseline.half_life * 1e9
        self._alarms = alarms
        self._teller = teller
        self._histories: dict[str, History] = {}

    def judge(self, hit: Hit) -> None:
        """Count an error, and raise the alert if that is unusual."""
        if not self.is_on:
            return
        key, time_ns = hit.base.key, hit.when_ns
        history = self._histories.get(key)
        if history is None:
            history = self._histories[key] = History(time_ns)
        history.add(time_ns)
        history.move(history.minute[-1], self._half_life_ns)
        count, age_ns = len(history.minute), history.minute[-1] - history.first_ns
        if count < self._config.min_count or age_ns < self._config.min_history * 1e9:
            return
        if history.chance(self._half_life_ns) < self._config.p_value:
            self._tell(hit, count)

    def _tell(self, hit: Hit, count: int) -> None:
        subject = Subject(PATTERN_SPIKE, hit.base.key)
        is_raised = subject in self._alarms.firing
        firing = self._alarms.heard(subject, hit.when_ns)
        if is_raised and firing is None:
            return
        if not hit.seen.is_fresh:
            self._alarms.suppressed("age")
            return
        summary = f"{count} errors in 60 s, far more than before: {words(hit.base)}"
        cause = self._teller.cause(hit)
        if firing is None:
            self._alarms.raise_(subject, cause, summary, count=count, window_s=60)
        else:
            self._alarms.update(firing, cause, summary, count=count)

    def tick(self, now_ns: int) -> None:
        """Let alerts go on while the last minute is unusual."""
        for key, history in [*self._histories.items()]:
            subject = Subject(PATTERN_SPIKE, key)
            if subject in self._alarms.firing:
                history.move(now_ns, self._half_life_ns)
                if history.chance(self._half_life_ns) < _USUAL:
                    self._alarms.heard(subject, now_ns)

    def forget(self, keys: Container[str]) -> None:
        """Forget keys that are not among these."""
        for key in [key for key in self._histories if key not in keys]:
            del self._histories[key]

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        return {key: [getattr(history, name) for name in History.__slots__] for key, history in self._histories.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        for key, values in state.items():
            history = self._histories[key] = History(0)
            for name, value in zip(History.__slots__, values, strict=True):
                setattr(history, name, value)

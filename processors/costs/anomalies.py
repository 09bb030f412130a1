"""Hours that cost far more than the same hour of the days before. Source: METRICS.md, section 5."""

from collections.abc import Mapping
from statistics import median
from typing import Any, Final, NamedTuple

from .calendar import HOUR_NS
from .call import Calls
from .config import AnomalyConfig
from .money import units

_DAYS: Final = 7
_KEPT: Final = 24 * (_DAYS + 1)


class Unusual(NamedTuple):
    """An hour that cost too much."""

    start_ns: int
    spent: int
    """So far, in the units of `money`."""
    usual: float
    """The median, likewise."""


class Anomalies:
    """What each of the last hours cost."""

    def __init__(self, config: AnomalyConfig) -> None:
        """Know no hour."""
        self._config = config
        self._min = units(config.min_usd)
        self._hours: dict[int, int] = {}
        self._first: int | None = None
        """The first hour that is known; from then on, an hour without calls cost nothing."""
        self._told: set[int] = set()
        self._changed: set[int] = set()

    def add(self, calls: Calls) -> None:
        """Count what calls cost."""
        hour = calls.whose.hour
        self._hours[hour] = self._hours.get(hour, 0) + calls.units
        self._changed.add(hour)

    def found(self) -> list[Unusual]:
        """The hours that cost too much by now, each once."""
        if not self._changed:
            return []
        self._forget()
        hours = sorted(self._changed & self._hours.keys() - self._told)
        self._changed.clear()
        unusual = [one for hour in hours if (one := self._judged(hour)) is not None]
        self._told.update(one.start_ns // HOUR_NS for one in unusual)
        return unusual

    def _judged(self, hour: int) -> Unusual | None:
        spent, first = self._hours[hour], self._first
        before = [hour - 24 * back for back in range(1, _DAYS + 1)]
        known = [self._hours.get(one, 0) for one in before if first is not None and one >= first]
        if spent <= self._min or len(known) < self._config.min_days:
            return None
        usual = median(known)
        return Unusual(hour * HOUR_NS, spent, usual) if spent > self._config.factor * usual else None

    def _forget(self) -> None:
        """Leave out what is too old to be compared with."""
        oldest = max(self._hours) - _KEPT
        first = min(self._hours) if self._first is None else min(self._first, *self._hours)
        self._first = max(first, oldest)
        if len(self._hours) > _KEPT:
            self._hours = {hour: spent for hour, spent in self._hours.items() if hour >= oldest}
            self._told = {hour for hour in self._told if hour >= oldest}

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        return {"first": self._first, "hours": list(self._hours.items()), "told": sorted(self._told)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self._first = state["first"]
        self._hours = {int(hour): int(spent) for hour, spent in state["hours"]}
        self._told = set(state["told"])

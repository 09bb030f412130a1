"""What was spent of each budget in its period, and the levels that this reached. Source: METRICS.md, section 5."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from spansieve.actions.patterns import compile_pattern
from spansieve.sketches import Ranked, SpaceSaving

from .calendar import Period, period_of
from .call import By, Calls, Whose
from .config import BudgetConfig, Scope
from .money import units

MOST_VALUES: Final = 10_000
"""Users, tenants ... of a budget; the one that spent least gives way."""
_PERIODS: Final = 3
"""Periods kept of a budget, the newest, for what comes late."""

_VALUE: Final[Mapping[Scope, Callable[[Whose], str]]] = {
    "user": lambda whose: whose.user,
    "tenant": lambda whose: whose.tenant,
    "model": lambda whose: whose.model,
    "operation": lambda whose: whose.operation,
}


class Reached(NamedTuple):
    """A level that spending reached."""

    budget: BudgetConfig
    value: str
    """The user, tenant ... whose budget it is; empty for the total."""
    level: float
    spent: int
    """In the units of `money`."""
    period: Period


class Spending:
    """One budget in one period."""

    def __init__(self, period: Period) -> None:
        """Nothing was spent."""
        self.period = period
        self.spent = SpaceSaving[str, int](MOST_VALUES)
        self.told: dict[str, float] = {}
        """By value: the highest level that was told."""


class Budget:
    """One budget."""

    def __init__(self, config: BudgetConfig) -> None:
        """Nothing was spent."""
        self.config = config
        self.late = 0.0
        """Calls of periods before those that are kept."""
        self.replaced = 0
        """Values that gave way."""
        self._value = _VALUE.get(config.scope)
        self._by: By = "model" if config.scope == "total" else config.scope
        """What calls are booked by when they count here: the total is known with the model."""
        self._pattern = None if config.match is None else compile_pattern(config.match)
        self._fits: dict[str, bool] = {}
        self._steps = [(level, round(units(config.usd) * level)) for level in config.levels]
        self._least = self._steps[0][1]
        self._periods: dict[int, Spending] = {}
        self._last: Spending | None = None
        """What was counted in last."""

    def add(self, calls: Calls) -> list[Reached]:
        """Count what calls cost; returns the levels that this reached, each once in a period."""
        if self._by not in calls.by or not calls.units:
            return []
        value = "" if self._value is None else self._value(calls.whose)
        if self._value is not None and not (value and self._is_meant(value)):
            return []
        spending = self._spending_at(calls.time_ns)
        if spending is None:
            self.late += calls.calls
            return []
        gone = spending.spent.add(value, calls.units)
        if gone is not None:
            spending.told.pop(gone, None)
            self.replaced += 1
        found = spending.spent.get(value)
        return [] if found is None or found.least < self._least else self._reached(spending, found)

    def _reached(self, spending: Spending, found: Ranked[str, int]) -> list[Reached]:
        told = spending.told.get(found.key, 0.0)
        levels = [level for level, limit in self._steps if level > told and found.least >= limit]
        if levels:
            spending.told[found.key] = levels[-1]
        return [Reached(self.config, found.key, level, found.least, spending.period) for level in levels]

    def _is_meant(self, value: str) -> bool:
        if self._pattern is None:
            return True
        fits = self._fits.get(value)
        if fits is None:
            if len(self._fits) >= MOST_VALUES:
                self._fits.clear()
            fits = self._fits[value] = self._pattern.search(value.encode(errors="replace")) is not None
        return fits

    def _spending_at(self, time_ns: int) -> Spending | None:
        last = self._last
        if last is None or not last.period.start_ns <= time_ns < last.period.end_ns:
            last = self._last = self._spending(period_of(self.config.per, time_ns))
        return last

    def _spending(self, period: Period) -> Spending | None:
        spending = self._periods.get(period.start_ns)
        if spending is None:
            if len(self._periods) == _PERIODS:
                oldest = min(self._periods)
                if period.start_ns < oldest:
                    return None
                del self._periods[oldest]
            spending = self._periods[period.start_ns] = Spending(period)
        return spending

    def newest(self) -> Spending | None:
        """The newest period that anything was spent in."""
        return self._periods[max(self._periods)] if self._periods else None

    def state(self) -> list[Any]:
        """What to save, fit for JSON."""
        return [
            [start, [list(one) for one in spending.spent.top()], list(spending.told.items())]
            for start, spending in self._periods.items()
        ]

    def load(self, state: Iterable[Any]) -> None:
        """Take over what `state` gave; periods of another width than now are none."""
        for start, kept, told in state:
            period = period_of(self.config.per, start)
            if period.start_ns != start:
                continue
            spending = self._periods[start] = Spending(period)
            spending.spent.load(Ranked(*one) for one in kept)
            spending.told.update((str(value), float(level)) for value, level in told)


class Budgets:
    """All budgets."""

    def __init__(self, configs: list[BudgetConfig]) -> None:
        """Nothing was spent."""
        self.all = [Budget(config) for config in configs]

    def add(self, calls: Calls) -> list[Reached]:
        """Count what calls cost in all of them; returns the levels that this reached."""
        return [reached for budget in self.all for reached in budget.add(calls)]

    @property
    def late(self) -> float:
        """Calls that came too late for a budget's period."""
        return sum(budget.late for budget in self.all)

    @property
    def replaced(self) -> int:
        """Values that gave way."""
        return sum(budget.replaced for budget in self.all)

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON: by what the budget counts, so that a changed one begins anew."""
        return {_key(budget.config): budget.state() for budget in self.all}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave, of the budgets that there are."""
        for budget in self.all:
            budget.load(state.get(_key(budget.config), ()))


def _key(config: BudgetConfig) -> str:
    return "\n".join((config.name, config.scope, config.per, config.match or ""))

"""Who spent most: by model, operation, user, tenant and thread, for each day of UTC.

Source: METRICS.md, section 5.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from spansieve.series.labels import clean
from spansieve.sketches import Ranked, SpaceSaving

from .calendar import DAY_NS
from .call import BY, By, Calls

_OPTIONAL: Final = frozenset({"user", "tenant", "thread"})
"""A call that names none is in no row."""
MOST_ROWS: Final = 500
"""Of each table; the cheapest gives way."""
_DAYS: Final = 2
"""Days kept: the newest of which anything came, and the one before it, for what comes late."""


class Entry(NamedTuple):
    """A row of a table."""

    name: str
    units: int
    """What it spent at least, in the units of `money`."""
    error: int
    """What it may have spent besides."""
    calls: float
    """Since it has its row; likewise the rest."""
    tokens: float
    unpriced: float
    """Calls whose cost is not known."""


class Ledger:
    """One table of one day."""

    def __init__(self) -> None:
        """Nobody spent anything."""
        self._spent = SpaceSaving[str, int](MOST_ROWS)
        self._sums: dict[str, list[float]] = {}
        """By name: calls, tokens, calls whose cost is not known."""

    def add(self, name: str, calls: Calls) -> bool:
        """Book `calls` under `name`; whether another one had to give way."""
        gone = self._spent.add(name, calls.units)
        if gone is not None:
            del self._sums[gone]
        sums = self._sums.get(name)
        if sums is None:
            sums = self._sums[name] = [0.0, 0.0, 0.0]
        sums[0] += calls.calls
        sums[1] += calls.tokens
        sums[2] += calls.unpriced
        return gone is not None

    def rows(self) -> list[Entry]:
        """All rows, the dearest first."""
        return [Entry(one.key, one.least, one.error, *self._sums[one.key]) for one in self._spent.top()]

    def state(self) -> list[Sequence[Any]]:
        """What to save, fit for JSON."""
        return [list(row) for row in self.rows()]

    def load(self, state: Iterable[Sequence[Any]]) -> None:
        """Take over what `state` gave."""
        rows = [Entry(*row) for row in state][:MOST_ROWS]
        self._spent.load(Ranked(row.name, row.units + row.error, row.error) for row in rows)
        self._sums = {row.name: [row.calls, row.tokens, row.unpriced] for row in rows}


class Ledgers:
    """All tables of the days that are kept."""

    def __init__(self) -> None:
        """No day yet."""
        self._days: dict[int, dict[By, Ledger]] = {}
        self.late = 0.0
        """Calls of days before those that are kept: they are in no table."""
        self.replaced = 0
        """Names that gave way."""

    def add(self, calls: Calls) -> None:
        """Book calls on the day that they ended, in the tables that they are meant for."""
        tables = self._tables(calls.time_ns // DAY_NS)
        if tables is None:
            self.late += calls.calls * calls.is_first
            return
        for by, name in zip(BY, calls.whose.names, strict=True):
            if by in calls.by and (name or by not in _OPTIONAL):
                self.replaced += tables[by].add(name if by in _OPTIONAL else clean(name), calls)

    def newest(self) -> tuple[int, dict[By, Ledger]] | None:
        """The newest day by its start, in nanoseconds since the Unix epoch, and its tables; None before any call."""
        day = max(self._days, default=None)
        return None if day is None else (day * DAY_NS, self._days[day])

    def _tables(self, day: int) -> dict[By, Ledger] | None:
        tables = self._days.get(day)
        if tables is None:
            if len(self._days) == _DAYS:
                oldest = min(self._days)
                if day < oldest:
                    return None
                del self._days[oldest]
            tables = self._days[day] = {by: Ledger() for by in BY}
        return tables

    def state(self) -> list[Any]:
        """What to save, fit for JSON."""
        return [[day, {by: table.state() for by, table in tables.items()}] for day, tables in self._days.items()]

    def load(self, state: Iterable[Any]) -> None:
        """Take over what `state` gave."""
        for day, saved in state:
            tables = self._days[int(day)] = {by: Ledger() for by in BY}
            for by in BY:
                tables[by].load(saved[by])

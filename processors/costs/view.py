"""What is shown of costs, on the status page and by `spansieve costs`."""

from collections.abc import Iterable
from typing import Final

from spansieve.alerts import rfc3339
from spansieve.alerts.status import row_of
from spansieve.dashboard import DASHBOARD, Cell, DashboardStatus

from .alarms import Alarms
from .budgets import Budget, Budgets
from .calendar import named
from .call import BY, By
from .ledger import Ledger, Ledgers
from .measures import Measures
from .money import dollars, units

PRIVATE: Final[frozenset[str]] = frozenset({"user", "tenant", "thread"})
"""Tables and budgets by these are shown only to whom users are shown."""
_MOST_VALUES: Final = 20

Row = dict[str, Cell]


def table_name(by: By) -> str:
    """What the table by `by` is called."""
    return f"costs by {by}"


def shown(now_ns: int, measures: Measures, ledgers: Ledgers, budgets: Budgets, alarms: Alarms) -> DashboardStatus:
    """Everything, at `now_ns` (nanoseconds since the Unix epoch)."""
    day_ns, of_day = ledgers.newest() or (now_ns, {by: Ledger() for by in BY})
    day = named("day", day_ns)
    by_name = {by: [*_rows(by, day, of_day[by])] for by in BY}
    tables: dict[str, list[Row]] = {
        "cost burn": [
            {"window": window, "usd_per_hour": _rounded(usd), "tokens_per_minute": round(tokens, 2)}
            for window, (usd, tokens) in measures.burning().items()
        ],
        "budgets": [*_budgets(budget for budget in budgets.all if budget.config.scope not in PRIVATE)],
        "cost alerts": [
            {
                "type": one.alert.type,
                "severity": one.alert.severity,
                "since": rfc3339(one.alert.starts_at_ns),
                "summary": one.alert.summary,
            }
            for one in alarms.firing.values()
        ],
    }
    return {
        "schema": DASHBOARD,
        "time": rfc3339(now_ns),
        "measures": [measures.cost_per_operation()],
        "tables": tables | {table_name(by): rows for by, rows in by_name.items() if by not in PRIVATE},
        "alerts": [row_of(one.alert) for one in alarms.firing.values()],
        "private": {
            "budgets by whom": [*_budgets(budget for budget in budgets.all if budget.config.scope in PRIVATE)],
            **{table_name(by): rows for by, rows in by_name.items() if by in PRIVATE},
        },
    }


def _rows(by: By, day: str, ledger: Ledger) -> Iterable[Row]:
    for row in ledger.rows():
        yield {
            by: row.name,
            "day": day,
            "usd": dollars(row.units),
            "error_usd": dollars(row.error),
            "calls": round(row.calls, 2),
            "tokens": round(row.tokens, 2),
            "unpriced_calls": round(row.unpriced, 2),
        }


def _budgets(some: Iterable[Budget]) -> Iterable[Row]:
    for budget in some:
        config, spending = budget.config, budget.newest()
        top = spending.spent.top(_MOST_VALUES) if spending else []
        for value, spent in [(one.key, one.least) for one in top] or [("", 0)]:
            yield {
                "budget": config.name,
                "scope": config.scope,
                "of": value,
                "period": named(config.per, spending.period.start_ns) if spending else "",
                "usd": config.usd,
                "spent_usd": dollars(spent),
                "share": round(spent / units(config.usd), 4),
            }


def _rounded(usd: float) -> float:
    return float(f"{usd:.6g}")

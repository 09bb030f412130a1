"""What alerts of costs say. Nothing in a summary names a user: labels do, as privacy left them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from spansieve.alerts import Severity, rfc3339

from .anomalies import Unusual
from .budgets import Reached
from .calendar import HOUR_NS, Period, named
from .money import dollars, written

BUDGET: Final = "cost_budget"
ANOMALY: Final = "cost_anomaly"


class News(NamedTuple):
    """An alert to raise."""

    type: str
    severity: Severity
    about: str
    """What it is about, the same over restarts and nodes."""
    period: Period
    """When; it ends with it."""
    summary: str
    labels: Mapping[str, str]


def of_level(one: Reached) -> News:
    """A budget's spending reached a level: a warning, and from the whole budget on an error."""
    budget, start_ns = one.budget, one.period.start_ns
    spent, level, period = dollars(one.spent), f"{one.level:g}", named(budget.per, start_ns)
    labels = {
        "budget": budget.name,
        "scope": budget.scope,
        "level": level,
        "usd": f"{budget.usd:g}",
        "spent_usd": f"{spent:.6g}",
        "period": period,
    }
    if one.value:
        labels[budget.scope] = one.value
    whose = f" of one {budget.scope}" if one.value else ""
    summary = (
        f"{spent / budget.usd:.0%} of budget {budget.name}{whose}: {written(spent)} of {written(budget.usd)} USD "
        f"in the {budget.per} {period} (UTC)"
    )
    about = "\n".join((budget.name, one.value, level, rfc3339(start_ns)))
    return News(BUDGET, "warning" if one.level < 1 else "error", about, one.period, summary, labels)


def of_hour(one: Unusual) -> News:
    """An hour cost more than it used to."""
    spent, usual, hour = dollars(one.spent), dollars(round(one.usual)), named("hour", one.start_ns)
    summary = (
        f"{written(spent)} USD in the hour {hour} (UTC), where the median of the days before is {written(usual)} USD"
    )
    labels = {"spent_usd": f"{spent:.6g}", "usual_usd": f"{usual:.6g}", "period": hour}
    period = Period(one.start_ns, one.start_ns + HOUR_NS)
    return News(ANOMALY, "warning", rfc3339(one.start_ns), period, summary, labels)

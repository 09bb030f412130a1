"""What a processor shows of the dashboard's measures: the shape between it, the status page and the command line."""

from typing import Literal, NotRequired, TypedDict, TypeGuard

from spansieve.alerts.status import AlertRow

DASHBOARD: Literal["spansieve.dashboard/1"] = "spansieve.dashboard/1"

Cell = str | int | float | bool | None


class Share(TypedDict):
    """A measure's value for one label, such as a model."""

    label: str
    value: float | None


class Measure(TypedDict):
    """One measure; a value is None where there is nothing to measure (no division by nothing, no guess)."""

    name: str
    """As in `spansieve.dashboard.MEASURES`."""
    value: float | None
    """Over the measure's own window."""
    hour: float | None
    """Over the last hour, where that is another window."""
    trend: list[float]
    """A value a minute of the last hour, the oldest first; empty where none is kept."""
    shares: list[Share]
    """By label, at most 20, the greatest first, of tools that succeed the lowest; empty where the measure has none."""


class DashboardStatus(TypedDict):
    """What `host.status(host.id, ...)` of `ai_metrics`, `behavior`, `costs` and `decisions` gives."""

    schema: Literal["spansieve.dashboard/1"]
    time: str
    """RFC 3339."""
    measures: list[Measure]
    tables: dict[str, list[dict[str, Cell]]]
    """Further tables by name, such as `costs by model`: rows with the same keys each."""
    alerts: NotRequired[list[AlertRow]]
    """Of those who raise some: the ones that fire, and the last ones that did."""
    private: NotRequired[dict[str, list[dict[str, Cell]]]]
    """Tables about users: shown only with `zpages.show_users`."""


def is_dashboard(value: object) -> TypeGuard[DashboardStatus]:
    """Whether a component's snapshot is one of these."""
    return isinstance(value, dict) and value.get("schema") == DASHBOARD

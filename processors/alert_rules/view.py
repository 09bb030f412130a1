"""What the status page shows of rules."""

from collections.abc import Collection, Sequence

from spansieve.alerts import rfc3339
from spansieve.alerts.status import row_of
from spansieve.dashboard import DASHBOARD, Cell, DashboardStatus

from .rule import Rule
from .watch import Group, Watch
from .words import condition, shown

_ORDER = ("firing", "pending", "resolved", "inactive")


class View:
    """Makes tables at one moment."""

    def __init__(self, seen: Collection[str], unfit: Collection[str], now: float, now_ns: int) -> None:
        """`seen` are the metrics that came, `unfit` those of them that rules can't count; `now` is the monotonic
        clock's, in seconds, `now_ns` the same moment in nanoseconds since the epoch.
        """
        self._seen, self._unfit = seen, unfit
        self._now, self._now_ns = now, now_ns

    def status(self, watches: Sequence[Watch]) -> DashboardStatus:
        """A row for each series of each rule, what fires first."""
        rows = [row for watch in watches for row in self._rows(watch)]
        rows.sort(key=lambda row: _ORDER.index(str(row["state"])))
        groups = [group for watch in watches for group in watch.groups.values()]
        return {
            "schema": DASHBOARD,
            "time": rfc3339(self._now_ns),
            "measures": [],
            "tables": {"rules": rows},
            "alerts": [row_of(group.alert) for group in groups if group.alert is not None],
        }

    def _rows(self, watch: Watch) -> list[dict[str, Cell]]:
        """Of a rule with `by` that has no series yet, one that says so."""
        note = note_of(watch.rule, self._seen, self._unfit)
        groups = watch.groups or {("",) * len(watch.rule.by): watch.made()}
        return [self._row(watch.rule, watch.labels(key), group, note) for key, group in groups.items()]

    def _row(self, rule: Rule, labels: dict[str, str], group: Group, note: str) -> dict[str, Cell]:
        first, fires_at = group.values[0], group.life.fires_at(rule)
        return {
            "rule": rule.id,
            "series": ", ".join(f"{name}={text}" for name, text in labels.items() if text),
            "state": group.life.state,
            "value": None if first.value is None else shown(rule, first.value),
            "condition": " and ".join(condition(rule, leg) for leg in rule.legs),
            "samples": round(first.samples),
            "min_samples": rule.min_samples,
            "severity": rule.severity,
            "since": self._moment(group.life.since) if group.life.since else None,
            "fires_at": None if fires_at is None else self._moment(fires_at),
            "note": note,
        }

    def _moment(self, at: float) -> str:
        return rfc3339(self._now_ns - round((self._now - at) * 1e9))


def note_of(rule: Rule, seen: Collection[str], unfit: Collection[str]) -> str:
    """Why a rule has nothing to evaluate; empty where it has."""
    for metric in dict.fromkeys([rule.whole.metric, rule.part.metric]):
        if metric in unfit:
            return f"{metric} can go down, and rules count what only grows"
        if metric not in seen:
            return f"no {metric} came yet"
    return ""

"""What the status page and the command line show."""

from typing import Final

from spansieve.alerts import rfc3339
from spansieve.alerts.status import row_of
from spansieve.dashboard.shown import DASHBOARD, Cell, DashboardStatus, Measure, Share
from spansieve.series import CounterCell, Family, HistogramCell

from .conduct import Conduct
from .config import WorkflowsConfig
from .people import Person
from .times import DAY_NS

HOUR: Final = 3600.0
WORKFLOWS: Final = "workflows"
"""The table that `spansieve workflows` shows."""
_ROWS: Final = 20
_MOST_WORKFLOWS: Final = 100


def status(conduct: Conduct, config: WorkflowsConfig, time_ns: int) -> DashboardStatus:
    """All of it, at `time_ns` of the clock."""
    now = conduct.clock.now_ns()
    return {
        "schema": DASHBOARD,
        "time": rfc3339(time_ns),
        "measures": [
            _completion(conduct.measures.tasks),
            _retries(conduct.measures.task_retries),
            _session_length(conduct, now),
            _plain("returnUserRate", conduct.active.returned(now)),
            _adoption(conduct, now),
            _tokens_per_user(conduct, now),
        ],
        "tables": {WORKFLOWS: _workflows(conduct, config, now), "tool transitions": _transitions(conduct)},
        "alerts": [row_of(alert) for alert, _ in conduct.frustrations.firing.values()],
        "private": {"users by retries": _users(conduct)},
    }


def _completion(tasks: Family[CounterCell]) -> Measure:
    """Completed tasks among those that were settled in the last hour."""
    settled = tasks.increase(HOUR)
    every, good = sum(settled.values()), settled.get(("completed",), 0.0)
    goods = tasks.trend(lambda labels: labels == ("completed",))
    return _plain("taskCompletionRate", _share(good, every)) | {"trend": _ratios(goods, tasks.trend())}


def _retries(retries: Family[HistogramCell]) -> Measure:
    """Retries a task of the last hour."""
    ratio = _share(sum(retries.sums(HOUR).values()), sum(retries.increase(HOUR).values()))
    trend = _ratios(retries.trend_of_sums(), retries.trend())
    return _plain("averageRetriesPerTask", ratio) | {"trend": trend}


def _session_length(conduct: Conduct, now_ns: int) -> Measure:
    lengths = conduct.sessions.lengths(now_ns)
    shares: list[Share] = [{"label": "p50", "value": lengths.median}] if lengths.median is not None else []
    return _plain("sessionLength", lengths.mean) | {"shares": shares}


def _adoption(conduct: Conduct, now_ns: int) -> Measure:
    """Each feature; the value is that of the feature that is used most."""
    adoptions = conduct.active.adoptions(conduct.features.bits, now_ns)
    ranked = sorted(adoptions.items(), key=lambda one: -(one[1] or 0.0))
    shares: list[Share] = [{"label": name, "value": ratio} for name, ratio in ranked[:_ROWS]]
    return _plain("advancedFeatureAdoption", ranked[0][1]) | {"shares": shares}


def _tokens_per_user(conduct: Conduct, now_ns: int) -> Measure:
    users = conduct.active.last(DAY_NS, now_ns).size
    return _plain("tokensPerUser", _share(conduct.tokens.total(now_ns), users))


def _plain(name: str, value: float | None) -> Measure:
    return {"name": name, "value": value, "hour": None, "trend": [], "shares": []}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _ratios(parts: list[float], wholes: list[float]) -> list[float]:
    """Of each minute; one without anything is as the one before it. Empty where nothing is in any."""
    found: list[float] = []
    for part, whole in zip(parts, wholes, strict=True):
        found.append(part / whole if whole else found[-1] if found else 0.0)
    return found if any(wholes) else []


def _workflows(conduct: Conduct, config: WorkflowsConfig, now_ns: int) -> list[dict[str, Cell]]:
    return [
        {
            "tools": " → ".join(one.tools),
            "length": len(one.tools),
            "support": one.support,
            "success_rate": round(one.success_rate, 4),
        }
        for one in conduct.workflows.frequent(config.support, now_ns)[:_MOST_WORKFLOWS]
    ]


def _transitions(conduct: Conduct) -> list[dict[str, Cell]]:
    """The most frequent ones of the last hour."""
    counts = conduct.measures.transitions.increase(HOUR).items()
    ranked = sorted(counts, key=lambda one: -one[1])[:_ROWS]
    return [{"from": labels[0], "to": labels[1], "times": round(times)} for labels, times in ranked]


def _users(conduct: Conduct) -> list[dict[str, Cell]]:
    """Who asked again most often."""
    ranked = sorted(conduct.people.known.values(), key=lambda one: -one.retry_count)[:_ROWS]
    return [_user(one) for one in ranked if one.retry_count]


def _user(person: Person) -> dict[str, Cell]:
    return {
        "user": person.name,
        "requests": person.requests,
        "retries": person.retry_count,
        "last_request": rfc3339(person.last_ns),
    }

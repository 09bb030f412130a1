"""Streams of spans with errors, one a line of JSON: a configuration, what is sent when, and the alerts to come."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spansieve.alerts import Alert, alerts_of
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.error_aggregation import ErrorAggregation, ErrorAggregationConfig
from spansieve.testing import FakeHost

from .sampling_cases import body

FOLDER = Path(__file__).parents[1] / "fixtures" / "errors"
STEP_MS = 100
"""How far the clock goes at once."""
Case = Mapping[str, Any]


def cases(name: str) -> list[Case]:
    """Those of a file in the folder of fixtures."""
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def in_process(case: Case) -> list[Alert]:
    """The alerts that the processor sends, by a clock that is told."""
    host = FakeHost()
    base_ns = host.clock.time_ns()
    aggregation = ErrorAggregation(settings(case["config"]), host)
    aggregation.start()
    left = sorted(case["batches"], key=lambda batch: batch["at_s"])
    end = max([batch["at_s"] for batch in left], default=0) + case.get("settle_s", 2.0)
    for step in range(round(end * 1000 / STEP_MS) + 1):
        while left and left[0]["at_s"] * 1000 <= step * STEP_MS:
            aggregation.traces(TraceBatch.parse(body(left.pop(0)["spans"], base_ns)))
        aggregation.tick()
        host.clock.advance(seconds=STEP_MS / 1000)
    return sent(host)


def settings(config: Mapping[str, Any]) -> ErrorAggregationConfig:
    """A configuration as YAML would give it."""
    return ErrorAggregationConfig.model_validate(config)


def sent(host: FakeHost) -> list[Alert]:
    """All alerts that were sent."""
    batches = (batch for signal, batch in host.emitted if signal == "alerts")
    return [alert for batch in batches if isinstance(batch, LogBatch) for alert in alerts_of(batch)]


def shortfalls(case: Case, alerts: Iterable[Alert]) -> list[str]:
    """What the case expects and the alerts, each as it was first told, do not show."""
    first: dict[tuple[str, str], Alert] = {}
    for alert in alerts:
        first.setdefault((alert.id, alert.status), alert)
    told, want = list(first.values()), case["expect"]
    found = []
    for one in want["alerts"]:
        times = sum(_fits(alert, one) for alert in told)
        if times != one.get("times", times or 1):
            found.append(f"{times} times: {one}")
    types = {alert.type for alert in told}
    found += [f"unwanted {type_}" for type_ in want.get("none", ()) if type_ in types]
    if want.get("only"):
        firing = (alert for alert in told if alert.status == "firing")
        found += [f"unexpected {a.type}: {a.summary}" for a in firing if not any(_fits(a, e) for e in want["alerts"])]
    return found


def _fits(alert: Alert, one: Mapping[str, Any]) -> bool:
    said = {
        "type": alert.type,
        "status": alert.status,
        "severity": alert.severity,
        "count": alert.count,
        "pattern": alert.pattern.key if alert.pattern else None,
        "path_first": alert.path[0] if alert.path else None,
    }
    return all(said[key] == value for key, value in one.items() if key in said and value is not None)

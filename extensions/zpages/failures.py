"""Patterns of errors and alerts, made ready for the page: with lines, links and times as people read them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spansieve.alerts import time_ns_of
from spansieve.alerts.status import (
    DELIVERIES,
    SILENCED,
    AlertRow,
    DeliveryRow,
    ErrorsStatus,
    PatternRow,
    in_order,
    is_errors,
)
from spansieve.dashboard import is_dashboard
from spansieve.links import FilledLink, LinkTemplate, filled

from .lines import Line, line
from .tables import short

MAX_PATTERNS = 50
"""Patterns on the page; JSON has more."""
MAX_ALERTS = 100


class PatternShown(NamedTuple):
    """A row of the table of patterns; `ago` is seconds."""

    row: PatternRow
    template: str
    ago: float
    line: Line | None
    links: Sequence[FilledLink]


class AlertShown(NamedTuple):
    """A row of the table of alerts; times are ns since 1970, `until_ns` 0 while it fires.

    `silence` is None where none holds it back, else the silence's comment; `deliveries` has a row an endpoint.
    """

    row: AlertRow
    since_ns: int
    until_ns: int
    silence: str | None
    deliveries: Sequence[DeliveryRow]
    line: Line | None
    links: Sequence[FilledLink]

    @property
    def fires(self) -> bool:
        """Whether somebody is to look at it."""
        return not self.until_ns and self.silence is None


class Failures(NamedTuple):
    """What one component knows of errors; `more` patterns are not on the page."""

    name: str
    patterns: Sequence[PatternShown]
    more: int


def failures(values: Mapping[str, object], templates: Sequence[LinkTemplate]) -> Iterator[Failures]:
    """The patterns of errors of all components; `templates` lead to trace backends."""
    for name, value in sorted(values.items()):
        if is_errors(value):
            yield _failures(name, value, templates)


def alerts(values: Mapping[str, object], templates: Sequence[LinkTemplate]) -> list[AlertShown] | None:
    """The alerts of all components, those that fire first; None where no component raises any."""
    every = [value["alerts"] for value in values.values() if is_errors(value)]
    every += [value["alerts"] for value in values.values() if is_dashboard(value) and "alerts" in value]
    silences, told = dict(_silences(values)), _deliveries(values)
    rows = in_order(row for rows in every for row in rows)[:MAX_ALERTS]
    shown = [_alert(row, templates, silences.get(row["id"]), told.get(row["id"], ())) for row in rows]
    return shown if every else None


def _silences(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Ids of alerts that are held back, each with the silence's comment."""
    for name, rows in values.items():
        if name.endswith(SILENCED) and isinstance(rows, list):
            yield from ((row["alert"], row["silence"]) for row in rows)


def _deliveries(values: Mapping[str, object]) -> dict[str, list[DeliveryRow]]:
    """What became of alerts at the endpoints that they were told to, by id."""
    found: dict[str, list[DeliveryRow]] = {}
    for name, rows in sorted(values.items()):
        if name.endswith(DELIVERIES) and isinstance(rows, list):
            for row in rows:
                found.setdefault(row["alert"], []).append(row)
    return found


def _failures(name: str, errors: ErrorsStatus, templates: Sequence[LinkTemplate]) -> Failures:
    now_ns = time_ns_of(errors["time"])
    patterns = [_pattern(row, now_ns, templates) for row in errors["patterns"][:MAX_PATTERNS]]
    return Failures(name, patterns, errors["patterns_in_all"] - len(patterns))


def _pattern(row: PatternRow, now_ns: int, templates: Iterable[LinkTemplate]) -> PatternShown:
    first_ns, last_ns = time_ns_of(row["first_seen"]), time_ns_of(row["last_seen"])
    return PatternShown(
        row=row,
        template=short(row["template"]),
        ago=max(0, now_ns - last_ns) / 1e9,
        line=line(row["last_hour"]["sparkline"]),
        links=filled(templates, _values(row, row["key"], first_ns, last_ns)),
    )


def _alert(
    row: AlertRow, templates: Iterable[LinkTemplate], silence: str | None, deliveries: Sequence[DeliveryRow]
) -> AlertShown:
    since_ns, told_ns = time_ns_of(row["starts_at"]), time_ns_of(row["ends_at"] or row["updated_at"])
    return AlertShown(
        row=row,
        since_ns=since_ns,
        until_ns=told_ns if row["ends_at"] else 0,
        silence=silence,
        deliveries=deliveries,
        line=line(row["last_hour"]["sparkline"]),
        links=filled(templates, _values(row, row["pattern"], since_ns, told_ns)),
    )


def _values(row: PatternRow | AlertRow, pattern: str, begin_ns: int, end_ns: int) -> dict[str, str]:
    return {
        "trace_id": row["example_trace"],
        "span_id": row["example_span"],
        "service": row["service"],
        "start_ms": str(begin_ns // 1_000_000),
        "end_ms": str(end_ns // 1_000_000),
        "pattern": pattern,
        "fingerprint": row["fingerprint"],
        "tool": row["tool"],
    }

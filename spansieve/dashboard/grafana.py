"""The dashboard as Grafana 10 and later import it: the measures, and the rows beside them.

Source: Grafana's dashboard schema (its package @grafana/schema), of which only panels that every Grafana has are used.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from .measures import GROUPS, MEASURES, Definition, Kind, Limit, Query, Unit
from .rows import ROWS, Plan

UID: Final = "spansieve-ai"
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_UNITS: Final[dict[Unit, str]] = {
    "seconds": "s",
    "ratio": "percentunit",
    "per_minute": "short",
    "number": "short",
    "usd": "currencyUSD",
    "bytes": "bytes",
}
_COLUMNS: Final = 24
_HEIGHT: Final = 8
_LAST: Final = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: Final[dict[Kind, dict[str, Any]]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": _LAST,
        "orientation": "auto",
        "textMode": "auto",
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
    },
    "gauge": {
        "reduceOptions": _LAST,
        "orientation": "auto",
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
    },
    "bargauge": {
        "reduceOptions": _LAST,
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "color",
        "showUnfilled": True,
        "minVizWidth": 8,
        "minVizHeight": 16,
    },
    "table": {"showHeader": True, "cellHeight": "sm", "frameIndex": 0},
}


def text() -> str:
    """The file to import."""
    return json.dumps(dashboard(), indent=2, ensure_ascii=False) + "\n"


def dashboard() -> dict[str, Any]:
    """The dashboard as JSON."""
    return {
        "uid": UID,
        "title": "spansieve: AI agents",
        "description": "What agents do, what it costs, and where their users struggle. Made by: spansieve dashboard",
        "tags": ["spansieve", "opentelemetry", "ai"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_variable()]},
        "annotations": {"list": []},
        "links": [],
        "panels": list(_numbered(_rows())),
    }


def _variable() -> dict[str, Any]:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "hide": 0,
        "multi": False,
        "includeAll": False,
        "refresh": 1,
        "options": [],
        "current": {},
    }


def _rows() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for group in GROUPS:
        members = [one for one in MEASURES.values() if one.group == group]
        yield group, [_panel(plan) for one in members for plan in _plans(one)]
    for title, plans in ROWS.items():
        yield title, [_panel(plan) for plan in plans]


def _plans(one: Definition) -> Iterator[Plan]:
    over = f" over {one.window}" if one.window else ""
    for panel in one.panels:
        labels = one.queries[-1].labels
        yield Plan(
            title=f"{one.title}, by {labels[0]}" if panel.kind == "table" else one.title,
            text=f"{one.name}{over}: {one.definition}.",
            unit=one.unit,
            queries=one.queries,
            panel=panel,
            limit=one.limit,
            absent=one.absent,
        )


def _panel(plan: Plan) -> dict[str, Any]:
    kind = plan.panel.kind
    made = {
        "type": kind,
        "title": plan.title,
        "description": plan.text,
        "datasource": _SOURCE,
        "targets": [_target(*one, kind) for one in zip("ABC", _of_kind(plan.queries, kind), strict=False)],
        "fieldConfig": {"defaults": _defaults(plan), "overrides": []},
        "options": _OPTIONS[kind],
        "gridPos": {"h": _HEIGHT, "w": plan.panel.width, "x": 0, "y": 0},
    }
    if kind == "table":
        made["transformations"] = [{"id": "organize", "options": {"excludeByName": {"Time": True}}}]
    return made


def _defaults(plan: Plan) -> dict[str, Any]:
    is_series = plan.panel.kind == "timeseries"
    made: dict[str, Any] = {
        "unit": _UNITS[plan.unit],
        "min": 0,
        "noValue": plan.absent,
        "thresholds": _thresholds(plan.limit),
        "color": {"mode": "palette-classic" if is_series else "thresholds"},
    }
    if plan.panel.kind == "gauge":
        made["max"] = 1
    if is_series:
        made["custom"] = {"fillOpacity": 8, "showPoints": "never", "spanNulls": False}
    return made


def _of_kind(queries: Sequence[Query], kind: Kind) -> Sequence[Query]:
    """The queries that such a panel shows: one number, numbers by label, or both."""
    if kind == "stat":
        return [query for query in queries if not query.labels]
    if kind in {"table", "bargauge"}:
        return [query for query in queries if query.labels]
    return queries


def _target(ref: str, query: Query, kind: Kind) -> dict[str, Any]:
    is_range = kind == "timeseries"
    return {
        "refId": ref,
        "datasource": _SOURCE,
        "expr": query.promql,
        "editorMode": "code",
        "format": "table" if kind == "table" else "time_series",
        "legendFormat": " ".join(f"{{{{{label}}}}}" for label in query.labels) or query.legend,
        "range": is_range,
        "instant": not is_range,
    }


def _thresholds(limit: Limit | None) -> dict[str, Any]:
    below, above = ("green", "red") if limit is None or limit.above else ("red", "green")
    steps: list[dict[str, Any]] = [{"color": below, "value": None}]
    if limit is not None:
        steps.append({"color": above, "value": limit.value})
    return {"mode": "absolute", "steps": steps}


def _numbered(rows: Iterable[tuple[str, Sequence[dict[str, Any]]]]) -> Iterator[dict[str, Any]]:
    """The panels with ids and places, each group below a heading, from left to right and then further down."""
    number, top = 0, 0
    for title, panels in rows:
        number += 1
        place = {"h": 1, "w": _COLUMNS, "x": 0, "y": top}
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}
        top, left = top + 1, 0
        for panel in panels:
            number += 1
            width = panel["gridPos"]["w"]
            if left + width > _COLUMNS:
                top, left = top + _HEIGHT, 0
            yield {"id": number, **panel, "gridPos": {**panel["gridPos"], "x": left, "y": top}}
            left += width
        top += _HEIGHT

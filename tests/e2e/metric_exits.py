"""Numbers as the two exits show them: text of a Prometheus endpoint, and OTLP JSON lines, both as samples by name and
labels.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Samples = dict[tuple[str, Labels], float]
"""Values by the name of a sample (`x_count`, not the family's) and its labels; an empty label is none."""
Point = Mapping[str, Any]

NOT_COMPARED = ("target_info", "otel_scope_info")
"""What says nothing about agents."""
UNITS = {"s": "seconds", "By": "bytes", "ms": "milliseconds"}
"""What a unit adds to a name where the name does not say it; annotations such as `{token}` add nothing."""
DELTA = 1


def labels_of(pairs: Iterable[tuple[str, str]]) -> Labels:
    """Without empty ones, scopes and instances; a bucket's bound as one number, however it is written."""
    kept = {k: v for k, v in pairs if v and not k.startswith("otel_scope_") and k != "instance"}
    if "le" in kept:
        kept["le"] = repr(float(kept["le"]))
    return frozenset(kept.items())


def of_text(text: str) -> Samples:
    """The samples of a Prometheus text. Raises ValueError where one stands twice."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, labels_of(sample.labels.items())
            if sample.name.startswith(NOT_COMPARED) or sample.name.endswith("_created"):
                continue
            if key in found:
                raise ValueError(f"stands twice: {key}")
            found[key] = sample.value
    return found


class Pushed:
    """The samples of a file of OTLP JSON lines that grows, each line read once: the newest value of what is cumulative,
    the sum of what is delta.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._found: Samples = {}

    def samples(self) -> Samples:
        """Those of all lines until now."""
        for line in self._lines():
            for key, value, adds in _samples(json.loads(line)):
                self._found[key] = self._found.get(key, 0.0) + value if adds else value
        return self._found

    def _lines(self) -> list[bytes]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        return whole.splitlines()


def _samples(request: Point) -> Iterator[tuple[tuple[str, Labels], float, bool]]:
    for group in request.get("resourceMetrics", ()):
        resource = dict(_attributes(group.get("resource", {})))
        job = [("job", resource.get("service.name", ""))]
        for scope in group.get("scopeMetrics", ()):
            for metric in scope.get("metrics", ()):
                yield from _of_metric(metric, job)


def _of_metric(metric: Point, job: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, Labels], float, bool]]:
    kind = next((kind for kind in ("sum", "gauge", "histogram") if kind in metric), None)
    if kind is None:
        return
    data = metric[kind]
    name, adds = _name(metric, kind), data.get("aggregationTemporality") == DELTA
    for point in data.get("dataPoints", ()):
        pairs = [*job, *((re.sub(r"\W", "_", key), value) for key, value in _attributes(point))]
        for suffix, more, value in _histogram(point) if kind == "histogram" else [("", [], _number(point))]:
            yield (name + suffix, labels_of([*pairs, *more])), value, adds


def _name(metric: Point, kind: str) -> str:
    name, unit = re.sub(r"\W", "_", metric["name"]), metric.get("unit", "")
    ending = UNITS.get(unit, "ratio" if unit == "1" and kind == "gauge" else "")
    total = kind == "sum" and metric[kind].get("isMonotonic", False)
    bare = name.removesuffix("_total") if total else name
    if ending and ending not in bare.split("_"):
        bare += f"_{ending}"
    return f"{bare}_total" if total else bare


def _histogram(point: Point) -> Iterator[tuple[str, list[tuple[str, str]], float]]:
    yield "_count", [], float(point.get("count", 0))
    yield "_sum", [], float(point.get("sum", 0))
    below = 0.0
    bounds = [*map(float, point.get("explicitBounds", ())), math.inf]
    for bound, count in zip(bounds, point.get("bucketCounts", ()), strict=True):
        below += float(count)
        yield "_bucket", [("le", repr(bound))], below


def _number(point: Point) -> float:
    return float(point["asInt"] if "asInt" in point else point.get("asDouble", 0.0))


def _attributes(holder: Point) -> Iterator[tuple[str, str]]:
    for pair in holder.get("attributes", ()):
        yield pair["key"], _text(pair.get("value", {}))


def _text(value: Point) -> str:
    only = next(iter(value.values()), "")
    return str(only).lower() if isinstance(only, bool) else str(only)


def records(path: Path, kind: str = "Logs") -> list[dict[str, Any]]:
    """The log records, or `Spans`, of a file of OTLP JSON lines, flat: `event_name` or `name`, `service`, and
    attributes by name.
    """
    found = []
    for line in path.read_text().splitlines(keepends=True) if path.exists() else ():
        for group in json.loads(line).get(f"resource{kind}", ()) if line.endswith("\n") else ():
            service = dict(_attributes(group.get("resource", {}))).get("service.name", "")
            for scope in group.get(f"scope{kind}", ()):
                items = scope.get("spans" if kind == "Spans" else "logRecords", ())
                found += [_record(one) | {"service": service} for one in items]
    return found


def _record(one: Point) -> dict[str, Any]:
    attributes = {pair["key"]: _plain(pair.get("value", {})) for pair in one.get("attributes", ())}
    return {
        "event_name": one.get("eventName", attributes.get("event.name", "")),
        "name": one.get("name", ""),
    } | attributes


def _plain(value: Mapping[str, Any]) -> Any:  # noqa: ANN401
    kind, only = next(iter(value.items()), ("", None))
    if kind == "intValue":
        return int(value[kind])
    return [_plain(item) for item in value[kind].get("values", ())] if kind == "arrayValue" else only

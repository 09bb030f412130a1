"""What a case of the numbers expects, beside what was seen: a line for each difference."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from .metric_exits import Labels, Samples, labels_of
from .metric_otlp import Case

RELATIVE = 1e-6
MOMENTARY = ("process_cpu_seconds_total", "pending_operations", "concurrent_tool_executions")
"""What is another number whenever the program is asked."""


class Wanted(NamedTuple):
    """The samples of the families that a case names, and those that may be there as well."""

    samples: Samples
    allowed: set[tuple[str, Labels]]


class Seen(NamedTuple):
    """What was seen: numbers, events, alerts, what a component shows, the program's own numbers, spans that left."""

    samples: Samples
    events: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]]
    table: Callable[[str], Any]
    own: Samples
    spans: Sequence[Mapping[str, Any]]


def differences(case: Case, seen: Seen) -> list[str]:
    """What is wrong with one case."""
    want = case["expect"]
    return [
        *wrong_samples(case, seen.samples),
        *_wrong_sums(case, seen.samples),
        *_wrong_values(case, seen.samples),
        *_wrong_own(want.get("own", ()), {**seen.samples, **seen.own}),
        *wrong_records(want.get("events", ()), seen.events),
        *wrong_alerts(want, seen.alerts),
        *_wrong_spans(case, seen.spans),
        *(line for name, rows in want.get("tables", {}).items() for line in _wrong_rows(rows, seen.table(name))),
    ]


def _wrong_sums(case: Case, seen: Samples) -> Iterator[str]:
    """`sums`: the sum of all samples of a name of the case's service, or of all where it stands `alone`."""
    for name, value in case["expect"].get("sums", {}).items():
        mine = [v for (n, labels), v in seen.items() if n == name and _is_of(case, labels)]
        if not near(sum(mine) if mine else None, value) and (mine or value):
            yield f"the sum of {name} is {sum(mine) if mine else None}, not {value}"


def _wrong_values(case: Case, seen: Samples) -> Iterator[str]:
    """`values`: how many different values a label has."""
    for name, labels_ in case["expect"].get("values", {}).items():
        for label, count in labels_.items():
            have = {dict(labels).get(label) for n, labels in seen if n == name and _is_of(case, labels)}
            if len(have) != count:
                yield f"{name} has {len(have)} values of {label}, not {count}"


def _is_of(case: Case, labels: Labels) -> bool:
    return bool(case.get("alone")) or dict(labels).get("job") == case["service"]


def _wrong_own(want: Iterable[Mapping[str, Any]], seen: Samples) -> Iterator[str]:
    """`own`: the sum of the samples whose name ends with `name` and that have `labels`."""
    for one in want:
        labels = one.get("labels", {}).items()
        have = sum(v for (n, some), v in seen.items() if n.endswith(one["name"]) and labels <= dict(some).items())
        if not near(have, one["value"]):
            yield f"{one['name']} {dict(labels)} is {have}, not {one['value']}"


def _wrong_spans(case: Case, seen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """`leaves`: attributes of spans that left, by name; null is absent."""
    for name, want in case["expect"].get("leaves", {}).items():
        mine = [span for span in seen if span["service"] == case["service"] and span["name"] == name]
        for key, value in want.items():
            have = mine[0].get(key) if mine else "no span"
            if not (_same(value, have) or (value == "*" and have is not None)):
                yield f"{name} left with {key} {have}, not {value}"


def _wrong_rows(rows: Sequence[Sequence[Any]], shown: Any) -> Iterator[str]:  # noqa: ANN401
    """`tables`: rows in what a component shows that have all these cells, or texts that hold them."""
    every = list(_rows(shown))
    for row in rows:
        if not any(all(any(_in_cell(one, cell) for cell in cells) for one in row) for cells in every):
            yield f"no row with {row}"


def _rows(shown: Any) -> Iterator[list[Any]]:  # noqa: ANN401
    if isinstance(shown, Mapping):
        if not any(isinstance(value, Mapping | list) for value in shown.values()):
            yield list(shown.values())
        for value in shown.values():
            yield from _rows(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from _rows(value)


def _in_cell(one: Any, cell: Any) -> bool:  # noqa: ANN401
    return _same(one, cell) or (isinstance(one, str) and isinstance(cell, str) and one in cell)


def wanted(case: Case) -> Wanted:
    """A line is a sample as Prometheus writes it; one that begins with `?` may be there or not.

    Without a `job` a sample belongs to the service of the case.
    """
    lines = case["expect"].get("metrics", "").splitlines()
    sure = [line for line in lines if line.strip() and not line.startswith(("?", "#"))]
    maybe = [line[1:].strip() for line in lines if line.startswith("?")]
    return Wanted(_read(sure, case), set(_read(maybe, case)))


def _read(lines: Sequence[str], case: Case) -> Samples:
    text = "".join(f"{line.strip()}\n" for line in lines)
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(one.name, labels_of(({"job": case["service"]} | one.labels).items())): one.value for one in samples}


def wrong_samples(case: Case, seen: Samples) -> list[str]:
    """Where the samples of the named families are not those that are expected. A count of 0 is as good as none."""
    want = wanted(case)
    jobs = {dict(labels)["job"] for _, labels in want.samples} | {case["service"]}
    names = {(name, dict(labels)["job"]) for name, labels in want.samples}
    names |= {(name, job) for name in case["expect"].get("absent", ()) for job in jobs}
    have = {key: v for key, v in seen.items() if (key[0], dict(key[1]).get("job", "")) in names and v}
    need = {key: v for key, v in want.samples.items() if v}
    found = [f"{written(key)} is {have.get(key)}, not {v}" for key, v in need.items() if not near(have.get(key), v)]
    extra = have.keys() - need.keys() - want.allowed
    return found + [f"{written(key)} is there, {have[key]}" for key in sorted(extra, key=written)]


def near(one: float | None, other: float) -> bool:
    """Whether two values are the same but for rounding."""
    return one is not None and abs(one - other) <= RELATIVE * max(abs(one), abs(other))


def written(key: tuple[str, Labels]) -> str:
    """A sample's name and labels, in one order."""
    inside = ",".join(f'{k}="{v}"' for k, v in sorted(key[1]) if k != "job" or not v.startswith("svc-"))
    return f"{key[0]}{{{inside}}}"


def apart(one: Samples, other: Samples) -> list[str]:
    """Where two exits show different numbers."""
    keys = sorted((key for key in one.keys() | other.keys() if key[0] not in MOMENTARY), key=written)
    return [f"{written(k)}: {one.get(k)} / {other.get(k)}" for k in keys if not near(one.get(k), other.get(k, -1e300))]


def wrong_records(want: Iterable[Mapping[str, Any]], seen: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where the records of the named events are not exactly those that are expected, in any order.

    A key stands for the attribute whose last part it is: `tool` for `spansieve.behavior.tool`.
    """
    want = list(want)
    left = [record for record in seen if record["event_name"] in {one["event_name"] for one in want}]
    found = []
    for one in want:
        fitting = next((record for record in left if _fits(record, one)), None)
        if fitting is None:
            found.append(f"no record {one}")
        else:
            left.remove(fitting)
    return found + [f"a record too many: {record}" for record in left]


def wrong_alerts(want: Mapping[str, Any], seen: Sequence[Mapping[str, Any]]) -> list[str]:
    """`alerts` are those that must fire, each `times` (1); `none` names types that must not, `only` says no
    others, and `resolved` names types that must be over.
    """
    firing = {record["alert.id"]: record for record in reversed(seen) if record.get("alert.status") == "firing"}
    found = []
    for one in want.get("alerts", ()):
        fields = {key: value for key, value in one.items() if key != "times"}
        times = sum(_fits(record, fields) for record in firing.values())
        if times != one.get("times", 1):
            found.append(f"{times} times: {one}")
    types = sorted(str(record["alert.type"]) for record in firing.values())
    found += [f"unwanted {type_}" for type_ in types if type_ in want.get("none", ())]
    over = {record["alert.type"] for record in seen if record.get("alert.status") == "resolved"}
    found += [f"not over: {type_}" for type_ in want.get("resolved", ()) if type_ not in over]
    if want.get("only"):
        others = [type_ for type_ in types if type_ not in {one["type"] for one in want.get("alerts", ())}]
        found += [f"unexpected {type_}" for type_ in others]
    return found


def _fits(record: Mapping[str, Any], one: Mapping[str, Any]) -> bool:
    return all(any(_same(value, got) for got in _values(record, key)) for key, value in one.items())


def _values(record: Mapping[str, Any], key: str) -> Iterator[Any]:
    whole = [key] if key in record else [name for name in record if re.split(r"[.]", name)[-1] == key]
    yield from (record[name] for name in whole)


def _same(one: Any, got: Any) -> bool:  # noqa: ANN401
    if isinstance(one, int | float) and isinstance(got, int | float) and not isinstance(one, bool):
        return abs(one - got) <= 1e-3
    return bool(one == got)

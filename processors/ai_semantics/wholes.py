"""Values that are put together from several places: sums, lists from numbered keys, attributes of span events."""

from collections.abc import Callable, Mapping
from itertools import product
from re import findall, split
from typing import Any, Final

from spansieve.actions.patterns import compile_pattern
from spansieve.messages import MAX_CONTENT_BYTES, Given, collect_json, finish_reasons
from spansieve.pdata import DecodeError, StatusCode, Value
from spansieve.semconv.names import KIND

from .atoms import fits, key_test
from .look import Look
from .values import Skip, is_none, number, parsed, safely

_OUTPUT: Final = "gen_ai.output.messages"
_SYSTEM: Final = "gen_ai.system_instructions"
WHOLE: Final = frozenset({"collect", "collect_json", "messages_finish_reasons"})
"""Transforms that are part of how their source is read."""

ValueOf = Callable[[Look], Value | Skip]


def value_of(spec: Mapping[str, Any]) -> ValueOf:
    """What the source `spec` reads, its transform apart."""
    for word, make in _READ.items():
        if word in spec:
            return make(spec)
    return lambda look: look.name  # `span_name: true`


def _key(spec: Mapping[str, Any]) -> ValueOf:
    key = spec["key"]
    if spec.get("transform") == "messages_finish_reasons":
        # A span that has its kind was here before: what its messages say may be what was written then.
        return lambda look: None if KIND in look.index else list(finish_reasons(look.value(key))) or None
    if "add" in spec:
        return _sum_of([key, *spec["add"]])
    if "add_json" in spec:
        return _json_sum(key, spec["add_json"])
    if "with" in spec:
        return lambda look: [look.value(key), look.value(spec["with"])]
    if "match" in spec:
        return _matching(key, spec["match"])
    return lambda look: look.value(key)


def _sum_of(keys: list[str]) -> ValueOf:
    """The first of `keys` and whatever there is of the others, added up."""

    def read(look: Look) -> Value | Skip:
        if not look.has(keys[0]):
            return None
        numbers = [number(look.value(key)) for key in keys if look.has(key)]
        counts = [int(found) for found in numbers if found is not None]
        if numbers[0] is None:
            return Skip("type")
        return Skip("range") if any(count < 0 for count in counts) else sum(counts)

    return read


def _json_sum(key: str, extra: Mapping[str, Any]) -> ValueOf:
    """The JSON of `key` with `extra.keys` added to `extra.when_key`, where that is there."""

    def read(look: Look) -> Value | Skip:
        value = look.value(key)
        tree = parsed(value) if isinstance(value, str) else value
        if not isinstance(tree, dict) or extra["when_key"] not in tree:
            return value
        parts = [number(tree.get(name)) for name in (extra["when_key"], *extra["keys"])]
        return {**tree, extra["when_key"]: sum(part for part in parts if part is not None)}

    return read


def _matching(key: str, pattern: str) -> ValueOf:
    compiled = compile_pattern(pattern)

    def read(look: Look) -> Value:
        value = look.value(key)
        text = str(value) if isinstance(value, str | int | float) else ""
        return value if text and compiled.search(text.encode(errors="replace")) else None

    return read


def matching(look: Look, test: Callable[[str], bool]) -> dict[str, bytes]:
    """The pairs whose keys `test` says yes to."""
    return {key: raw for key, raw in look.index.items() if test(key)}


def _numbered(pairs: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """`pairs` in the order of the numbers in their keys."""
    return sorted(pairs.items(), key=lambda pair: [int(digits[:9]) for digits in findall(r"\d+", pair[0])])


def _pattern(spec: Mapping[str, Any]) -> ValueOf:
    test = key_test(spec["key_pattern"])

    def collect(look: Look) -> Value:
        return [value for _, raw in _numbered(matching(look, test)) if not is_none(value := safely(raw))] or None

    def collect_all(look: Look) -> Value:
        return collect_json({key: safely(raw) for key, raw in matching(look, test).items()})

    return collect_all if spec.get("transform") == "collect_json" else collect


def _of_events(spec: Mapping[str, Any]) -> ValueOf:
    """The attribute of the last event of that name; of all of them with `collect`."""
    name, key = spec.get("event_attr") or spec["span_event_attr"]
    many = spec.get("transform") == "collect"

    def read(look: Look) -> Value:
        found = [value for event in look.events if fits(name, event.name) and not is_none(value := event.value(key))]
        return (found if many else found[-1]) if found else None

    return read


def _event_sum(spec: Mapping[str, Any]) -> ValueOf:
    name, key = spec["event_sum"]

    def read(look: Look) -> Value:
        found = [number(event.value(key)) for event in look.events if event.name == name]
        counts = [int(count) for count in found if count is not None and count >= 0]
        return sum(counts) if counts else None

    return read


def _of_resource(spec: Mapping[str, Any]) -> ValueOf:
    key = spec["resource"]

    def read(look: Look) -> Value:
        try:
            raw = look.item.resource.attributes.raws().get(key)
        except DecodeError:
            return None
        return None if raw is None else safely(raw)

    return read


_READ: Final[dict[str, Callable[[Mapping[str, Any]], ValueOf]]] = {
    "key": _key,
    "key_pattern": _pattern,
    "event_attr": _of_events,
    "span_event_attr": _of_events,
    "event_sum": _event_sum,
    "resource": _of_resource,
}


def given(spec: Mapping[str, Any], target: str) -> Callable[[Look], Given | Skip | None]:
    """What a reader of content is given."""
    keys = [spec["key"]] if "key" in spec else spec.get("keys", [])
    test = key_test(spec["key_pattern"]) if "key_pattern" in spec else None
    globs = braces(spec["span_events"]) if "span_events" in spec else []

    def look_at(look: Look) -> Given | Skip | None:
        pairs = {key: raw for key in keys if (raw := look.raw(key)) is not None}
        if test is not None:
            pairs |= matching(look, test)
        if sum(map(len, pairs.values())) > MAX_CONTENT_BYTES:
            return Skip("too_large")
        events = [
            (event.name, {key: safely(raw) for key, raw in event.raws.items()})
            for event in look.events
            if any(fits(glob, event.name) for glob in globs)
        ]
        values = {key: safely(raw) for key, raw in pairs.items()}
        if not values and not events:
            return None
        failed = getattr(look.item, "status_code", 0) == StatusCode.ERROR
        return Given(values, events, output=target == _OUTPUT, failed=failed, system=target == _SYSTEM)

    return look_at


def braces(pattern: str) -> list[str]:
    """The names that `gen_ai.{user,tool}.message` stands for."""
    parts = [part.split(",") for part in split(r"[{}]", pattern)]
    return ["".join(chosen) for chosen in product(*parts)]

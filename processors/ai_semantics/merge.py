"""The shipped tables with a user's rules before them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from spansieve.semconv.finish import folded

from .rules import AT, texts
from .rules_config import FIRST, Rules

_SIGNALS: Final[Mapping[str, Mapping[str, Any]]] = {
    "status": {"source": "status"},
    "span": {"source": "attribute"},
    "event": {"source": "event"},
    "log": {"source": "event"},
    "finish": {"source": "finish", "kinds": ["model"]},
    "content": {"source": "content", "kinds": ["tool", "mcp", "step"], "log_keys": {}, "as": "tool_error"},
}
"""What a signal says where a user's says nothing."""

Table = dict[str, Any]


class Origin(NamedTuple):
    """Rules, and what is written before a place in them."""

    label: str
    rules: Rules


class _Own(NamedTuple):
    """Rules as plain values, without what has its default."""

    label: str
    tables: Table

    def listed(self, *names: str) -> Iterator[Table]:
        """The rules of a list, each with its place."""
        table: Any = self.tables
        for name in names:
            table = table.get(name, {})
        return _placed(table, f"{self.label}{'.'.join(names)}")


def merge(mapping: Mapping[str, Any], origins: Sequence[Origin]) -> Mapping[str, Any]:
    """`mapping`, which stays as it is, with the rules of `origins` before its own, in their order.

    They have to be without mistakes (`rules_check`).
    """
    if not origins:
        return mapping
    own = [
        _Own(one.label, one.rules.model_dump(by_alias=True, exclude_defaults=True, exclude={"examples"}))
        for one in origins
    ]
    finish, providers, errors = mapping["finish_reasons"], mapping["providers"], mapping["errors"]
    return {
        **mapping,
        "dialects": [*_dialects(own), *mapping["dialects"]],
        "operations": _operations(mapping["operations"], own),
        "attributes": _attributes(mapping["attributes"], own),
        "providers": {**providers, "values": _values(providers["values"], own)},
        "finish_reasons": {**finish, "classes": _classes(finish["classes"], own)},
        "errors": _errors(errors, own),
        "inherit": [*_all(own, "inherit"), *mapping["inherit"]],
        "lift": [*_all(own, "lift"), *mapping["lift"]],
        "span_events": mapping["span_events"] | _named(own, "span_events"),
        "logs": [*_all(own, "logs"), *_placed(mapping["logs"], "logs")],
    }


def _placed(rules: Iterable[Table], where: str) -> Iterator[Table]:
    return ({**rule, AT: f"{where}[{place}]"} for place, rule in enumerate(rules))


def _all(own: Sequence[_Own], *names: str) -> Iterator[Table]:
    return (rule for one in own for rule in one.listed(*names))


def _named(own: Sequence[_Own], name: str) -> Table:
    """One mapping of all; what comes first counts."""
    found: Table = {}
    for one in reversed(own):
        found |= one.tables.get(name, {})
    return found


def _dialects(own: Sequence[_Own]) -> Iterator[Table]:
    return ({"priority": FIRST, **dialect} for dialect in _all(own, "dialects"))


def _operations(shipped: Mapping[str, Any], own: Sequence[_Own]) -> Table:
    found = dict(shipped)
    for dialect in {name: None for one in own for name in one.tables.get("operations", ())}:
        rules = _placed(shipped.get(dialect, ()), f"operations.{dialect}")
        found[dialect] = [*_all(own, "operations", dialect), *rules]
    return found


def _attributes(shipped: Iterable[Table], own: Sequence[_Own]) -> list[Table]:
    """Each target once. What it is stands where it comes first, in the shipped table before all."""
    found = {entry["target"]: {**entry, "sources": []} for entry in shipped}
    for entry in _all(own, "attributes"):
        found.setdefault(entry["target"], {**entry, "sources": []})["sources"] += entry["sources"]
    for entry in shipped:
        found[entry["target"]]["sources"] += entry["sources"]
    return list(found.values())


def _values(shipped: Mapping[str, str], own: Sequence[_Own]) -> Table:
    found = dict(shipped)
    for one in reversed(own):
        found |= {folded(word): name for word, name in one.tables.get("providers", {}).get("values", {}).items()}
    return found


def _classes(shipped: Mapping[str, list[str]], own: Sequence[_Own]) -> Table:
    """Reasons by class, each in the class that says it first."""
    tables = [one.tables.get("finish_reasons", {}).get("classes", {}) for one in own]
    class_of: dict[str, str] = {}
    for table in (*tables, shipped):
        for name, words in table.items():
            for word in words:
                class_of.setdefault(folded(word), name)
    return {name: [word for word, its in class_of.items() if its == name] for name in shipped}


def _errors(shipped: Mapping[str, Any], own: Sequence[_Own]) -> Table:
    searched = next(signal["keys"] for signal in shipped["signals"] if signal["where"] == "content")
    signals = [
        {**({"keys": searched} if "patterns" in signal else {}), **_SIGNALS[texts(signal["where"])[0]], **signal}
        for signal in _all(own, "errors", "signals")
    ]
    return {
        **shipped,
        "signals": [*signals, *shipped["signals"]],
        "not_errors": [*_all(own, "errors", "not_errors"), *shipped["not_errors"]],
    }

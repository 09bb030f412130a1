"""Converters of lists and maps."""

from collections.abc import Mapping

from spansieve.actions.patterns import utf8
from spansieve.ottl.access import Get
from spansieve.ottl.compare import compare
from spansieve.ottl.signature import any_value, define, each, listing, mapping
from spansieve.ottl.values import EvaluationError, Result, kind


@define("Len", target=any_value)
def _len(target: Get) -> Get:
    def get(item: Result) -> int:
        found = target(item)
        if isinstance(found, str):
            return len(utf8(found))  # Go counts bytes
        if isinstance(found, (list, Mapping)):
            return len(found)
        raise EvaluationError(f"Len: a text, list or map is expected, found {kind(found)}")

    return get


@define("Keys", target=mapping)
def _keys(target: Get) -> Get:
    return lambda item: list(target(item))


@define("Values", target=mapping)
def _values(target: Get) -> Get:
    return lambda item: list(target(item).values())


@define("Coalesce", values=each(any_value))
def _coalesce(values: Get) -> Get:
    return lambda item: next((value for value in values(item) if value is not None), None)


@define("ContainsValue", target=listing, item=any_value)
def _contains(target: Get, item: Get) -> Get:
    def get(of: Result) -> bool:
        wanted = item(of)
        return any(compare(value, "==", wanted) for value in target(of))

    return get


@define("Index", target=any_value, value=any_value)
def _index(target: Get, value: Get) -> Get:
    def get(item: Result) -> int:
        found, wanted = target(item), value(item)
        if isinstance(found, str) and isinstance(wanted, str):
            return utf8(found).find(utf8(wanted))
        if isinstance(found, list):
            return next((place for place, entry in enumerate(found) if compare(entry, "==", wanted)), -1)
        raise EvaluationError(f"Index: a text or list is expected, found {kind(found)}")

    return get

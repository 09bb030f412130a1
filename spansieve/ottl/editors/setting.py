"""Editors that set, merge and flatten."""

from collections.abc import Iterator, Mapping

from spansieve.ottl.access import Get
from spansieve.ottl.signature import (
    Target,
    any_value,
    constant_bool,
    constant_text,
    define,
    each,
    mapping,
    one_of,
    optional,
    size,
    target,
)
from spansieve.ottl.values import EvaluationError, Result, kind, storable

from .maps import Map, editing, put, replaced

_SCALARS = (str, bool, int, float)


@define("set", target=target, value=any_value)
def _set(target: Target, value: Get) -> Get:
    write = target.set

    def run(item: Result) -> None:
        found = value(item)
        if found is not None:
            write(item, found)

    return run


@define("merge_maps", target=target, source=mapping, strategy=one_of("insert", "update", "upsert"))
def _merge_maps(target: Target, source: Get, strategy: str) -> Get:
    def change(found: Map, item: Result) -> bool:
        values: Mapping[str, Result] = storable(source(item))
        if strategy != "upsert":
            wanted = strategy == "update"
            values = {key: value for key, value in values.items() if (key in found) is wanted}
        return put(found, values)

    return editing(target, "merge_maps", change)


@define(
    "flatten",
    target=target,
    prefix=optional(constant_text),
    depth=optional(size),
    resolve_conflicts=optional(constant_bool),
)
def _flatten(target: Target, prefix: str = "", depth: int = 2**62, resolve_conflicts: bool = False) -> Get:
    def change(found: Map, _: Result) -> bool:
        if not prefix and not any(isinstance(value, (list, Mapping)) for value in found.values()):
            return False
        flat: dict[str, Result] = {}
        copies: dict[str, int] = {}
        for key, value in _leaves(found, f"{prefix}." if prefix else "", depth, not resolve_conflicts):
            name = key
            if resolve_conflicts and key in copies:
                name = f"{key}.{copies[key]}"
            copies[key] = copies.get(key, -1) + 1
            flat[name] = value
        return replaced(found, flat)

    return editing(target, "flatten", change)


def _leaves(values: Mapping[str, Result], prefix: str, depth: int, numbered: bool) -> Iterator[tuple[str, Result]]:
    """The entries of nested maps under dotted keys; those of a list are `numbered`, or share one key."""
    for key, value in values.items():
        if isinstance(value, Mapping) and depth > 0:
            yield from _leaves(value, f"{prefix}{key}.", depth - 1, numbered)
        elif isinstance(value, list):
            for place, entry in enumerate(value):
                yield (f"{prefix}{key}.{place}" if numbered else f"{prefix}{key}"), entry
        else:
            yield f"{prefix}{key}", value


@define("append", target=target, value=optional(any_value), values=optional(each(any_value)))
def _append(target: Target, value: Get | None = None, values: Get = lambda _: []) -> Get:
    def run(item: Result) -> None:
        found = target.get(item)
        if found is None:
            found = []
        elif isinstance(found, _SCALARS):
            found = [found]
        elif not isinstance(found, list):
            raise EvaluationError(f"append: {kind(found)} can't be appended to")
        more = [value(item)] if value is not None else []
        target.set(item, [*found, *more, *values(item)])

    return run

"""Editors that choose which keys a map keeps."""

from collections.abc import Callable

from spansieve.actions.patterns import Pattern, utf8
from spansieve.ottl.access import Get
from spansieve.ottl.signature import Target, constant_texts, define, pattern, size, target, text
from spansieve.ottl.values import Result

from .maps import Map, drop, editing


@define("delete_key", target=target, key=text)
def _delete_key(target: Target, key: Get) -> Get:
    return editing(target, "delete_key", lambda found, item: drop(found, [key(item)]))


@define("delete_matching_keys", target=target, pattern=pattern)
def _delete_matching_keys(target: Target, pattern: Callable[[Result], Pattern]) -> Get:
    def change(found: Map, item: Result) -> bool:
        search = pattern(item).search
        return drop(found, [key for key in found if search(utf8(key)) is not None])

    return editing(target, "delete_matching_keys", change)


@define("keep_matching_keys", target=target, pattern=pattern)
def _keep_matching_keys(target: Target, pattern: Callable[[Result], Pattern]) -> Get:
    def change(found: Map, item: Result) -> bool:
        search = pattern(item).search
        return drop(found, [key for key in found if search(utf8(key)) is None])

    return editing(target, "keep_matching_keys", change)


@define("keep_keys", target=target, keys=constant_texts)
def _keep_keys(target: Target, keys: list[str]) -> Get:
    kept = frozenset(keys)
    return editing(target, "keep_keys", lambda found, _: drop(found, [key for key in found if key not in kept]))


@define("limit", target=target, limit=size, priority_keys=constant_texts)
def _limit(target: Target, limit: int, priority_keys: list[str]) -> Get:
    first = frozenset(priority_keys)

    def change(found: Map, _: Result) -> bool:
        if len(found) <= limit:
            return False
        room = max(0, limit - sum(key in found for key in first))
        others = [key for key in found if key not in first]
        return drop(found, others[room:])

    return editing(target, "limit", change)

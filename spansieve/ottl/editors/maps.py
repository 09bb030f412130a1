"""How an editor changes a map: attributes live, any other map as a copy that is set again."""

from collections.abc import Callable, Mapping, MutableMapping

from spansieve.ottl.access import Get, put_all
from spansieve.ottl.signature import Target
from spansieve.ottl.values import EvaluationError, Result, wrong
from spansieve.pdata import Attributes

Map = MutableMapping[str, Result]


def editing(target: Target, function: str, change: Callable[[Map, Result], bool]) -> Get:
    """Run `change` on the map that `target` is (and on the item): it changes the map and says whether it did."""

    def run(item: Result) -> None:
        found = target.get(item)
        if not isinstance(found, MutableMapping):
            raise EvaluationError(f"{function}: {wrong('a map', found)}")
        if change(found, item) and not isinstance(found, Attributes):
            target.set(item, dict(found))

    return run


def drop(found: Map, keys: list[str]) -> bool:
    """Remove those of `keys` that are there; whether one was."""
    if isinstance(found, Attributes):
        return found.remove(keys) > 0
    gone = [key for key in keys if found.pop(key, found) is not found]
    return bool(gone)


def put(found: Map, values: Mapping[str, Result]) -> bool:
    """Set several entries; whether there were any. Raises EvaluationError for what OTLP can't hold."""
    if isinstance(found, Attributes):
        put_all(found, values)
    else:
        found.update(values)
    return bool(values)


def replaced(found: Map, values: Mapping[str, Result]) -> bool:
    """Put `values` in the place of all entries."""
    if isinstance(found, Attributes):
        found.clear()
        put_all(found, values)
    else:
        found.clear()
        found.update(values)
    return True

"""Transforms: what a source's value becomes before it gets its target's type. Words as in the mapping."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from spansieve.pdata import Value

from .values import Skip, number, parsed, unquoted

Transform = Callable[[Value], Value | Skip | None]
"""None: there is no value."""


def chain_of(text: str, tables: Mapping[str, Transform]) -> Transform:
    """The transform that `text` names: words joined by `|`; `json_path` takes alternatives that are joined so as well.

    Raises ValueError for a word that is none.
    """
    steps: list[Transform] = []
    paths: list[str] = []
    for word in text.split("|"):
        step = _step(word, tables)
        if step is None and paths:
            paths.append(word)
            steps[-1] = _json_path(tuple(paths))
        elif word.startswith("json_path:"):
            paths = [word.removeprefix("json_path:")]
            steps.append(_json_path(tuple(paths)))
        elif step is None:
            raise ValueError(f"{word!r} is no transform; there are {', '.join(sorted({*PLAIN, 'json_path:<path>'}))}")
        else:
            steps.append(step)
    return steps[0] if len(steps) == 1 else _joined(steps)


def paths_of(text: str, tables: Mapping[str, Transform]) -> tuple[list[str], Transform | None]:
    """The alternative paths in `text`, and the transform behind them, where there is one. Raises ValueError."""
    words = text.split("|")
    steps = [place for place, word in enumerate(words) if _step(word, tables) is not None]
    first = steps[0] if steps else len(words)
    return words[:first], chain_of("|".join(words[first:]), tables) if steps else None


def _step(word: str, tables: Mapping[str, Transform]) -> Transform | None:
    if word.startswith("map:"):
        try:
            return tables[word.removeprefix("map:")]
        except KeyError:
            raise ValueError(f"{word!r}: there is no such table; there are {', '.join(sorted(tables))}") from None
    return PLAIN.get(word)


def _joined(steps: Sequence[Transform]) -> Transform:
    def run(value: Value) -> Value | Skip | None:
        found: Value | Skip | None = value
        for step in steps:
            if found is None or isinstance(found, Skip):
                return found
            found = step(found)
        return found

    return run


def _json_path(paths: tuple[str, ...]) -> Transform:
    ways = [path.split(".") for path in paths]

    def run(value: Value) -> Value | Skip | None:
        tree: Any = parsed(value) if isinstance(value, str) else value
        if not isinstance(tree, dict | list):
            return Skip("json") if isinstance(value, str) and value.strip() else None
        for way in ways:
            found = at_path(tree, way)
            if found is not None:
                return plain(found)
        return None

    return run


def at_path(tree: Any, way: Sequence[str]) -> Any:  # noqa: ANN401
    """What stands in `tree`, a parsed JSON value, at the end of `way`; None where that leads nowhere."""
    for name in way:
        if isinstance(tree, dict):
            tree = tree.get(name)
        elif isinstance(tree, list) and name.isdigit() and len(name) < 6 and int(name) < len(tree):
            tree = tree[int(name)]
        else:
            return None
    return tree


def plain(value: Any) -> Value:  # noqa: ANN401
    """A parsed JSON value as OTLP can hold it: an integer that is too large becomes a text."""
    return str(value) if isinstance(value, int) and not -(2**63) <= value < 2**63 else value


def _to_list(value: Value) -> Value | Skip | None:
    if isinstance(value, str) and value.lstrip().startswith("["):
        found = parsed(value)
        if isinstance(found, list):
            return [plain(entry) for entry in found]
    return value if isinstance(value, list) else [value]


def _ms_to_s(value: Value) -> Value | Skip:
    found = number(value)
    return Skip("type") if found is None else round(found / 1000, 9)


def _json_scalar(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    found = parsed(value) if value[:1] in '"-0123456789tfn' else None
    return plain(found) if isinstance(found, str | bool | int | float) else unquoted(value)


def _url_host(value: Value) -> Value | Skip | None:
    if not isinstance(value, str):
        return Skip("type")
    try:
        return urlsplit(value if "//" in value else f"//{value}").hostname
    except ValueError:
        return Skip("url")


PLAIN: dict[str, Transform] = {
    "copy": lambda value: value,
    "to_str": lambda value: value,
    "to_int": lambda value: value,
    "to_float": lambda value: value,
    "to_bool": lambda value: value,
    "to_list": _to_list,
    "csv_list": lambda value: [one.strip() for one in value.split(",")] if isinstance(value, str) else _to_list(value),
    "ms_to_s": _ms_to_s,
    "json_scalar": _json_scalar,
    "url_host": _url_host,
}
"""The type of the target decides what `to_int` and its like become, so they only name it."""

"""What a component shows, any JSON value, as tables whose cells are texts, numbers, links and small lines."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spansieve.alerts import to_the_second

from .lines import Line, line
from .words import number

MAX_ROWS = 200
"""Rows of one table; a component that has more sorts by what matters."""
MAX_TEXT = 500
"""Characters of one cell."""
MAX_DEPTH = 3
"""Tables below tables; what is deeper is shown as JSON."""


class Cell(NamedTuple):
    """One cell: a text, which `href` makes a link, or a line; `numeric` stands to the right."""

    text: str
    href: str = ""
    line: Line | None = None
    numeric: bool = False


class Table(NamedTuple):
    """A table with `title` ("" = none); no `columns`: keys and values. `more` rows were left out."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    more: int = 0


def tables(value: object, title: str = "", depth: int = 0) -> Iterator[Table]:
    """The tables that show `value`: one of its plain entries, and one for each entry that is a list or a mapping."""
    if isinstance(value, Mapping) and not _is_cell(value):
        yield from _of_mapping(value, title, depth)
    elif isinstance(value, (list, tuple)):
        yield _of_list(value, title)
    else:
        yield Table(title, (), [[cell(value)]])


def _of_mapping(value: Mapping[Any, Any], title: str, depth: int) -> Iterator[Table]:
    nested = {key for key, item in value.items() if depth < MAX_DEPTH and isinstance(item, (Mapping, list, tuple))}
    nested = {key for key in nested if not _is_cell(value[key])}
    plain = [[cell(key), cell(item)] for key, item in value.items() if key not in nested]
    if plain or not nested:
        yield Table(title, (), plain[:MAX_ROWS], max(0, len(plain) - MAX_ROWS))
    for key in [key for key in value if key in nested][:MAX_ROWS]:
        yield from tables(value[key], f"{title} / {key}" if title else short(str(key)), depth + 1)


def _of_list(value: Sequence[Any], title: str) -> Table:
    shown, more = value[:MAX_ROWS], max(0, len(value) - MAX_ROWS)
    if shown and all(isinstance(item, Mapping) and not _is_cell(item) for item in shown):
        columns = tuple(dict.fromkeys(key for item in shown for key in item))
        rows = [[cell(item.get(key, "")) for key in columns] for item in shown]
        return Table(title, tuple(map(str, columns)), rows, more)
    return Table(title, (), [[cell(item)] for item in shown], more)


def _is_cell(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) in ({"text", "href"}, {"sparkline"})


def cell(value: object) -> Cell:
    """One value as a cell. A link that is not http or https is shown as text."""
    if value is None or isinstance(value, bool):
        return Cell({None: "", True: "yes", False: "no"}[value])
    if isinstance(value, (int, float)) and math.isfinite(value):
        return Cell(number(value), numeric=True)
    if isinstance(value, str):
        return Cell(short(to_the_second(value)))
    if isinstance(value, Mapping) and _is_cell(value):
        return _drawn(value)
    return Cell(short(json.dumps(value, ensure_ascii=False, default=lambda one: type(one).__name__)))


def _drawn(value: Mapping[str, Any]) -> Cell:
    if "sparkline" in value:
        values = value["sparkline"]
        return Cell("", line=line(values) if isinstance(values, (list, tuple)) else None)
    href = str(value["href"])
    return Cell(short(str(value["text"])), href if href.startswith(("https://", "http://")) else "")


def short(text: str) -> str:
    """`text` as far as a cell has room."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"

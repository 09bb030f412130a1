r"""Lines of a text and the cells of a table in them; `\n` and `\t` may be written out, as in a JSON string.

Sources: RFC 4180 (CSV); GitHub Flavored Markdown, section 4.10 (tables).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_HEADER = 512
"""Bytes of a header."""
MAX_LINE = 2048
"""Bytes of a row."""

_RULE = re.compile(rb"[-+|:= \t]+(?:\r|\\+r)?")
_TRIES = 16
"""Escapes of other depths that may stand between two line ends."""


class Parts(NamedTuple):
    """How the cells of a line are parted."""

    separator: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    """A cell: its quote, what is in it, what stands without a quote, and what parts it from the next."""
    barred: bool = False
    """Whether bars may stand around the whole line."""


def _parts(separator: bytes, bare: bytes, quoted: bytes = rb"()()(?!)") -> Parts:
    cell = rb"[ ]*+(?:%s|(%s))(?:(%s)|\Z)" % (quoted, bare, separator)
    return Parts(re.compile(separator), re.compile(cell), separator == rb"\|")


_IN_QUOTES = rb'(\\*")(.*?)\1[ ]*+'
_PARTS = (
    _parts(rb"\|", rb"[^|]*+"),
    _parts(rb"\t", rb"[^\t]*+"),
    _parts(rb"(?<!\\)\\++t", rb".*?"),
    _parts(rb",", rb'[^",]*+', _IN_QUOTES),
    _parts(rb";", rb'[^";]*+', _IN_QUOTES),
)
"""The most telling first: a comma may stand in a cell between bars."""


def parts_of(header: bytes) -> Parts | None:
    """How the cells of a table with that header are parted; None where it has one column."""
    return next((parts for parts in _PARTS if parts.separator.search(header)), None)


class Cell(NamedTuple):
    """Byte offsets, without quotes and the blanks around."""

    start: int
    end: int
    quoted: bool


class Line(NamedTuple):
    """Byte offsets, and how many backslashes the escape has that ends the line: 0 for a line end proper."""

    start: int
    end: int
    below: int
    """Where the next line begins."""
    depth: int


def line_at(text: bytes, place: int) -> Line | None:
    """The line of up to MAX_HEADER bytes to either side of `place`, which another follows."""
    limit = place + MAX_HEADER
    newline = text.find(b"\n", place, limit)
    escape = text.find(b"\\n", place, limit if newline < 0 else newline)
    depth = _depth(text, escape) if escape >= 0 else 0
    ends = _ending(text, place, limit, depth)
    _, start = _before(text, place, depth)
    return None if start < 0 or ends is None else Line(start, *ends, depth)


def _depth(text: bytes, escape: int) -> int:
    """How many backslashes end at `escape`, as far as 64 of them go."""
    before = text[max(0, escape - 63) : escape + 1]
    return len(before) - len(before.rstrip(b"\\"))


def _ending(text: bytes, place: int, limit: int, depth: int) -> tuple[int, int] | None:
    """Where the line ends that goes through `place`, and where the next begins; None where none does before `limit`."""
    sign = b"\\n" if depth else b"\n"
    found = text.find(sign, place, limit)
    while found >= 0 and depth and _depth(text, found) != depth:
        found = text.find(sign, found + 2, limit)
    if found < 0:
        return None
    end = found + 1 - depth if depth else found
    carriage = b"\\" * depth + b"r" if depth else b"\r"
    return end - len(carriage) * text.startswith(carriage, max(place, end - len(carriage))), found + len(sign)


def _before(text: bytes, place: int, depth: int) -> tuple[int, int]:
    """Where the line above ends, and where the line begins that `place` is in: (-1, 0) at the text's beginning, and
    (-1, -1) where that is farther than MAX_HEADER bytes.
    """
    first = max(0, place - MAX_HEADER)
    newline = text.rfind(b"\n", first, place)
    last = place if depth else -1
    for _ in range(_TRIES if depth else 0):
        last = text.rfind(b"\\n", max(first, newline), last)
        run = text[max(0, last - depth) : last + 1]
        if last < 0 or len(run) - len(run.rstrip(b"\\")) == depth:
            break
    if last >= 0:
        return last - depth + 1, last + 2
    return (newline, newline + 1) if newline >= 0 or first == 0 else (-1, -1)


def rows_of(text: bytes, header: Line, most: int, parts: Parts, columns: int) -> Iterator[list[Cell]]:
    """The cells of each line in the `most` bytes below `header`, rules left out, as long as they are `columns`."""
    place, limit = header.below, min(len(text), header.below + most)
    while place < limit:
        ends = _ending(text, place, min(limit, place + MAX_LINE), header.depth)
        closes = _closing(text, place, ends[0] if ends else limit, header.depth)
        if not _is_rule(text, place, closes):
            row = cells_of(text, place, closes, parts)
            if len(row) != columns:
                return
            yield row
        if ends is None or closes < ends[0]:
            return
        place = ends[1]


def _closing(text: bytes, start: int, end: int, depth: int) -> int:
    """Where a string ends whose line ends have `depth` backslashes, at a quote that has fewer; else `end`."""
    quote = text.find(b'"', start, end) if depth else -1
    while quote >= 0:
        before = text[max(start, quote - depth) : quote]
        backslashes = len(before) - len(before.rstrip(b"\\"))
        if backslashes < depth:
            return quote - backslashes
        quote = text.find(b'"', quote + 1, end)
    return end


def is_row(text: bytes, line: Line, parts: Parts, columns: int) -> bool:
    """Whether `line` is no header but a row: the line above it, a rule left out, has `columns` cells as well."""
    end, start = _before(text, line.start, line.depth)
    for _ in range(2):
        if end < 0:
            return False
        above, start = _before(text, end, line.depth)
        if not _is_rule(text, max(0, start), end):
            return len(cells_of(text, max(0, start), end, parts)) == columns
        end = above
    return False


def is_ruled(text: bytes, header: Line) -> bool:
    """Whether a rule stands below `header`."""
    ends = _ending(text, header.below, header.below + MAX_LINE, header.depth)
    return ends is not None and _is_rule(text, header.below, ends[0])


def _is_rule(text: bytes, start: int, end: int) -> bool:
    return _RULE.fullmatch(text, start, end) is not None


def cells_of(text: bytes, start: int, end: int, parts: Parts) -> list[Cell]:
    """The cells of the line from `start` to `end`; none where it is too long or a quote does not close."""
    found = list[Cell]()
    while end - start <= MAX_LINE:
        cell = parts.cell.match(text, start, end)
        if cell is None:
            return []
        found.append(_trimmed(text, *cell.span(2 if cell[1] else 3), quoted=bool(cell[1])))
        if cell[4] is None:
            return _within(found) if parts.barred else found
        start = cell.end()
    return []


def _trimmed(text: bytes, start: int, end: int, *, quoted: bool) -> Cell:
    inner = text[start:end]
    return Cell(start + len(inner) - len(inner.lstrip(b" \t`")), start + len(inner.rstrip(b" \t`\r")), quoted)


def _within(cells: list[Cell]) -> list[Cell]:
    """Those between the bars around a line."""
    first, last = (cell.end <= cell.start for cell in (cells[0], cells[-1]))
    return cells[first : len(cells) - last]

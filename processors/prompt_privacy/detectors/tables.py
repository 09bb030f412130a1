r"""Columns of tables whose header says what is in them: CSV, TSV, Markdown, what databases print.

Each cell is judged as if its column's name stood before it. A header is the first line of its table: the line above it
has another number of columns.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

from . import births, ids_named, phones
from .cells import Parts, is_row, is_ruled, line_at, parts_of, rows_of
from .family import Family, Finding
from .judged import is_secret
from .keys import Kind, kind_of
from .values import has_digit
from .words import each, spelled

MAX_BYTES = 16 * 1024
"""Bytes of the rows behind a header."""
MAX_ROWS = 200
MAX_COLUMNS = 8
"""Telling columns of one table."""

_HEADS = (
    r"pass(?:w(?:or)?d|phrase|code)|pwd|secret|token|(?:api|access|secret|private) key|credential"
    r"|phone|telefono?|téléphone|(?:mobile|tel|cell|fax) (?:numbers?|no|nr)|celular|whats app"
    r"|ssn|social security|passport|national id|tax id|nhs|nino|pesel|bsn|cpf|aadhaar|dni"
    r"|(?:driver.?s?|driving) licen[cs]e"
    r"|d\.?o\.?b|birth(?: (?:date|day))?|born|geburts datum|naissance|nacimiento|nascita"
)
_SUFFIX = spelled("(?: (?:numbers?|num|nummer|no|nr|id|e164|value|hash|home|work|[0-9]))?")
_FIRST = _SUFFIX + r"[\"'`*\\]*(?: *\||[,;] ?[^ \n]|\t|\\t)"
_LAST = _SUFFIX + r"[\"'\\]* *(?:\r?\n|\\[nr])"
"""What stands behind a name; where it is the last, one before it shows that it is no line's only word."""
_CORES = (
    *(head + _FIRST for head in each(_HEADS)),
    *(r"(?:[,;|] |[,;\t|\"'_-]|\\t)" + head + _LAST for head in each(_HEADS)),
)
_PARTED = re.compile(rb"[,;|\t\n]|\\[ntr]")
"""What a hit of the cores has in it, as one of another family's mostly has not."""
_TELLING = re.compile((spelled(f"(?:{_HEADS})") + _SUFFIX).encode() + rb"\Z")
_NAME = re.compile(rb"[A-Za-z_#\x80-\xff][\w./#\x80-\xff-]*(?: [\w./#\x80-\xff-]+){0,2}(?: ?\([\w .-]{1,24}\))?")
_SPEAKS = re.compile(
    rb"(?:select|from|import|return|def|for|let|const|var|if|in|with|insert|into|and|or|not|the|a|an|your?|enter|use|set)"
    rb" ",
    re.IGNORECASE,
)
"""What sentences and statements begin with, and columns do not."""
_OF_PEOPLE = re.compile(
    rb"(?:(?:user|first|last|full|given|family|account|customer|client|display)[ _]?)?name|user|login|account|e-?mail"
    rb"|mail|(?:user|customer|account|client|employee|patient)?[ _]?id|u?uid|role|address|city|country|age|gender|host"
    rb"(?:name)?|service|url|server|department",
    re.IGNORECASE,
)
"""What stands beside secrets and numbers in a table, rather than in a list of parameters."""
_BEFORE_TABLE = re.compile(rb".*[\"'`:>]", re.DOTALL)
_AROUND = b" \"'`*\\\t"
_CODE = re.compile(rb"[A-Za-z_][\w.]*[(\[]|-")
_DIALLED = re.compile(rb"[+(0]|[^ ]*[-() ./]|[0-9]{10}")
"""What is no mere count."""
MAX_NUMBER = 64
"""Bytes of a cell with a number."""

Find = Callable[[bytes, int, int], Sequence[Finding]]
Judge = Callable[[bytes, bool], Sequence[Finding]]
"""What is found in a cell; whether it stood in quotes."""
_NUMBERS: tuple[tuple[re.Pattern[bytes], Find], ...] = (
    (phones.WORD, phones.national),
    (ids_named.WORD, ids_named.find),
    (births.WORD, births.find),
)


class _Column(NamedTuple):
    name: bytes
    start: int
    end: int
    """Where its field stands in the header."""


class _Table(NamedTuple):
    parts: Parts
    columns: int
    spaced: bool
    """Whether blanks stand beside bars."""
    until: int
    """Where the first telling name ends."""
    judges: tuple[tuple[int, Judge], ...]
    """How the cells of the telling columns are judged, and which columns these are."""


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """What stands in the columns of the table whose header goes through `start`: asked at the first telling name."""
    line = line_at(text, start) if _PARTED.search(text, start, end + 1) else None
    table = _table_of(text[line.start : line.end]) if line else None
    if line is None or table is None or start - line.start > table.until:
        return ()
    if is_row(text, line, table.parts, table.columns) or (table.spaced and not is_ruled(text, line)):
        return ()
    rows = islice(rows_of(text, line, MAX_BYTES, table.parts, table.columns), MAX_ROWS)
    return [
        found._replace(start=row[place].start + found.start, end=row[place].start + found.end)
        for row in rows
        for place, judge in table.judges
        for found in judge(text[row[place].start : row[place].end], row[place].quoted)
    ]


@lru_cache(maxsize=64)  # a line may be hit at each of its columns
def _table_of(header: bytes) -> _Table | None:
    """What the table is like above which `header` stands; None where that is none, or tells nothing."""
    parts = parts_of(header)
    columns = _columns(header, parts) if parts else []
    header = header[columns[0].start :] if columns else b""
    if parts is None or not _is_header(header, [column.name for column in columns]):
        return None
    judges = [(place, judge) for place, one in enumerate(columns) if (judge := _judge_of(one.name)) is not None]
    if not judges:
        return None
    spaced = parts.barred and (b" |" in header or b"| " in header)
    return _Table(parts, len(columns), spaced, columns[judges[0][0]].end, tuple(judges[:MAX_COLUMNS]))


def _columns(header: bytes, parts: Parts) -> list[_Column]:
    """The columns; what stands before the table in its line is left out."""
    found = list[_Column]()
    bars = [bar.span() for bar in parts.separator.finditer(header)]
    starts, ends = [0, *(end for _, end in bars)], [*(start for start, _ in bars), len(header)]
    for start, end in zip(reversed(starts), reversed(ends), strict=True):
        field = header[start:end]
        name = field.strip(_AROUND)
        if _NAME.fullmatch(name) is not None:
            found.append(_Column(name, start, end))
        elif not (parts.barred and end == len(header) and not name):
            before = _BEFORE_TABLE.match(field.rstrip(_AROUND))
            begins = start + (before.end() if before else 0)
            name = header[begins:end].strip(_AROUND)
            found += [_Column(name, begins, end)] if name or not parts.barred else []
            break
    return found[::-1]


def _is_header(line: bytes, names: list[bytes]) -> bool:
    """Whether `line`, with fields called `names`, is no sentence, statement, or list of parameters."""
    if len(names) < 2 or any(_NAME.fullmatch(name) is None or _SPEAKS.match(name) for name in names):
        return False
    return not (b", " in line or b"; " in line) or any(_OF_PEOPLE.fullmatch(name) for name in names)


@lru_cache(maxsize=1024)
def _judge_of(name: bytes) -> Judge | None:
    """How the cells of the column `name` are judged; None where it tells nothing."""
    telling = _TELLING.search(name)
    if telling is None:
        return None
    kind = kind_of(name)
    if kind in (Kind.PASSWORD, Kind.SECRET):
        return partial(_secret, kind)
    before = [word + b": " for word in (name, name[telling.start() :])]
    looks = [(look, words) for place, look in _NUMBERS for words in before if place.match(words)]
    return partial(_number, looks) if looks else None


def _secret(kind: Kind, cell: bytes, quoted: bool) -> Sequence[Finding]:
    if (b" " in cell and not quoted) or _CODE.match(cell) or not is_secret(cell, kind, quoted=True):
        return ()
    return (Finding(0, len(cell), "SECRET", "column"),)


def _number(looks: list[tuple[Find, bytes]], cell: bytes, _quoted: bool) -> Sequence[Finding]:
    if len(cell) > MAX_NUMBER or not has_digit(cell):
        return ()
    for look, words in looks:
        for found in look(words + cell, 0, 0):
            if found.entity != "PHONE" or _DIALLED.match(cell):
                return (Finding(found.start - len(words), found.end - len(words), found.entity, "column"),)
    return ()


FAMILIES = (Family("column", ("SECRET", "PHONE", "NATIONAL_ID", "DATE_OF_BIRTH"), (), (), find, contexts=_CORES),)

"""Tokens that have a shape of their own, such as `ghp_...`: see `token_table.py`."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from json import loads

from .borders import begins
from .family import MAX_CANDIDATE, Family, Finding
from .token_table import FORMATS, Format, Needs, core_of
from .values import entropy, has_digit, is_invited, is_mixed

MIN_ENTROPY = 2.5
"""Bits a byte that the body of a token has at least: `ghp_xxxx...` has none."""

_Table = dict[int, tuple[re.Pattern[bytes], list[int]]]
"""By the first byte: the formats that can begin with it, as one pattern with a group for each, and their places."""


def _first_bytes(pattern: str) -> bytes:
    """The bytes that `pattern` can begin with: it is a literal, a class, or a choice of these."""
    choices = pattern[3 : pattern.index(")")].split("|") if pattern.startswith("(?:") else [pattern]
    firsts = [re.match(r"\[[^\]]+\]|\\?.", choice) for choice in choices]
    return bytes(byte for byte in range(128) if any(first and re.match(first[0], chr(byte)) for first in firsts))


def _by_first_byte(patterns: Sequence[str]) -> _Table:
    table: _Table = {}
    for byte in range(128):
        places = [place for place, pattern in enumerate(patterns) if byte in _first_bytes(pattern)]
        if places:
            table[byte] = (re.compile("|".join(f"({patterns[place]})" for place in places).encode()), places)
    return table


_BORDER = "(?![A-Za-z0-9_])"
_BY_CORE = _by_first_byte([f"{row.head}(?>{row.body}){_BORDER}" for row in FORMATS])
_WHOLE = _by_first_byte([f"{row.before}{row.head}(?>{row.body}){_BORDER}" for row in FORMATS])
_CORES = _by_first_byte([f"{row.before}{core_of(row)}" for row in FORMATS])
_BEFORE = [re.compile(rf"(?:{row.before})\Z".encode()) for row in FORMATS]
_HEAD = [re.compile(f"{row.before}{row.head}".encode()) for row in FORMATS]
_REST = re.compile(rb"[A-Za-z0-9_+/=.~-]+")


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The token whose core matched `text[start:end]`; what some formats have before their core belongs to it."""
    match, place = _match(_BY_CORE, text, start)
    if match is None:
        return ()
    row = FORMATS[place]
    if row.before:
        before = _BEFORE[place].search(text, max(0, start - row.before_bytes), start)
        if before is None:
            return ()
        start = before.start()
    found = _checked(text, start, match.end(), place)
    return () if found is None else (found,)


def at(text: bytes, start: int) -> Finding | None:
    """The token that begins at `start`, wherever its core may be."""
    match, place = _match(_WHOLE, text, start)
    return None if match is None else _checked(text, start, match.end(), place)


def may_be_at(text: bytes, start: int) -> bool:
    """Whether a token's core is at `start`, which is cheaper to know than whether there is a token."""
    return _match(_CORES, text, start)[0] is not None


def _match(table: _Table, text: bytes, start: int) -> tuple[re.Match[bytes] | None, int]:
    row = table.get(text[start]) if start < len(text) else None
    match = row[0].match(text, start, start + MAX_CANDIDATE) if row else None
    return (match, row[1][match.lastindex - 1]) if row and match and match.lastindex else (None, 0)


def _checked(text: bytes, start: int, end: int, place: int) -> Finding | None:
    row = FORMATS[place]
    head = _HEAD[place].match(text, start, end)
    if head is None or not begins(text, start):
        return None
    token = text[start:end].rstrip(b".")
    body = token if row.before and not row.public_head else token[head.end() - start :]
    if entropy(body) < MIN_ENTROPY or is_invited(body) or not _has_what_it_needs(row, token, body):
        return None
    if len(token) >= MAX_CANDIDATE - 1:  # it goes on behind the bound
        rest = _REST.match(text, end)
        return Finding(start, rest.end() if rest else end, "SECRET", row.name)
    return Finding(head.end() if row.public_head else start, start + len(token), "SECRET", row.name)


def _has_what_it_needs(row: Format, token: bytes, body: bytes) -> bool:
    if row.needs is Needs.JSON:
        return _is_object(token.partition(b".")[0])
    if row.needs is Needs.DIGIT:
        return has_digit(body)
    return row.needs is Needs.NOTHING or has_digit(body) or is_mixed(body)


def _is_object(encoded: bytes) -> bool:
    try:
        return isinstance(loads(urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))), dict)
    except (ValueError, RecursionError):
        return False


FAMILIES = (Family("token", ("SECRET",), tuple(core_of(row) for row in FORMATS), (), find),)

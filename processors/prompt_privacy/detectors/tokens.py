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


def _first_bytes(pattern: str) -> frozenset[int]:
    """The bytes that `pattern` can begin with: it is a literal, a class, or a choice of these."""
    choices = pattern[3 : pattern.index(")")].split("|") if pattern.startswith("(?:") else [pattern]
    firsts = [found[0] for choice in choices if (found := re.match(r"\[[^\]]+\]|\\?.", choice))]
    begins_with = re.compile("|".join(firsts).encode())
    return frozenset(byte for byte in range(128) if begins_with.match(bytes((byte,))))


class _Table:
    """Patterns by the first byte of what they match; those for one byte are compiled when it is first seen."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self._firsts = [_first_bytes(pattern) for pattern in patterns]
        self._known: dict[int, tuple[re.Pattern[bytes] | None, list[int]]] = {}

    def match(self, text: bytes, start: int) -> tuple[re.Match[bytes] | None, int]:
        """What the first fitting pattern matches at `start`, and that pattern's place; (None, 0) for none."""
        if start >= len(text):
            return None, 0
        known = self._known.get(text[start])
        pattern, places = known if known is not None else self._compiled(text[start])
        found = pattern.match(text, start, start + MAX_CANDIDATE) if pattern is not None else None
        return (found, places[found.lastindex - 1]) if found is not None and found.lastindex else (None, 0)

    def _compiled(self, byte: int) -> tuple[re.Pattern[bytes] | None, list[int]]:
        places = [place for place, firsts in enumerate(self._firsts) if byte in firsts]
        choices = "|".join(f"({self._patterns[place]})" for place in places)
        known = self._known[byte] = (re.compile(choices.encode()) if places else None, places)
        return known


_JUDGED = 128
"""Bytes of a token's body by which it is told from a made-up one: no format needs more."""
_BORDER = "(?![A-Za-z0-9_])"
_BY_CORE = _Table([f"{row.head}(?>{row.body}){_BORDER}" for row in FORMATS])
_WHOLE = _Table([f"{row.before}{row.head}(?>{row.body}){_BORDER}" for row in FORMATS])
_CORES = _Table([f"{row.before}{core_of(row)}" for row in FORMATS])
_BEFORE = [re.compile(rf"(?:{row.before})\Z".encode()) if row.before else None for row in FORMATS]
_HEAD = [re.compile(f"{row.before}{row.head}".encode()) for row in FORMATS]
_REST = re.compile(rb"[A-Za-z0-9_+/=.~-]+")


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The token whose core matched `text[start:end]`; what some formats have before their core belongs to it."""
    match, place = _BY_CORE.match(text, start)
    if match is None:
        return ()
    row = FORMATS[place]
    if (border := _BEFORE[place]) is not None:
        before = border.search(text, max(0, start - row.before_bytes), start)
        if before is None:
            return ()
        start = before.start()
    found = _checked(text, start, match.end(), place)
    return () if found is None else (found,)


def at(text: bytes, start: int) -> Finding | None:
    """The token that begins at `start`, wherever its core may be."""
    match, place = _WHOLE.match(text, start)
    return None if match is None else _checked(text, start, match.end(), place)


def may_be_at(text: bytes, start: int) -> bool:
    """Whether a token's core is at `start`, which is cheaper to know than whether there is a token."""
    return _CORES.match(text, start)[0] is not None


def _checked(text: bytes, start: int, end: int, place: int) -> Finding | None:
    row = FORMATS[place]
    head = _HEAD[place].match(text, start, end)
    if head is None or not begins(text, start):
        return None
    token = text[start:end].rstrip(b".")
    body = (token if row.before and not row.public_head else token[head.end() - start :])[:_JUDGED]
    if not _has_what_it_needs(row, token, body) or entropy(body) < MIN_ENTROPY or is_invited(body):
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

r"""Taking the value that stands at a place: in quotes, escaped at any depth (`\\\"x\\\"`), or bare."""

import re
from typing import NamedTuple

from .family import MAX_CANDIDATE

JUDGED = 128
"""Bytes of a value that are looked at before it is known to be a secret."""
MAX_QUOTES = 8
"""Escaped quotes that a value may hold."""

_OPENING = re.compile(rb"([fFrRbBuU]{0,2})(\\{0,15})([\"'`])")
_PLAIN = r"[^\s\"'`\\,;<>(){}\[\]|&\x00-\x1f]"
_BARE = re.compile(rf"{_PLAIN}++(?:&(?={_PLAIN})(?![\w.-]{{1,40}}=){_PLAIN}++)*+".encode())
_WIDE = re.compile(rb"\xe2\x80[\x9c-\x9e\xa6]|\xc2[\xab\xbb]|\xe3\x80[\x81\x82\x8d]|\xef\xbc[\x81\x89\x8c\x9b]")
"""Quotes and marks of sentences beyond ASCII."""
_TRAILING = b".,:?)"


class Value(NamedTuple):
    """What was taken: byte offsets without quotes, and whether there were quotes."""

    start: int
    end: int
    quoted: bool


def take(text: bytes, place: int) -> Value | None:
    """The value that begins at `place`, its quote if it has one; None where it is empty, code that is called
    (`f(`, `x[`), or a template of Python's with something to fill in. A bare one is taken up to JUDGED
    bytes; `whole` takes the rest of it.
    """
    opening = _OPENING.match(text, place)
    if opening is None:
        return _bare(text, place)
    start, quote = opening.end(), opening[3]
    if text.startswith(quote + quote, start) and not opening[2]:
        start += 2
    end = _closing(text, start, quote, len(opening[2]))
    if end is None:
        return _bare(text, start)
    fills_in = b"f" in opening[1].lower() and text.find(b"{", start, end) >= 0
    return None if end == start or fills_in else Value(start, end, quoted=True)


def _closing(text: bytes, start: int, quote: bytes, depth: int) -> int | None:
    """Where the quote closes that is escaped `depth` times; a deeper one belongs to the value."""
    newline = text.find(b"\n", start, start + MAX_CANDIDATE)
    limit = newline if newline >= 0 else min(len(text), start + MAX_CANDIDATE)
    place = start
    for _ in range(MAX_QUOTES):
        place = text.find(quote, place, limit)
        if place < 0:
            return None
        before = text[max(start, place - 32) : place]
        backslashes = len(before) - len(before.rstrip(b"\\"))
        if backslashes <= depth:
            return place - backslashes
        place += 1
    return None


def whole(text: bytes, value: Value) -> Value:
    """The rest of a bare value too, as far as MAX_CANDIDATE bytes go."""
    if value.quoted or value.end - value.start < JUDGED:
        return value
    rest = _BARE.match(text, value.end, value.start + MAX_CANDIDATE)
    return value if rest is None else value._replace(end=rest.end())


def _bare(text: bytes, place: int) -> Value | None:
    run = _BARE.match(text, place, place + JUDGED)
    if run is None or (run.end() < len(text) and text[run.end()] in b"([{"):
        return None
    value = run[0] if run[0].isascii() else _WIDE.split(run[0], maxsplit=1)[0]
    value = value.rstrip(_TRAILING)
    if value.endswith(b"**"):
        value = value.rstrip(b"*")
    return Value(place, place + len(value), quoted=False)

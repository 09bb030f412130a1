"""Where numbers begin and end, what may stand between their groups, and what their cores are made of.

A core is coarser than its number, which the finder looks at anyway, and made for Hyperscan. That searches by literals,
and next to nothing is what a core costs in which a few pairs of characters, such as a digit and a dash, or any digit
and one letter, stand at a place that all its matches pass: so where one of many letters stands, each has a core.

The cores without such a place become one automaton that reads every byte. It is fast while random bytes seldom leave
the sixteen states nearest to its start: so all of them begin with START, and then tell two kinds of digits and one kind
of letters apart.

Source: Hyperscan's ng_violet.cpp (which literals will do), mcsheng_compile.cpp (the sixteen states).
"""

import re
from collections.abc import Callable, Sequence

from .family import LEFT, Finding

SPACE = rb"(?:[ -]|\xc2\xa0|\xe2\x80[\x89\xaf])"
"""Between the groups of a number: a space, a dash, a no-break space, a thin space, a narrow no-break space."""
CORE_SPACE = "[ -]"
"""SPACE in a core: others are disguises, of which cores of their own tell."""
START = LEFT
"""What a core begins with. At most two bytes."""
FOURS = r"[2-9]\d{3}~\d{4}~\d{4}"
"""Cards and Aadhaar numbers in groups of four, `~` for CORE_SPACE: a core of two families is searched once."""
END = r"(?:[^0-9]|$|2..?\n|[08][^0-9]|9.{7}[\x10-\x1f])"
"""What stands behind a number of a fixed length, where a longer one would hit too often. On the wire the tag of the
next field may follow: 2 or 8 in a log record, behind a span's name 0 with its kind or 9 with its start.
"""
WORD_START = r"(?:^|[^0-9A-Za-z]|[\n\x12\x1a*:][\x80-\xff]{0,2}[0-9A-Za-z]|\\[nrtbf])"
"""What a core that is a short word begins with, so that it is no part of a longer word; small and capital letters."""

_NOT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_GOES_ON = re.compile(rb"[A-Za-z0-9_]|[._+-][A-Za-z0-9_]")
_GROUP_BEFORE = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{4,5}[ -]$")
_GROUP_BEHIND = re.compile(rb"[ -](?!(?:0[1-9]|1[0-2])[23][0-9](?![0-9A-Fa-f]))[0-9A-Fa-f]{4,5}(?![0-9A-Za-z])")


def only_digits(text: bytes) -> bytes:
    """The digits of `text`."""
    return text.translate(None, _NOT_DIGITS)


def number_start(head: bytes, besides: bytes = rb".-") -> re.Pattern[bytes]:
    """Matches from a core's hit up to where `head`, a pattern, begins and is no rest of something longer: behind no
    byte of a word and none of `besides`, letters of escapes apart.
    """
    return re.compile(rb"(?s:.{0,5}?)(?:(?<![\w%s])|(?<=\\[nrtbf]))(?=%s)" % (besides, head))


def word_start(head: bytes) -> re.Pattern[bytes]:
    """Matches from a core's hit up to where `head`, a word, begins: behind no letter or digit, letters of escapes
    apart, or with the capital within `homePhone`.
    """
    return re.compile(rb"(?s:.{0,5}?)(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=[a-z])(?=[A-Z]))(?=%s)" % head)


def finder(
    start: re.Pattern[bytes], look: Callable[[bytes, int], Finding | None]
) -> Callable[[bytes, int, int], Sequence[Finding]]:
    """A family's `find`: `look(text, place)` is asked where `start` leads to."""

    def find(text: bytes, start_of_hit: int, _end: int) -> Sequence[Finding]:
        led = start.match(text, start_of_hit)
        found = look(text, led.end()) if led else None
        return () if found is None else (found,)

    return find


def goes_on(text: bytes, end: int) -> bool:
    """Whether a number that ends before `end` is part of something longer: a word's byte follows, or a dot, a dash or
    a plus and then a word's byte.
    """
    return _GOES_ON.match(text, end) is not None


def in_a_row(text: bytes, start: int, end: int) -> bool:
    """Whether the groups of four at `[start, end)` are some of a longer row, decimal or hexadecimal; a card's month and
    year behind it are none.
    """
    return bool(_GROUP_BEHIND.match(text, end) or _GROUP_BEFORE.search(text[max(0, start - 8) : start]))

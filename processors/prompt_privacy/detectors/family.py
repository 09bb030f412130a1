"""What a family of detectors is, and the words it is written in.

A family looks for one kind of thing. Its *cores* are short patterns that every candidate contains; those of all
families are joined into three unions that google-re2 searches. Where a core hits, each family of that union is asked
what stands there, and finds the candidate's borders and validates it by bounded, anchored looks.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Finding(NamedTuple):
    """A stretch of a text that is to go: byte offsets into it, `end` excluded."""

    start: int
    end: int
    entity: str
    """What the counters and the configuration call it, such as EMAIL or SECRET."""
    rule: str
    """Which pattern found it, such as `email` or `github_token`."""


class Family(NamedTuple):
    """Detectors that share cores and a way of looking."""

    name: str
    entities: tuple[str, ...]
    """What it can find; where all of them are switched off it is left out."""
    words: tuple[str, ...]
    """Cores of letters: tokens, `@`, keys, headers. RE2 over Latin-1 bytes, with `.` for any byte: no look-around, no
    counter above 13, no long counted classes at all (`[a-f0-9]{16}` kept every state busy in random ids).
    """
    digits: tuple[str, ...]
    """Cores of numbers, likewise. What they cost is told in `digits`."""
    find: Callable[[bytes, int, int], Sequence[Finding]]
    """`find(text, start, end)`: what stands in `text` (UTF-8) where a core, not necessarily one of this family's,
    matched `text[start:end]`. Empty where that is nothing of this family's. Linear in the length of its candidate,
    which has at most MAX_CANDIDATE bytes, and never raises for any bytes.
    """
    contexts: tuple[str, ...] = ()
    """Cores of words with a number behind them, likewise. They have a union of their own: in one with other numbers,
    each word would multiply the states that random digits lead to.
    """
    customs: tuple[str, ...] = ()
    """Cores over UTF-8 instead of bytes: of patterns that are not ours."""


MAX_CANDIDATE = 4096
"""Bytes of one candidate; a private key alone may have four times as many."""
CONTEXT = 48
"""Bytes before a candidate that a validator may look at."""

LEFT = r"(?:^|[^\w.-]|[\n\x12\x1a*:\x80-\xff\\][\x2d-\x7a])"
"""What stands before a number in a core: no part of a longer word. On the wire a string follows its tag and length, and
the length may be a letter by chance: so a byte that is the tag of a string, or the first of a length, and another one
will do as well; and so will a backslash and the letter of an escape. At most two bytes.
"""

_ESCAPES = frozenset(b"nrtbf")
WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
"""Bytes that words are made of."""


def is_escape(text: bytes, place: int) -> bool:
    r"""Whether the byte at `place` is the letter of an escape such as `\n`, written out: at any depth of JSON strings
    in JSON strings a backslash stands right before it.
    """
    return place >= 1 and text[place] in _ESCAPES and text[place - 1] == 0x5C


def left_open(text: bytes, start: int, besides: bytes = b"") -> bool:
    """Whether what begins at `start` is no rest of a longer word: before it is neither a word's byte nor one of
    `besides`, or else the letter of an escape.
    """
    if start <= 0:
        return True
    before = text[start - 1]
    return (before not in WORD and before not in besides) or is_escape(text, start - 1)


def right_open(text: bytes, end: int, besides: bytes = b"") -> bool:
    """Whether what ends before `end` does not go on: behind it is neither a word's byte nor one of `besides`."""
    return end >= len(text) or (text[end] not in WORD and text[end] not in besides)


def context(text: bytes, start: int, size: int = CONTEXT) -> bytes:
    """The up to `size` bytes before `start`, in small letters."""
    return text[max(0, start - size) : start].lower()

"""Regular expressions of users, with what RE2 lacks said in words: what it is called, and what to write instead."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, cast

from spansieve.actions.patterns import PatternError, compile_pattern

_BEHIND = "Leave it out: what is part of a longer word is not found anyway, and words nearby belong under context"
_AGAIN = "Write the repeated part out once more"
_SIMPLE = "RE2 never backtracks, so write it without"

_LACKS: Sequence[tuple[str, str, str]] = (
    (r"\(\?<[=!]", "look-behind", _BEHIND),
    (r"\(\?[=!]", "look-ahead", _BEHIND),
    (r"escape sequence: \\[1-9]", "back-reference", _AGAIN),
    (r"escape sequence: \\[kg]", "back-reference", _AGAIN),
    (r"\(\?P$", "back-reference by name", _AGAIN),
    (r"\(\?>", "atomic group", f"{_SIMPLE}: (?:...)"),
    (r"operator: [*+?}]\+", "possessive quantifier", f"{_SIMPLE}: a+ instead of a++"),
    (r"\(\?\(", "conditional", "Write both cases as alternatives: a|b"),
    (r"\(\?[R0-9&]", "recursion", "Write out as many levels as you need"),
    (r"\(\?#", "comment", "Put it beside the pattern, behind a # of YAML"),
    (r"\(\?[a-zA-Z]*x", "free spacing (?x)", "Write the pattern without blanks and comments"),
    (r"escape sequence: \\Z", "\\Z", "Write \\z for the end of the text"),
    (r"escape sequence: \\u", "\\u escape", "Write \\x{20AC} for the character U+20AC"),
    (r"escape sequence: \\h", "\\h", "Write [ \\t]"),
    (r"escape sequence: \\R", "\\R", "Write \\r?\\n"),
    (r"escape sequence: \\e", "\\e", "Write \\x1b"),
    (r"escape sequence: \\[KGX]", "\\K, \\G, \\X", "Leave it out"),
    (r"repetition size: \{[0-9,]*[0-9]{4}", "repetition above 1000", "Write + or {n,}"),
)
_PROBES = (b"", b"a", b"0", b" ", b"-", b"_ a", b"a\nb", b"@a.0-", "é".encode())
"""Texts on one of which a pattern that can match nothing at all does so."""


class Match(Protocol):
    """A match in a text in UTF-8."""

    def start(self) -> int:
        """Offset of its first byte."""

    def end(self) -> int:
        """Offset behind its last byte."""


class Expression(Protocol):
    """A compiled RE2 expression, as far as it is used here."""

    def search(self, text: bytes, start: int = 0) -> Match | None:
        """The first match at or behind `start`."""

    def match(self, text: bytes, start: int = 0, end: int = ...) -> Match | None:
        """The match that begins at `start`, in the text up to `end`."""

    def fullmatch(self, text: bytes) -> Match | None:
        """The match that is the whole text."""

    def finditer(self, text: bytes) -> Iterator[Match]:
        """All matches."""


class ExpressionError(ValueError):
    """An expression that can't be used; the text says why and what to write instead."""


def compiled(expression: str) -> Expression:
    """`expression` for texts in UTF-8. Raises ExpressionError: what RE2 refuses, and what matches the empty text."""
    try:
        pattern = cast("Expression", compile_pattern(expression))
    except PatternError as error:
        raise ExpressionError(_said(str(error))) from None
    if any(_matches_nothing(pattern, probe) for probe in _PROBES):
        raise ExpressionError("it matches the empty text, so it would be found everywhere. Use + instead of *")
    return pattern


def _said(reason: str) -> str:
    for sign, name, instead in _LACKS:
        if re.search(sign, reason):
            found = reason.partition(": ")[2]
            return f"RE2 has no {name}: {found}. {instead}"
    return f"it is no RE2 regular expression: {reason}"


def _matches_nothing(pattern: Expression, text: bytes) -> bool:
    return any(match.end() == match.start() for match in pattern.finditer(text))

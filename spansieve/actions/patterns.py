"""RE2 patterns over small texts: compiled once, and each short text asked once.

A call into RE2 costs 1.3 us, a look into a dict 0.03, and names repeat from span to span; so answers are remembered,
for texts of at most `MAX_REMEMBERED_CHARACTERS`, and all forgotten when there are `MAX_ENTRIES`.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, cast

import re2

MAX_ENTRIES = 4096
MAX_REMEMBERED_CHARACTERS = 128
MAX_REMEMBERED_NAMES_CHARACTERS = 4096
"""Sets of attribute names with more characters than this are looked at name by name."""


class PatternError(ValueError):
    """A regular expression that RE2 does not take; the text says why."""


class Found(Protocol):
    """A match in bytes."""

    def groups(self, default: bytes | None = None) -> tuple[bytes | None, ...]:
        """What each group took."""


class Pattern(Protocol):
    """A compiled RE2 expression, as far as it is used here; `search` is unanchored and takes UTF-8."""

    @property
    def groups(self) -> int:
        """How many groups it has."""

    @property
    def groupindex(self) -> dict[str, int]:
        """The numbers of the named groups."""

    def search(self, text: bytes) -> Found | None:
        """The first match."""


def compile_pattern(pattern: str) -> Pattern:
    """`pattern` compiled. Raises PatternError with RE2's reason."""
    options = re2.Options()
    options.log_errors = False  # else RE2 writes to stderr by itself
    try:
        return cast("Pattern", re2.compile(pattern, options))
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else error
        raise PatternError(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from None


def checked_pattern(pattern: str, *, hint: str = "") -> str:
    """`pattern`, if RE2 takes it: for configuration models. Raises ValueError with RE2's reason and `hint`."""
    try:
        compile_pattern(pattern)
    except PatternError as error:
        raise ValueError(f"no RE2 regular expression: {error}{hint}") from None
    return pattern


def utf8(text: str) -> bytes:
    """`text` as bytes; lone surrogates, which stand for bytes that were no UTF-8, become those bytes again."""
    return text.encode("utf-8", "surrogateescape")


def remembered(answer: Callable[[str], bool]) -> Callable[[str], bool]:
    """`answer`, asked once for each short text; at most `MAX_ENTRIES` answers are kept."""
    known: dict[str, bool] = {}

    def ask(text: str) -> bool:
        found = known.get(text)
        if found is None:
            found = answer(text)
            if len(text) <= MAX_REMEMBERED_CHARACTERS:
                if len(known) >= MAX_ENTRIES:
                    known.clear()
                known[text] = found
        return found

    return ask


def matches_any(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether one of `patterns` is found in a text, as a function that remembers. Raises PatternError."""
    compiled = [compile_pattern(pattern) for pattern in patterns]

    def answer(text: str) -> bool:
        encoded = utf8(text)
        return any(pattern.search(encoded) is not None for pattern in compiled)

    return remembered(answer)


def names_with(pattern: str) -> Callable[[tuple[str, ...]], list[str]]:
    """Which of the names given `pattern` is found in, as a function that remembers. Raises PatternError.

    Spans of one kind have the same names in the same order, so that one look into a dict answers for all of them.
    """
    fits = matches_any([pattern])
    known: dict[tuple[str, ...], list[str]] = {}

    def find(names: tuple[str, ...]) -> list[str]:
        found = known.get(names)
        if found is None:
            found = [name for name in names if fits(name)]
            if sum(map(len, names)) <= MAX_REMEMBERED_NAMES_CHARACTERS:
                if len(known) >= MAX_ENTRIES // 8:
                    known.clear()
                known[names] = found
        return found

    return find

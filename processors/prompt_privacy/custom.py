"""Patterns of users' own: how one is found in a text, and whether its examples say so."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .detectors.family import CONTEXT, MAX_CANDIDATE, WORD, is_escape, left_open, right_open
from .expressions import compiled
from .validators import VALIDATORS, Validator

_MAX_BYTES_A_CHARACTER = 4


class Example(NamedTuple):
    """An example that does not do what it should: `kind` is `match` or `no_match`, `place` the one in its list."""

    kind: str
    place: int
    text: str


class Custom:
    """One pattern. What it finds is no part of a longer word: where it begins or ends with a letter, digit or `_`, none
    stands beside it.

    With context words and a validator, either is enough: a right check digit tells by itself, and next to its name a
    mistyped number is personal too.
    """

    def __init__(self, regex: str, context: Sequence[str] = (), validate: Validator | None = None) -> None:
        """Raises ExpressionError for a regex that can't be used."""
        self._pattern = compiled(regex)
        self._words = tuple(word.lower() for word in context)
        self._validate = VALIDATORS[validate] if validate else None

    def at(self, text: bytes, start: int) -> int | None:
        """The end of the finding that begins at `start` of a text in UTF-8, MAX_CANDIDATE bytes behind it at most; None
        where none begins.
        """
        if is_escape(text, start):  # its letter belongs to the backslash
            return None
        match = self._pattern.match(text, start, min(len(text), start + MAX_CANDIDATE))
        if match is None or match.end() == start or not self._accepts(text, start, match.end()):
            return None
        return match.end()

    def first(self, text: bytes) -> tuple[int, int] | None:
        """The first finding in a short text, as offsets."""
        match = self._pattern.search(text)
        while match is not None:
            start = match.start()
            end = self.at(text, start)
            if end is not None:
                return start, end
            match = self._pattern.search(text, start + 1) if start < len(text) else None
        return None

    def _accepts(self, text: bytes, start: int, end: int) -> bool:
        if text[start] in WORD and not left_open(text, start):
            return False
        if text[end - 1] in WORD and not right_open(text, end):
            return False
        if not self._words and self._validate is None:
            return True
        return self._in_context(text, start, end) or self._valid(text[start:end])

    def _valid(self, found: bytes) -> bool:
        return self._validate is not None and self._validate(found.decode("utf-8", "replace"))

    def _in_context(self, text: bytes, start: int, end: int) -> bool:
        reach = CONTEXT * _MAX_BYTES_A_CHARACTER
        before = text[max(0, start - reach) : start].decode("utf-8", "ignore")[-CONTEXT:].lower()
        behind = text[end : end + reach].decode("utf-8", "ignore")[:CONTEXT].lower()
        return any(word in before or word in behind for word in self._words)

    def wrong(self, match: Sequence[str], no_match: Sequence[str]) -> Example | None:
        """The first example that does not do what it should. One of `match` without any context word is tried as if one
        stood before it.
        """
        for place, text in enumerate(match):
            if not self._found_in(text):
                return Example("match", place, text)
        for place, text in enumerate(no_match):
            if self.first(text.encode("utf-8", "surrogatepass")):
                return Example("no_match", place, text)
        return None

    def _found_in(self, text: str) -> bool:
        named = any(word in text.lower() for word in self._words)
        whole = text if named or not self._words else f"{self._words[0]}: {text}"
        return self.first(whole.encode("utf-8", "surrogatepass")) is not None


def loosened(regex: str) -> str:
    r"""`regex` without `^`, `$`, `\b` and the like, as a core: on the wire other bytes stand around a text."""
    left: list[str] = []
    inside = False
    for piece in _PIECE.findall(regex):
        if not inside and piece in _ASSERTIONS:
            continue
        inside = (inside or piece.startswith("[")) and piece != "]"
        left.append(piece)
    return "".join(left)


_PIECE = re.compile(r"(?s)\\.|\[\^?\]?|.")
_ASSERTIONS = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\z"})

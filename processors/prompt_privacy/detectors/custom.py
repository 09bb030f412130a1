"""Detectors of one's own: a regular expression, a context, a check."""

from collections.abc import Callable, Sequence

import re2

from .engine import options
from .family import CONTEXT, MAX_CANDIDATE, Family, Finding

_ASSERTIONS = frozenset("bBAz")


def family_of(
    name: str, regex: str, context: Sequence[str] = (), check: Callable[[bytes], bool] | None = None
) -> Family:
    """Findings of the entity `name`: what RE2's `regex` matches, at most MAX_CANDIDATE bytes, with one of the words of
    `context` (in any case) within 48 bytes before or behind, where `check` agrees. Raises re2.error.
    """
    compiled = re2.compile(regex.encode(), options(utf8=True))
    words = tuple(word.lower().encode() for word in context)

    def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
        match = compiled.match(text, start, min(len(text), start + MAX_CANDIDATE))
        if match is None or match.end() == start:
            return ()
        found = Finding(start, match.end(), name, name.lower())
        around = text[max(0, start - CONTEXT) : found.end + CONTEXT].lower()
        if words and not any(word in around for word in words):
            return ()
        return (found,) if check is None or check(text[start : found.end]) else ()

    return Family(name.lower(), (name,), (), (), find, (loosened(regex),))


def loosened(regex: str) -> str:
    r"""`regex` without `^`, `$`, `\b` and the like, as a core: on the wire other bytes stand around a text."""
    left: list[str] = []
    place, inside = 0, False
    while place < len(regex):
        character = regex[place]
        size = 2 if character == "\\" else 1
        token = regex[place : place + size]
        place += size
        if inside or size == 1:
            if not inside and character in "^$":
                continue
            if character == "[" and not inside:
                inside = True
                if regex[place : place + 1] == "^":
                    token, place = token + "^", place + 1
                if regex[place : place + 1] == "]":
                    token, place = token + "]", place + 1
            elif character == "]":
                inside = False
        elif token[1:] in _ASSERTIONS:
            continue
        left.append(token)
    return "".join(left)

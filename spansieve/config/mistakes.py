"""What a validator found wrong inside a value, and where in it: for texts that are a language of their own."""

from collections.abc import Sequence
from typing import NamedTuple

from .problems import Path

__all__ = ["Mistake", "Mistakes", "excerpt"]

_WIDTH = 100


class Mistake(NamedTuple):
    """One mistake. `path` leads from the validated value to the one that is wrong; `excerpt` shows the place in it."""

    text: str
    hint: str = ""
    excerpt: str = ""
    path: Path = ()


class Mistakes(ValueError):
    """Raised by a validator: `explain` makes one problem of each mistake, at its own place in the file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """At least one mistake."""
        super().__init__("; ".join(" ".join(filter(None, (one.text, one.hint))) for one in mistakes))
        self.mistakes = tuple(mistakes)


def excerpt(text: str, start: int, end: int) -> str:
    """The line of `text` that holds the characters from `start` to `end`, and these underlined on a second one."""
    begin = text.rfind("\n", 0, start) + 1
    close = text.find("\n", start)
    line = text[begin:] if close < 0 else text[begin:close]
    at = start - begin
    wide = max(1, min(end - start, len(line) - at))
    first = max(0, at + min(wide, _WIDTH // 2) - _WIDTH * 3 // 4) if len(line) > _WIDTH else 0
    head, tail = ("..." if first else ""), ("..." if len(line) > first + _WIDTH else "")
    shown = "".join(sign if sign.isprintable() else " " for sign in line[first : first + _WIDTH])
    marks = "^" * max(1, min(wide, _WIDTH - (at - first)))
    return f"    {head}{shown}{tail}\n    {' ' * (len(head) + at - first)}{marks}"

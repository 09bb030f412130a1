"""What is wrong with a configuration, where it stands, and what would be right."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["NOWHERE", "ConfigError", "Path", "Place", "Problem", "dotted", "listed", "suggestion"]

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the configuration to a value."""


class Place(NamedTuple):
    """Where a key or a value stands: what it was read from, line and column from 1; line 0: the source as a whole."""

    file: str
    line: int = 0
    column: int = 0


NOWHERE = Place("")
"""For what concerns no source at all."""


def dotted(path: Path) -> str:
    """`path` as people write it: `processors.tail_sampling.policies[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def listed(names: Iterable[object]) -> str:
    """`names` with commas between."""
    return ", ".join(str(name) for name in names)


def suggestion(found: str, allowed: Sequence[str]) -> str:
    """`Did you mean x?` with the nearest of `allowed`, or nothing when none is near."""
    by_lower = {name.lower(): name for name in allowed}
    near = difflib.get_close_matches(found.lower()[:200], by_lower, n=1)
    return f"Did you mean {by_lower[near[0]]}?" if near else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else text + "."


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake or warning. `str` gives `file:line:column: path: text. hint` and, on lines of their own, `allowed`
    and `excerpt`, which shows the place in a longer text.

    No field ever holds the value of a secret.
    """

    file: str
    line: int
    column: int
    path: str
    text: str
    hint: str = ""
    allowed: str = ""
    excerpt: str = ""

    @classmethod
    def at(cls, place: Place, path: Path, text: str, hint: str = "", allowed: str = "") -> "Problem":
        """The problem `text` of the key or value at `place`."""
        return cls(place.file, place.line, place.column, dotted(path), text, hint, allowed)

    def __str__(self) -> str:
        """The problem as one line or more of valid Unicode."""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        head = ": ".join(part for part in (where, self.path, self.text) if part)
        first = " ".join(part for part in (_sentence(head), self.hint) if part)
        text = "\n".join(filter(None, (first, self.allowed and _sentence(self.allowed), self.excerpt)))
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


class ConfigError(Exception):
    """A configuration that can't be used, with everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """`problems` in the order in which they are to be read."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @classmethod
    def of(cls, text: str, hint: str = "") -> "ConfigError":
        """The error of one problem that no line of a file stands for."""
        return cls([Problem.at(NOWHERE, (), text, hint)])

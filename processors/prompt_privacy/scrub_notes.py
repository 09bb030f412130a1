"""What `spansieve scrub` tells of what it found: a line a finding, and how much of each there is."""

from collections import Counter
from typing import Final, NamedTuple

import click


class Note(NamedTuple):
    """One finding."""

    where: str
    """`line:column`, or the item and the place in it; no value is in it."""
    entity: str
    rule: str
    action: str
    value: str = ""

    def line(self, *, reveal: bool) -> str:
        """For people; the value is in it only to `reveal` it."""
        said = f"{self.where}: {self.entity}, rule {self.rule}, {self.action}"
        return f"{said}: {self.value!r}" if reveal and self.value else said


CONTENT: Final = "content"
"""The rule of content that does not pass as it is: the configuration wants that, whatever is in it."""


class Notes:
    """All findings: those that stay because somebody allowed them are counted apart, and so is content."""

    def __init__(self, *, show: bool, reveal: bool) -> None:
        """`show` each on stderr; `reveal` its value there as well."""
        self._show = show
        self._reveal = reveal
        self._going: Counter[str] = Counter()
        self._staying: Counter[str] = Counter()
        self._content: Counter[str] = Counter()

    def add(self, note: Note) -> None:
        """One more."""
        counts = self._content if note.rule == CONTENT else self._staying if note.action == "allow" else self._going
        counts[note.entity] += 1
        if self._show:
            click.echo(note.line(reveal=self._reveal), err=True)

    @property
    def any_goes(self) -> bool:
        """Whether anything was found that nobody allowed."""
        return bool(self._going)

    def summary(self) -> str:
        """How many there are of each entity."""
        apart = {"allowed": self._staying, "content": self._content}
        more = "".join(f"; {what}: {_listed(counts)}" for what, counts in apart.items() if counts)
        return f"found: {_listed(self._going) or 'nothing'}{more}"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{entity} {count}" for entity, count in counts.most_common())

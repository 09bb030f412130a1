"""Workflows: sequences of tools that agents use again and again.

Of each trace the tools in order, a tool that follows itself taken once; every run of 2 to 5 of them counts once a
trace. Kept by the hour for a day, of each hour the most frequent ones (`spansieve.sketches.SpaceSaving`).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from spansieve.sketches import Ranked, SpaceSaving

from .times import HOUR_NS

SHORTEST: Final = 2
LONGEST: Final = 5
AN_HOUR: Final = 1024
"""Sequences that are kept of an hour."""
IN_ALL: Final = 4096
HOURS: Final = 24
MAX_TOOLS: Final = 1000
"""Tools of one trace that are looked at."""
_MOST_NEW: Final = 1000
Gram = tuple[str, ...]
ToolUsed = tuple[str, bool]
"""A tool, and whether it succeeded."""


class Workflow(NamedTuple):
    """A sequence of tools."""

    tools: Gram
    support: int
    """Traces that have it, at least."""
    succeeded: int
    """Those of them in which each of these calls succeeded."""

    @property
    def success_rate(self) -> float:
        """The share in which each call succeeded."""
        return min(1.0, self.succeeded / self.support) if self.support else 0.0


class Folded(NamedTuple):
    """Tools in order, each with whether all its calls in a row succeeded."""

    tools: Gram
    succeeded: tuple[bool, ...]


def folded(used: Sequence[ToolUsed]) -> Folded:
    """What was used, in order, with repeats taken once."""
    groups = [(tool, all(good for _, good in run)) for tool, run in groupby(used, key=itemgetter(0))]
    return Folded(tuple(tool for tool, _ in groups), tuple(good for _, good in groups))


def grams(sequence: Folded) -> dict[Gram, bool]:
    """Each run of tools in it, and whether it succeeded each time."""
    found: dict[Gram, bool] = {}
    size = len(sequence.tools)
    for length in range(SHORTEST, min(LONGEST, size) + 1):
        for at in range(size - length + 1):
            gram = sequence.tools[at : at + length]
            found[gram] = found.get(gram, True) and all(sequence.succeeded[at : at + length])
    return found


class _Hour:
    """The sequences of one hour."""

    def __init__(self) -> None:
        self.counts: SpaceSaving[Gram, int] = SpaceSaving(AN_HOUR)
        self.good: dict[Gram, int] = {}

    def add(self, gram: Gram, times: int, *, succeeded: bool) -> None:
        gone = self.counts.add(gram, times)
        if gone is not None:
            self.good.pop(gone, None)
        if succeeded:
            self.good[gram] = self.good.get(gram, 0) + times


class Workflows:
    """The last day. Times are nanoseconds since the Unix epoch."""

    def __init__(self) -> None:
        """Nothing was used."""
        self._new: dict[tuple[int, tuple[ToolUsed, ...]], int] = {}
        """How many traces used which tools in which hour, since these were counted: most do what others did."""
        self._hours: dict[int, _Hour] = {}
        self.dirty: set[int] = set()
        """Hours that changed since they were saved."""

    def add(self, tools: Sequence[ToolUsed], when_ns: int) -> None:
        """The tools of a trace that began at `when_ns`."""
        new = when_ns // HOUR_NS, tuple(tools[:MAX_TOOLS])
        self._new[new] = self._new.get(new, 0) + 1
        if len(self._new) > _MOST_NEW:
            self._count()

    def _count(self) -> None:
        for (number, tools), times in self._new.items():
            hour = self._hours.setdefault(number, _Hour())
            for gram, succeeded in grams(folded(tools)).items():
                hour.add(gram, times, succeeded=succeeded)
            self.dirty.add(number)
        self._new.clear()
        for old in sorted(self._hours)[:-HOURS]:
            del self._hours[old]

    def frequent(self, support: int, now_ns: int) -> list[Workflow]:
        """Sequences that at least `support` traces of the last day have and that are no part of a longer one of these,
        the most frequent first.
        """
        self._count()
        counts: SpaceSaving[Gram, int] = SpaceSaving(IN_ALL)
        good: dict[Gram, int] = {}
        for number, hour in self._hours.items():
            if number > now_ns // HOUR_NS - HOURS:
                counts.merge(hour.counts)
                for gram, count in hour.good.items():
                    good[gram] = good.get(gram, 0) + count
        found = [Workflow(one.key, one.least, good.get(one.key, 0)) for one in counts.top() if one.least >= support]
        longer = {part for one in found for part in _parts(one.tools)}
        return [one for one in found if one.tools not in longer]

    def hours(self) -> list[int]:
        """The hours that there are, by their number since the epoch."""
        self._count()
        return sorted(self._hours)

    def state(self, number: int) -> Sequence[Any]:
        """What to save of an hour, fit for JSON."""
        hour = self._hours[number]
        return [[one.key, one.amount, one.error, hour.good.get(one.key, 0)] for one in hour.counts.top()]

    def load(self, number: int, state: Sequence[Sequence[Any]]) -> None:
        """Take over what `state` gave."""
        hour = self._hours[number] = _Hour()
        hour.counts.load(Ranked(tuple(gram), amount, error) for gram, amount, error, _ in state)
        hour.good = {tuple(gram): good for gram, _, _, good in state if good}


def _parts(gram: Gram) -> Iterator[Gram]:
    """Every shorter run of tools in it."""
    for length in range(SHORTEST, len(gram)):
        for at in range(len(gram) - length + 1):
            yield gram[at : at + length]

"""Which group is to be looked at next, and which of those that are due have to go when there are too many."""

import heapq
import itertools
import math
from collections.abc import Iterator
from typing import Final

from .groups import Group

TIDY_ABOVE: Final = 10_000
"""Times in mind, with those that do not count any more."""


class Timetable:
    """Groups by the time at which they are due; each is in it once."""

    def __init__(self) -> None:
        """Empty."""
        self._order = itertools.count()
        self._times: list[tuple[float, int, Group]] = []
        self._most = TIDY_ABOVE

    def put(self, group: Group, at: float | None = None) -> None:
        """`group` is due when it says, or `at` (seconds, monotonic), and no longer when it was to be before."""
        due = group.due() if at is None else at
        if due == group.scheduled:
            return
        group.scheduled = due
        if due < math.inf:
            heapq.heappush(self._times, (due, next(self._order), group))
        if len(self._times) > self._most:
            self._tidy()

    def _tidy(self) -> None:
        """Forget times that do not count any more."""
        self._times = [one for one in self._times if one[0] == one[2].scheduled]
        heapq.heapify(self._times)
        self._most = max(TIDY_ABOVE, 2 * len(self._times))

    def take(self, now: float) -> Iterator[Group]:
        """The groups that are due at `now`; they are in it no longer."""
        while self._times and self._times[0][0] <= now:
            at, _, group = heapq.heappop(self._times)
            if at == group.scheduled:
                group.scheduled = math.inf
                yield group

    @property
    def soonest(self) -> float:
        """When the next one is due, or earlier; `inf` where there is none."""
        return self._times[0][0] if self._times else math.inf


class Backlog:
    """Groups that are due and not told, the oldest first, at most `size` of them."""

    def __init__(self, size: int) -> None:
        """Empty."""
        self._size = size
        self._groups: dict[Group, None] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def __contains__(self, group: object) -> bool:
        return group in self._groups

    def add(self, group: Group) -> None:
        """It is due; its place stays what it was."""
        self._groups.setdefault(group)

    def remove(self, group: Group) -> None:
        """It was told."""
        self._groups.pop(group, None)

    def victim(self) -> Group | None:
        """The one that has to go, where there are too many: the oldest of those that tell of no end and are no first
        word, then of those that tell of no end, then of all. None where there is room, or all are under way.
        """
        if len(self._groups) <= self._size:
            return None
        waiting = [group for group in self._groups if not group.in_flight]
        updates = (group for group in waiting if group.updates)
        beginnings = (group for group in waiting if not group.ends)
        return next(itertools.chain(updates, beginnings, waiting), None)

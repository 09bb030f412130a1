"""When errors happened, in order, so that any stretch of time can be counted exactly."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

MOST: Final = 1 << 18
"""Times kept; of more the oldest are forgotten."""
SAVED: Final = 20_000


class Times:
    """Times in nanoseconds since the epoch, each with the name of what happened; the order of arrival is no matter."""

    __slots__ = ("_names", "_times")

    def __init__(self) -> None:
        """Nothing happened."""
        self._times = array("q")
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time_ns: int, name: str) -> int:
        """Note one; returns how many were earlier or at the same time."""
        times = self._times
        place = len(times) if not times or time_ns >= times[-1] else bisect_right(times, time_ns)
        times.insert(place, time_ns)
        self._names.insert(place, name)
        if len(times) > MOST:
            self._drop(MOST // 8)
            place = max(0, place - MOST // 8)
        return place

    def add_all(self, times_ns: Sequence[int], name: str) -> None:
        """Note several, in order."""
        if not self._times or times_ns[0] >= self._times[-1]:
            self._times.extend(times_ns)
            self._names += [name] * len(times_ns)
            self._drop(max(0, len(self._times) - MOST))
        else:
            for time_ns in times_ns:
                self.add(time_ns, name)

    def within(self, end_ns: int, window_ns: int) -> int:
        """How many there were later than `end_ns - window_ns`, and no later than `end_ns`."""
        return bisect_right(self._times, end_ns) - bisect_right(self._times, end_ns - window_ns)

    def crowd(self, place: int, threshold: int, window_ns: int, latest_ns: int) -> int | None:
        """The first time, from that at `place` on and up to `latest_ns`, with more than `threshold` in the window that
        ends then and holds the one at `place`; None where there is none.
        """
        times = self._times
        for end in range(place, min(place + threshold + 1, len(times))):
            if times[end] > latest_ns:
                return None
            first = end - threshold
            if first >= 0 and times[first] > times[end] - window_ns:
                return times[end]
        return None

    def crowded_until(self, end_ns: int, threshold: int, window_ns: int) -> int:
        """Until when there are more than `threshold` in the window, of those up to `end_ns`; 0 where there are not."""
        first = bisect_right(self._times, end_ns) - 1 - threshold
        until = self._times[first] + window_ns if first >= 0 else 0
        return until if until > end_ns else 0

    def mostly(self, end_ns: int, window_ns: int) -> str:
        """The name that is most frequent in a window."""
        begin, end = bisect_right(self._times, end_ns - window_ns), bisect_right(self._times, end_ns)
        most = Counter(self._names[begin:end]).most_common(1)
        return most[0][0] if most else ""

    def forget(self, before_ns: int) -> None:
        """Forget what is older."""
        self._drop(bisect_left(self._times, before_ns))

    def _drop(self, count: int) -> None:
        del self._times[:count]
        del self._names[:count]

    def state(self) -> list[Any]:
        """What to save, fit for JSON: the last ones."""
        return [self._times[-SAVED:].tolist(), self._names[-SAVED:]]

    def load(self, state: list[Any]) -> None:
        """Take over what `state` gave."""
        times, names = state
        self._times, self._names = array("q", times), list(names)

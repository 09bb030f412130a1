"""What conversations hold in the context of their model now.

Source: METRICS.md section 2, `context_memory_bytes`.
"""

from collections import Counter
from typing import Final, NamedTuple

MAX_AGE: Final = 900.0
"""Seconds after its last call for which a conversation is active."""
MAX_CONVERSATIONS: Final = 10_000
"""Conversations that are remembered; the longest inactive is forgotten."""


AHEAD_NS: Final = 3_600_000_000_000
"""What ended later than another by more than this has its time from a clock that is wrong."""


def is_newer(end_ns: int, than_ns: int) -> bool:
    """Whether what ended at `end_ns` takes the place of what ended at `than_ns`."""
    return end_ns >= than_ns or than_ns - end_ns > AHEAD_NS


class Held(NamedTuple):
    """What the newest call of a conversation was given."""

    size_bytes: int
    end_ns: int
    seen: float


class Sum(NamedTuple):
    """What the active conversations of a service hold."""

    conversations: int
    size_bytes: int


class Conversations:
    """Active conversations of all services; seconds are monotonic."""

    def __init__(self) -> None:
        """None is active."""
        self._held: dict[tuple[str, str], Held] = {}
        self._shown: set[str] = set()
        self.forgotten = 0
        """Conversations that went for want of room while they were active."""

    def called(self, service: str, thread: str, size_bytes: int, end_ns: int, now: float) -> None:
        """A call of the conversation `thread` was given `size_bytes`; the one that ended last counts."""
        former = self._held.pop((service, thread), None)
        if former is not None and not is_newer(end_ns, former.end_ns):
            size_bytes, end_ns = former.size_bytes, former.end_ns
        self._held[service, thread] = Held(size_bytes, end_ns, now)
        if len(self._held) > MAX_CONVERSATIONS:
            del self._held[next(iter(self._held))]
            self.forgotten += 1

    def sums(self, now: float) -> dict[str, Sum]:
        """What is held now, by service; once more of those that hold nothing any longer."""
        self._expire(now)
        counts = Counter(service for service, _ in self._held)
        sizes: Counter[str] = Counter()
        for (service, _), held in self._held.items():
            sizes[service] += held.size_bytes
        sums = {service: Sum(counts[service], sizes[service]) for service in counts.keys() | self._shown}
        self._shown = set(counts)
        return sums

    def _expire(self, now: float) -> None:
        while self._held:
            oldest = next(iter(self._held))
            if self._held[oldest].seen + MAX_AGE > now:
                return
            del self._held[oldest]

"""What was decided of traces, for the spans that come later."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import NamedTuple


class Decision(NamedTuple):
    """A decision as it is remembered."""

    kept: bool
    policy: str = ""
    """The name of the policy that decided."""
    threshold: int = 0
    """With which its spans are marked."""
    randomness: int | None = None
    """What is written on spans that have none: the decision was by hash."""
    final: bool = False
    """Whether a policy of type `drop` decided: errors do not bring the trace back unless they go over it."""
    told: bool = False
    """Whether a batch of later spans has been marked as decided before."""


class Remembered(NamedTuple):
    """A decision, and the second of the monotonic clock in which it was made. Traces that were decided alike in one
    second share it: of a million decisions, each byte counts.
    """

    decision: Decision
    second: int


class Decisions:
    """Decisions by trace id: the last `recent` ones, and of each sort those that its cache holds, from which the one
    that was asked for least recently goes first.
    """

    def __init__(self, recent: int, kept: int, dropped: int) -> None:
        """`kept`, `dropped`: sizes of the caches."""
        self._most = recent
        self._recent: dict[bytes, Remembered] = {}
        self._order: deque[bytes] = deque()
        """The recent ones; one that was decided again stands here twice, and is forgotten at its second place."""
        self._twice: dict[bytes, int] = {}
        self._sizes = {True: kept, False: dropped}
        self._cached: dict[bool, OrderedDict[bytes, Remembered]] = {
            sort: OrderedDict() for sort, size in self._sizes.items() if size
        }
        self._together: dict[Decision, Remembered] = {}
        """Those of one second."""
        self._last: tuple[Decision | None, Remembered] = None, Remembered(Decision(kept=False), -1)
        """The one that was put last, and as what: most are like the one before."""

    def of(self, trace_id: bytes) -> Decision | None:
        """What was decided, if it is remembered."""
        found = self._recent.get(trace_id)
        if self._cached:
            for cache in self._cached.values():
                if trace_id in cache:
                    found = cache[trace_id]
                    cache.move_to_end(trace_id)
        return None if found is None else found.decision

    def age(self, trace_id: bytes, now: float) -> float:
        """Seconds since it was decided, up to one too many; 0 where that is not known."""
        found = next((known[trace_id] for known in self._all() if trace_id in known), None)
        return 0.0 if found is None else max(0.0, now - found.second)

    def put(self, trace_id: bytes, decision: Decision, now: float) -> Sequence[bytes]:
        """Remember it, in place of what was decided before; what is forgotten for it."""
        last, made = self._last
        if decision is not last or int(now) != made.second:
            made = self._shared(decision, int(now))
            self._last = decision, made
        gone = self._latest(trace_id, made)
        return self._into_caches(trace_id, made, gone) if self._cached else gone

    def tell(self, trace_id: bytes, decision: Decision) -> None:
        """A batch of its later spans has been marked."""
        for known in self._all():
            if trace_id in known:
                known[trace_id] = Remembered(decision._replace(told=True), known[trace_id].second)

    def _all(self) -> list[dict[bytes, Remembered]]:
        return [self._recent, *self._cached.values()]

    def _shared(self, decision: Decision, second: int) -> Remembered:
        if second != self._last[1].second:
            self._together = {}
        return self._together.setdefault(decision, Remembered(decision, second))

    def _latest(self, trace_id: bytes, made: Remembered) -> Sequence[bytes]:
        recent = self._recent
        if trace_id in recent:
            self._twice[trace_id] = self._twice.get(trace_id, 0) + 1
        recent[trace_id] = made
        self._order.append(trace_id)
        return self._shortened() if len(recent) > self._most else ()

    def _shortened(self) -> Sequence[bytes]:
        """Forget the one that was decided first."""
        while True:
            first = self._order.popleft()
            again = self._twice.pop(first, 0)
            if not again:
                del self._recent[first]
                return (first,)
            if again > 1:
                self._twice[first] = again - 1

    def _into_caches(self, trace_id: bytes, made: Remembered, gone: Sequence[bytes]) -> Sequence[bytes]:
        left = [*gone]
        for sort, cache in self._cached.items():
            if sort is not made.decision.kept:
                cache.pop(trace_id, None)
                continue
            cache[trace_id] = made
            cache.move_to_end(trace_id)
            if len(cache) > self._sizes[sort]:
                left.append(cache.popitem(last=False)[0])
        return [old for old in dict.fromkeys(left) if not any(old in known for known in self._all())]

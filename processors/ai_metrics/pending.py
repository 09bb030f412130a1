"""What has begun and not ended: traces without their root, and spans that others name as their parent.

Source: METRICS.md section 2, `pending_operations`. All spans count here, whatever they mean. A parent ends last, so it
comes after its children; what is still missing after ten minutes will not come.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from spansieve.watching import Ids

MAX_AGE: Final = 600.0
"""Seconds after which nobody waits any more."""
MAX_WAITING: Final = 50_000
"""Traces, and parents, that are waited for; the oldest goes first."""
MAX_SEEN: Final = 50_000
"""Spans, and roots, that are remembered at least (and twice as many at most)."""

_PARENT: Final = itemgetter(0, 2)


class Seen:
    """The last ids that came: those since the last change of shifts, and those of the shift before."""

    def __init__(self, size: int) -> None:
        """Remember at least `size`, and at most twice as many."""
        self._size = size
        self._now: set[bytes] = set()
        self._before: set[bytes] = set()

    def add(self, ids: Collection[bytes]) -> None:
        """These came."""
        self._now.update(ids)
        if len(self._now) >= self._size:
            self._before, self._now = self._now, set()

    def unseen(self, ids: set[bytes]) -> set[bytes]:
        """Those of `ids` that did not come."""
        return ids - self._now - self._before


class Waiting:
    """Ids that are waited for, the oldest first; seconds are monotonic."""

    def __init__(self) -> None:
        """Nothing is."""
        self._since: dict[bytes, float] = {}
        self.given_up = 0
        """Ids that went for want of room."""

    def __len__(self) -> int:
        return len(self._since)

    def add(self, ids: set[bytes], now: float) -> None:
        """Wait for `ids` as well."""
        self._since |= dict.fromkeys(self.unknown(ids), now)
        while len(self._since) > MAX_WAITING:
            del self._since[next(iter(self._since))]
            self.given_up += 1

    def came(self, ids: set[bytes]) -> None:
        """Wait for these no more."""
        for one in self._since.keys() & ids:
            del self._since[one]

    def unknown(self, ids: set[bytes]) -> set[bytes]:
        """Those of `ids` that are not waited for."""
        return {one for one in ids if one not in self._since}  # `ids - keys()` would look at all that wait

    def expire(self, now: float) -> None:
        """Wait no more for what did not come in time."""
        late = list(self._late(now))
        for one in late:
            del self._since[one]

    def _late(self, now: float) -> Iterator[bytes]:
        for one, since in self._since.items():
            if since + MAX_AGE > now:
                return
            yield one


class Arrived(NamedTuple):
    """What a batch brought."""

    traces: set[bytes]
    """Those that were not seen before."""
    spans: set[bytes]
    """By trace and id."""
    has_come: Callable[[bytes], bool]
    """Whether a span, by trace and id, is among those that came lately."""


class Pending:
    """The traces and parents that are waited for."""

    def __init__(self) -> None:
        """Nothing came."""
        self.traces = Waiting()
        """Traces with spans, and no root yet."""
        self.parents = Waiting()
        """Spans that others name as their parent, by trace and span."""
        self._spans = Seen(MAX_SEEN)
        self._rooted = Seen(MAX_SEEN)

    def see(self, ids: Sequence[Ids], now: float) -> Arrived:
        """Spans came."""
        came = {trace_id + span_id for trace_id, span_id, _ in ids}
        parents = set(map(_PARENT, ids))  # few, since spans have brothers
        traces = {trace_id for trace_id, _ in parents}
        rooted = {trace_id for trace_id, parent in parents if not parent}
        self._parents(came, {trace_id + parent for trace_id, parent in parents if parent}, now)
        open_ = self._rooted.unseen(traces)
        fresh = self.traces.unknown(open_)
        self.traces.add(open_ - rooted, now)
        self.traces.came(rooted)
        self._rooted.add(rooted)
        return Arrived(fresh, came, self._has_come)

    def _has_come(self, key: bytes) -> bool:
        return not self._spans.unseen({key})

    def _parents(self, came: set[bytes], named: set[bytes], now: float) -> None:
        self.parents.came(came)
        self._spans.add(came)
        self.parents.add(self._spans.unseen(named), now)

    def expire(self, now: float) -> None:
        """Wait no more for what did not come in time."""
        self.traces.expire(now)
        self.parents.expire(now)

"""Calls of which it is not known yet in whose run they were, since a run ends after its calls and its span comes last.

What they cost counts at once; by operation, user, tenant and thread it does once that is known. Source: METRICS.md,
section 5: the operation of a call is the nearest enclosing agent or workflow.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from spansieve.watching import Above, Ids

from .call import BY, By, Calls, Place, Whose

MAX_AGE: Final = 600.0
"""Seconds that a span is waited for; each further one above it likewise."""
MAX_OPEN: Final = 50_000
"""Entries that wait; those that wait for the longest time are booked with what is known."""


class _Open(NamedTuple):
    """What waits for one span, since when, in seconds of the monotonic clock."""

    since: float
    calls: dict[tuple[Whose, frozenset[By], str], Calls]
    """By all that tells them apart, and the operation that they have of their own."""


class Enclosing:
    """By the span that they wait for: a trace has few of these, however many calls."""

    def __init__(self, above: Callable[[bytes, bytes], Above]) -> None:
        """None waits; `above` tells what encloses a span, by trace and parent."""
        self._above = above
        self._open: dict[tuple[bytes, bytes], _Open] = {}
        self._came: set[tuple[bytes, bytes]] = set()
        self._size = 0
        self.early = 0.0
        """Calls that were booked for want of room."""

    def __len__(self) -> int:
        """How many entries wait."""
        return self._size

    def see(self, ids: Iterable[Ids]) -> None:
        """Spans have come."""
        self._came |= self._open.keys() & {(trace_id, span_id) for trace_id, span_id, _ in ids}

    def known(self, settled: Iterable[tuple[Calls, Place]], now: float) -> list[Calls]:
        """What can be booked by now, of calls that have settled and of those that wait."""
        booked: list[Calls] = []
        for at in self._came:
            for own, calls in self._take(at):
                booked += self._placed(calls, Place(own, *at), now)
        self._came.clear()
        for calls, place in settled:
            booked += self._placed(calls, place, now) if place.parent else [calls]
        return booked + self._given_up(now)

    def _placed(self, calls: Calls, place: Place, now: float) -> Iterator[Calls]:
        """Book what is known, and let the rest wait for the next span above."""
        above = self._above(place.trace_id, place.parent)
        whose = _within(calls.whose, above)
        if not above.end:
            yield _whole(calls._replace(whose=whose), place.own)
            return
        known = frozenset(by for by, name in zip(BY, whose.names, strict=True) if name or by == "model")
        if calls.by & known:
            yield calls._replace(whose=whose, by=calls.by & known)
        if calls.by - known:
            self._wait((place.trace_id, above.end), calls._replace(whose=whose, by=calls.by - known), place.own, now)

    def _wait(self, at: tuple[bytes, bytes], calls: Calls, own: str, now: float) -> None:
        waiting = self._open.setdefault(at, _Open(now, {})).calls
        key = calls.whose, calls.by, own
        former = waiting.get(key)
        waiting[key] = calls if former is None else former.plus(calls)
        self._size += former is None

    def _take(self, at: tuple[bytes, bytes]) -> Iterator[tuple[str, Calls]]:
        """What waited for a span, and does no more; with the operation of its own."""
        taken = self._open.pop(at).calls
        self._size -= len(taken)
        return ((own, calls) for (_, _, own), calls in taken.items())

    def _given_up(self, now: float) -> list[Calls]:
        """What waited too long, or has no room."""
        booked: list[Calls] = []
        while self._open:
            at, oldest = next(iter(self._open.items()))
            if oldest.since + MAX_AGE > now:
                if self._size <= MAX_OPEN:
                    break
                self.early += sum(calls.calls for calls in oldest.calls.values())
            booked += [_whole(calls, own) for own, calls in self._take(at)]
        return booked


def _within(whose: Whose, above: Above) -> Whose:
    """What those say that enclose it, where it says nothing."""
    return whose._replace(
        operation=whose.operation or above.run,
        user=whose.user or above.user,
        tenant=whose.tenant or above.tenant,
        thread=whose.thread or above.thread,
    )


def _whole(calls: Calls, own: str) -> Calls:
    """Nothing more will be known of them."""
    whose = calls.whose
    return calls._replace(whose=whose._replace(operation=whose.operation or own))

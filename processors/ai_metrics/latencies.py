"""Percentiles of what operations took lately: sketches, a minute each, so that what is shown is no guess from buckets.

Source: METRICS.md section 6, "Percentiles here come from DDSketch".
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from spansieve.sketches import Sketch

MINUTES: Final = 60
SHORT: Final = 5
"""Minutes of the shorter window."""
MAX_OPERATIONS: Final = 50
OTHER: Final = "other"


class Minutes:
    """Sketches of one operation, of the last hour's minutes in which it ran."""

    __slots__ = ("_sketches",)

    def __init__(self) -> None:
        """It never ran."""
        self._sketches: deque[tuple[int, Sketch]] = deque(maxlen=MINUTES)

    def of(self, minute: int) -> Sketch:
        """The sketch to add to now."""
        if not self._sketches or self._sketches[-1][0] != minute:
            self._sketches.append((minute, Sketch()))
        return self._sketches[-1][1]

    def since(self, minute: int) -> list[tuple[int, Sketch]]:
        """Those of `minute` and later."""
        return [(at, sketch) for at, sketch in self._sketches if at >= minute]


class Latencies:
    """What operations took, in seconds; times are of the monotonic clock."""

    def __init__(self) -> None:
        """Nothing ran."""
        self._operations: dict[str, Minutes] = {}

    def add(self, operation: str, seconds: Sequence[float], weight: int, now: float) -> None:
        """`operation` took so long, several times, and each `weight` times; beyond 50 operations the rest share one
        name.
        """
        minutes = self._operations.get(operation)
        if minutes is None:
            if len(self._operations) >= MAX_OPERATIONS:
                operation = OTHER
            minutes = self._operations.setdefault(operation, Minutes())
        sketch = minutes.of(_minute(now))
        sketch.add_all(seconds, max(1, weight))

    def quantile(self, share: float, minutes: int, now: float) -> float | None:
        """The quantile over all operations, of so many minutes and the one that runs; None where none ran."""
        return _quantile(share, self._since(minutes, now))

    def by_operation(self, share: float, minutes: int, now: float) -> dict[str, float]:
        """The quantile of each operation that ran."""
        first = _minute(now) - minutes
        found = {name: _quantile(share, _sketches(one, first)) for name, one in self._operations.items()}
        return {name: value for name, value in found.items() if value is not None}

    def trend(self, share: float, now: float) -> list[float]:
        """The quantile of each of the last hour's minutes, the oldest first; 0 where nothing ran."""
        first = _minute(now) - MINUTES + 1
        by_minute: dict[int, list[Sketch]] = {}
        for one in self._operations.values():
            for minute, sketch in one.since(first):
                by_minute.setdefault(minute, []).append(sketch)
        return [_quantile(share, by_minute.get(first + at, ())) or 0.0 for at in range(MINUTES)]

    def expire(self, now: float) -> None:
        """Forget the operations that did not run for an hour."""
        first = _minute(now) - MINUTES
        self._operations = {name: one for name, one in self._operations.items() if one.since(first)}

    def _since(self, minutes: int, now: float) -> list[Sketch]:
        first = _minute(now) - minutes
        return [sketch for one in self._operations.values() for sketch in _sketches(one, first)]


def _minute(now: float) -> int:
    return int(now // 60)


def _sketches(one: Minutes, first: int) -> list[Sketch]:
    return [sketch for _, sketch in one.since(first)]


def _quantile(share: float, sketches: Iterable[Sketch]) -> float | None:
    whole = Sketch()
    for sketch in sketches:
        whole.join(sketch)
    return whole.quantile(share) if whole.count else None

"""What was counted within a sliding window, from totals at the times of evaluation."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

STEPS: Final = 180
"""A window is kept at so many steps at most, so a long one has coarse ones."""
_ROUNDING: Final = 1e-6
"""Seconds; times are sums of floats."""


def step_seconds(seconds: float, interval: float) -> float:
    """How far apart the steps of a window are: the least multiple of `interval` that makes `STEPS` do."""
    return interval * max(1, -int(-seconds // (interval * STEPS)))


class Window:
    """The increase of a total since `seconds` ago, as Prometheus' `x - x offset 5m`: the total at a moment is that of
    the newest mark up to it. About `STEPS` marks at most, one for each step in which something came.
    """

    __slots__ = ("_base", "_marks", "_seconds", "_step", "_total")

    def __init__(self, seconds: float, interval: float) -> None:
        """Nothing was counted."""
        self._seconds = seconds
        self._step = step_seconds(seconds, interval)
        self._total = 0.0
        self._base = 0.0
        self._marks: deque[tuple[float, float]] = deque()

    def add(self, amount: float) -> None:
        """Count `amount`; it came since the last mark."""
        self._total += amount

    def mark(self, now: float) -> None:
        """It is `now` (seconds): what was counted so far was counted by now, and what left the window is forgotten."""
        marks = self._marks
        if self._total != (marks[-1][1] if marks else self._base):
            if len(marks) > 1 and now - marks[-2][0] <= self._step + _ROUNDING:
                marks.pop()  # the last step goes on
            marks.append((now, self._total))
        edge = now - self._seconds + _ROUNDING
        while marks and marks[0][0] <= edge:
            self._base = marks.popleft()[1]

    @property
    def increase(self) -> float:
        """What was counted within the window that ended with the last mark, and since."""
        return self._total - self._base

    @property
    def is_idle(self) -> bool:
        """Whether nothing was."""
        return self._total == self._base

    def state(self, now: float) -> dict[str, Any]:
        """What to save, fit for JSON."""
        marks = [[round(now - at, 3), total - self._base] for at, total in self._marks]
        return {"total": self._total - self._base, "marks": marks}

    def load(self, state: Mapping[str, Any], now: float, elapsed: float) -> None:
        """Take over what `state` gave `elapsed` seconds ago."""
        self._total, self._base = float(state["total"]), 0.0
        self._marks = deque((now - elapsed - float(age), float(total)) for age, total in state["marks"][-STEPS:])
        self.mark(now)

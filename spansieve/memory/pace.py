"""How often memory is collected: seldom when it is of no use, because what is held can't be freed."""

from typing import Final

EFFECTIVE: Final = 0.05
"""A collection that frees less than this share of the memory was of no use."""
NEARLY_AN_INTERVAL: Final = 0.95


class Pace:
    """The wait between two collections, doubled after each one that was of no use. As the Go Collector since v0.156."""

    def __init__(self, least: float, most: float, interval: float) -> None:
        """Between `least` and `most` seconds (0 = it stays at `least`); the memory is looked at each `interval`."""
        self._least = least
        self._most = most
        self._start = max(least, interval * NEARLY_AN_INTERVAL)
        self.wait = least

    def collected(self, before: int, after: int) -> None:
        """A collection brought the process from `before` bytes to `after`."""
        if not self._most or before - after >= before * EFFECTIVE:
            self.wait = self._least
        else:
            self.wait = min(self._most, max(self.wait, self._start) * 2)

    def reset(self) -> None:
        """The memory is within limits."""
        self.wait = self._least

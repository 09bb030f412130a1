"""Which requests are shown when many come, and which of them in detail.

Sampler is zap's rule, which the Go Collector's `debug` follows. Budget keeps drawing from taking all of a core.
"""

import threading


class Sampler:
    """Of each second, the first `initial`, then every `thereafter`-th. Safe to ask from several threads."""

    def __init__(self, initial: int, thereafter: int) -> None:
        """`thereafter` 0 shows nothing after the first ones; 1 shows all."""
        self._initial = initial
        self._thereafter = thereafter
        self._second = -1
        self._seen = 0
        self._lock = threading.Lock()

    def shows(self, now: float) -> bool:
        """Whether to show what comes at `now` (monotonic seconds)."""
        with self._lock:
            if int(now) != self._second:
                self._second, self._seen = int(now), 0
            self._seen += 1
            beyond = self._seen - self._initial
        return beyond <= 0 or (self._thereafter > 0 and beyond % self._thereafter == 0)


class Budget:
    """A token bucket: `rate` items a second, two seconds' worth at once. Safe to ask from several threads."""

    def __init__(self, rate: int) -> None:
        """`rate` 0 is no limit."""
        self._rate = rate
        self._left = 2.0 * rate
        self._seen: float | None = None
        self._lock = threading.Lock()

    def affords(self, items: int, now: float) -> bool:
        """Whether `items` may be drawn at `now` (monotonic seconds); a full bucket affords any one request."""
        if not self._rate:
            return True
        with self._lock:
            gained = (now - self._seen) * self._rate if self._seen is not None else 0.0
            self._left = min(2.0 * self._rate, self._left + max(0.0, gained))
            self._seen = now
            if self._left < min(items, self._rate):
                return False
            self._left -= items
        return True

"""Which requests are shown when many come: zap's rule, which the Go Collector's `debug` follows."""

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

"""The process's one clock."""

import time


class SystemClock:
    """The machine's clocks, as `plugin.Clock`."""

    def time_ns(self) -> int:
        """Wall clock, nanoseconds since the Unix epoch."""
        return time.time_ns()

    def monotonic(self) -> float:
        """Seconds that never run back."""
        return time.monotonic()

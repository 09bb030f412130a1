"""A storm: more new alerts than anybody can read, told as one."""

from bisect import bisect_right, insort
from collections import Counter
from typing import Any

from .config import StormConfig


class Storm:
    """Lets so many new alerts through in a window of event time; those above count for one alert, until that window is
    over. Times are nanoseconds since the epoch.
    """

    def __init__(self, config: StormConfig) -> None:
        """The sky is clear."""
        self._most = config.alerts
        self._window_ns = round(config.window * 1e9)
        self.window_s = round(config.window)
        self._passed: list[int] = []
        self.until_ns = 0
        """The end of the window that is full."""
        self.clear()

    def clear(self) -> None:
        """Forget what was held back."""
        self.first_ns = self.last_ns = 0
        self.is_new = False
        """Something was held back that is not told yet."""
        self.types: Counter[str] = Counter()
        self.patterns: Counter[str] = Counter()
        self._held: set[str] = set()

    @property
    def count(self) -> int:
        """Alerts that were held back."""
        return len(self._held)

    def admits(self, type_: str, fingerprint: str, key: str, time_ns: int) -> bool:
        """Whether a new alert may be told by itself."""
        within = self._within(time_ns)
        if time_ns < self.until_ns:
            self._hold(type_, fingerprint, key, time_ns)
            return False
        if len(within) >= self._most:
            self.until_ns = within[-self._most] + self._window_ns
            self._hold(type_, fingerprint, key, time_ns)
            return False
        insort(self._passed, time_ns)
        del self._passed[: -2 * self._most]
        return True

    def is_over(self, now_ns: int) -> bool:
        """Whether nothing was held back for a window."""
        return now_ns >= max(self.until_ns, self.last_ns + self._window_ns)

    def _within(self, time_ns: int) -> list[int]:
        begin = bisect_right(self._passed, time_ns - self._window_ns)
        return self._passed[begin : bisect_right(self._passed, time_ns)]

    def _hold(self, type_: str, fingerprint: str, key: str, time_ns: int) -> None:
        if fingerprint not in self._held:
            self._held.add(fingerprint)
            self.types[type_] += 1
            self.patterns[key] += 1
        self.first_ns = min(self.first_ns or time_ns, time_ns)
        self.last_ns = max(self.last_ns, time_ns)
        self.is_new = True

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        return {
            "passed": self._passed,
            "until_ns": self.until_ns,
            "first_ns": self.first_ns,
            "last_ns": self.last_ns,
            "types": self.types,
            "patterns": self.patterns,
            "held": sorted(self._held),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self._passed, self.until_ns = state["passed"], state["until_ns"]
        self.first_ns, self.last_ns = state["first_ns"], state["last_ns"]
        self.types, self.patterns = Counter(state["types"]), Counter(state["patterns"])
        self._held = set(state["held"])

"""Policies that let so much through a second: token buckets of spans and of bytes."""

from collections import deque
from collections.abc import Callable

from ..facts import TraceFacts
from ..probability import rounded, threshold_of_share
from .base import Building, Now, Policy, Verdict, Vote
from .leaf_config import BytesLimitingConfig, RateLimitingConfig
from .leaves import NOT_SAMPLE

RATE_SECONDS = 10.0
"""A limiter's probability is what it let through of what it was asked for in this time."""
_BURST = 2


class Passed:
    """How much of what was asked for passed, over `RATE_SECONDS`."""

    def __init__(self) -> None:
        """Nothing was asked for."""
        self._asked: deque[tuple[int, float, float]] = deque()  # by second: asked for, and passed

    def add(self, monotonic: float, amount: float, *, passed: bool) -> None:
        """`amount` was asked for."""
        second, through = int(monotonic), amount if passed else 0.0
        while self._asked and self._asked[0][0] <= second - RATE_SECONDS:
            self._asked.popleft()
        if self._asked and self._asked[-1][0] == second:
            _, asked, before = self._asked.pop()
            amount, through = amount + asked, through + before
        self._asked.append((second, amount, through))

    @property
    def threshold(self) -> int:
        """T of the share that passed."""
        asked = sum(entry[1] for entry in self._asked)
        passed = sum(entry[2] for entry in self._asked)
        return rounded(threshold_of_share(passed / asked if asked else 1.0))


class Bucket:
    """A token bucket that starts full. Source: RFC 2697, section 3, with one colour."""

    def __init__(self, rate: float, burst: float) -> None:
        """It gains `rate` tokens a second and holds `burst`."""
        self._rate, self._burst = rate, burst
        self._tokens = burst
        self._filled: float | None = None

    def take(self, cost: float, monotonic: float) -> bool:
        """Pay `cost`, or nothing of it. A clock that stands still refills nothing."""
        gained = 0.0 if self._filled is None else max(0.0, monotonic - self._filled) * self._rate
        self._filled = monotonic
        self._tokens = min(self._burst, self._tokens + gained)
        if cost > self._tokens:
            return False
        self._tokens -= cost
        return True


class Limiting:
    """Samples while there are tokens; a late trace is not asked about again."""

    def __init__(self, name: str, bucket: Bucket, cost: Callable[[TraceFacts], float]) -> None:
        """`cost` are the tokens of a trace."""
        self.name = name
        self._bucket, self._cost = bucket, cost
        self._passed = Passed()

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Sample what can pay. The threshold is that of spans, which is what it re-weights."""
        if now.late:
            return NOT_SAMPLE
        passed = self._bucket.take(self._cost(trace), now.monotonic)
        self._passed.add(now.monotonic, trace.spans, passed=passed)
        return Verdict(Vote.SAMPLE, self._passed.threshold) if passed else NOT_SAMPLE


def rate_limiting(name: str, config: RateLimitingConfig, _: Building) -> Policy:
    """Lets spans through."""
    rate = config.spans_per_second
    return Limiting(name, Bucket(rate, config.burst_capacity or _BURST * rate), lambda trace: trace.spans)


def bytes_limiting(name: str, config: BytesLimitingConfig, _: Building) -> Policy:
    """Lets bytes through."""
    rate = config.bytes_per_second
    return Limiting(name, Bucket(rate, config.burst_capacity or _BURST * rate), lambda trace: trace.size_bytes)

"""How much an endpoint gets: so many notifications a minute, and what is more as one summary a minute."""

from collections import Counter, deque
from collections.abc import Iterable
from math import inf
from typing import Final

from spansieve.alerts import STORM, Alert, fingerprint_of, new_id

MINUTE: Final = 60.0
_NAMED: Final = 5
"""Types that a summary names."""


class RateLimit:
    """A window of one minute that slides."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute` 0: no limit."""
        self._limit = per_minute
        self._sent: deque[float] = deque()

    def allows(self, now: float) -> bool:
        """Whether one more may be sent at `now` (seconds, monotonic); it counts then."""
        if not self._limit:
            return True
        while self._sent and self._sent[0] <= now - MINUTE:
            self._sent.popleft()
        if len(self._sent) >= self._limit:
            return False
        self._sent.append(now)
        return True


class Storm:
    """What was over the limit: counted, and told as one alert that lasts as long as there is more each minute."""

    def __init__(self, label: str, first_wait: float) -> None:
        """`label` is the endpoint's; the first summary comes after `first_wait` seconds, at most a minute."""
        self._first_wait = min(first_wait, MINUTE)
        self.fingerprint = fingerprint_of(STORM, label)
        self.due = inf
        """When a summary is due (seconds, monotonic)."""
        self._types: Counter[str] = Counter()
        self._notifications = 0
        self._told: Alert | None = None
        self._last = -inf

    def add(self, alerts: Iterable[Alert], now: float) -> None:
        """One notification, with these alerts, was over the limit."""
        self._notifications += 1
        self._types.update(alert.type for alert in alerts)
        if self.due == inf:
            self.due = max(now + self._first_wait, self._last + MINUTE)

    def resume(self, alert: Alert, now: float) -> None:
        """Before a restart it was told as `alert`."""
        self._told, self._last, self.due = alert, now, now + MINUTE

    def summary(self, now: float, now_ns: int) -> Alert | None:
        """What is to be told at `now`, when it is due."""
        if now < self.due:
            return None
        self._last, self.due = now, now + MINUTE
        alert = self._firing(now_ns) if self._notifications else self._over(now_ns)
        self._told = alert if alert is not None and alert.status == "firing" else None
        if self._told is None:
            self.due = inf
        self._types.clear()
        self._notifications = 0
        return alert

    def _firing(self, now_ns: int) -> Alert:
        told, most = self._told, self._types.most_common(_NAMED)
        named = ", ".join(f"{count} {name}" for name, count in most)
        return Alert(
            id=told.id if told else new_id(now_ns),
            type=STORM,
            status="firing",
            severity="warning",
            fingerprint=self.fingerprint,
            starts_at_ns=told.starts_at_ns if told else now_ns,
            updated_at_ns=now_ns,
            ends_at_ns=None,
            summary=f"{self._notifications} more notifications than the limit allows, with {named}",
            count=self._types.total(),
            window_s=int(MINUTE),
        )

    def _over(self, now_ns: int) -> Alert | None:
        if self._told is None:
            return None
        return Alert(
            id=self._told.id,
            type=STORM,
            status="resolved",
            severity="warning",
            fingerprint=self.fingerprint,
            starts_at_ns=self._told.starts_at_ns,
            updated_at_ns=now_ns,
            ends_at_ns=now_ns,
            summary="notifications are within the limit again",
        )

"""The alerts of costs: each is raised once, and ends with its period."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from spansieve.alerts import Alert, fingerprint_of, new_id, packed, unpacked

from .calendar import SECOND_NS
from .news import News

MOST_FIRING: Final = 1_000
"""Alerts that fire at once; others are not raised, and counted."""
_LEAST_NS: Final = 60 * SECOND_NS
"""An alert fires at least this long by the clock, whatever time it tells of: what is over while `webhook` still gathers
is told to nobody.
"""


class Firing(NamedTuple):
    """An alert that fires. Times are nanoseconds since the Unix epoch."""

    alert: Alert
    until_ns: int
    raised_ns: int


class Alarms:
    """The alerts that fire, and those that are to be sent."""

    def __init__(self, now_ns: Callable[[], int], suppressed: Callable[[str], None]) -> None:
        """None does; `suppressed` is told why one is not raised."""
        self._now_ns = now_ns
        self._suppressed = suppressed
        self.firing: dict[str, Firing] = {}
        """By fingerprint."""
        self.out: list[Alert] = []
        self.is_dirty = False
        """Something was raised or ended since the state was saved."""

    def raise_(self, news: News) -> None:
        """Let an alert begin, unless it fires already."""
        now, fingerprint, period = self._now_ns(), fingerprint_of(news.type, news.about), news.period
        if fingerprint in self.firing:
            return
        if len(self.firing) >= MOST_FIRING:
            self._suppressed("bound")
            return
        alert = Alert(
            id=new_id(now),
            type=news.type,
            status="firing",
            severity=news.severity,
            fingerprint=fingerprint,
            starts_at_ns=max(period.start_ns, min(now, period.end_ns)),
            updated_at_ns=now,
            ends_at_ns=None,
            summary=news.summary,
            window_s=(period.end_ns - period.start_ns) // SECOND_NS,
            labels=news.labels,
        )
        self.firing[fingerprint] = Firing(alert, period.end_ns, now)
        self.out.append(alert)
        self.is_dirty = True

    def tick(self) -> None:
        """End those whose period is over."""
        now = self._now_ns()
        over = [key for key, one in self.firing.items() if now >= max(one.until_ns, one.raised_ns + _LEAST_NS)]
        for key in over:
            one = self.firing.pop(key)
            self.out.append(replace(one.alert, status="resolved", updated_at_ns=now, ends_at_ns=one.until_ns))
            self.is_dirty = True

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        firing = [[one.until_ns, one.raised_ns, packed([one.alert])] for one in self.firing.values()]
        return {"firing": firing, "out": packed(self.out)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for until_ns, raised_ns, text in state["firing"]:
            for alert in unpacked(text):
                self.firing[alert.fingerprint] = Firing(alert, until_ns, raised_ns)
        self.out.extend(unpacked(state["out"]))

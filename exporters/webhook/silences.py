"""Silences: alerts that match one are kept and counted while it lasts, and not sent."""

from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from spansieve.alerts import Alert
from spansieve.alerts.matching import Matcher, every
from spansieve.alerts.status import SilencedRow

from .fields import fields_of


class Silence(NamedTuple):
    """Times are nanoseconds since the Unix epoch."""

    matchers: Sequence[Matcher]
    starts_ns: int
    ends_ns: float
    """`inf` where it has no end."""
    comment: str


class Silences:
    """All of an exporter's."""

    def __init__(self, silences: Iterable[Silence]) -> None:
        """In the order of the configuration."""
        self._all = tuple(silences)

    def silenced(self, alert: Alert, now_ns: int) -> bool:
        """Whether `alert` is not to be sent now."""
        return self._holding(alert, now_ns) is not None

    def _holding(self, alert: Alert, now_ns: int) -> Silence | None:
        active = [one for one in self._all if one.starts_ns <= now_ns < one.ends_ns]
        if not active:
            return None
        fields = fields_of(alert)
        return next((one for one in active if every(one.matchers, fields)), None)

    def next_change(self, now_ns: int) -> float:
        """When one begins or ends next; `inf` if none does."""
        times = [time for one in self._all for time in (one.starts_ns, one.ends_ns) if time > now_ns]
        return min(times, default=inf)

    def expired(self, now_ns: int) -> list[Silence]:
        """Those that are over."""
        return [one for one in self._all if one.ends_ns <= now_ns]

    def rows(self, silenced: Iterable[Alert], now_ns: int) -> list[dict[str, object]]:
        """For people: each silence, whether it is `active`, `waiting` or `expired`, and which of the `silenced` alerts
        it holds back.
        """
        alerts = {alert.fingerprint: alert for alert in silenced}.values()
        return [{"silence": _called(one), "state": _state(one, now_ns), **_held_back(one, alerts)} for one in self._all]

    def held_back(self, silenced: Iterable[Alert], now_ns: int) -> list[SilencedRow]:
        """For people: each of the `silenced` alerts, with what holds it back."""
        found = {alert.id: (alert, self._holding(alert, now_ns)) for alert in silenced}
        return [
            SilencedRow(alert=alert.id, type=alert.type, summary=alert.summary, silence=_called(one) if one else "")
            for alert, one in found.values()
        ]


def _called(silence: Silence) -> str:
    return silence.comment or silence.matchers[0].name


def _state(silence: Silence, now_ns: int) -> str:
    if now_ns < silence.starts_ns:
        return "waiting"
    return "expired" if now_ns >= silence.ends_ns else "active"


def _held_back(silence: Silence, alerts: Iterable[Alert]) -> dict[str, object]:
    found = [alert for alert in alerts if every(silence.matchers, fields_of(alert))]
    return {"alerts": len(found), "latest": found[-1].summary if found else ""}

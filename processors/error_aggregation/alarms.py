"""The alerts that fire: each is raised once, told again when it changes, and ended."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from spansieve.alerts import STORM, Alert, Pattern, Severity, fingerprint_of, new_id, packed, unpacked
from spansieve.failures import ErrorContext

from .storm import Storm

SECOND_NS: Final = 1_000_000_000
UPDATE_NS: Final = 10 * SECOND_NS
"""An alert that goes on is told anew at most this often."""
LEAST_NS: Final = SECOND_NS
"""An alert fires at least this long by the clock: what lies in the past is told as begun before it is told as over."""
_RECENT: Final = 100

Why = Literal["storm", "age", "recovered", "warm_up"]
"""Why an alert was not raised."""


class Subject(NamedTuple):
    """What a condition is about: its type, and the key or fingerprint, or "" for all errors together."""

    type: str
    about: str


class Cause(NamedTuple):
    """What an alert tells of the error that raised it."""

    time_ns: int
    pattern: Pattern
    example: ErrorContext | None
    path: tuple[str, ...]
    labels: Mapping[str, str]
    """Service and tool."""


class Firing:
    """One alert that fires. Times are nanoseconds since the epoch."""

    __slots__ = ("alert", "heard_ns", "raised_ns", "told_ns")

    def __init__(self, alert: Alert, heard_ns: int, now_ns: int) -> None:
        """It was raised at `now_ns` of the clock, by what was heard at `heard_ns`."""
        self.alert = alert
        self.heard_ns = heard_ns
        """Until when what it tells of went on."""
        self.raised_ns = self.told_ns = now_ns


class Alarms:
    """All alerts that fire, and what is to be sent of them."""

    def __init__(self, storm: Storm, now_ns: Callable[[], int], suppressed: Callable[[Why], None]) -> None:
        """None does. `suppressed` is told of alerts that are not raised."""
        self._storm = storm
        self._now_ns = now_ns
        self.suppressed = suppressed
        self.firing: dict[Subject, Firing] = {}
        self.out: list[Alert] = []
        """To be sent, in order."""
        self.recent: deque[Alert] = deque(maxlen=_RECENT)
        """The last ones that were raised or ended, the newest last."""
        self.is_dirty = False
        """Something was raised or ended since the state was saved."""

    def raise_(
        self,
        subject: Subject,
        cause: Cause,
        summary: str,
        *,
        count: int,
        window_s: int = 0,
        heard_ns: int | None = None,
        severity: Severity = "warning",
    ) -> None:
        """Let an alert begin, unless it fires already or there is a storm."""
        if subject in self.firing:
            return
        about = subject.about or cause.labels.get("service", "")
        fingerprint = fingerprint_of(subject.type, about)
        if not self._storm.admits(subject.type, fingerprint, cause.pattern.key, cause.time_ns):
            self.suppressed("storm")
            return
        now = self._now_ns()
        alert = Alert(
            id=new_id(now),
            type=subject.type,
            status="firing",
            severity=severity,
            fingerprint=fingerprint,
            starts_at_ns=cause.time_ns,
            updated_at_ns=now,
            ends_at_ns=None,
            summary=summary,
            count=count,
            window_s=window_s,
            labels=cause.labels,
            pattern=cause.pattern,
            example=cause.example,
            path=cause.path,
        )
        self._begin(subject, alert, cause.time_ns if heard_ns is None else heard_ns)

    def _begin(self, subject: Subject, alert: Alert, heard_ns: int) -> None:
        self.firing[subject] = Firing(alert, heard_ns, self._now_ns())
        self._tell(alert)
        self.recent.append(alert)
        self.is_dirty = True

    def heard(self, subject: Subject, heard_ns: int) -> Firing | None:
        """What an alert tells of went on until then; returns it where it is time to tell it anew."""
        firing = self.firing.get(subject)
        if firing is None:
            return None
        firing.heard_ns = max(firing.heard_ns, heard_ns)
        return firing if self._now_ns() - firing.told_ns >= UPDATE_NS else None

    def is_told(self, subject: Subject) -> bool:
        """Whether an alert fires, and is not to be told anew yet."""
        firing = self.firing.get(subject)
        return firing is not None and self._now_ns() - firing.told_ns < UPDATE_NS

    def update(self, firing: Firing, cause: Cause, summary: str, *, count: int) -> None:
        """Tell an alert anew, by the error that was the last to cause it."""
        changes = cause._asdict()
        del changes["time_ns"]
        self._update(firing, summary=summary, count=count, **changes)

    def _update(self, firing: Firing, **changes: Any) -> None:  # noqa: ANN401 (fields of Alert)
        firing.told_ns = self._now_ns()
        firing.alert = replace(firing.alert, updated_at_ns=firing.told_ns, **changes)
        self._tell(firing.alert)

    def end(self, subject: Subject, ends_at_ns: int, pattern: Pattern | None = None) -> None:
        """Let an alert end."""
        firing = self.firing.pop(subject, None)
        if firing is None:
            return
        before = firing.alert
        alert = replace(
            before,
            status="resolved",
            updated_at_ns=self._now_ns(),
            ends_at_ns=max(ends_at_ns, before.starts_at_ns),
            pattern=pattern or (before.pattern and replace(before.pattern, state="resolved")),
        )
        self._tell(alert)
        self.recent.append(alert)
        self.is_dirty = True

    def over(self, silence_ns: Mapping[str, int], now_ns: int) -> list[tuple[Subject, int]]:
        """Alerts, by type, of which nothing was heard for so long, each with the time since which it is over."""
        return [
            (subject, firing.heard_ns + silence_ns[subject.type])
            for subject, firing in self.firing.items()
            if subject.type in silence_ns
            and now_ns >= firing.heard_ns + silence_ns[subject.type]
            and now_ns >= firing.raised_ns + LEAST_NS
        ]

    def weather(self) -> None:
        """Raise, tell anew or end the alert that stands for those of a storm."""
        now, subject = self._now_ns(), Subject(STORM, "")
        firing = self.firing.get(subject)
        if self._storm.is_new and firing is None:
            self._begin(subject, self._stormy(now), self._storm.last_ns)
            self._storm.is_new = False
        elif firing is not None and self._storm.is_new:
            firing.heard_ns = self._storm.last_ns
            if now - firing.told_ns >= UPDATE_NS:
                self._update(firing, **_of_storm(self._storm))
                self._storm.is_new = False
        if firing is not None and self._storm.is_over(now) and now >= firing.raised_ns + LEAST_NS:
            firing.alert = replace(firing.alert, **_of_storm(self._storm))
            self.end(subject, self._storm.until_ns)
            self._storm.clear()

    def _stormy(self, now_ns: int) -> Alert:
        return Alert(
            id=new_id(now_ns),
            type=STORM,
            status="firing",
            severity="warning",
            fingerprint=fingerprint_of(STORM, ""),
            starts_at_ns=self._storm.first_ns,
            updated_at_ns=now_ns,
            ends_at_ns=None,
            window_s=self._storm.window_s,
            **_of_storm(self._storm),
        )

    def _tell(self, alert: Alert) -> None:
        self.out.append(alert)

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        self.is_dirty = False
        firing = [
            [*subject, one.heard_ns, one.raised_ns, one.told_ns, packed([one.alert])]
            for subject, one in self.firing.items()
        ]
        return {
            "firing": firing,
            "recent": packed(self.recent),
            "out": packed(self.out),
            "storm": self._storm.state(),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for type_, about, heard_ns, raised_ns, told_ns, text in state["firing"]:
            for alert in unpacked(text):
                firing = self.firing[Subject(type_, about)] = Firing(alert, heard_ns, raised_ns)
                firing.told_ns = told_ns
        self.recent.extend(unpacked(state["recent"]))
        self.out.extend(unpacked(state["out"]))
        self._storm.load(state["storm"])


def _of_storm(storm: Storm) -> dict[str, Any]:
    by_type = ", ".join(f"{count} {type_}" for type_, count in storm.types.most_common())
    top = [key for key, _ in storm.patterns.most_common(10)]
    labels = {f"alerts.{type_}": str(count) for type_, count in storm.types.items()}
    return {
        "count": storm.count,
        "summary": f"{storm.count} more alerts in {storm.window_s} s: {by_type}; mostly {', '.join(top[:3])}",
        "labels": labels | {"patterns": ", ".join(top)},
    }

"""A group of alerts: what its endpoint was told, what is still to be told, and when.

As Alertmanager does it: a new group waits `group_wait`; after it was told, changes wait for the next step of
`group_interval`; what did not change is told again after `repeat_interval`. Alerts are known by their fingerprint, so
one that fires again under a new id, without having ended, is no change. Times are seconds of the monotonic clock.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from spansieve.alerts import Alert

from .config import EndpointConfig
from .notification import Notification

MAX_STEPS: Final = 8
"""Changes of one alert that are to be told one after the other; above that, only its state is."""
_SEVERITIES: Final = ("critical", "error", "warning", "info")


class Gone(Protocol):
    """Who is told of alerts that nobody will hear of."""

    def __call__(self, reason: str, alerts: int) -> None:
        """So many, for `reason`."""


@dataclass(slots=True)
class Track:
    """One alert: as the endpoint knows it, and what is to be told next."""

    told: Alert | None = None
    steps: list[Alert] = field(default_factory=list)
    """`firing` and `resolved` by turns, the oldest first."""
    tried: bool = False
    """Whether it was under way since it was told, so that the endpoint may know of it."""
    silenced: bool = False

    @property
    def now(self) -> Alert:
        """As it is; a track has one or the other."""
        alert = self.steps[-1] if self.steps else self.told
        assert alert is not None  # noqa: S101
        return alert

    @property
    def next(self) -> Alert:
        """What the next notification says of it."""
        alert = self.steps[0] if self.steps else self.told
        assert alert is not None  # noqa: S101
        return alert

    def take(self, alert: Alert) -> None:
        """It changed."""
        if not self.steps and self.told is None:
            self.steps.append(alert)
            return
        last = self.now
        if alert.id == last.id and alert.updated_at_ns < last.updated_at_ns:
            return  # it came late
        if alert.status != last.status:
            self.steps.append(alert)
        elif self.steps:
            self.steps[-1] = alert
        else:
            self.told = alert
        if len(self.steps) > MAX_STEPS:
            self.collapse()

    def collapse(self) -> bool:
        """Only its state is to be told. False: nothing is, since it began and ended before anybody heard of it."""
        if len(self.steps) < 2:
            return True
        last = self.steps[-1]
        self.steps = [last]
        if self.tried:  # nobody knows what the endpoint knows
            return True
        if self.told is not None and self.told.status == last.status:
            self.told, self.steps = last, []
            return last.status == "firing"
        return self.told is not None or last.status == "firing"


@dataclass(eq=False, slots=True)
class Group:
    """What `settings.group_by` puts together."""

    key: str
    labels: Mapping[str, str]
    settings: EndpointConfig
    begun: float
    begun_ns: int
    """Wall clock, nanoseconds since the Unix epoch."""
    index: dict[str, "Group"]
    """Where each alert of the endpoint is, by fingerprint: the group keeps its part of it."""
    tracks: dict[str, Track] = field(default_factory=dict)
    """By fingerprint."""
    anchor: float | None = None
    """When it was told last; None: never."""
    sent_ns: int = 0
    changed: float = math.inf
    """When something to tell came first since then."""
    in_flight: bool = False
    attempts: int = 0
    first_try: float = 0.0
    retry_at: float = 0.0
    at_once: bool = False
    """Whether nothing waits any more."""
    scheduled: float = math.inf

    def take(self, alert: Alert, now: float, *, silenced: bool = False) -> None:
        """An alert of the group began, changed or ended."""
        track = self.tracks.get(alert.fingerprint)
        if track is None:
            if alert.status == "resolved" and not self.settings.send_resolved:
                return
            track = self.put(alert.fingerprint, Track())
        track.take(alert)
        track.silenced = silenced
        if silenced and not track.collapse():
            self.drop(alert.fingerprint)
        self.note(now)

    def waits(self, alert: Alert) -> bool:
        """Whether something of it is still to be told."""
        track = self.tracks.get(alert.fingerprint)
        return track is not None and bool(track.steps) and not track.silenced

    def tell(self, alert: Alert, now: float) -> None:
        """Tell `alert`, whatever is known of it."""
        track = self.tracks.get(alert.fingerprint) or self.put(alert.fingerprint, Track())
        track.steps = [alert]
        self.note(now)

    def put(self, fingerprint: str, track: Track) -> Track:
        """Have `track`."""
        self.tracks[fingerprint] = track
        self.index[fingerprint] = self
        return track

    def drop(self, fingerprint: str) -> None:
        """Forget an alert."""
        if self.tracks.pop(fingerprint, None) is not None:
            self.index.pop(fingerprint, None)

    def note(self, now: float) -> None:
        """Look whether there is something to tell."""
        self.changed = min(self.changed, now) if self._news() else math.inf

    def _news(self) -> list[Track]:
        return [track for track in self.tracks.values() if track.steps and not track.silenced]

    @property
    def updates(self) -> bool:
        """Whether what waits tells of no end, and of a group that the endpoint has heard of."""
        return self.anchor is not None and not self.ends

    @property
    def ends(self) -> bool:
        """Whether what waits tells of an end."""
        return any(track.next.status == "resolved" for track in self._news())

    def due(self) -> float:
        """When it is to be told; `inf` if not before it changes."""
        if self.in_flight:
            return math.inf
        if self.attempts:
            return -math.inf if self.at_once else self.retry_at
        if self.changed < math.inf:
            return -math.inf if self.at_once else self._step()
        if self.anchor is not None and any(track.told and not track.silenced for track in self.tracks.values()):
            return self.anchor + self.settings.repeat_interval
        return math.inf

    def _step(self) -> float:
        if self.anchor is None:
            return self.begun + self.settings.group_wait
        interval = self.settings.group_interval
        if not interval:
            return self.changed
        return self.anchor + max(1, math.ceil((self.changed - self.anchor) / interval)) * interval

    def notification(
        self, receiver: str, label: str, now: float, silenced: Callable[[Alert], bool], gone: Gone
    ) -> Notification | None:
        """What it has to tell now; None where that is nothing. `gone` is told of alerts that nobody will hear of."""
        self._settle_steps(silenced, gone)
        heard = {fingerprint: track for fingerprint, track in self.tracks.items() if not track.silenced}
        news = frozenset(fingerprint for fingerprint, track in heard.items() if track.steps)
        again = self.anchor is not None and now >= self.anchor + self.settings.repeat_interval
        if not news and not (heard and again):
            return None
        for track in heard.values():
            track.tried = True
        alerts = sorted((track.next for track in heard.values()), key=_rank)
        return Notification(
            id=self._id(label, alerts),
            receiver=receiver,
            group_key=self.key,
            group_labels=self.labels,
            alerts=tuple(alerts),
            news=news or frozenset(heard),
        )

    def _settle_steps(self, silenced: Callable[[Alert], bool], gone: Gone) -> None:
        """Each alert to what is to be said of it now: its state, or each step where none waits and none failed."""
        one_by_one = not self.settings.group_wait and not self.attempts
        for fingerprint, track in list(self.tracks.items()):
            was, track.silenced = track.silenced, silenced(track.now)
            if track.silenced and not was:
                gone(reason="silenced", alerts=1)  # its silence began since it came
            told_in_time = (one_by_one and not track.silenced) or track.collapse()
            if not told_in_time:
                gone(reason="already_over", alerts=1)
            if not told_in_time or not self._speaks(track):
                self.drop(fingerprint)

    def _speaks(self, track: Track) -> bool:
        """Whether anything is left of it where nobody is told of ends."""
        if not self.settings.send_resolved:
            while track.steps and track.steps[0].status == "resolved":
                track.steps.pop(0)
                track.told = None
        return bool(track.steps or track.told)

    def _id(self, label: str, alerts: Iterable[Alert]) -> str:
        """Equal for the same alerts until they were told, so that each try has it, even after a restart."""
        said = [f"{alert.status}/{alert.fingerprint}/{alert.id}" for alert in alerts]
        parts = [label, self.key, str(self.begun_ns), str(self.sent_ns), *sorted(said)]
        return f"msg_{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:32]}"

    def told(self, alerts: Iterable[Alert], now: float, now_ns: int) -> None:
        """The endpoint knows `alerts`, or was given up on: what is over is forgotten."""
        for alert in alerts:
            track = self.tracks.get(alert.fingerprint)
            if track is None:
                continue
            track.tried = False
            if track.steps and (track.steps[0].id, track.steps[0].status) == (alert.id, alert.status):
                track.told = track.steps.pop(0)
            if not track.steps and track.told is not None and track.told.status == "resolved":
                self.drop(alert.fingerprint)
        self.anchor, self.sent_ns = now, now_ns
        self.changed = math.inf
        self.rest(now)

    def rest(self, now: float) -> None:
        """It has nothing to tell at the moment."""
        self.attempts, self.at_once = 0, False
        self.note(now)


def _rank(alert: Alert) -> tuple[bool, int, int]:
    return alert.status != "firing", _SEVERITIES.index(alert.severity), -alert.updated_at_ns

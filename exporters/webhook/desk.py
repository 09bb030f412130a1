"""The alerts of one endpoint: put into groups, told when they are due, tried again, or given up. It has no thread."""

import math
import threading
from collections.abc import Iterable, Iterator
from typing import Final

from spansieve.alerts import STORM, Alert
from spansieve.alerts.matching import every, parse
from spansieve.alerts.status import DeliveryRow, DeliveryState
from spansieve.plugin import Host, StorageError

from .config import Endpoint, WebhookRetry
from .dead_letter import DeadLetters
from .deliveries import Deliveries
from .delivery import Delivery, Outcome
from .fields import fields_of, grouping_of
from .formats import requests_of
from .groups import Group, Track
from .measures import Measures
from .notification import Notification, Unsendable
from .patience import wait_of, why_not
from .rate import RateLimit, Storm
from .shelf import Shelf, Stored
from .silences import Silences
from .timetable import Backlog, Timetable

MAX_ALERTS: Final = 10_000
"""Alerts that an endpoint has in mind; above that the one that came first is forgotten."""
_STORM_KEY: Final = f'{{}}/limit:{{type="{STORM}"}}'


class Desk:
    """From any thread; each group is worked on by one at a time."""

    def __init__(
        self,
        endpoint: Endpoint,
        host: Host,
        *,
        retry: WebhookRetry,
        queue_size: int,
        silences: Silences,
        letters: DeadLetters,
        measures: Measures,
    ) -> None:
        """Nothing is opened yet; `queue_size` notifications may wait for the endpoint."""
        self.label = endpoint.label
        self._settings = endpoint.settings
        self._receiver = endpoint.settings.name or host.id
        self._matchers = tuple(map(parse, endpoint.settings.matchers))
        self._host = host
        self._clock = host.clock
        self._retry = retry
        self._silences = silences
        self._letters = letters
        self._measures = measures
        self.delivery = Delivery(endpoint.settings, host)
        self._deliveries = Deliveries(endpoint.label)
        self._rate = RateLimit(endpoint.settings.rate_limit.per_minute)
        self._storm = Storm(endpoint.label, endpoint.settings.group_interval)
        self._shelf = Shelf(None)
        self._lock = threading.RLock()
        self._groups: dict[str, Group] = {}
        self._where: dict[str, Group] = {}  # by fingerprint: an alert whose fields change stays in its group
        self._times = Timetable()
        self._backlog = Backlog(queue_size)
        self._done: dict[Group, dict[str, Outcome]] = {}  # requests of a notification that others have to be tried with
        self._silences_change = -math.inf
        self._paused_until = -math.inf
        self._off = False
        self._is_failing = False

    # --- what comes in

    def keep(self, shelf: Shelf) -> None:
        """From now on, keep the groups on `shelf`."""
        self._shelf = shelf

    def restore(self, stored: Stored) -> None:
        """A group as it was before a restart; by today's `group_by`."""
        now, now_ns = self._clock.monotonic(), self._clock.time_ns()
        with self._lock:
            for track in stored.tracks:
                alert = track.now
                group = self._group_for(alert, now, now_ns)
                group.begun_ns = min(group.begun_ns, stored.begun_ns)
                if stored.sent_ns:
                    ago = max(0, now_ns - stored.sent_ns) / 1e9
                    group.sent_ns, group.anchor = stored.sent_ns, now - ago
                group.put(alert.fingerprint, track)
                if alert.fingerprint == self._storm.fingerprint and track.told and track.told.status == "firing":
                    self._storm.resume(track.told, now)
                group.note(now)
                self._times.put(group)

    def take(self, alerts: Iterable[Alert]) -> None:
        """Those of `alerts` that the endpoint wants, in order. Raises StorageError; they may come again then."""
        now, now_ns = self._clock.monotonic(), self._clock.time_ns()
        with self._lock:
            changed: dict[Group, None] = {}
            for alert in alerts:
                if not self._wants(alert):
                    continue
                group = self._group_for(alert, now, now_ns)
                silenced = self._silences.silenced(alert, now_ns)
                track = group.tracks.get(alert.fingerprint)
                self._measures.suppressed(reason="silenced", alerts=int(silenced and not (track and track.silenced)))
                group.take(alert, now, silenced=silenced)
                if group.waits(alert):
                    self._deliveries.became([alert], "waits", now_ns)
                changed[group] = None
            for group in self._overflow():
                changed[group] = None
            self._shelf.save(self.label, changed)
            for group in changed:
                self._settle_group(group)

    def _wants(self, alert: Alert) -> bool:
        if self._matchers and not every(self._matchers, fields_of(alert)):
            return False
        if self._off:
            self._measures.suppressed(reason="endpoint_off", alerts=1)
        return not self._off

    def _group_for(self, alert: Alert, now: float, now_ns: int) -> Group:
        if alert.fingerprint in self._where:
            return self._where[alert.fingerprint]
        if alert.fingerprint == self._storm.fingerprint:
            return self._storm_group(now, now_ns)
        key, labels = grouping_of(alert, self._settings.group_by)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(key, labels, self._settings, now, now_ns, self._where)
        return group

    def _storm_group(self, now: float, now_ns: int) -> Group:
        group = self._groups.get(_STORM_KEY)
        if group is None:
            at_once = {"group_wait": 0.0, "group_interval": 0.0, "repeat_interval": math.inf}
            settings = self._settings.model_copy(update=at_once)
            group = self._groups[_STORM_KEY] = Group(_STORM_KEY, {"type": STORM}, settings, now, now_ns, self._where)
        return group

    def _overflow(self) -> Iterator[Group]:
        while len(self._where) > MAX_ALERTS:
            fingerprint = next(iter(self._where))
            group = self._where[fingerprint]
            group.drop(fingerprint)
            self._measures.suppressed(reason="too_many", alerts=1)
            yield group

    # --- what is due

    def begin(self) -> list[Group]:
        """The groups that are due: each is to be given to `work`."""
        now = self._clock.monotonic()
        with self._lock:
            if self._off:
                return []
            self._look_at_silences(now)
            self._sum_up(now)
            due = [group for group in self._times.take(now) if not group.in_flight]
            for group in due:
                self._backlog.add(group)
            self._shed()
            self._measures.waiting(self.label, len(self._backlog))
            due = [group for group in due if group in self._backlog]
            if now < self._paused_until:
                for group in due:
                    self._times.put(group, self._paused_until)
                return []
            for group in due:
                group.in_flight = True
            return due

    def next_due(self) -> float:
        """When to look again (seconds, monotonic); `inf` if not before something comes."""
        with self._lock:
            if self._off:
                return math.inf
            silences = (self._silences_change - self._clock.time_ns()) / 1e9 + self._clock.monotonic()
            return min(self._times.soonest, self._storm.due, silences)

    def hurry(self) -> None:
        """All that is to be told is due now."""
        with self._lock:
            self._paused_until = -math.inf
            for group in list(self._groups.values()):
                if group.changed < math.inf:
                    group.at_once = True
                    self._times.put(group)

    def _look_at_silences(self, now: float) -> None:
        now_ns = self._clock.time_ns()
        if now_ns < self._silences_change:
            return
        self._silences_change = self._silences.next_change(now_ns)
        for group in self._groups.values():
            for track in group.tracks.values():
                silenced = self._silences.silenced(track.now, now_ns)
                self._measures.suppressed(reason="silenced", alerts=int(silenced and not track.silenced))
                track.silenced = silenced
            group.note(now)
            self._times.put(group)

    def _sum_up(self, now: float) -> None:
        """Tell of what was over the limit, once a minute."""
        now_ns = self._clock.time_ns()
        summary = self._storm.summary(now, now_ns)
        if summary is None:
            return
        group = self._storm_group(now, now_ns)
        group.tell(summary, now)
        self._save(group)
        self._settle_group(group)

    def _shed(self) -> None:
        """Keep to the queue's size."""
        while (victim := self._backlog.victim()) is not None:
            notification = self._notification(victim)
            if notification is not None:
                self._measures.notification(self.label, "dropped")
                self._became(notification, "given_up", "queue_full")
                self._give_up(notification, "queue_full")
            self._told(victim, notification)

    # --- one group

    def work(self, group: Group) -> None:
        """Tell what `group` has to tell, once. Not on the event loop."""
        with self._lock:
            notification = self._notification(group)
            if notification is None or not self._may_send(group, notification):
                self._told(group, notification)
                return
            done = self._done.setdefault(group, {})
        started = self._clock.monotonic()
        try:
            outcome = self._send(notification, done)
        except Exception as error:  # a mistake of ours costs this notification
            self._host.fault(error, "a notification is given up")
            outcome = Outcome("failed", "error")
        self._measures.took(self.label, max(0.0, self._clock.monotonic() - started))
        with self._lock:
            self._settle(group, notification, outcome)

    def leave(self, group: Group) -> None:
        """Nobody works on `group` after all."""
        with self._lock:
            group.in_flight = False

    def _notification(self, group: Group) -> Notification | None:
        now_ns = self._clock.time_ns()
        return group.notification(
            self._receiver,
            self.label,
            self._clock.monotonic(),
            lambda alert: self._silences.silenced(alert, now_ns),
            self._measures.suppressed,
        )

    def _may_send(self, group: Group, notification: Notification) -> bool:
        """Whether the rate allows it; if not, it becomes a part of the summary."""
        now = self._clock.monotonic()
        if group.attempts or group.key == _STORM_KEY or self._rate.allows(now):
            return True
        news = [alert for alert in notification.alerts if alert.fingerprint in notification.news]
        self._storm.add(news, now)
        self._measures.notification(self.label, "merged")
        self._deliveries.became(news, "summed_up", self._clock.time_ns())
        self._measures.suppressed(reason="rate_limit", alerts=len(news))
        return False

    def _send(self, notification: Notification, done: dict[str, Outcome]) -> Outcome:
        try:
            requests = requests_of(notification, self._settings)
        except Unsendable as error:
            return Outcome("failed", str(error))
        for request in requests:
            if request.id not in done:
                outcome = self.delivery.send(request)
                if outcome.result not in {"sent", "failed"}:
                    return outcome
                done[request.id] = outcome  # one event that is refused costs none of the others
        return next((one for one in done.values() if one.result == "failed"), Outcome("sent"))

    def _settle(self, group: Group, notification: Notification, outcome: Outcome) -> None:
        now = self._clock.monotonic()
        if outcome.result == "retry":
            if not group.attempts:
                group.first_try = now
            group.attempts += 1
            wait = wait_of(outcome, group.attempts, self._retry)
            if outcome.after:
                self._paused_until = max(self._paused_until, now + wait)
            if (why := why_not(group.first_try, now + wait, self._retry)) is None:
                self._measures.notification(self.label, "retry")
                self._became(notification, "retries", outcome.reason)
                self._hears(outcome)
                group.retry_at, group.in_flight = now + wait, False
                self._save(group)
                self._times.put(group)
                return
            outcome = Outcome("failed", f"{outcome.reason}, {why}")
        self._measures.notification(self.label, outcome.result)
        self._became(notification, "sent" if outcome.result == "sent" else "given_up", outcome.reason)
        self._hears(outcome)
        if outcome.result != "sent":
            self._give_up(notification, outcome.reason)
            self._host.log.warning("%s did not take a notification: %s; given up", self.label, outcome.reason)
        if outcome.result == "off" and not self._off:  # others may have been under way
            self._off = True
            self._host.log.error("%s wants no more notifications (HTTP 410): off until the restart", self.label)
        self._told(group, notification)

    def _hears(self, outcome: Outcome) -> None:
        """Say in the log that the endpoint does not take notifications, and that it does again: once each."""
        if outcome.result == "retry" and not self._is_failing:
            self._is_failing = True
            self._host.log.warning("%s did not take a notification: %s; trying again", self.label, outcome.reason)
        elif outcome.result == "sent" and self._is_failing:
            self._is_failing = False
            self._host.log.info("%s takes notifications again", self.label)

    def _became(self, notification: Notification, state: DeliveryState, why: str = "") -> None:
        """What it tells, told once more or not, is in this state now."""
        self._deliveries.became(notification.alerts, state, self._clock.time_ns(), why)

    def _give_up(self, notification: Notification, reason: str) -> None:
        try:
            written = self._letters.write(notification, self.label, reason, self._clock.time_ns())
        except (OSError, Unsendable) as error:
            self._host.fault(error, "it is not in the dead letters")
            return
        if written:
            self._measures.dead_letter(self.label)

    def _told(self, group: Group, notification: Notification | None) -> None:
        """Nothing more is to be done for what `notification` says; None: there was nothing to say."""
        now = self._clock.monotonic()
        group.in_flight = False
        if notification is not None:
            group.told(notification.alerts, now, self._clock.time_ns())
        else:
            group.rest(now)
        self._backlog.remove(group)
        self._done.pop(group, None)
        self._save(group)
        self._settle_group(group)

    def _settle_group(self, group: Group) -> None:
        """Look at it again when it is due; or forget it, with what is over."""
        if group.tracks:
            self._times.put(group)
        elif not group.in_flight:
            group.scheduled = math.inf
            self._groups.pop(group.key, None)
            self._backlog.remove(group)
        self._measures.waiting(self.label, len(self._backlog))

    def _save(self, group: Group) -> None:
        try:
            self._shelf.save(self.label, [group])
        except StorageError as error:  # after a restart it is told once more, under the same id
            self._host.fault(error, "a notification may come twice after a restart")

    # --- what people see

    def left(self) -> int:
        """Notifications that are still to be sent."""
        with self._lock:
            return sum(group.changed < math.inf or bool(group.attempts) for group in self._groups.values())

    def give_all_up(self, reason: str) -> None:
        """Write down what can't be sent any more."""
        with self._lock:
            for group in list(self._groups.values()):
                if group.changed < math.inf and (notification := self._notification(group)) is not None:
                    self._measures.notification(self.label, "dropped")
                    self._became(notification, "given_up", reason)
                    self._give_up(notification, reason)

    def silenced(self) -> list[Alert]:
        """Alerts that a silence holds back."""
        with self._lock:
            return [track.now for track in self._tracks() if track.silenced]

    def deliveries(self) -> list[DeliveryRow]:
        """What became of the last alerts."""
        with self._lock:
            return self._deliveries.rows()

    def _tracks(self) -> list[Track]:
        return [track for group in self._groups.values() for track in group.tracks.values()]

    def row(self) -> dict[str, object]:
        """For the status page."""
        now = self._clock.monotonic()
        with self._lock:
            tracks = self._tracks()
            state = "off" if self._off else "paused" if now < self._paused_until else "on"
            retrying = any(group.attempts for group in self._groups.values())
            return {
                "endpoint": self.label,
                "state": "retrying" if state == "on" and retrying else state,
                "alerts": sum(track.now.status == "firing" for track in tracks),
                "silenced": sum(track.silenced for track in tracks),
                "groups": len(self._groups),
                "waiting": len(self._backlog),
            }

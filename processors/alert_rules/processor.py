"""`alert_rules`: counts what metrics say, evaluates rules over sliding windows, and tells when one begins and ends."""

from collections.abc import Iterator
from typing import ClassVar, Final

from spansieve.alerts import Alert, to_batch
from spansieve.dashboard import DashboardStatus
from spansieve.pdata import MetricBatch
from spansieve.plugin import Host, Processor, Signal, Storage, StorageError

from . import saved
from .config import AlertRulesConfig
from .intake import Intake
from .measures import Measures
from .telling import ended, raised
from .view import View, note_of
from .watch import By, Group, Watch

SAVE_SECONDS: Final = 60.0
"""Windows are written so often; states when they change."""
_STATE: Final = "state"
_ROUNDING: Final = 1e-6


class AlertRules(Processor[AlertRulesConfig]):
    """Metrics pass untouched. What is kept is bounded: series, and steps of windows."""

    config = AlertRulesConfig
    stateful: ClassVar[bool] = True
    reads_only: ClassVar[bool] = True
    on_error: ClassVar = "pass"
    emits: ClassVar[frozenset[Signal]] = frozenset({"alerts"})

    def __init__(self, config: AlertRulesConfig, host: Host) -> None:
        """Nothing was counted."""
        self._settings = config
        self._host = host
        self._watches = [Watch(rule, config.interval) for rule in config.compiled()]
        self._intake = Intake(self._watches)
        self._measures = Measures(host)
        self._out: list[Alert] = []
        self._noted: set[str] = set()
        self._storage: Storage | None = None
        self._begin = self._evaluated = self._save_at = host.clock.monotonic()

    def start(self) -> None:
        """Take over states and windows. Raises StorageError."""
        self._host.status(self._host.id, self.snapshot)
        if self._settings.storage is not None:
            self._storage = self._host.storage(self._settings.storage)
            self._load(self._storage.get(_STATE))
        self._begin = self._evaluated = self._host.clock.monotonic()
        self._intake.looked_ns = self._host.clock.time_ns()
        self._save_at = self._begin + SAVE_SECONDS

    def metrics(self, batch: MetricBatch) -> None:
        """Count what rules are about."""
        clock = self._host.clock
        self._intake.take(batch, clock.monotonic(), clock.time_ns())

    def tick(self) -> None:
        """Evaluate where it is time, send alerts, and save."""
        now = self._host.clock.monotonic()
        steps = int((now - self._begin + _ROUNDING) // self._settings.interval)
        at = self._begin + steps * self._settings.interval  # windows have even steps, however late a tick is
        is_changed = at > self._evaluated and self._evaluate(at)
        self._emit()
        if is_changed or now >= self._save_at:
            self._save()

    def shutdown(self) -> None:
        """Send what waits, and save all."""
        self._emit()
        self._save()

    def snapshot(self) -> DashboardStatus:
        """The rules as they are now."""
        clock = self._host.clock
        return View(self._intake.seen, self._intake.unfit, clock.monotonic(), clock.time_ns()).status(self._watches)

    def _evaluate(self, now: float) -> bool:
        """Evaluate all rules; whether a state is another than before."""
        self._evaluated = now
        self._intake.looked_ns = self._host.clock.time_ns()
        changed = [(watch, *one) for watch in self._watches for one in watch.evaluate(now)]
        for watch, key, group in changed:
            self._out += self._told(watch, key, group, now)
        self._intake.growths.forget(now)
        self._measures.show(self._watches, self._intake.growths)
        self._note(now)
        return bool(changed)

    def _told(self, watch: Watch, key: By, group: Group, now: float) -> Iterator[Alert]:
        now_ns = self._host.clock.time_ns()
        if group.life.state == "firing":
            since_ns = now_ns - round((now - group.life.since) * 1e9)
            group.alert = raised(watch.rule, watch.labels(key), group.values[0], since_ns, now_ns)
            yield group.alert
        elif group.alert is not None:
            yield ended(group.alert, now_ns)
            group.alert = None

    def _note(self, now: float) -> None:
        """Say once of a rule that it has nothing to evaluate, when its metric could have come."""
        for rule in [watch.rule for watch in self._watches if watch.rule.id not in self._noted]:
            if now - self._begin >= max(leg.seconds for leg in rule.legs):
                self._noted.add(rule.id)
                note = note_of(rule, self._intake.seen, self._intake.unfit)
                if note:
                    self._host.log.info("%s is inactive: %s", rule.name, note)

    def _emit(self) -> None:
        """Send what is to be told; where there is no room, on a later tick."""
        if self._out and self._host.emit("alerts", to_batch(self._out, self._host.scrub)):
            self._measures.told(self._out)
            self._out.clear()

    def _save(self) -> None:
        clock = self._host.clock
        self._save_at = clock.monotonic() + SAVE_SECONDS
        if self._storage is None:
            return
        try:
            self._storage.put(_STATE, saved.state_of(self._watches, self._out, clock.monotonic(), clock.time_ns()))
        except StorageError as error:
            self._host.fault(error, then="states of rules are written later")

    def _load(self, raw: bytes | None) -> None:
        """Take over what was saved; alerts of rules that are no more are over."""
        if raw is None:
            return
        clock = self._host.clock
        now_ns = clock.time_ns()
        try:
            found = saved.load(raw, self._watches, clock.monotonic(), now_ns)
        except (ValueError, LookupError, TypeError, AttributeError):  # written by another version
            self._host.log.warning("the former states of rules could not be read, and were left out")
            return
        self._intake.counted_until_ns = found.time_ns
        self._out = [*found.out, *(ended(alert, now_ns) for alert in found.left)]

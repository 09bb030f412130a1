"""`error_aggregation`: what passes is observed, its errors become patterns, and patterns become alerts."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any, ClassVar

from spansieve.alerts import Alert, to_batch
from spansieve.alerts.status import ErrorsStatus
from spansieve.failures.grouping import Grouper
from spansieve.pdata import DecodeError, LogBatch, Shell, TraceBatch
from spansieve.plugin import Host, Processor, Signal, StorageError

from .alarms import Alarms
from .config import ErrorAggregationConfig
from .intake import Intake
from .kept import Kept
from .measures import Measures
from .settling import Settling
from .sources import Sources
from .store import Store
from .storm import Storm
from .table import Table
from .told import Teller
from .traces import Traces
from .view import View


class ErrorAggregation(Processor[ErrorAggregationConfig]):
    """Holds nothing up: batches go on at once, and what is kept of errors is bounded."""

    config = ErrorAggregationConfig
    stateful: ClassVar[bool] = True
    reads_only: ClassVar[bool] = True
    on_error: ClassVar = "pass"
    emits: ClassVar[frozenset[Signal]] = frozenset({"alerts"})

    def __init__(self, config: ErrorAggregationConfig, host: Host) -> None:
        """Know nothing. Raises ValueError for masks that are no regular expressions."""
        self._settings = config
        self._host = host
        self._grouper = _grouper(config)
        self._kept = _kept(config, host, self._grouper)
        self._alarms, self._table = self._kept.alarms, self._kept.table
        self._intake = Intake(config, host.clock, self._kept, self._unread)
        self._settling = Settling(config, host.clock, self._kept)
        self._store = Store(config)

    def start(self) -> None:
        """Take over what was known when the process ended. Raises StorageError."""
        self._host.status(self._host.id, self.snapshot)
        is_known = False
        if self._settings.storage is not None:
            self._store.open(self._host.storage(self._settings.storage))
            is_known = self._load()
        if not is_known:
            self._settling.novelties.learn_until = self._host.clock.monotonic() + self._settings.warm_up

    def traces(self, batch: TraceBatch) -> None:
        """Look for errors, and for what belongs to those that are known."""
        for verdict in self._intake.spans(batch):
            self._settling.change(verdict)
        self._settling.settle()

    def logs(self, batch: LogBatch) -> None:
        """Look for records of errors."""
        self._intake.records(batch)
        self._settling.settle()

    def tick(self) -> None:
        """Judge what is due, end what is over, send alerts, and write what changed."""
        self._settling.settle()
        self._settling.tick()
        self._emit()
        self._kept.measures.show(self._table, self._kept.traces)
        self._save()

    def shutdown(self) -> None:
        """Write all of it; without storage, judge what still waits."""
        if not self._store.is_open:
            self._settling.settle(all_=True)
            self._settling.tick()
        self._emit()
        self._kept.measures.show(self._table, self._kept.traces)
        self._save(whole=True)

    def snapshot(self, alerts: Iterable[Alert] = ()) -> ErrorsStatus:
        """Patterns and recent alerts as plain data, `alerts` among them."""
        return View(self._kept, self._host.clock.time_ns(), self._host.scrub).status(alerts)

    def _emit(self) -> None:
        """Send what is to be told; where there is no room, on a later tick."""
        alerts = self._alarms.out
        if alerts and self._host.emit("alerts", to_batch(alerts, self._host.scrub)):
            for alert in alerts:
                self._kept.measures.told(alert)
            alerts.clear()

    def _unread(self, error: DecodeError) -> None:
        self._host.fault(error, then="a span that can't be read is passed on, and not looked at")

    def _save(self, *, whole: bool = False) -> None:
        """Write what changed: at once what was told, the rest now and then."""
        try:
            if whole or self._store.is_due(self._host.clock.monotonic()):
                self._store.write(self._state(), self._table, whole=whole)
            elif self._alarms.is_dirty and self._store.is_open:
                self._store.write({"alarms": self._alarms.state()} | self._table.state(), self._table)
            else:
                self._store.go_on()
        except StorageError as error:
            self._host.fault(error, then="patterns and alerts are written later")

    def _state(self) -> dict[str, Any]:
        now, now_ns = self._host.clock.monotonic(), self._host.clock.time_ns()
        waiting = [
            [*_texts(seen.wire, *seen.source.shell), seen.due - now, now_ns]
            for seen in self._kept.traces.waiting()
            if not seen.is_record
        ]
        return {
            "alarms": self._alarms.state(),
            "grouper": self._grouper.state(),
            "waiting": waiting,
            **self._settling.state(),
            **self._table.state(),
        }

    def _load(self) -> bool:
        """Take over what was written; whether there was any."""
        load, table, settling = self._store.load, self._table, self._settling
        is_known = load("alarms", self._alarms.load)
        load("grouper", self._grouper.load)
        load("spikes", settling.spikes.load)
        load("baseline", settling.baseline.load)
        load("known", table.known.load)
        load("forgotten", table.forgotten.load)
        table.load(self._store.bases(), self._store.patterns())
        load("waiting", self._wait_again)
        if self._store.unread:
            text = "%d records of the former state could not be read, and were left out"
            self._host.log.warning(text, self._store.unread)
        return is_known

    def _wait_again(self, saved: list[list[Any]]) -> None:
        for *texts, left, came_ns in saved:
            wire, resource, scope = (b64decode(text) for text in texts)
            self._intake.again([(wire, Shell(resource, scope), left, came_ns)])


def _texts(*raw: bytes) -> list[str]:
    return [b64encode(one).decode() for one in raw]


def _kept(config: ErrorAggregationConfig, host: Host, grouper: Grouper) -> Kept:
    sources, measures = Sources(), Measures(host)
    alarms = Alarms(Storm(config.storm), host.clock.time_ns, measures.suppressed)
    teller = Teller(sources, config.resolve_after)
    return Kept(sources, Traces(config), Table(config, grouper), alarms, teller, measures)


def _grouper(config: ErrorAggregationConfig) -> Grouper:
    return Grouper(
        [(mask.name, mask.pattern) for mask in config.masks],
        keep_extension=config.keep_extension,
        include=config.in_app.include,
        exclude=config.in_app.exclude,
        similarity=config.merge.similarity if config.merge.enabled else None,
    )

"""`costs`: calls are priced as they pass, and booked once they have settled."""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from spansieve.alerts import to_batch
from spansieve.dashboard import DashboardStatus
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.plugin import Host, Processor, Signal, StorageError
from spansieve.prices import Prices
from spansieve.saved import Saved
from spansieve.watching import AiSpan, Watch

from .alarms import Alarms
from .anomalies import Anomalies
from .budgets import Budgets
from .call import Calls, Gathered
from .config import CostsConfig
from .enclosing import Enclosing
from .ledger import Ledgers
from .measures import Measures
from .news import of_hour, of_level
from .pricing import price
from .view import shown

_BOOKS_EVERY: Final = 1.0
"""Seconds."""


class Costs(Processor[CostsConfig]):
    """Holds nothing up: batches go on at once, each call with its cost on it."""

    config = CostsConfig
    stateful: ClassVar[bool] = True
    reads_only: ClassVar[bool] = True
    on_error: ClassVar = "pass"
    emits: ClassVar[frozenset[Signal]] = frozenset({"metrics", "alerts"})

    def __init__(self, config: CostsConfig, host: Host) -> None:
        """Nothing was spent. Raises ValueError for a file of prices that can't be used."""
        self._settings = config
        self._host = host
        self._prices = Prices(config.prices, host.clock.time_ns, needs_library=False)
        self._suppressed = host.counter("spansieve_alerts_suppressed", description="Alerts that were not raised.")
        self._gone = host.counter("spansieve_cost_rows_replaced", description="Rows that gave way to dearer ones.")
        self._late = host.counter("spansieve_cost_late_calls", description="Calls too old for a table or a budget.")
        self._early = host.counter("spansieve_cost_early_calls", description="Calls whose run had no room to wait for.")
        self._told: tuple[int, float, float] = (0, 0.0, 0.0)
        self._measures = Measures(host, config)
        self._ledgers = Ledgers()
        self._budgets = Budgets(config.budgets)
        self._anomalies = Anomalies(config.anomaly) if config.anomaly.enabled else None
        self._alarms = Alarms(host.clock.time_ns, lambda reason: self._suppressed.add(1, reason=reason))
        self._gathered = Gathered()
        self._booked = host.clock.monotonic()
        self._store = Saved()
        self._is_dirty = False
        self._watch: Watch
        self._enclosing: Enclosing

    def start(self) -> None:
        """Take over what was known when the process ended. Raises StorageError."""
        if not self._prices.has_library:
            self._host.log.warning(
                "the price library is not installed: only costs that senders say, and prices of the configuration, "
                'are known. Install it: pip install "spansieve[cost]"'
            )
        if self._settings.storage is not None:
            self._store.open(self._host.storage(self._settings.storage))
            self._load()
        self._host.status(self._host.id, self.snapshot)
        settings = self._settings
        self._watch = Watch.of(self._host, self._settled, settle=settings.settle, count_from=settings.count_from)
        self._enclosing = Enclosing(self._watch.above)

    def traces(self, batch: TraceBatch) -> None:
        """Write on each call what it cost."""
        for span, seen in self._watch.see(batch):
            if seen.has_tokens:
                price(self._prices, span, seen)
        if self._enclosing:
            self._enclosing.see(self._watch.ids(batch))

    def logs(self, batch: LogBatch) -> None:
        """Records tell of failures that no span shows: whoever reads spans together with this is to know of them. Where
        they are what is counted, write on each call what it cost.
        """
        for record, seen in self._watch.hear(batch):
            if seen.has_tokens:
                price(self._prices, record, seen)

    def tick(self) -> None:
        """Book what has settled; send alerts and metrics; write what changed."""
        self._watch.tick()
        now = self._host.clock.monotonic()
        if now - self._booked >= _BOOKS_EVERY:
            self._booked = now
            self._book()
        if self._anomalies is not None:
            for one in self._anomalies.found():
                self._alarms.raise_(of_hour(one))
        self._alarms.tick()
        self._emit()
        self._count_bounds()
        self._measures.tick()
        self._save()

    def shutdown(self) -> None:
        """Book what waits, and write all of it."""
        if hasattr(self, "_watch"):
            self._watch.leave(self._settled)
            self._book(now=math.inf)
            self._emit()
            self._measures.meter.flush()
            self._save(whole=True)

    def snapshot(self) -> DashboardStatus:
        """Tables, budgets and measures as plain data."""
        self._book()
        now_ns = self._host.clock.time_ns()
        return shown(now_ns, self._measures, self._ledgers, self._budgets, self._alarms)

    def _settled(self, spans: Sequence[AiSpan]) -> None:
        now_ns = self._host.clock.time_ns()
        self._measures.advance()
        for span in spans:
            if span.is_counted:
                self._gathered.add(span, now_ns)
            if span.traits.is_run:
                self._measures.ran(span.cost_of, span.weight)

    def _book(self, *, now: float | None = None) -> None:
        """Book what is known of all calls; at the end of time, all of it."""
        self._measures.advance()
        now = self._host.clock.monotonic() if now is None else now
        for calls in self._enclosing.known(self._gathered.take(), now):
            self._is_dirty = True
            self._enter(calls)

    def _enter(self, calls: Calls) -> None:
        self._measures.count(calls)
        self._ledgers.add(calls)
        if self._anomalies is not None and calls.is_first:
            self._anomalies.add(calls)
        for reached in self._budgets.add(calls):
            self._alarms.raise_(of_level(reached))

    def _emit(self) -> None:
        """Send what is to be told; where there is no room, on a later tick."""
        alerts = self._alarms.out
        if alerts and self._host.emit("alerts", to_batch(alerts, self._host.scrub)):
            alerts.clear()
            self._alarms.is_dirty = True

    def _count_bounds(self) -> None:
        before = self._told
        self._told = (
            self._ledgers.replaced + self._budgets.replaced,
            self._ledgers.late + self._budgets.late,
            self._enclosing.early,
        )
        if self._told != before:
            for counter, now, then in zip((self._gone, self._late, self._early), self._told, before, strict=True):
                counter.add(now - then)

    def _save(self, *, whole: bool = False) -> None:
        """Write what changed: at once what was told, the rest now and then."""
        try:
            if self._alarms.is_dirty:
                self._store.write({"alarms": self._alarms.state, "budgets": self._budgets.state})
                self._alarms.is_dirty = False
            if self._is_dirty and (self._store.is_due(self._host.clock.monotonic()) or whole):
                self._store.write({"budgets": self._budgets.state, "days": self._ledgers.state} | self._of_anomalies())
                self._is_dirty = False
        except StorageError as error:
            self._host.fault(error, then="what was spent is written later")

    def _of_anomalies(self) -> dict[str, Callable[[], Any]]:
        return {} if self._anomalies is None else {"anomalies": self._anomalies.state}

    def _load(self) -> None:
        load = self._store.load
        load("alarms", self._alarms.load)
        load("budgets", self._budgets.load)
        load("days", self._ledgers.load)
        if self._anomalies is not None:
            load("anomalies", self._anomalies.load)
        if self._store.unread:
            text = "%d records of the former state could not be read, and were left out"
            self._host.log.warning(text, self._store.unread)

"""`behavior`: what passes is observed, and what users do is told as metrics, events and alerts."""

from collections.abc import Sequence
from typing import ClassVar

from spansieve.alerts import to_batch
from spansieve.dashboard.shown import DashboardStatus
from spansieve.failures import THREAD_KEYS, identity_of
from spansieve.pdata import DecodeError, LogBatch, LogRecord, Span, TraceBatch
from spansieve.plugin import Host, Processor, Signal, StorageError
from spansieve.watching import AiSpan, ByTraits, Traits, Watch, is_prompt

from .asides import Asides
from .conduct import Conduct
from .config import BehaviorConfig
from .feedback import SCORE, is_bad_record, is_bad_span
from .state import State
from .store import Store
from .tasks import thread_mark, trace_mark
from .traces import Traces
from .turns import Turns
from .view import status

_UNREAD = "it is passed on, and not looked at"


class Behavior(Processor[BehaviorConfig]):
    """Holds nothing up: batches go on at once, and what is kept of them is bounded."""

    config = BehaviorConfig
    stateful: ClassVar[bool] = True
    reads_only: ClassVar[bool] = True
    on_error: ClassVar = "pass"
    emits: ClassVar[frozenset[Signal]] = frozenset({"metrics", "logs", "alerts"})

    def __init__(self, config: BehaviorConfig, host: Host) -> None:
        """Know nothing."""
        self._settings = config
        self._host = host
        self._store = Store()
        self._conduct = Conduct(config, host, self._store)
        self._state = State(self._conduct, self._store)
        self._counts_records = config.count_from == "logs"
        texts = self._conduct.ratios is not None
        self._asides = Asides(self._conduct.features, texts=texts)
        forgotten = self._conduct.measures.forgotten
        turns = Turns(lambda: forgotten("turns")) if self._counts_records else None
        self._traces = Traces(config, self._asides, self._plumbing, lambda: forgotten("traces"), turns)
        self._watch: Watch | None = None
        self._may_tell = ByTraits(self._tells)
        self._next = 0.0
        self._conduct.measures.meter.refresh = self._conduct.show

    def start(self) -> None:
        """Take over what was known when the process ended. Raises StorageError."""
        if self._settings.retry.text and self._conduct.ratios is None:
            self._host.log.warning(
                'texts of prompts are not compared, because rapidfuzz is missing: pip install "spansieve[behavior]". '
                "Retries are found by equal hashes, and by simhashes where prompt_privacy makes them"
            )
        self._host.status(self._host.id, self.snapshot)
        settings = self._settings
        self._watch = Watch.of(self._host, self._settled, settle=settings.settle, count_from=settings.count_from)
        if self._settings.storage is not None:
            self._store.open(self._host.storage(self._settings.storage))
            self._state.load()
            if self._store.unread:
                text = "%d records of the former state could not be read, and were left out"
                self._host.log.warning(text, self._store.unread)

    def traces(self, batch: TraceBatch) -> None:
        """Look at the AI spans, and at what they stand among, if they are what is counted."""
        if self._counts_records:
            return
        seen = self._watch.see(batch) if self._watch else ()
        for span, found in seen:
            if found.has_events or self._may_tell[found.traits]:
                try:
                    self._read(span, found)
                except DecodeError as error:
                    self._host.fault(error, then=_UNREAD)
        if self._watch and (len(seen) < len(batch) or batch.dropped):
            self._traces.rooted.see(self._watch.ids(batch)[len(seen) :])

    def _tells(self, traits: Traits) -> bool:
        """Whether attributes may tell of more than all watchers are told; events may always."""
        return self._asides.may_tell(traits) or SCORE in traits.keys

    def _read(self, span: Span, found: AiSpan) -> None:
        self._asides.read(span, found)
        if is_bad_span(span):
            self._conduct.tasks.marks.add(trace_mark(found.trace_id), found.end_ns)

    def _plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        return self._watch.plumbing(trace_id, span_id) if self._watch else None

    def logs(self, batch: LogBatch) -> None:
        """Look for feedback, and for failures that only records know; or, where they are counted, for all."""
        for record, found in self._watch.hear(batch) if self._watch else ():
            try:
                self._read_record(record, found)
            except DecodeError as error:
                self._host.fault(error, then=_UNREAD)
        for record in batch:
            try:
                self._hear(record)
            except DecodeError as error:
                self._host.fault(error, then=_UNREAD)

    def _read_record(self, record: LogRecord, found: AiSpan) -> None:
        if is_prompt(found):
            self._traces.ask(found, self._asides.asked_in(record, found), self._host.clock.monotonic())
        else:
            self._asides.read_record(record, found)

    def _hear(self, record: LogRecord) -> None:
        if not is_bad_record(record):
            return
        thread = identity_of(record.attributes.raws(), THREAD_KEYS)
        when_ns = record.time_unix_nano or record.observed_time_unix_nano or self._host.clock.time_ns()
        if record.trace_id and not (self._counts_records and thread):
            self._conduct.tasks.marks.add(trace_mark(record.trace_id), when_ns)
        elif thread:
            self._conduct.tasks.marks.add(thread_mark(thread), when_ns)

    def _settled(self, spans: Sequence[AiSpan]) -> None:
        conduct = self._conduct
        for span in spans:
            if span.is_counted:
                conduct.tokens.add((span.tokens.input + span.tokens.output) * span.weight, span.end_ns)
        self._traces.add(spans, self._host.clock.monotonic())

    def tick(self) -> None:
        """Tell what is over, send, and write what changed."""
        if self._watch:
            self._watch.tick()
        now = self._host.clock.monotonic()
        for told in self._traces.over(now):
            self._conduct.tell(told)
        if now >= self._next:
            self._next = now + 1.0
            self._conduct.events.leads = self._host.leads("logs")
            self._conduct.pass_time()
            self._conduct.measures.forgotten("prompts", self._asides.lost)
            self._asides.lost = 0
        self._emit()
        self._conduct.measures.meter.tick()
        self._save()

    def shutdown(self) -> None:
        """Tell all that is known by now, and write all of it; tasks and sessions that are open stay so."""
        if self._watch:
            self._watch.leave(self._settled)
        for told in self._traces.over(self._host.clock.monotonic(), all_=True):
            self._conduct.tell(told)
        self._conduct.pass_time()
        self._conduct.follow(self._conduct.followers.past(None))
        self._emit()
        self._conduct.measures.meter.flush()
        self._save(whole=True)

    def snapshot(self) -> DashboardStatus:
        """What is measured, as plain data."""
        return status(self._conduct, self._settings.workflows, self._host.clock.time_ns())

    def _emit(self) -> None:
        """Send events and alerts; where there is no room, on a later tick."""
        self._conduct.events.send()
        alerts = self._conduct.frustrations.out
        if alerts and self._host.emit("alerts", to_batch(alerts, self._host.scrub)):
            alerts.clear()

    def _save(self, *, whole: bool = False) -> None:
        """Write what changed, now and then."""
        try:
            if whole or self._store.is_due(self._host.clock.monotonic()):
                self._state.write(whole=whole)
            else:
                self._store.go_on()
        except StorageError as error:
            self._host.fault(error, then="users and tasks are written later")

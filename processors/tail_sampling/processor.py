"""`tail_sampling`: the spans of a trace are gathered, and it is decided once whether the trace is kept."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import ClassVar, Final

from spansieve.failures import failure_of_record
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.plugin import Host, Processor, Refused, Signal, StorageError

from .arrival import Reader
from .config import TailSamplingConfig
from .decider import Decider
from .facts import TraceFacts
from .measures import Measures
from .policies.cohort import CohortWatcher
from .sampler import Sampler
from .spill import StorageSpill
from .store import Store

_SAVED_EVERY: Final = 10.0
"""Seconds after which flagged conversations are written at the latest, so that a kill costs no more than that."""


class TailSampling(Processor[TailSamplingConfig]):
    """Holds spans until their trace is decided; what is kept goes on, what is not stays aside for a while."""

    config = TailSamplingConfig
    stateful: ClassVar[bool] = True
    emits: ClassVar[frozenset[Signal]] = frozenset({"traces"})
    sheds: ClassVar = "sampled_out"

    def __init__(self, config: TailSamplingConfig, host: Host) -> None:
        """Make the policies. Raises ValueError for one that can't be made."""
        self._settings = config
        self._host = host
        self._measures = Measures(host)
        self._decider = Decider(config, host)
        self._reader = Reader(self._decider.watchers, self._decider.rules)
        self._store = Store()
        self._exceeded = False
        self._saved = host.clock.monotonic()
        emit, journal = partial(host.emit, "traces"), self._store if config.storage else None
        self._sampler = Sampler(config, host.clock, self._decider, self._measures, emit=emit, journal=journal)

    def start(self) -> None:
        """Take over what was held and decided when the process ended. Raises StorageError."""
        if self._settings.storage is None:
            return
        storage, sampler, now = self._host.storage(self._settings.storage), self._sampler, self._sampler.now()
        self._store.open(storage)
        for trace_id, time_ns, decision in self._store.decisions():
            sampler.decisions.put(trace_id, decision, max(0.0, now.monotonic - (now.time_ns - time_ns) / 1e9))
        for trace_id, time_ns, failure in self._store.told():
            sampler.told_before(trace_id, failure, now.monotonic - (now.time_ns - time_ns) / 1e9)
        for stored in self._store.load():
            waited = max(0.0, (now.time_ns - stored.first_ns) / 1e9)
            trace = TraceFacts(stored.trace_id, now.monotonic - waited)
            for body in stored.bodies:
                trace.join(self._trace_of(stored.trace_id, body))
            sampler.take_up(trace, now)
        self._decider.load(self._store.state)
        if self._settings.late.spill == "storage":
            fault = partial(self._host.fault, then="dropped traces are not kept aside")
            sampler.aside.spill(StorageSpill(storage, self._trace_of, fault), now.monotonic)

    def traces(self, batch: TraceBatch) -> None:
        """Take spans in; those of traces that are kept already go on."""
        now = self._sampler.now()
        arrival = self._reader.read(batch, now.monotonic)
        self._remember(arrival.traces.values(), now.time_ns)
        forwarded = self._sampler.take(arrival, batch.dropped, now)
        if len(forwarded) < len(arrival.traces):
            batch.retain_traces(forwarded)
        self._flush()

    def logs(self, batch: LogBatch) -> None:
        """Errors that records tell of count for their traces; the records go on as they are."""
        now = self._sampler.now()
        for record in batch:
            failure = failure_of_record(record, self._decider.rules) if record.trace_id else None
            if failure is not None:
                self._sampler.hear(record.trace_id, failure, now)
        self._flush()

    def tick(self) -> None:
        """Decide what is due."""
        now, budget = self._sampler.now(), self._decider.budget
        self._sampler.decide_due(now)
        turned = budget is not None and budget.tick()
        if budget is not None:
            self._measures.budget(budget.probability)
            self._warn(exceeded=budget.exceeded)
        self._measures.show(self._sampler.buffer, self._sampler.aside)
        self._flush(self._state(now.monotonic, turned=turned))

    def held(self, signal: Signal) -> int:
        """Spans that wait for a decision, or for room."""
        return self._sampler.spans if signal == "traces" else 0

    def stored(self, signal: Signal) -> int:
        """With `storage`, all of them."""
        return self.held(signal) if self._settings.storage else 0

    def rewired(self) -> None:
        """Privacy may have another key now, by which it writes users in another way."""
        for watcher in self._decider.watchers:
            if isinstance(watcher, CohortWatcher):
                watcher.forget()

    def room(self, signal: Signal, size_bytes: int) -> bool:
        """With `block_on_overflow`, whether there is any; else there always is."""
        return not (self._settings.block_on_overflow and signal == "traces" and self._sampler.is_full(size_bytes))

    def shutdown(self) -> None:
        """Decide what is left on what is there, drop it, or leave it on disk."""
        if self._settings.drop_pending_traces_on_shutdown:
            self._sampler.drop_all()
        elif self._settings.storage is None:
            self._sampler.decide_all(self._sampler.now())
        self._flush(self._decider.state())
        if self.stored("traces"):
            text = "%d spans that are not decided stay on disk, and are decided after the next start"
            self._host.log.info(text, self.stored("traces"))

    def _remember(self, traces: Iterable[TraceFacts], time_ns: int) -> None:
        """Write what is to wait before its sender is told that all is well. Raises Refused where that can't be."""
        if self._settings.storage is not None:
            decided = self._sampler.decisions.of
            waiting = [trace for trace in traces if decided(trace.trace_id) is None]
            try:
                self._store.put(waiting, time_ns)
            except StorageError as error:
                raise Refused("the buffer's storage takes nothing now") from error

    def _state(self, monotonic: float, *, turned: bool) -> Mapping[str, object] | None:
        """What is to outlast a kill, now and then; `turned`: the budget's probability is another."""
        if self._settings.storage is None or (not turned and monotonic < self._saved + _SAVED_EVERY):
            return None
        self._saved = monotonic
        return self._decider.state()

    def _flush(self, state: Mapping[str, object] | None = None) -> None:
        """Emit what is kept, and write what was decided."""
        self._sampler.emission.flush()
        try:
            self._store.flush(state)
        except StorageError as error:
            self._host.fault(error, then="decisions are written later")

    def _warn(self, *, exceeded: bool) -> None:
        """Say once that what is exempt is above the budget by itself, and is kept all the same."""
        if exceeded and not self._exceeded:
            self._host.log.warning("what is exempt from the budget is above it by itself, and is kept all the same")
        self._exceeded = exceeded

    def _trace_of(self, trace_id: bytes, body: bytes) -> TraceFacts:
        """The trace of a request that holds nothing else."""
        now = self._host.clock.monotonic()
        read = self._reader.read(TraceBatch.parse(body), now).traces
        return read.get(trace_id) or TraceFacts(trace_id, now)

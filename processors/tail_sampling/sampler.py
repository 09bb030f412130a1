"""What becomes of spans: they wait for their trace's decision, follow one, or bring a dropped trace back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

from spansieve.failures import Failure
from spansieve.pdata import DroppedSpan, Span, TraceBatch
from spansieve.plugin import Clock
from spansieve.semconv.names import KIND
from spansieve.structure import rejoin
from spansieve.structure.tagged import mark

from .arrival import Arrival
from .aside import Aside
from .buffer import Buffer
from .config import ERRORS, TailSamplingConfig
from .decide import Outcome, Reason
from .decider import Decider
from .decisions import Decision, Decisions
from .emission import Emission, Outgoing
from .facts import TraceFacts
from .measures import Measures
from .policies import Now
from .recording import CACHED, Decided, Record, restate, write
from .told import Told

_CAUSES: Final[Mapping[Reason, str]] = {"late_error": "error", "late_root": "root", "session": "session"}
"""Reasons, as the counter of reopened traces has them."""
_KIND: Final = KIND.encode()
_LATE_ROOT: Final[Reason] = "late_root"


class Journal(Protocol):
    """What is told of decisions, so that they outlast the process."""

    def decided(self, trace_id: bytes, decision: Decision, time_ns: int, forgotten: Iterable[bytes]) -> None:
        """A decision, in place of one before; those that are remembered no longer for it."""

    def heard(self, trace_id: bytes, failure: Failure, time_ns: int) -> None:
        """A log record tells of an error of a trace that is not decided."""

    def unheard(self, trace_ids: Iterable[bytes]) -> None:
        """Such errors of these traces are of no use any more."""

    def settled(self, trace_ids: Iterable[bytes]) -> None:
        """The spans of these traces wait no longer."""


class Sampler:
    """The traces of one processor."""

    def __init__(
        self,
        config: TailSamplingConfig,
        clock: Clock,
        decider: Decider,
        measures: Measures,
        *,
        emit: Callable[[TraceBatch], bool],
        journal: Journal | None,
    ) -> None:
        """Nothing has come. `emit` answers whether there was room behind; without a journal, nothing outlasts it."""
        self._settings = config
        self._clock = clock
        self._decider = decider
        self._measures = measures
        self._journal = journal
        self.buffer = Buffer(config.decision_wait, config.decision_wait_after_root_received)
        caches = config.decision_cache
        self.decisions = Decisions(config.num_traces, caches.sampled_cache_size, caches.non_sampled_cache_size)
        self.aside = Aside(config.late.window, config.late.max_bytes)
        self.emission = Emission(emit, self._settled)
        self._told = Told()
        self._restored: set[TraceFacts] = set()
        self._decisions_made = 0
        self._last = Outcome(kept=False), Decision(kept=False)

    @property
    def spans(self) -> int:
        """How many wait for a decision, or for room."""
        return self.buffer.spans + self.emission.spans

    def now(self) -> Now:
        """The time."""
        return Now(self._clock.time_ns(), self._clock.monotonic())

    def take(self, arrival: Arrival, filtered: Iterable[DroppedSpan], now: Now) -> set[bytes]:
        """Spans have come, and some were `filtered` before. The traces whose spans go on at once."""
        forwarded: set[bytes] = set()
        for trace_id, arrived in arrival.traces.items():
            decision = self.decisions.of(trace_id)
            if decision is None:
                self._gather(arrived, now)
            elif decision.kept:
                self._forward(arrived, arrival.spans(trace_id), decision, now)
                forwarded.add(trace_id)
            else:
                self._come_late(arrived, decision, now)
        for gone in filtered:
            trace = self.buffer.get(gone.trace_id)
            if trace is not None:
                trace.dropped = (*trace.dropped, gone)
        if self.is_full(0):
            self._make_room(now)
        return forwarded

    def decide_due(self, now: Now) -> None:
        """Decide what has waited long enough, and forget what is too old."""
        self.aside.expire(now.monotonic)
        self._unheard(self._told.expire(now.monotonic))
        with self._timed():
            for trace, cause in self.buffer.due(now.monotonic):
                self._decide(trace, "restart" if trace in self._restored else cause, now)
        self._restored.clear()

    def decide_all(self, now: Now) -> None:
        """The end has come: decide each trace on what is there."""
        for trace in self.buffer.all():
            self._decide(trace, "shutdown", now)

    def drop_all(self) -> None:
        """The end has come: drop each trace."""
        for trace in self.buffer.all():
            self.buffer.take(trace)
            self._settled((trace.trace_id,))

    def take_up(self, trace: TraceFacts, now: Now) -> None:
        """A trace that was held when the process ended: undecided; kept, but not emitted; or dropped."""
        decision = self.decisions.of(trace.trace_id)
        if decision is None:
            self.buffer.put(trace, now.monotonic)
            self._restored.add(trace)
            told = self._told.take(trace.trace_id)
            if told is not None:
                trace.fail(told)
        elif decision.kept:
            reason: Reason = "error" if decision.policy == ERRORS else "policy"
            self._keep(trace, decision, Record(decision.policy, reason, "restart"))
        else:
            self._settled((trace.trace_id,))

    def is_full(self, size_bytes: int) -> bool:
        """Whether the buffer is over its limits, or would be with so many bytes of a new trace."""
        settings, buffer = self._settings, self.buffer
        traces = len(buffer) >= settings.num_traces if size_bytes else len(buffer) > settings.num_traces
        return traces or buffer.size_bytes + size_bytes > settings.max_buffer_bytes

    def hear(self, trace_id: bytes, failure: Failure, now: Now) -> None:
        """A log record tells of an error of a trace."""
        trace = self.buffer.get(trace_id)
        decision = None if trace else self.decisions.of(trace_id)
        if trace is not None:
            trace.fail(failure)
            if self._decider.early:
                self._decide_now(trace, "early", now)
            else:
                self._heard(trace_id, failure, now)
        elif decision is None:
            self._heard(trace_id, failure, now)
            self.told_before(trace_id, failure, now.monotonic)
        elif not decision.kept and self._decider.reopens(decision):
            aside = self.aside.take(trace_id)
            if aside is None:
                aside = TraceFacts(trace_id, now.monotonic)
                aside.partial = True
            self._reopen(aside, ERRORS, "late_error", now)

    def told_before(self, trace_id: bytes, failure: Failure, at: float) -> None:
        """A log record told of an error of a trace that nobody has seen, at a second of the monotonic clock."""
        self._unheard(self._told.put(trace_id, failure, at))

    def _heard(self, trace_id: bytes, failure: Failure, now: Now) -> None:
        if self._journal is not None:
            self._journal.heard(trace_id, failure, now.time_ns)

    def _unheard(self, trace_ids: Iterable[bytes]) -> None:
        if self._journal is not None:
            self._journal.unheard(trace_ids)

    def _gather(self, arrived: TraceFacts, now: Now) -> None:
        """Hold spans of a trace that is not decided."""
        trace = self.buffer.put(arrived, now.monotonic)
        if trace is arrived:
            self._measures.new_trace()
            told = self._told.take(trace.trace_id) if self._told else None
            if told is not None:
                trace.fail(told)
        if trace.errors and self._decider.early:
            self._decide_now(trace, "early", now)
        elif 0 < self._settings.maximum_trace_size_bytes < trace.size_bytes:
            self._decide_now(trace, "oversize", now)

    def _make_room(self, now: Now) -> None:
        """Decide the oldest ones, until the buffer is within its limits."""
        with self._timed():
            while self.is_full(0):
                self._decide(self.buffer.oldest(), "eviction", now)

    def _decide_now(self, trace: TraceFacts, cause: Decided, now: Now) -> None:
        """Decide one before its time."""
        with self._timed():
            self._decide(trace, cause, now)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Measure how long decisions take."""
        begun, before = self._clock.monotonic(), self._decisions_made
        yield
        self._measures.took(self._clock.monotonic() - begun, self._decisions_made - before)

    def _decide(self, trace: TraceFacts, decided: Decided, now: Now) -> None:
        """Decide a trace of the buffer, which it leaves."""
        self.buffer.take(trace)
        outcome = self._decider.decide(trace, now)
        self._decisions_made += 1
        self._measures.decided(outcome, decided)
        self._settle(trace, outcome, decided, now)

    def _settle(self, trace: TraceFacts, outcome: Outcome, decided: Decided, now: Now) -> None:
        """Keep a trace or put it aside, as was decided."""
        decision = self._decision(outcome)
        self._remember(trace.trace_id, decision, now)
        if not outcome.kept or not trace.spans:
            self._settled((trace.trace_id,))
        if outcome.kept:
            self._keep(trace, decision, Record(outcome.policy, outcome.reason, decided, outcome.sub, trace.partial))
        elif not decision.final or self._settings.errors.over_drop:
            self.aside.put(trace, now.monotonic)
        if self._decider.has_sessions:
            self._tell_sessions(trace, outcome, now)

    def _decision(self, outcome: Outcome) -> Decision:
        """As it is remembered. Traces that are dropped alike share one outcome."""
        if outcome is not self._last[0]:
            kept, policy, final = outcome.kept, outcome.policy, outcome.vetoed
            self._last = outcome, Decision(kept, policy, outcome.threshold, outcome.randomness, final)
        return self._last[1]

    def _remember(self, trace_id: bytes, decision: Decision, now: Now) -> None:
        forgotten = self.decisions.put(trace_id, decision, now.monotonic)
        if self._journal is not None:
            self._journal.decided(trace_id, decision, now.time_ns, forgotten)

    def _settled(self, trace_ids: Iterable[bytes]) -> None:
        if self._journal is not None:
            self._journal.settled(trace_ids)

    def _tell_sessions(self, trace: TraceFacts, outcome: Outcome, now: Now) -> None:
        """Keep what else belongs to the trace's conversation, if that is to be kept whole."""
        for policy, trace_id in self._decider.flagged(trace, outcome):
            known = self.decisions.of(trace_id)
            other = None if known is not None and known.final else self.aside.take(trace_id)
            if other is not None:
                self._reopen(other, policy, "session", now)

    def _keep(self, trace: TraceFacts, decision: Decision, record: Record) -> None:
        def finish(spans: list[Span]) -> None:
            if trace.dropped:
                rejoin(spans, trace.dropped)
            if trace.mentions(_KIND):
                mark(spans)
            write(spans, record, self._settings.record)
            self._restate(spans, decision)

        if trace.spans:
            self.emission.put(Outgoing(trace, finish))

    def _restate(self, spans: Sequence[Span], decision: Decision) -> None:
        if self._settings.tracestate == "write":
            self._measures.unparsable(restate(spans, decision.threshold, decision.randomness))

    def _forward(self, arrived: TraceFacts, spans: Sequence[Span], decision: Decision, now: Now) -> None:
        """Spans of a trace that is kept: they go on at once."""
        trace_id = arrived.trace_id
        self._measures.late(self.decisions.age(trace_id, now.monotonic), kept=True, spans=len(spans))
        if not decision.told and self._settings.record != "none":
            self.decisions.tell(trace_id, decision)
            for span in spans:
                span.attributes[CACHED] = True
        self._restate(spans, decision)
        self._decider.follows(decision, arrived.spans, arrived.size_bytes)
        if arrived.errors:
            self._tell_sessions(arrived, Outcome(kept=True, policy=decision.policy), now)

    def _come_late(self, arrived: TraceFacts, decision: Decision, now: Now) -> None:
        """Spans of a trace that was dropped: an error or a root among them may bring it back."""
        trace_id, has_error, has_root = arrived.trace_id, bool(arrived.errors), arrived.has_root
        self._measures.late(self.decisions.age(trace_id, now.monotonic), kept=False, spans=arrived.spans)
        trace = self.aside.take(trace_id)
        if trace is None:
            trace = arrived
            trace.partial = True
        else:
            trace.join(arrived)
        if has_error and self._decider.reopens(decision):
            self._reopen(trace, ERRORS, "late_error", now)
            return
        if has_root and "root" in self._settings.late.reopen_on and not decision.final:
            outcome = self._decider.decide(trace, now._replace(late=True))
            if outcome.kept:
                self._settle(trace, outcome._replace(reason=_LATE_ROOT), "late", now)
                self._measures.reopened("root", mini=trace.partial)
                return
            if outcome.vetoed:
                decision = decision._replace(final=True)
                self._remember(trace_id, decision, now)
        if not decision.final or self._settings.errors.over_drop:
            self.aside.put(trace, now.monotonic)
        if has_error or trace.error is None:
            self._tell_sessions(trace, Outcome(kept=False), now)

    def _reopen(self, trace: TraceFacts, policy: str, reason: Reason, now: Now) -> None:
        """Keep a trace that was dropped, for what came after."""
        decision = Decision(kept=True, policy=policy)
        self._decider.follows(decision, trace.spans, trace.size_bytes)
        self._measures.reopened(_CAUSES[reason], mini=trace.partial)
        outcome = Outcome(kept=True, policy=policy, reason=reason)
        self._settle(trace, outcome, "late", now)

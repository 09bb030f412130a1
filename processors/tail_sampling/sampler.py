"""What becomes of spans: they wait for their trace's decision, follow one, or bring a dropped trace back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from spansieve.failures import Failure
from spansieve.pdata import DroppedSpan, Span, TraceBatch
from spansieve.plugin import Clock
from spansieve.structure import rejoin
from spansieve.structure.tagged import mark

from .arrival import Arrival, fill
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
_LATE_ROOT: Final[Reason] = "late_root"


class Journal(Protocol):
    """What is told of decisions, so that they outlast the process."""

    def decided(self, trace_id: bytes, decision: Decision, time_ns: int) -> None:
        """A decision, in place of one before."""

    def settled(self, trace_ids: Iterable[bytes]) -> None:
        """The spans of these traces wait no longer."""

    def forgotten(self, trace_ids: Iterable[bytes]) -> None:
        """These decisions are remembered no longer."""


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
        journal: Journal,
    ) -> None:
        """Nothing has come. `emit` answers whether there was room behind."""
        self._settings = config
        self._clock = clock
        self._decider = decider
        self._measures = measures
        self._journal = journal
        self.buffer = Buffer(config.decision_wait, config.decision_wait_after_root_received)
        caches = config.decision_cache
        self.decisions = Decisions(config.num_traces, caches.sampled_cache_size, caches.non_sampled_cache_size)
        self.aside = Aside(config.late.window, config.late.max_bytes)
        self.emission = Emission(emit, journal.settled)
        self._told = Told()
        self._restored: set[TraceFacts] = set()

    @property
    def spans(self) -> int:
        """How many wait for a decision, or for room."""
        return self.buffer.spans + self.emission.spans

    def now(self) -> Now:
        """The time."""
        return Now(self._clock.time_ns(), self._clock.monotonic())

    def take(self, traces: Mapping[bytes, Sequence[Arrival]], filtered: Iterable[DroppedSpan], now: Now) -> set[int]:
        """Spans have come, by trace; and some were `filtered` before. Those that go on at once, by their `id`."""
        forwarded: set[int] = set()
        for trace_id, arrivals in traces.items():
            decision = self.decisions.of(trace_id)
            if decision is None:
                self._gather(trace_id, arrivals, now)
            elif decision.kept:
                self._forward(trace_id, arrivals, decision, now)
                forwarded.update(id(arrival.span) for arrival in arrivals)
            else:
                self._come_late(trace_id, arrivals, decision, now)
        for gone in filtered:
            trace = self.buffer.get(gone.trace_id)
            if trace is not None:
                trace.dropped.append(gone)
        while self.is_full(0):
            self._decide(self.buffer.oldest(), "eviction", now)
        return forwarded

    def decide_due(self, now: Now) -> None:
        """Decide what has waited long enough, and forget what is too old."""
        self.aside.expire(now.monotonic)
        self._told.expire(now.monotonic)
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
            self._journal.settled([trace.trace_id])

    def take_up(self, trace: TraceFacts, arrivals: Sequence[Arrival], now: Now) -> None:
        """A trace that was held when the process ended: undecided; kept, but not emitted; or dropped."""
        decision = self.decisions.of(trace.trace_id)
        if decision is None:
            self.buffer.put(trace)
            self._restored.add(trace)
            self._take_in(trace, arrivals, now)
        elif decision.kept:
            fill(trace, arrivals)
            self._keep(trace, decision, Record(decision.policy, "policy", "restart"))
        else:
            self._journal.settled([trace.trace_id])

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
            trace.errors.append(failure)
            if self._decider.early:
                self._decide(trace, "early", now)
        elif decision is None:
            self._told.put(trace_id, failure, now.monotonic)
        elif not decision.kept and self._decider.reopens(decision):
            aside = self.aside.take(trace_id)
            if aside is None:
                aside = TraceFacts(trace_id, now.monotonic)
                aside.partial = True
            self._reopen(aside, ERRORS, "late_error", now)

    def _gather(self, trace_id: bytes, arrivals: Sequence[Arrival], now: Now) -> None:
        """Hold spans of a trace that is not decided."""
        trace = self.buffer.get(trace_id)
        if trace is None:
            trace = TraceFacts(trace_id, now.monotonic)
            self.buffer.put(trace)
            self._measures.new_trace()
            told = self._told.take(trace_id)
            if told is not None:
                trace.errors.append(told)
        self._take_in(trace, arrivals, now)
        if trace.errors and self._decider.early:
            self._decide(trace, "early", now)
        elif 0 < self._settings.maximum_trace_size_bytes < trace.size_bytes:
            self._decide(trace, "oversize", now)

    def _take_in(self, trace: TraceFacts, arrivals: Sequence[Arrival], now: Now) -> None:
        before = trace.size_bytes
        fill(trace, arrivals)
        grown = trace.size_bytes - before
        self.buffer.grew(trace, len(arrivals), grown, now.monotonic, root=any(one.root for one in arrivals))

    def _decide(self, trace: TraceFacts, decided: Decided, now: Now) -> None:
        """Decide a trace of the buffer, which it leaves."""
        self.buffer.take(trace)
        begun = self._clock.monotonic()
        outcome = self._decider.decide(trace, now)
        self._measures.decided(outcome, decided, self._clock.monotonic() - begun)
        self._settle(trace, outcome, decided, now)

    def _settle(self, trace: TraceFacts, outcome: Outcome, decided: Decided, now: Now) -> None:
        """Keep a trace or put it aside, as was decided."""
        final = outcome.vetoed
        decision = Decision(outcome.kept, outcome.policy, outcome.threshold, outcome.randomness, final)
        forgotten = self.decisions.put(trace.trace_id, decision, now.monotonic)
        self._journal.forgotten(forgotten)
        self._journal.decided(trace.trace_id, decision, now.time_ns)
        if not outcome.kept or not trace.spans:
            self._journal.settled([trace.trace_id])
        if outcome.kept:
            self._keep(trace, decision, Record(outcome.policy, outcome.reason, decided, outcome.sub, trace.partial))
        elif not final or self._settings.errors.over_drop:
            self.aside.put(trace, now.monotonic)
        self._tell_sessions(trace, outcome, now)

    def _tell_sessions(self, trace: TraceFacts, outcome: Outcome, now: Now) -> None:
        """Keep what else belongs to the trace's conversation, if that is to be kept whole."""
        for policy, trace_id in self._decider.flagged(trace, outcome):
            other = self.aside.take(trace_id)
            if other is not None:
                self._reopen(other, policy, "session", now)

    def _keep(self, trace: TraceFacts, decision: Decision, record: Record) -> None:
        def finish(spans: list[Span]) -> None:
            rejoin(spans, trace.dropped)
            mark(spans)
            write(spans, record, self._settings.record)
            self._restate(spans, decision)

        if trace.spans:
            self.emission.put(Outgoing(trace, finish))

    def _restate(self, spans: Sequence[Span], decision: Decision) -> None:
        if self._settings.tracestate == "write":
            self._measures.unparsable(restate(spans, decision.threshold, decision.randomness))

    def _forward(self, trace_id: bytes, arrivals: Sequence[Arrival], decision: Decision, now: Now) -> None:
        """Spans of a trace that is kept: they go on at once."""
        self._measures.late(self.decisions.age(trace_id, now.monotonic), kept=True, spans=len(arrivals))
        if not decision.told and self._settings.record != "none":
            self.decisions.tell(trace_id, decision)
            for arrival in arrivals:
                arrival.span.attributes[CACHED] = True
        self._restate([arrival.span for arrival in arrivals], decision)
        self._decider.follows(decision, len(arrivals), sum(len(arrival.wire) for arrival in arrivals))
        if any(arrival.failure for arrival in arrivals):
            late = TraceFacts(trace_id, now.monotonic)
            fill(late, arrivals)
            self._tell_sessions(late, Outcome(kept=True, policy=decision.policy), now)

    def _come_late(self, trace_id: bytes, arrivals: Sequence[Arrival], decision: Decision, now: Now) -> None:
        """Spans of a trace that was dropped: an error or a root among them may bring it back."""
        self._measures.late(self.decisions.age(trace_id, now.monotonic), kept=False, spans=len(arrivals))
        trace = self.aside.take(trace_id)
        if trace is None:
            trace = TraceFacts(trace_id, now.monotonic)
            trace.partial = True
        fill(trace, arrivals)
        reopen_on = self._settings.late.reopen_on
        if any(one.failure for one in arrivals) and self._decider.reopens(decision):
            self._reopen(trace, ERRORS, "late_error", now)
            return
        if any(one.root for one in arrivals) and "root" in reopen_on and not decision.final:
            outcome = self._decider.decide(trace, now._replace(late=True))
            if outcome.kept:
                self._settle(trace, outcome._replace(reason=_LATE_ROOT), "late", now)
                self._measures.reopened("root", mini=trace.partial)
                return
            if outcome.vetoed:
                decision = decision._replace(final=True)
                self.decisions.put(trace_id, decision, now.monotonic)
                self._journal.decided(trace_id, decision, now.time_ns)
        if not decision.final or self._settings.errors.over_drop:
            self.aside.put(trace, now.monotonic)
        if any(one.failure for one in arrivals):
            self._tell_sessions(trace, Outcome(kept=False), now)

    def _reopen(self, trace: TraceFacts, policy: str, reason: Reason, now: Now) -> None:
        """Keep a trace that was dropped, for what came after."""
        decision = Decision(kept=True, policy=policy)
        self._decider.follows(decision, trace.spans, trace.size_bytes)
        self._measures.reopened(_CAUSES[reason], mini=trace.partial)
        outcome = Outcome(kept=True, policy=policy, reason=reason)
        self._settle(trace, outcome, "late", now)

"""What is counted of decisions and of what is held. Names as the Go Collector's, and those of what it has not."""

from spansieve.plugin import Host

from .aside import Aside
from .buffer import Buffer
from .decide import Outcome
from .policies import Vote
from .recording import Decided

_GO = "otelcol_processor_tail_sampling_"
_OURS = "spansieve_tail_sampling_"
_MICROSECONDS = (1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000)
_EARLY = frozenset({"early", "eviction", "oversize", "shutdown"})
_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


class Measures:
    """The metrics of one processor."""

    def __init__(self, host: Host) -> None:
        """Register them."""
        count, gauge = host.counter, host.gauge
        self._new = count(_GO + "new_trace_id_received", description="Traces that were new.")
        self._global = count(_GO + "global_count_traces_sampled", description="Decisions.")
        self._votes = count(_GO + "count_traces_sampled", description="Votes, by policy.")
        self._failed = count(
            _GO + "sampling_policy_evaluation_error", description="Policies that failed, and so cast no vote."
        )
        self._released = count(
            _GO + "early_releases_from_cache_decision", description="Spans that followed a decision at once."
        )
        self._late = host.histogram(
            _GO + "sampling_late_span_age", unit="s", description="Between decision and late span.", buckets=_SECONDS
        )
        self._latency = host.histogram(
            _GO + "sampling_decision_latency",
            unit="us",
            description="What a decision took, on average of those made at once.",
            buckets=_MICROSECONDS,
        )
        self._on_memory = gauge(_GO + "sampling_traces_on_memory", description="Traces that are not decided yet.")
        self._buffer = gauge(_OURS + "buffer_bytes", unit="By", description="Wire bytes of undecided spans.")
        self._aside = gauge(_OURS + "aside_bytes", unit="By", description="Wire bytes of dropped spans kept aside.")
        self._evicted = count(_OURS + "aside_evicted", description="Dropped traces that went from aside for room.")
        self._reopened = count(_OURS + "reopened", description="Dropped traces that were kept after all.")
        self._mini = count(_OURS + "mini_traces", description="Reopened traces whose stored spans had gone.")
        self._early = count(_OURS + "decided_early", description="Traces that were decided before their time.")
        self._unparsable = count(_OURS + "tracestate_unparsable", description="Trace states that could not be read.")
        self._probability = gauge(_OURS + "budget_probability", description="Share of traces that the budget allows.")
        self._seen_evicted = self._new_traces = 0
        self._outcomes: dict[tuple[bool, tuple[str, ...], tuple[Vote, ...]], int] = {}
        """Decisions that are not counted yet, by what was asked and voted: they are added up between two ticks."""

    def new_trace(self) -> None:
        """A trace that nobody has seen."""
        self._new_traces += 1

    def took(self, seconds: float, decisions: int) -> None:
        """So many decisions, one after the other."""
        if decisions:
            self._latency.record(seconds / decisions * 1e6)

    def decided(self, outcome: Outcome, decided: Decided) -> None:
        """A decision, made for the reason `decided`, and the votes on it."""
        key = outcome.kept, outcome.asked, outcome.votes
        self._outcomes[key] = self._outcomes.get(key, 0) + 1
        if outcome.failed:
            self._failed.add(len(outcome.failed))
        if decided in _EARLY:
            self._early.add(1, cause=decided)

    def late(self, age_seconds: float, *, kept: bool, spans: int) -> None:
        """Spans came after their trace was decided."""
        self._late.record(age_seconds)
        if kept:
            self._released.add(spans)

    def reopened(self, reason: str, *, mini: bool) -> None:
        """A trace that was dropped is kept; `mini`: of what came late alone."""
        self._reopened.add(1, reason=reason)
        if mini:
            self._mini.add(1)

    def budget(self, probability: float) -> None:
        """What the budget allows now."""
        self._probability.set(probability)

    def unparsable(self, count: int) -> None:
        """Trace states that nobody could read."""
        if count:
            self._unparsable.add(count)

    def show(self, buffer: Buffer, aside: Aside) -> None:
        """What is held now, and what was decided since."""
        for (kept, asked, votes), count in self._outcomes.items():
            said = "sampled" if kept else "dropped" if Vote.DROP in votes[-1:] else "not_sampled"
            self._global.add(count, sampled=str(kept).lower(), decision=said)
            for policy, vote in zip(asked, votes, strict=True):
                self._votes.add(count, policy=policy, sampled=str(vote.samples).lower(), decision=vote.value)
        if self._new_traces:
            self._new.add(self._new_traces)
        self._outcomes, self._new_traces = {}, 0
        self._on_memory.set(len(buffer))
        self._buffer.set(buffer.size_bytes)
        self._aside.set(aside.size_bytes)
        if aside.evicted > self._seen_evicted:
            self._evicted.add(aside.evicted - self._seen_evicted)
            self._seen_evicted = aside.evicted

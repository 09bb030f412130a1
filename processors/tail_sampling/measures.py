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
_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


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
            _GO + "sampling_decision_latency", unit="us", description="What a decision took.", buckets=_MICROSECONDS
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
        self._said: dict[str, int] = {}
        self._cast: dict[tuple[str, Vote], int] = {}
        """Decisions and votes that are not counted yet: they are added up between two ticks."""

    def new_trace(self) -> None:
        """A trace that nobody has seen."""
        self._new_traces += 1

    def decided(self, outcome: Outcome, decided: Decided, seconds: float) -> None:
        """A decision, made for the reason `decided` in so many seconds, and the votes on it."""
        self._latency.record(seconds * 1e6)
        said = "sampled" if outcome.kept else "dropped" if outcome.vetoed else "not_sampled"
        self._said[said] = self._said.get(said, 0) + 1
        cast = self._cast
        for policy, verdict in outcome.votes:
            key = policy, verdict.vote
            cast[key] = cast.get(key, 0) + 1
        for _ in outcome.failed:
            self._failed.add(1)
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
        for said, count in self._said.items():
            self._global.add(count, sampled=str(said == "sampled").lower(), decision=said)
        for (policy, vote), count in self._cast.items():
            self._votes.add(count, policy=policy, sampled=str(vote.samples).lower(), decision=vote.value)
        if self._new_traces:
            self._new.add(self._new_traces)
        self._said, self._cast, self._new_traces = {}, {}, 0
        self._on_memory.set(len(buffer))
        self._buffer.set(buffer.size_bytes)
        self._aside.set(aside.size_bytes)
        if aside.evicted > self._seen_evicted:
            self._evicted.add(aside.evicted - self._seen_evicted)
            self._seen_evicted = aside.evicted

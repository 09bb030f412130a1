"""Errors that waited long enough are judged, counted, and may raise alerts."""

from typing import Any

from spansieve.failures import whom_of
from spansieve.pdata import DecodeError, Span, read
from spansieve.plugin import Clock

from .baseline import PATTERN_SPIKE, QUIET_NS, Baseline
from .config import ErrorAggregationConfig
from .kept import Kept
from .novelties import NEW, REGRESSION, Novelties
from .seen import Seen
from .spikes import SPIKE, Spikes
from .told import FUTURE_NS, Hit
from .trace import Verdict

_HOUSEKEEPING = 1.0
"""Seconds between two looks for what is over."""


class Settling:
    """The conditions, and what they are asked about."""

    def __init__(self, config: ErrorAggregationConfig, clock: Clock, kept: Kept) -> None:
        """Nothing was judged."""
        self._clock = clock
        self._kept = kept
        self._spikes = Spikes(config, kept.alarms, kept.teller)
        self._baseline = Baseline(config, kept.alarms, kept.teller)
        self.novelties = Novelties(config, kept.table, kept.alarms, kept.teller)
        resolve_ns = round(config.resolve_after * 1e9)
        window_ns = round(config.spike.window * 1e9)
        self._silence_ns = {NEW: resolve_ns, REGRESSION: resolve_ns, SPIKE: window_ns, PATTERN_SPIKE: QUIET_NS}
        self._next = 0.0

    def settle(self, *, all_: bool = False) -> None:
        """Judge what is due, and count what counts, in the order of its times."""
        by_trace: dict[bytes, list[Seen]] = {}
        due = self._kept.traces.due(self._clock.monotonic(), all_=all_)
        for seen in due:
            by_trace.setdefault(seen.trace_id, []).append(seen)
        for trace_id, some in by_trace.items():
            self.change(self._kept.traces.judge(trace_id, some))
        for seen in sorted((seen for seen in due if seen.path), key=lambda seen: seen.time_ns):
            self._count(seen)

    def change(self, verdict: Verdict) -> None:
        """Note what turned out about errors that were counted before."""
        if verdict.merged:
            self._kept.measures.merged(verdict.merged)
        for seen in verdict.good:
            self._kept.table.made_good(seen)
        for seen, former in verdict.moved:
            if seen.pattern is not None and not seen.pattern.gone:
                seen.pattern.went(seen.path, former)

    def _count(self, seen: Seen) -> None:
        if not seen.has_whom and seen.parent_span_id:
            self._ask_above(seen)
        now_ns = self._clock.time_ns()
        base, pattern = self._kept.table.count(seen, now_ns, now_ns + FUTURE_NS)
        self._kept.measures.counted(seen, base)
        if not seen.is_apart:
            hit = Hit(seen, base, pattern, now_ns, self._clock.monotonic())
            self._spikes.judge(hit)
            self.novelties.judge(hit)
            self._baseline.judge(hit)

    def _ask_above(self, seen: Seen) -> None:
        """Find out who ran it for whom, where the span does not say it."""
        try:
            spans = [Span(read("Span", wire), seen.source.scope) for wire in self._kept.traces.above(seen)]
            if spans:
                seen.above = whom_of(spans[0], spans[1:])
        except DecodeError:
            return

    def tick(self) -> None:
        """End what is over, and forget what is too old."""
        now_ns, now = self._clock.time_ns(), self._clock.monotonic()
        if now >= self._next:
            self._next = now + _HOUSEKEEPING
            self._kept.traces.forget(now)
            self._spikes.forget(now_ns)
            self._baseline.forget(self._kept.table.bases)
            self._baseline.tick(now_ns)
        for subject, ended_ns in self._kept.alarms.over(self._silence_ns, now_ns):
            told = self._kept.alarms.firing[subject].alert.pattern
            base = self._kept.table.bases.get(told.key) if told else None
            pattern = None if base is None else base.patterns.get(subject.about)
            record = None if base is None else self._kept.teller.record(base, pattern, now_ns)
            self._kept.alarms.end(subject, ended_ns, record)
        self._kept.alarms.weather()

    def state(self) -> dict[str, Any]:
        """What to save by name, fit for JSON."""
        return {"spikes": self._spikes.state(), "baseline": self._baseline.state()}

    def load(self, spikes: dict[str, Any] | None, baseline: dict[str, Any] | None) -> None:
        """Take over what `state` gave."""
        self._spikes.load(spikes or {})
        self._baseline.load(baseline or {})

"""Errors that waited long enough are judged, counted, and may raise alerts."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from spansieve.failures import whom_of
from spansieve.pdata import DecodeError, Span, read
from spansieve.plugin import Clock

from .baseline import PATTERN_SPIKE, QUIET_NS, Baseline
from .config import ErrorAggregationConfig
from .kept import Kept
from .novelties import NEW, REGRESSION, Novelties
from .pattern import Pattern
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
        self.spikes = Spikes(config, kept.alarms, kept.teller)
        self.baseline = Baseline(config, kept.alarms, kept.teller)
        self.novelties = Novelties(config, kept.table, kept.alarms, kept.teller)
        self._resolve_ns = resolve_ns = round(config.resolve_after * 1e9)
        window_ns = round(config.spike.window * 1e9)
        self._silence_ns = {NEW: resolve_ns, REGRESSION: resolve_ns, SPIKE: window_ns, PATTERN_SPIKE: QUIET_NS}
        self._next = 0.0

    def settle(self, *, all_: bool = False) -> None:
        """Judge what is due, and count what counts, in the order of its times. What is nothing new is counted at the
        end, pattern by pattern.
        """
        due = self._kept.traces.due(self._clock.monotonic(), all_=all_)
        if not due:
            return
        for verdict in self._kept.traces.judge(due):
            self.change(verdict)
        now_ns = self._clock.time_ns()
        usual: dict[Pattern, list[Seen]] = {}
        for seen in sorted((seen for seen in due if seen.path), key=attrgetter("time_ns")):
            if not seen.is_alone and not seen.has_whom:
                self._ask_above(seen)
            pattern = self._kept.table.find(seen, now_ns)
            if not self._wait_for_end(seen, pattern, usual):
                self._count(seen, pattern, now_ns)
        for pattern, some in usual.items():
            self._count_usual(pattern, some, now_ns)

    def _wait_for_end(self, seen: Seen, pattern: Pattern, usual: dict[Pattern, list[Seen]]) -> bool:
        """Put an error with those that raise nothing, if it is one."""
        if seen.is_apart:
            return False
        some = usual.get(pattern)
        if some is None:
            if not self._is_usual(pattern, seen.time_ns):
                return False
            usual[pattern] = [seen]
            return True
        if seen.time_ns - some[-1].time_ns < self._resolve_ns:
            some.append(seen)
            return True
        self._count_usual(pattern, usual.pop(pattern), self._clock.time_ns())
        return False

    def _is_usual(self, pattern: Pattern, time_ns: int) -> bool:
        """Whether an error of a pattern raises nothing."""
        if self.baseline.is_on:
            return False
        base = self._kept.table.bases[pattern.key]
        return self.spikes.is_told(base) and self.novelties.is_usual(pattern, base, time_ns)

    def _count_usual(self, pattern: Pattern, some: Sequence[Seen], now_ns: int) -> None:
        """Count errors of one pattern, none of which raises anything."""
        if pattern.gone:  # another one took its place in between
            for seen in some:
                self._count(seen, self._kept.table.find(seen, now_ns), now_ns)
            return
        latest_ns = now_ns + FUTURE_NS
        base = self._kept.table.count(pattern, some, latest_ns)
        self._kept.measures.counted(some, base)
        self.spikes.add(some, base, now_ns)
        self.novelties.hear(pattern, base, len(some), min(some[-1].time_ns, latest_ns))

    def _count(self, seen: Seen, pattern: Pattern, now_ns: int) -> None:
        base = self._kept.table.count(pattern, [seen], now_ns + FUTURE_NS)
        self._kept.measures.counted([seen], base)
        if not seen.is_apart:
            hit = Hit(seen, base, pattern, now_ns, self._clock.monotonic())
            self.spikes.judge(hit)
            self.novelties.judge(hit)
            self.baseline.judge(hit)

    def change(self, verdict: Verdict) -> None:
        """Note what turned out about errors that were counted before."""
        if verdict.merged:
            self._kept.measures.merged(verdict.merged)
        for seen in verdict.good:
            self._kept.table.made_good(seen)
        for seen, former in verdict.moved:
            if seen.pattern is not None and not seen.pattern.gone:
                seen.pattern.went(seen.path, instead_of=former)

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
            self.spikes.forget(now_ns)
            self.baseline.forget(self._kept.table.bases)
            self.baseline.tick(now_ns)
        for subject, ended_ns in self._kept.alarms.over(self._silence_ns, now_ns):
            told = self._kept.alarms.firing[subject].alert.pattern
            base = self._kept.table.bases.get(told.key) if told else None
            pattern = None if base is None else base.patterns.get(subject.about)
            record = None if base is None else self._kept.teller.record(base, pattern, now_ns)
            self._kept.alarms.end(subject, ended_ns, record)
        self._kept.alarms.weather()

    def state(self) -> dict[str, Any]:
        """What to save by name, fit for JSON."""
        return {"spikes": self.spikes.state(), "baseline": self.baseline.state()}

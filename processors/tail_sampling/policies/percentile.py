"""`latency_percentile`: a trace that took longer than most of its operation.

Source: SAMPLING.md section 8. What was seen is kept in two halves of the window, so it reaches back between half a
window and a whole one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from spansieve.pdata import Span
from spansieve.plugin import Clock
from spansieve.sketches import Sketch

from ..facts import TraceFacts
from .again import Said
from .base import Now, Verdict
from .leaves import NOT_SAMPLE, SAMPLE
from .own_config import LatencyPercentileConfig
from .reading import local_root, text

MAX_OPERATIONS = 1000
"""Operations that are told apart; the rest is one."""

Operation = tuple[str, ...]
OTHER: Operation = ()
"""The one that all others share."""
_MAX_TEXT = 256


class Seen(NamedTuple):
    """How a trace was counted: under which operation, its duration, and after how many half windows."""

    operation: Operation
    duration_ms: float
    halves: int


class Durations:
    """How long the traces of each operation took, in ms, over the last `window` seconds of the clock."""

    def __init__(self, clock: Clock, window: float) -> None:
        """Know of none."""
        self._clock = clock
        self._half = window / 2
        self._begun = clock.monotonic()
        self._halves = 0
        self._seen: dict[Operation, Sketch] = {}
        self._new: dict[Operation, Sketch] = {}  # what of `_seen` came since `_begun`, and will outlast the next turn

    def exceeds(self, operation: Operation, duration_ms: float, share: float, min_samples: int) -> bool:
        """Whether it took longer than `share` (0 to 1) of the operation's traces, of which `min_samples` were seen."""
        self._turn()
        seen = self._seen.get(self._known(operation))
        return seen is not None and seen.count >= max(1, min_samples) and seen.is_below(duration_ms, share)

    def add(self, operation: Operation, duration_ms: float) -> Seen:
        """Count a trace."""
        self._turn()
        operation = self._known(operation)
        for sketches in (self._seen, self._new):
            sketches.setdefault(operation, Sketch()).add(duration_ms)
        return Seen(operation, duration_ms, self._halves)

    def remove(self, seen: Seen) -> None:
        """Count a trace no more that was counted so."""
        self._turn()
        for sketches in (self._seen, self._new)[: max(0, 2 - (self._halves - seen.halves))]:
            sketches[seen.operation].remove(seen.duration_ms)

    def _known(self, operation: Operation) -> Operation:
        return operation if operation in self._seen or len(self._seen) < MAX_OPERATIONS else OTHER

    def _turn(self) -> None:
        passed = int((self._clock.monotonic() - self._begun) / self._half)
        if passed > 0:
            self._seen, self._new = self._new if passed == 1 else {}, {}
            self._begun += passed * self._half
            self._halves += passed


def operation_of(spans: Sequence[Span], per: Sequence[str]) -> Operation:
    """The values of `per` on the root, else the earliest span or their resource; `name` is the span's name."""
    root = local_root(spans)
    return tuple((root.name if key == "name" else text(root, key))[:_MAX_TEXT] for key in per)


class LatencyPercentile:
    """Samples a trace that took longer than `percentile` % of its operation's, and at least `min_ms`."""

    def __init__(self, name: str, clock: Clock, config: LatencyPercentileConfig) -> None:
        """It has seen no trace."""
        self.name = name
        self._share = config.percentile / 100
        self._min_samples = config.min_samples
        self._min_ms = config.min_ms
        self._per = tuple(config.per)
        self._durations = Durations(clock, config.window)
        self._counted: Said[Seen] = Said()

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Judge the trace by those before it, and let it count for those after. One whose root comes late is counted
        as what it is then, and no more as what it was.
        """
        counted = self._counted.of(trace.trace_id) if now.late else None
        if counted is not None:
            self._durations.remove(counted)
        duration_ms = max(0, trace.end_ns - trace.start_ns) / 1e6
        operation = operation_of(trace.view(), self._per)
        slow = self._durations.exceeds(operation, duration_ms, self._share, self._min_samples)
        self._counted.put(trace.trace_id, self._durations.add(operation, duration_ms))
        return SAMPLE if slow and duration_ms >= self._min_ms else NOT_SAMPLE

"""Traces that are not over yet, and when each of them is."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from spansieve.watching import AiSpan

from .asides import Asides
from .asked import Asked
from .config import BehaviorConfig
from .nesting import Plumbing
from .rooted import Rooted
from .told import Told, Whom
from .trace import Trace
from .turn import Turn
from .turns import Turns

MAX_TRACES: Final = 10_000
MAX_SPANS: Final = 100_000
"""Spans of all traces that are held; above, the trace that is silent for the longest time is over."""
MAX_BYTES: Final = 64 << 20
"""Of prompts in all traces that are held; likewise."""
MAX_OVER: Final = 10_000
"""Traces that are over and remembered, so that what comes late belongs to the same user."""
QUIET: Final = 10.0
"""Seconds of silence after which a trace is over whose root is none of ours."""
_LOOK: Final = 1.0
"""Seconds between two looks for silent traces."""
_TRACE: Final = attrgetter("trace_id")


class _Over(NamedTuple):
    whom: Whom
    until_ns: int | None
    """The end of the last request that was told of it."""


class Traces:
    """Gathers settled spans by trace. A trace is over so long after its root came as others may be out of order; where
    no root of ours comes, when it was silent for long enough. What began earlier is told first.
    """

    def __init__(
        self,
        config: BehaviorConfig,
        asides: Asides,
        plumbing: Plumbing,
        released: Callable[[], None],
        turns: Turns | None = None,
    ) -> None:
        """Hold nothing; `released` is told of each trace that was over before its time. Of log records, the `turns` of
        conversations are what traces are of spans.
        """
        self._config = config
        self._asides = asides
        self._plumbing = plumbing
        self.rooted = Rooted()
        self._released = released
        self._held: OrderedDict[bytes, Trace] = OrderedDict()
        """The one that is silent for the longest time first."""
        self._over: OrderedDict[bytes, _Over] = OrderedDict()
        self._due: OrderedDict[bytes, float] = OrderedDict()
        """Traces whose root came, by when they are over."""
        self._ready: list[tuple[int, bytes]] = []
        """The same by when they began."""
        self._spans = 0
        self._bytes = 0
        self._look = 0.0
        self._turns = turns
        self._id_of: Callable[[AiSpan], bytes] = turns.of if turns else _TRACE

    def __contains__(self, trace_id: bytes) -> bool:
        """Whether spans of a trace are held."""
        return trace_id in self._held

    def add(self, spans: Iterable[AiSpan], now: float) -> None:
        """Spans have settled, at `now` of the monotonic clock."""
        for trace_id, together in groupby(spans, self._id_of):
            some = [*together]
            trace = self._hold(trace_id, now)
            size = trace.size_bytes
            trace.add(some, self._asides)
            self._spans += len(some)
            self._bytes += trace.size_bytes - size
            if trace.root is not None:
                self._await(trace_id, trace, now + self._config.disorder)

    def ask(self, prompt: AiSpan, asked: Asked | None, now: float) -> None:
        """A turn begins, and those before it are over as soon as what came of them has settled."""
        if self._turns is None:
            return
        key = self._turns.ask(prompt)
        turn = self._hold(key, now)
        if isinstance(turn, Turn):
            size = turn.size_bytes
            turn.ask(prompt, asked)
            self._bytes += turn.size_bytes - size
        for past in self._turns.past(key):
            if past in self._held:
                self._await(past, self._held[past], now + self._config.settle + self._config.disorder)

    def _hold(self, trace_id: bytes, now: float) -> Trace:
        trace = self._held.get(trace_id)
        if trace is None:
            over = self._over.get(trace_id)
            trace = self._held[trace_id] = self._make(trace_id, over.whom if over else None)
        if trace.heard != now:
            trace.heard = now
            self._held.move_to_end(trace_id)
        return trace

    def _make(self, trace_id: bytes, whom: Whom | None) -> Trace:
        return Trace(whom) if self._turns is None else Turn(trace_id, self._turns, whom)

    def over(self, now: float, *, all_: bool = False) -> Iterator[Told]:
        """The traces that are over, the one that began first coming first."""
        for trace_id in self._silent(now, all_=all_):
            self._await(trace_id, self._held[trace_id], now, at_once=True)
        while self._ready and self._is_due(now, all_=all_):
            yield self._end(heappop(self._ready)[1])

    def _await(self, trace_id: bytes, trace: Trace, due: float, *, at_once: bool = False) -> None:
        """A trace is over at `due`: dues rise, but for those that are due at once, which go to the front."""
        if trace_id not in self._due:
            heappush(self._ready, (trace.start_ns, trace_id))
            self._due[trace_id] = due
        if at_once:
            self._due[trace_id] = due
            self._due.move_to_end(trace_id, last=False)

    def _is_due(self, now: float, *, all_: bool) -> bool:
        """Whether one is due: what began before it need not wait any longer either."""
        return all_ or next(iter(self._due.values())) <= now

    def _silent(self, now: float, *, all_: bool) -> Sequence[bytes]:
        if all_:
            return list(self._held)
        traces, spans, size = len(self._held), self._spans, self._bytes
        if now < self._look and not _is_crowded(traces, spans, size):
            return ()
        self._look = now + _LOOK
        found: list[bytes] = []
        for trace_id, trace in self._held.items():
            is_crowded = _is_crowded(traces - len(found), spans, size)
            if not is_crowded and now - trace.heard < QUIET:
                break
            if is_crowded or now - trace.heard >= self._wait(trace_id):
                spans -= trace.count
                size -= trace.size_bytes
                found.append(trace_id)
                if is_crowded:
                    self._released()
        return found

    def _wait(self, trace_id: bytes) -> float:
        return QUIET if trace_id in self.rooted or trace_id in self._over else self._config.trace_wait

    def _end(self, trace_id: bytes) -> Told:
        trace = self._held.pop(trace_id)
        self._due.pop(trace_id, None)
        self._spans -= trace.count
        self._bytes -= trace.size_bytes
        over = self._over.pop(trace_id, None)
        until = over.until_ns if over else None
        told = trace.told(until, self._plumbing)
        ends = [request.end_ns for request, _ in told.requests] + ([until] if until else [])
        self._over[trace_id] = _Over(told.whom, max(ends, default=None))
        if len(self._over) > MAX_OVER:
            self._over.popitem(last=False)
        return told


def _is_crowded(traces: int, spans: int, size_bytes: int) -> bool:
    """Whether these are more than may be held."""
    return traces > MAX_TRACES or spans > MAX_SPANS or size_bytes > MAX_BYTES

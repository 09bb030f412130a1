"""AI spans wait until those that belong to them have come, are judged, and are told of once each.

Every span waits for the same time from its arrival on. What is judged then is judged by all of its trace that has come
so far. A span that comes again while it waits takes the place of the former one; later it is passed over.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from typing import Final

from spansieve.pdata import NO_SPAN

from . import calls, nested, passing, tools
from .above import TOP, Above, Aboves
from .beneath import Beneath, Beneaths
from .outcomes import heard
from .records import Records
from .span import AiSpan
from .told import ToldIds
from .trace import Trace, note_of

MAX_WAITING: Final = 50_000
"""AI spans that wait; of more, those that came first are judged at once."""
MAX_KNOWN: Final = 200_000
"""Traces and their spans that are remembered; of more, the traces that were silent for the longest time go."""
_NOTHING: Final[Mapping[bytes, Beneath]] = {}


class Settling:
    """All that waits, and what is remembered of the rest. Seconds are monotonic."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.evicted: Counter[str] = Counter()
        """What was forgotten, or judged early, for want of room, by table; to be cleared by whoever reads it."""
        self.records = Records(self.evicted)
        self.waiting = 0
        self.repeated = 0
        """Spans that came again after they had been told of."""
        self._traces: OrderedDict[bytes, Trace] = OrderedDict()
        self.known = 0
        """Traces and their spans that are remembered."""
        self._beneaths = Beneaths(self.evicted)
        self._told = ToldIds()
        self._due: deque[tuple[float, list[tuple[bytes, list[bytes]]]]] = deque()
        self._group: list[tuple[bytes, list[bytes]]] = []
        self._nameless = 0
        self._trace = Trace(b"")
        self._open(b"")

    def _open(self, trace_id: bytes) -> None:
        """Go to a trace: spans mostly come together."""
        gone = self._trace.shrink()
        if gone:
            self.known -= gone
            self.evicted["spans"] += gone
        trace = self._traces.get(trace_id)
        if trace is None:
            trace = self._traces[trace_id] = Trace(trace_id)
            self.known += 1
        else:
            self._traces.move_to_end(trace_id)
        self._at, self._trace = trace_id, trace
        self._beneath = self._beneaths.of_trace(trace_id)
        self._keys: list[bytes] = []

    def _place(self, trace_id: bytes, span_id: bytes, parent: bytes) -> bool:
        """Remember where a span stands; whether something was counted below it."""
        if trace_id != self._at:
            self._open(trace_id)
        links = self._trace.links
        if span_id not in links:
            self.known += 1
        links[span_id] = parent
        return self._beneath is not None and span_id in self._beneath

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent of a span that is no AI span, empty for a root; None for any other."""
        trace = self._traces.get(trace_id)
        return None if trace is None or trace.known(span_id) is not None else trace.links.get(span_id)

    def above(self, trace_id: bytes, parent: bytes) -> Above:
        """What encloses a span with this parent, as far as it has come."""
        return Aboves(self._traces.get(trace_id) or Trace(trace_id)).of(parent)

    def pass_by(self, trace_id: bytes, span_id: bytes, parent: bytes) -> None:
        """A span that is no AI span has come, or was dropped by a filter. `parent` is empty for a root."""
        if self._place(trace_id, span_id, parent):
            self._pass_on(span_id, None)

    def wait(self, span: AiSpan) -> None:
        """An AI span has come."""
        trace_id, key = span.trace_id, span.span_id
        if key in NO_SPAN:
            self._nameless += 1
            key = b"%d" % self._nameless
        elif trace_id + key in self._told:
            self.repeated += 1
            return
        if self._place(trace_id, key, span.parent_span_id):
            self._pass_on(key, span)
        waiting = self._trace.waiting
        former = waiting.get(key)
        if span.traits.is_tool:
            self.known += tools.arrive(self._trace, key, span, former)
        if former is None:
            self._wait_for(trace_id, key)
        waiting[key] = span

    def _wait_for(self, trace_id: bytes, key: bytes) -> None:
        if not self._keys:
            self._group.append((trace_id, self._keys))
        self._keys.append(key)
        self.waiting += 1

    def _pass_on(self, key: bytes, span: AiSpan | None) -> None:
        passing.arrived(self._trace, key, span, self._beneaths)
        self._beneath = self._beneaths.of_trace(self._at)

    def close(self, due: float) -> None:
        """A request is over; what came with it settles at `due`."""
        if self._group:
            self._due.append((due, self._group))
            self._group = []
        while self.known > MAX_KNOWN and not (trace := next(iter(self._traces.values()))).waiting:
            self._traces.popitem(last=False)
            self.known -= trace.size + 1
            self.evicted["traces"] += 1
        self._open(self._at)

    def is_due(self, now: float) -> bool:
        """Whether something is to be told of."""
        return bool(self._due) and (self._due[0][0] <= now or self.waiting > MAX_WAITING)

    def settle(self, now: float) -> list[AiSpan]:
        """Judge what is due, trace by trace, in the order in which it came."""
        keys_of: dict[bytes, list[bytes]] = {}
        while self.is_due(now):
            if self._due[0][0] > now:
                self.evicted["waiting"] += sum(len(keys) for _, keys in self._due[0][1])
            for trace_id, keys in self._due.popleft()[1]:
                self.waiting -= len(keys)
                keys_of.setdefault(trace_id, []).extend(keys)
        told: list[AiSpan] = []
        for trace_id, keys in keys_of.items():
            trace = self._traces[trace_id]
            due = {key: trace.waiting[key] for key in keys}
            self._judge(trace, due)
            told += due.values()
        self.records.forget(now)
        self._beneath = self._beneaths.of_trace(self._at)
        return told

    def _judge(self, trace: Trace, due: dict[bytes, AiSpan]) -> None:
        before = self._beneaths.of_trace(trace.id) or _NOTHING
        aboves = Aboves(trace)
        if self.records:
            for span in trace.waiting.values():
                heard(span, self.records.of(span))
        if len(trace.waiting) > len(due):
            tools.tell_outer(trace)
        for key, span in due.items():
            _fill_in(span, aboves.of(span.parent_span_id) if span.parent_span_id else TOP)
            if span.traits.is_tool:
                tools.judge(trace, key, span, before)
        calls.judge(trace, due, before, aboves)
        nested.judge(trace, due, before, aboves)
        self._told.add([trace.id + key for key in due])
        for key, span in due.items():
            del trace.waiting[key]
            trace.notes[key] = note_of(span)
        for key, span in due.items():
            if before or (span.parent_span_id and (span.is_counted or span.is_call or span.is_execution)):
                passing.settled(trace, key, span, aboves.of(span.parent_span_id), self._beneaths)


def _fill_in(span: AiSpan, above: Above) -> None:
    """Say of a span what those say that enclose it."""
    traits = span.traits
    if above is not TOP:
        span.user = span.user or above.user
        span.tenant = span.tenant or above.tenant
        span.thread = span.thread or above.thread
    span.is_enclosed, span.awaits = above.in_ai, above.end
    own = traits.agent or (traits.is_run and traits.workflow)
    span.cost_of = own or above.run or traits.workflow or traits.operation or traits.kind

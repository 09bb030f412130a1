"""AI spans wait until those that belong to them have come, are judged, and are told of once each.

Every span waits for the same time from its arrival on. What is judged then is judged by all of its trace that has come
so far. A span that comes again while it waits takes the place of the former one; later it is passed over.
"""

from collections import OrderedDict, deque
from typing import Final

from . import calls, nested, people, tools
from .beneath import Beneaths
from .outcomes import heard
from .passing import arrived, settled
from .records import Records
from .span import AiSpan
from .trace import Trace, note_of

MAX_WAITING: Final = 50_000
"""AI spans that wait; of more, those that came first are judged at once."""
MAX_KNOWN: Final = 200_000
"""Traces and their spans that are remembered; of more, the traces that were silent for the longest time go."""
MAX_TOLD: Final = 100_000
"""Spans that are known to have been told of."""


class ToldIds:
    """The ids that were told of last."""

    def __init__(self) -> None:
        """There are none."""
        self._order: deque[bytes] = deque()
        self._ids: set[bytes] = set()

    def __contains__(self, id_: bytes) -> bool:
        return id_ in self._ids

    def add(self, id_: bytes) -> None:
        """One that is not among them."""
        self._ids.add(id_)
        self._order.append(id_)
        if len(self._order) > MAX_TOLD:
            self._ids.discard(self._order.popleft())


class Settling:
    """All that waits, and what is remembered of the rest. Seconds are monotonic."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.records = Records()
        self.waiting = 0
        self.repeated = 0
        """Spans that came again after they had been told of."""
        self._traces: OrderedDict[bytes, Trace] = OrderedDict()
        self._known = 0
        self._beneaths = Beneaths()
        self._told = ToldIds()
        self._due: deque[tuple[float, list[tuple[bytes, bytes]]]] = deque()
        self._group: list[tuple[bytes, bytes]] = []
        self._nameless = 0
        self._trace = Trace()
        self._open(b"")

    def _open(self, trace_id: bytes) -> None:
        """Go to a trace: spans mostly come together."""
        self._known -= self._trace.shrink()
        trace = self._traces.get(trace_id)
        if trace is None:
            trace = self._traces[trace_id] = Trace()
            self._known += 1
        else:
            self._traces.move_to_end(trace_id)
        self._at, self._trace = trace_id, trace
        self._beneath = self._beneaths.of_trace(trace_id)

    def place(self, trace_id: bytes, span_id: bytes, parent: bytes) -> None:
        """A span has come, or was dropped by a filter: its place in its trace. `parent` is empty for a root."""
        if trace_id != self._at:
            self._open(trace_id)
        links = self._trace.links
        if span_id not in links:
            self._known += 1
        links[span_id] = parent

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent of a span that is no AI span, empty for a root; None for any other."""
        trace = self._traces.get(trace_id)
        return None if trace is None or trace.known(span_id) is not None else trace.links.get(span_id)

    def pass_by(self, trace_id: bytes, span_id: bytes, parent: bytes) -> None:
        """A span that is no AI span has come, or one was dropped by a filter."""
        self.place(trace_id, span_id, parent)
        if self._beneath and span_id in self._beneath:
            self._pass_on(span_id, None)

    def wait(self, span: AiSpan, *, is_named: bool) -> None:
        """An AI span has come; `is_named`: it has an id."""
        if not is_named:
            self._nameless += 1
        key = span.span_id if is_named else b"%d" % self._nameless
        if is_named and span.trace_id + key in self._told:
            self.repeated += 1
            return
        self.place(span.trace_id, key, span.parent_span_id)
        waiting = self._trace.waiting
        former = waiting.get(key)
        if span.traits.is_tool:
            self._known += tools.arrive(self._trace, key, span, former)
        if former is None:
            self.waiting += 1
            self._group.append((span.trace_id, key))
        waiting[key] = span
        if self._beneath and key in self._beneath:
            self._pass_on(key, span)

    def _pass_on(self, key: bytes, span: AiSpan | None) -> None:
        arrived(self._at, self._trace, key, span, self._beneaths)
        self._beneath = self._beneaths.of_trace(self._at)

    def close(self, due: float) -> None:
        """A request is over; what came with it settles at `due`."""
        if self._group:
            self._due.append((due, self._group))
            self._group = []
        while self._known > MAX_KNOWN and not (trace := next(iter(self._traces.values()))).waiting:
            self._traces.popitem(last=False)
            self._known -= trace.size + 1
        self._open(self._at)

    def is_due(self, now: float) -> bool:
        """Whether something is to be told of."""
        return bool(self._due) and (self._due[0][0] <= now or self.waiting > MAX_WAITING)

    def settle(self, now: float) -> list[AiSpan]:
        """Judge what is due, in the order in which it came."""
        by_trace: dict[bytes, dict[bytes, AiSpan]] = {}
        told: list[AiSpan] = []
        while self.is_due(now):
            for trace_id, key in self._due.popleft()[1]:
                span = self._traces[trace_id].waiting[key]
                by_trace.setdefault(trace_id, {})[key] = span
                told.append(span)
                self.waiting -= 1
        for trace_id, due in by_trace.items():
            self._judge(trace_id, self._traces[trace_id], due)
        self.records.forget(now)
        self._beneath = self._beneaths.of_trace(self._at)
        return told

    def _judge(self, trace_id: bytes, trace: Trace, due: dict[bytes, AiSpan]) -> None:
        before = self._beneaths.of_trace(trace_id) or {}
        for span in due.values():
            heard(span, self.records.of(span))
        people.fill_in(trace, due.values())
        tools.judge(trace, due, before)
        calls.judge(trace, due, before)
        nested.judge(trace, due, before)
        for key, span in due.items():
            del trace.waiting[key]
            trace.notes[key] = note_of(span)
            self._told.add(trace_id + key)
        for key, span in due.items():
            if before or span.is_counted or span.is_call or span.is_execution:
                settled(trace_id, trace, key, span, self._beneaths)

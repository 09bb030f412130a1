"""AI spans wait until those that belong to them have come, are judged, and are told of once each.

Every span waits for the same time from its arrival on. What is judged then is judged by all of its trace that has come
so far. A span that comes again while it waits takes the place of the former one; later it is passed over.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Final

from spansieve.pdata import NO_SPAN

from . import calls, nested, passing, tools
from .above import TOP, Above, Aboves
from .beneath import Beneath, Beneaths
from .outcomes import heard
from .records import Records
from .span import AiSpan, Ids
from .told import ToldIds
from .trace import Trace

MAX_WAITING: Final = 50_000
"""AI spans that wait; of more, those that came first are judged at once."""
MAX_KNOWN: Final = 200_000
"""Traces and their spans that are remembered; of more, the traces that were silent for the longest time go."""
MAX_AT_ONCE: Final = 2_000
"""Spans after which the rest of those that are due waits for the next look, so that a flood of them does not hold up
what else is to be done; what came of one trace in one request stays together.
"""
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

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent of a span that is no AI span, empty for a root; None for any other."""
        trace = self._traces.get(trace_id)
        return None if trace is None or trace.known(span_id) is not None else trace.links.get(span_id)

    def above(self, trace_id: bytes, parent: bytes) -> Above:
        """What encloses a span with this parent, as far as it has come."""
        return Aboves(self._traces.get(trace_id) or Trace(trace_id))[parent]

    def take(self, trace_id: bytes, plumbing: Iterable[Ids], spans: Iterable[AiSpan]) -> None:
        """Spans of a trace have come; `plumbing` are those that are no AI spans, or were dropped by a filter."""
        trace = self._open(trace_id)
        size = trace.size
        is_awaited = self._beneaths.of_trace(trace_id) is not None
        links = trace.links
        for _, span_id, parent in plumbing:
            links[span_id] = parent
            if is_awaited:
                self._pass_on(trace, span_id, None)
        keys = self._wait(trace, spans, is_awaited=is_awaited)
        if keys:
            self._group.append((trace_id, keys))
            self.waiting += len(keys)
        gone = trace.shrink()
        if gone:
            self.evicted["spans"] += gone
        self.known += trace.size - size

    def _open(self, trace_id: bytes) -> Trace:
        trace = self._traces.get(trace_id)
        if trace is None:
            trace = self._traces[trace_id] = Trace(trace_id)
            self.known += 1
        else:
            self._traces.move_to_end(trace_id)
        return trace

    def _pass_on(self, trace: Trace, key: bytes, span: AiSpan | None) -> None:
        """Something may have been counted below a span that has come, an AI span or another."""
        beneath = self._beneaths.of_trace(trace.id)
        if beneath is not None and key in beneath:
            passing.arrived(trace, key, span, self._beneaths)

    def _wait(self, trace: Trace, spans: Iterable[AiSpan], *, is_awaited: bool) -> list[bytes]:
        """AI spans have come: they wait from now on under the keys that are returned, unless they did already."""
        told, waiting, links = self._told.ids, trace.waiting, trace.links
        keys: list[bytes] = []
        for span in spans:
            key = span.span_id
            if key in NO_SPAN:
                self._nameless += 1
                key = b"%d" % self._nameless
            elif trace.id + key in told:
                self.repeated += 1
                continue
            links[key] = span.parent_span_id
            if is_awaited:
                self._pass_on(trace, key, span)
            former = waiting.get(key)
            if former is None:
                keys.append(key)
            if former is not None or span.traits.is_tool:
                tools.arrive(trace, key, span, former)
            waiting[key] = span
        return keys

    def close(self, due: float) -> None:
        """A request is over; what came with it settles at `due`."""
        if self._group:
            self._due.extend((due, some) for some in _parts(self._group))
            self._group = []
        while self.known > MAX_KNOWN and not (trace := next(iter(self._traces.values()))).waiting:
            self._traces.popitem(last=False)
            self.known -= trace.size + 1
            self.evicted["traces"] += 1

    def is_due(self, now: float) -> bool:
        """Whether something is to be told of."""
        return bool(self._due) and (self._due[0][0] <= now or self.waiting > MAX_WAITING)

    def settle(self, now: float) -> list[AiSpan]:
        """Judge what is due, trace by trace, in the order in which it came; of very much a part."""
        keys_of: dict[bytes, list[bytes]] = {}
        least = 0 if now == inf else min(self.waiting - MAX_AT_ONCE, MAX_WAITING)
        while self.is_due(now) and self.waiting > least:
            if self._due[0][0] > now:
                self.evicted["waiting"] += sum(len(keys) for _, keys in self._due[0][1])
            for trace_id, keys in self._due.popleft()[1]:
                self.waiting -= len(keys)
                keys_of.setdefault(trace_id, []).extend(keys)
        told: list[AiSpan] = []
        for trace_id, keys in keys_of.items():
            trace = self._traces[trace_id]
            is_whole = len(keys) == len(trace.waiting)
            due = trace.waiting if is_whole else {key: trace.waiting[key] for key in keys}
            self._judge(trace, due)
            told += due.values()
        self.records.forget(now)
        return told

    def _judge(self, trace: Trace, due: dict[bytes, AiSpan]) -> None:
        before = self._beneaths.of_trace(trace.id) or _NOTHING
        aboves = Aboves(trace)
        if self.records:
            for span in trace.waiting.values():
                heard(span, self.records.of(span))
        if len(trace.waiting) > len(due):
            tools.tell_outer(trace)
        _fill_in(due.values(), aboves)
        alone = tools.judge(trace, due, before, aboves)
        if alone:
            self.evicted["tools"] += alone
        calls.judge(trace, due, before, aboves)
        nested.judge(trace, due, before, aboves)
        self._told.add([trace.id + key for key in due])
        trace.settled(due)
        for key, span in due.items():
            if before or (
                (span.awaits or (trace.waiting and span.parent_span_id))
                and (span.is_counted or span.is_call or span.is_execution)
            ):
                passing.settled(trace, key, span, aboves[span.parent_span_id], self._beneaths)


def _parts(group: list[tuple[bytes, list[bytes]]]) -> Iterator[list[tuple[bytes, list[bytes]]]]:
    """The traces of a request, in parts that may be judged one after the other."""
    first = size = 0
    for at, (_, keys) in enumerate(group):
        size += len(keys)
        if size >= MAX_AT_ONCE:
            yield group[first : at + 1]
            first, size = at + 1, 0
    if first < len(group):
        yield group[first:]


def _fill_in(spans: Iterable[AiSpan], aboves: Aboves) -> None:
    """Say of spans what those say that enclose them."""
    for span in spans:
        traits, above = span.traits, aboves[span.parent_span_id]
        if above is not TOP:
            span.user = span.user or above.user
            span.tenant = span.tenant or above.tenant
            span.thread = span.thread or above.thread
            span.is_enclosed, span.awaits = above.in_ai, above.end
        own = traits.agent or (traits.is_run and traits.workflow)
        span.cost_of = own or above.run or traits.workflow or traits.operation or traits.kind

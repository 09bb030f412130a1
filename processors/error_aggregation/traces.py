"""The traces that have an error, and the errors that wait to be judged."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from spansieve.pdata import NO_SPAN, read

from .config import ErrorAggregationConfig
from .seen import SPAN_BYTES, Passed, Seen
from .trace import MAX_ERRORS, MAX_PASSED, Trace, Verdict, make_good

MAX_SPANS: Final = 50_000
MAX_BYTES: Final = 128 * 1024**2
"""Spans remembered, and their size; above, the trace that was silent for the longest time goes."""
_LARGE, _SMALL = 4_096, 512
"""Of a span with more bytes than the first, attributes with up to the second are kept."""


class Traces:
    """All of them, the longest silent first. Seconds are monotonic."""

    def __init__(self, config: ErrorAggregationConfig) -> None:
        """There are none."""
        self._gap_ns = round(config.cascade_gap * 1e9)
        self._memory = config.cascade_memory
        self._max_pending = config.max_pending
        self._traces: OrderedDict[bytes, Trace | Seen] = OrderedDict()
        """A trace of which nothing is known but one error is that error."""
        self._waiting: deque[Seen] = deque()
        self._nameless = 0
        self.pending = self.spans = self.size_bytes = 0
        """Errors that wait; spans remembered, and their size."""

    def __contains__(self, trace_id: bytes) -> bool:
        return trace_id in self._traces

    def __len__(self) -> int:
        return len(self._traces)

    def are_unknown(self, trace_ids: Iterable[bytes]) -> bool:
        """Whether none of these traces has an error."""
        return self._traces.keys().isdisjoint(trace_ids)

    def fail(self, seen: Seen, now: float, due: float) -> bool:
        """Take an error in that is to be judged at `due`; whether it is one more, and not the same span again."""
        if seen.trace_id in self._traces:
            if not self._join(seen, now):
                return False
        else:
            self._traces[seen.trace_id] = seen
            seen.touched = now
            self.spans += 1
            self.size_bytes += seen.size_bytes
        seen.due = due
        self._waiting.append(seen)
        self.pending += 1
        return True

    def _join(self, seen: Seen, now: float) -> bool:
        """Take an error into a trace of which something is known."""
        trace = self._touch(seen.trace_id, now)
        name = self._name(seen)
        known = trace.errors.get(name)
        if known is not None and not self._replaces(seen, known):
            return False
        passed = self._lose(trace, trace.passed, name)
        if seen.is_record and isinstance(passed, Passed):
            place(seen, passed)
        self._lose(trace, trace.errors, name if known else _first(trace.errors, MAX_ERRORS))
        trace.errors[name] = seen
        self._count(trace, 1, len(seen.wire))
        if trace.passed:
            make_good([seen], [one if isinstance(one, bytes) else one.wire for one in trace.passed.values()])
        return True

    def see(self, trace_id: bytes, wires: Sequence[bytes], now: float) -> Verdict | None:
        """Take in spans of a trace that are no errors; what changes by them, if anything. Raises DecodeError."""
        trace = self._touch(trace_id, now)
        for wire in wires:
            self._pass(trace, wire)
        return trace.judge((), self._gap_ns) if make_good(trace.errors.values(), wires) else None

    def ignore(self, trace_id: bytes, wire: bytes) -> None:
        """Take in a span that is an error by itself, and none by the configuration: it is no success either."""
        if trace_id in self._traces:
            self._pass(self._whole(trace_id), wire, ignored=True)

    def _pass(self, trace: Trace, wire: bytes, *, ignored: bool = False) -> None:
        span_id = wire[20:28] if wire[18:20] == b"\x12\x08" else read("Span", wire).span_id
        known = trace.errors.get(span_id)
        if known is not None:
            if known.is_record:
                place(known, Passed(wire))
            return
        kept = wire if len(wire) <= _LARGE else _slim(wire)
        self._lose(trace, trace.passed, span_id if span_id in trace.passed else _first(trace.passed, MAX_PASSED))
        trace.passed[span_id] = Passed(kept, ignored=True) if ignored else kept
        self._count(trace, 1, len(kept))

    def due(self, now: float, *, all_: bool = False) -> list[Seen]:
        """The errors whose time has come, or that are too many, the first that came first."""
        return list(self._due(now, all_=all_))

    def _due(self, now: float, *, all_: bool) -> Iterator[Seen]:
        while self._waiting:
            seen = self._waiting[0]
            if not (all_ or seen.is_settled or seen.due <= now or self.pending > self._max_pending):
                return
            self._waiting.popleft()
            if not seen.is_settled:
                self.pending -= 1
                yield seen

    def waiting(self) -> list[Seen]:
        """The errors that are not judged yet."""
        return [seen for seen in self._waiting if not seen.is_settled]

    def judge(self, due: Sequence[Seen]) -> list[Verdict]:
        """Find out which of these errors count: they have a path then. What changes for others comes back."""
        by_trace: dict[bytes, list[Seen]] = {}
        for seen in due:
            if self._traces[seen.trace_id] is seen:
                seen.path, seen.is_settled, seen.is_alone = seen.kind.path, True, True
            else:
                by_trace.setdefault(seen.trace_id, []).append(seen)
        return [self._whole(trace_id).judge(some, self._gap_ns) for trace_id, some in by_trace.items()]

    def above(self, seen: Seen) -> list[bytes]:
        """The spans above an error, encoded, the nearest first."""
        trace = self._traces.get(seen.trace_id)
        return [one.wire for one in trace.above(seen)] if isinstance(trace, Trace) else []

    def forget(self, now: float) -> None:
        """Forget what was silent for long, and what is too much."""
        for _ in range(len(self._traces)):
            trace_id, trace = next(iter(self._traces.items()))
            is_much = self.spans > MAX_SPANS or self.size_bytes > MAX_BYTES
            if not is_much and trace.touched + self._memory > now:
                return
            if trace.waits:
                self._traces.move_to_end(trace_id)
                continue
            del self._traces[trace_id]
            self.spans -= trace.spans
            self.size_bytes -= trace.size_bytes

    def _touch(self, trace_id: bytes, now: float) -> Trace:
        trace = self._whole(trace_id)
        if trace.touched != now:
            self._traces.move_to_end(trace_id)
            trace.touched = now
        return trace

    def _whole(self, trace_id: bytes) -> Trace:
        """A trace that is known, as one that has room for more than one error."""
        found = self._traces[trace_id]
        if isinstance(found, Seen):
            trace = self._traces[trace_id] = Trace()
            trace.errors[self._name(found)] = found
            trace.touched, trace.size_bytes = found.touched, found.size_bytes
            return trace
        return found

    def _count(self, trace: Trace, spans: int, wire_bytes: int) -> None:
        size_bytes = spans * (wire_bytes + SPAN_BYTES)
        trace.size_bytes += size_bytes
        self.size_bytes += size_bytes
        self.spans += spans

    def _lose(self, trace: Trace, some: dict[bytes, Any], name: bytes | None) -> Seen | Passed | None:
        """Forget a span of a trace, if it is there."""
        lost = None if name is None else some.pop(name, None)
        if lost is None:
            return None
        found: Seen | Passed = Passed(lost) if isinstance(lost, bytes) else lost
        self._count(trace, -1, len(found.wire))
        return found

    def _name(self, seen: Seen) -> bytes:
        """Its span; records that name none are all different."""
        if seen.span_id not in NO_SPAN:
            return seen.span_id
        self._nameless += 1
        return b"%d" % self._nameless

    def _replaces(self, seen: Seen, known: Seen) -> bool:
        """Whether an error of a span takes the place of what a record told of it."""
        if seen.is_record or not known.is_record:
            return False
        if known.is_settled:
            place(known, seen)
            return False
        known.is_settled = True
        self.pending -= 1
        return True


def _first(some: Mapping[bytes, object], most: int) -> bytes | None:
    """The one that goes where there are too many."""
    return next(iter(some)) if len(some) >= most else None


def place(seen: Seen, span: Seen | Passed) -> None:
    """Let an error that a record told of stand where its span stands."""
    seen.parent_span_id = span.parent_span_id
    seen.start_time_unix_nano, seen.end_time_unix_nano = span.start_time_unix_nano, span.end_time_unix_nano


def _slim(wire: bytes) -> bytes:
    """A span without what is large in it, but for what a tool was given."""
    message = read("Span", wire)
    kept = [raw for raw in message.attributes[:] if len(raw) <= _SMALL or b"tool.call.arguments" in raw[:40]]
    for field in ("attributes", "events", "links"):
        message.ClearField(field)
    message.attributes.extend(kept)
    slim: bytes = message.SerializeToString()
    return slim

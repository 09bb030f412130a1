"""Spans: views over the spans of a trace request."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple

from .attributes import Attributes
from .batch import Group, RequestBatch
from .envelope import Resource, Scope
from .home import Home
from .parts import Event, Link, Status, StatusCode, encode_event, read_all, read_one, retain
from .rewrite import Rewriter, rewrite_span
from .schema import Signal, Wire, read
from .text import decode_text, encode_text
from .values import Writable

NO_SPAN: Final = frozenset({b"", bytes(8)})
"""Ids that name no span: absent, as the parent's of a root, and OTLP's invalid one."""


class SpanKind(IntEnum):
    """Which side of a call a span saw, as OTLP numbers it."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


Outline = tuple[bytes, tuple[bytes, bytes, bytes, int, int], bool, int]
"""Of a span `raw_name`; trace, id, parent, start and end; `has_events` and `status_code`."""


class Span:
    """One span. A view: what is written here is written into the request at once. Reading what is malformed inside it
    raises DecodeError; a number or text that OTLP can't hold raises ValueError or TypeError when it is set.
    """

    __slots__ = ("_attributes", "_events", "_links", "_message", "_status", "scope")

    def __init__(self, message: Wire, scope: Scope) -> None:
        """Look at `message`, which `scope` made."""
        self._message = message
        self.scope = scope
        """What made the span."""
        self._attributes: Attributes | None = None
        self._events: list[Event] | None = None
        self._links: list[Link] | None = None
        self._status: Status | None = None

    @property
    def resource(self) -> Resource:
        """Who sent the span."""
        return self.scope.resource

    @property
    def attributes(self) -> Attributes:
        """What the span says of itself."""
        if self._attributes is None:
            self._attributes = Attributes(self._message.attributes)
        return self._attributes

    @property
    def trace_id(self) -> bytes:
        """The trace, 16 bytes; empty = unset."""
        return self._message.trace_id  # type: ignore[no-any-return]

    @trace_id.setter
    def trace_id(self, value: bytes) -> None:
        self._message.trace_id = value

    @property
    def span_id(self) -> bytes:
        """The span within its trace, 8 bytes; empty = unset."""
        return self._message.span_id  # type: ignore[no-any-return]

    @span_id.setter
    def span_id(self, value: bytes) -> None:
        self._message.span_id = value

    @property
    def parent_span_id(self) -> bytes:
        """The span above, 8 bytes; empty = a root."""
        return self._message.parent_span_id  # type: ignore[no-any-return]

    @parent_span_id.setter
    def parent_span_id(self, value: bytes) -> None:
        self._message.parent_span_id = value

    def ids(self) -> tuple[bytes, bytes, bytes]:
        """Trace, id and parent; no parent, not even one of zeros, is empty."""
        message = self._message
        parent: bytes = message.parent_span_id
        return message.trace_id, message.span_id, b"" if parent in NO_SPAN else parent

    def outline(self) -> Outline:
        """What whoever looks at every span asks for first, read in one go."""
        message = self._message
        return (
            message.name,
            (
                message.trace_id,
                message.span_id,
                message.parent_span_id,
                message.start_time_unix_nano,
                message.end_time_unix_nano,
            ),
            bool(message.events),
            self.status_code if message.status else 0,
        )

    @property
    def is_root(self) -> bool:
        """Whether it has no parent; an id of zeros is none."""
        return not self.parent_span_id.strip(b"\0")

    @property
    def trace_state(self) -> str:
        """W3C trace state, as the header has it."""
        return decode_text(self._message.trace_state)

    @trace_state.setter
    def trace_state(self, value: str) -> None:
        self._message.trace_state = encode_text(value)

    @property
    def name(self) -> str:
        """What was done, in few different words."""
        return decode_text(self._message.name)

    @name.setter
    def name(self, value: str) -> None:
        self._message.name = encode_text(value)

    @property
    def raw_name(self) -> bytes:
        """The name as it stands on the wire: for looking it up without decoding it."""
        return self._message.name  # type: ignore[no-any-return]

    @property
    def kind(self) -> int:
        """A SpanKind's number, or a newer one."""
        return self._message.kind  # type: ignore[no-any-return]

    @kind.setter
    def kind(self, value: int) -> None:
        self._message.kind = int(value)

    @property
    def flags(self) -> int:
        """W3C trace flags in the low eight bits, OTLP's own above."""
        return self._message.flags  # type: ignore[no-any-return]

    @flags.setter
    def flags(self, value: int) -> None:
        self._message.flags = value

    @property
    def start_time_unix_nano(self) -> int:
        """When it began, in nanoseconds since the Unix epoch."""
        return self._message.start_time_unix_nano  # type: ignore[no-any-return]

    @start_time_unix_nano.setter
    def start_time_unix_nano(self, value: int) -> None:
        self._message.start_time_unix_nano = value

    @property
    def end_time_unix_nano(self) -> int:
        """When it ended, in nanoseconds since the Unix epoch."""
        return self._message.end_time_unix_nano  # type: ignore[no-any-return]

    @end_time_unix_nano.setter
    def end_time_unix_nano(self, value: int) -> None:
        self._message.end_time_unix_nano = value

    @property
    def duration_ns(self) -> int:
        """How long it took, in nanoseconds; 0 where it ends before it begins."""
        message = self._message
        taken: int = message.end_time_unix_nano - message.start_time_unix_nano
        return max(0, taken)

    @property
    def dropped_attributes_count(self) -> int:
        """Attributes that the sender left out."""
        return self._message.dropped_attributes_count  # type: ignore[no-any-return]

    @dropped_attributes_count.setter
    def dropped_attributes_count(self, value: int) -> None:
        self._message.dropped_attributes_count = value

    @property
    def dropped_events_count(self) -> int:
        """Events that the sender left out."""
        return self._message.dropped_events_count  # type: ignore[no-any-return]

    @dropped_events_count.setter
    def dropped_events_count(self, value: int) -> None:
        self._message.dropped_events_count = value

    @property
    def dropped_links_count(self) -> int:
        """Links that the sender left out."""
        return self._message.dropped_links_count  # type: ignore[no-any-return]

    @dropped_links_count.setter
    def dropped_links_count(self, value: int) -> None:
        self._message.dropped_links_count = value

    @property
    def events(self) -> Sequence[Event]:
        """What happened during the span, in order. `add_event` and `retain_events` change which there are."""
        return self._read_events()

    def _read_events(self) -> list[Event]:
        if self._events is None:
            self._events = read_all("Event", self._message.events, Event)
        return self._events

    def add_event(self, name: str, time_unix_nano: int, attributes: Mapping[str, Writable] | None = None) -> None:
        """Add an event at the end; the time is in nanoseconds since the Unix epoch."""
        raw = encode_event(name, time_unix_nano, attributes or {})
        container = self._message.events
        container.append(raw)
        if self._events is not None:
            self._events.append(Event(Home(container, len(container) - 1, read("Event", raw))))

    def retain_events(self, keep: Callable[[Event], bool]) -> int:
        """Drop the events that `keep` says no to; returns how many."""
        return retain(self._read_events(), self._message.events, keep)

    @property
    def links(self) -> Sequence[Link]:
        """Spans elsewhere that this one belongs to as well, in order."""
        return self._read_links()

    def _read_links(self) -> list[Link]:
        if self._links is None:
            self._links = read_all("Link", self._message.links, Link)
        return self._links

    def retain_links(self, keep: Callable[[Link], bool]) -> int:
        """Drop the links that `keep` says no to; returns how many."""
        return retain(self._read_links(), self._message.links, keep)

    @property
    def status(self) -> Status:
        """How it ended; UNSET where the span says nothing."""
        if self._status is None:
            self._status = Status(read_one("Status", self._message.status))
        return self._status

    @property
    def status_code(self) -> int:
        """`status.code`, had without making the status; most spans have an empty one."""
        parts = self._message.status
        size = len(parts)
        if size == 0:
            return 0
        code = _CODES.get(parts[0]) if size == 1 else None
        return self.status.code if code is None else code

    @property
    def has_events(self) -> bool:
        """Whether anything happened during the span; asked without reading what."""
        return bool(self._message.events)

    def events_mention(self, text: bytes) -> bool:
        """Whether `text` may stand in its events: where not, no event has that name. Reads none of them."""
        return text in b"".join(self._message.events)

    @property
    def is_error(self) -> bool:
        """Whether the status says ERROR."""
        return self.status_code == StatusCode.ERROR

    def encode(self) -> bytes:
        """The span as it is now, on the wire."""
        return self._message.SerializeToString()  # type: ignore[no-any-return]

    def rewrite_rest(self, rewriter: Rewriter) -> bool:
        """Let `rewriter` see every text of it but its attributes; whether one changed. Events, links and the status
        that were read before are to be read again then.
        """
        changed = rewrite_span(self._message, rewriter)
        if changed:
            self._events = self._links = self._status = None
        return changed


_CODES = {b"": 0, b"\x18\x00": 0, b"\x18\x01": 1, b"\x18\x02": 2}
"""Statuses of nothing but a code, as they stand on the wire."""
_TRACE_ID = (16, 0)
_SPAN_ID = (8, 0)


class DroppedSpan(NamedTuple):
    """What is remembered of a span that was dropped, so that its children can be joined to what is above it."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes


class Columns(NamedTuple):
    """The same of every span of a batch, in order: many are read so in a fifth of the time that views take."""

    trace_ids: list[bytes]
    parent_span_ids: list[bytes]
    starts: list[int]
    """Nanoseconds since the Unix epoch."""
    ends: list[int]
    wires: list[bytes]
    """Each span as it is now, encoded."""


class TraceBatch(RequestBatch[Span]):
    """The spans of one `ExportTraceServiceRequest`."""

    __slots__ = ("dropped",)

    signal: ClassVar[Signal] = "traces"

    def __init__(self, request: Wire, body: bytes) -> None:
        """Hold `request`, the message that `body` was read as; use `parse`."""
        super().__init__(request, body)
        self.dropped: list[DroppedSpan] = []
        """Spans that a filter dropped from this batch and whose children, some of them in other requests, are to be
        joined to what is above them. It is no part of the request: `encode` knows nothing of it.
        """

    @staticmethod
    def _has_valid_ids(span: Wire | Span) -> bool:
        return (
            len(span.trace_id) in _TRACE_ID and len(span.span_id) in _SPAN_ID and len(span.parent_span_id) in _SPAN_ID
        )

    def _all_valid(self) -> bool:
        # This runs for every request, so no call for each span, and they are counted on the way.
        count = 0
        for resource_spans in self._read().resource_spans:
            for scope_spans in resource_spans.scope_spans:
                spans = scope_spans.spans
                for span in spans:
                    if len(span.trace_id) != 16 or len(span.span_id) != 8 or len(span.parent_span_id) not in _SPAN_ID:
                        return super()._all_valid()
                count += len(spans)
        self._count = count
        return True

    def has_lone_spans(self) -> bool:
        """Whether no two of its spans are of one trace; makes no views."""
        ids = [span.trace_id for span in self._messages()]
        return len(set(ids)) == len(ids)

    def by_trace(self) -> dict[bytes, list[Span]]:
        """Its spans by trace, in order."""
        traces: dict[bytes, list[Span]] = {}
        for span in self:
            traces.setdefault(span.trace_id, []).append(span)
        return traces

    def columns(self) -> Columns:
        """What its spans are, read at once; makes no views."""
        spans = list(self._messages())
        return Columns(
            [span.trace_id for span in spans],
            [span.parent_span_id for span in spans],
            [span.start_time_unix_nano for span in spans],
            [span.end_time_unix_nano for span in spans],
            [span.SerializeToString() for span in spans],
        )

    def retain_traces(self, trace_ids: Collection[bytes]) -> int:
        """Drop the spans of all traces but these, as `retain` does; returns how many."""
        self._viewed()
        if not trace_ids:
            return self._drop([[False] * len(group.items) for group in self._groups])
        return self._drop([[span.trace_id in trace_ids for span in group.container] for group in self._groups])

    @staticmethod
    def _lists(scope_message: Wire) -> Iterator[Wire]:
        yield scope_message.spans

    def _look(self, scope_message: Wire, scope: Scope, resource: Resource) -> Iterator[Group[Span]]:
        spans = scope_message.spans
        yield Group(scope_message, spans, [Span(message, scope) for message in spans])

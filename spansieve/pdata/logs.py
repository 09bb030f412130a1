"""Log records: views over the records of a log request."""

from collections.abc import Iterator
from typing import ClassVar

from .attributes import Attributes
from .batch import Group, RequestBatch
from .envelope import Resource, Scope
from .rewrite import Rewriter, rewrite_record
from .schema import Signal, Wire
from .text import decode_text, encode_text
from .values import Value, Writable, decode_parts, encode_value


class LogRecord:
    """One log record, or an event where `event_name` says so. A view as `Span` is, with the same errors."""

    __slots__ = ("_attributes", "_message", "scope")

    def __init__(self, message: Wire, scope: Scope) -> None:
        """Look at `message`, which `scope` made."""
        self._message = message
        self.scope = scope
        """What made the record."""
        self._attributes: Attributes | None = None

    @property
    def resource(self) -> Resource:
        """Who sent the record."""
        return self.scope.resource

    @property
    def attributes(self) -> Attributes:
        """What the record says of itself."""
        if self._attributes is None:
            self._attributes = Attributes(self._message.attributes)
        return self._attributes

    @property
    def body(self) -> Value:
        """What was logged; None where it is empty or absent. Made afresh on each read."""
        return decode_parts(self._message.body[:])

    @body.setter
    def body(self, value: Writable) -> None:
        self._message.body[:] = [] if value is None else [encode_value(value)]

    @property
    def time_unix_nano(self) -> int:
        """When it happened, in nanoseconds since the Unix epoch; 0 = unknown."""
        return self._message.time_unix_nano  # type: ignore[no-any-return]

    @time_unix_nano.setter
    def time_unix_nano(self, value: int) -> None:
        self._message.time_unix_nano = value

    @property
    def observed_time_unix_nano(self) -> int:
        """When it was seen, in nanoseconds since the Unix epoch."""
        return self._message.observed_time_unix_nano  # type: ignore[no-any-return]

    @observed_time_unix_nano.setter
    def observed_time_unix_nano(self, value: int) -> None:
        self._message.observed_time_unix_nano = value

    @property
    def severity_number(self) -> int:
        """1-4 TRACE, 5-8 DEBUG, 9-12 INFO, 13-16 WARN, 17-20 ERROR, 21-24 FATAL; 0 = unset."""
        return self._message.severity_number  # type: ignore[no-any-return]

    @severity_number.setter
    def severity_number(self, value: int) -> None:
        self._message.severity_number = int(value)

    @property
    def severity_text(self) -> str:
        """The severity in the words of its source."""
        return decode_text(self._message.severity_text)

    @severity_text.setter
    def severity_text(self, value: str) -> None:
        self._message.severity_text = encode_text(value)

    @property
    def event_name(self) -> str:
        """The kind of event; empty for a plain log record."""
        return decode_text(self._message.event_name)

    @event_name.setter
    def event_name(self, value: str) -> None:
        self._message.event_name = encode_text(value)

    @property
    def raw_event_name(self) -> bytes:
        """The event's name as it stands on the wire: for looking it up without decoding it."""
        return self._message.event_name  # type: ignore[no-any-return]

    @property
    def trace_id(self) -> bytes:
        """The trace that it belongs to, 16 bytes; empty = none."""
        return self._message.trace_id  # type: ignore[no-any-return]

    @trace_id.setter
    def trace_id(self, value: bytes) -> None:
        self._message.trace_id = value

    @property
    def span_id(self) -> bytes:
        """The span that it belongs to, 8 bytes; empty = none."""
        return self._message.span_id  # type: ignore[no-any-return]

    @span_id.setter
    def span_id(self, value: bytes) -> None:
        self._message.span_id = value

    @property
    def flags(self) -> int:
        """W3C trace flags in the low eight bits."""
        return self._message.flags  # type: ignore[no-any-return]

    @flags.setter
    def flags(self, value: int) -> None:
        self._message.flags = value

    @property
    def dropped_attributes_count(self) -> int:
        """Attributes that the sender left out."""
        return self._message.dropped_attributes_count  # type: ignore[no-any-return]

    @dropped_attributes_count.setter
    def dropped_attributes_count(self, value: int) -> None:
        self._message.dropped_attributes_count = value

    def encode(self) -> bytes:
        """The record as it is now, on the wire."""
        return self._message.SerializeToString()  # type: ignore[no-any-return]

    def rewrite_rest(self, rewriter: Rewriter) -> bool:
        """Let `rewriter` see every text of it but its attributes; whether one changed."""
        return rewrite_record(self._message, rewriter)


_TRACE_ID = (16, 0)
_SPAN_ID = (8, 0)


class LogBatch(RequestBatch[LogRecord]):
    """The log records of one `ExportLogsServiceRequest`."""

    __slots__ = ()

    signal: ClassVar[Signal] = "logs"

    @staticmethod
    def _has_valid_ids(record: Wire | LogRecord) -> bool:
        return len(record.trace_id) in _TRACE_ID and len(record.span_id) in _SPAN_ID

    @staticmethod
    def _lists(scope_message: Wire) -> Iterator[Wire]:
        yield scope_message.log_records

    def _look(self, scope_message: Wire, scope: Scope, resource: Resource) -> Iterator[Group[LogRecord]]:
        records = scope_message.log_records
        yield Group(scope_message, records, [LogRecord(message, scope) for message in records])

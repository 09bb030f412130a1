"""Errors as they are read from spans and log records. What says the same is read once."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from spansieve.failures import (
    AGENT_KEYS,
    Details,
    Failure,
    Shown,
    base_key,
    comparable,
    details_of,
    details_of_record,
    exceptions_of,
    failure_of,
    failure_of_record,
    label_of,
    last_part,
    tool_of,
)
from spansieve.pdata import Attributes, LogRecord, Span, Wire, decode_pair, read
from spansieve.semconv.names import REQUEST_MODEL

from .config import ErrorAggregationConfig
from .ignoring import Ignored, Ignoring
from .kinds import MOST, Kinds
from .roles import MESSAGES, OVERRIDES, Parted, Roles, head_of
from .seen import Kind, Seen, Source
from .sources import worth

_MESSAGES: Final = tuple(head_of(key) + b"\x12" for key in MESSAGES)
_SHORT: Final = 256
"""Bytes of an attribute whose text is remembered."""
_EXCEPTION: Final = b"\x12\x09exception"
_TIME: Final = 0x09
"""How an event begins that has a time, and goes on if it is an exception."""


class Reader:
    """Reads errors, and tells those that are ignored."""

    def __init__(self, config: ErrorAggregationConfig) -> None:
        """What an error is stands in `config`."""
        self._soft = config.soft
        self._rules = config.rules()
        self._lenient = self._rules._replace(ignore_classes=())
        self._ignoring = Ignoring(config.ignore)
        self._kinds = Kinds()
        self._frames: dict[tuple[object, ...], _Frame | Ignored | None] = {}
        self._roles = Roles()
        self._worths: dict[bytes, bytes] = {}

    def span(self, wire: bytes, source: Source) -> Seen | Ignored | None:
        """The error that an encoded span is, why it is ignored, or None. Raises DecodeError."""
        message = read("Span", wire)
        parted = self._roles.parted(message.attributes[:])
        kind, time_ns = self._kind(message, parted.telling, source)
        if not isinstance(kind, Kind):
            return kind
        seen = Seen(kind, source, wire)
        seen.trace_id, seen.span_id = message.trace_id, message.span_id
        if parent := message.parent_span_id:
            seen.parent_span_id = parent
        seen.raw_name = message.name
        seen.start_time_unix_nano = message.start_time_unix_nano
        end = seen.end_time_unix_nano = message.end_time_unix_nano
        seen.time_ns = time_ns or end
        self._tell(seen, parted)
        return seen

    def record(self, record: LogRecord, source: Source) -> Seen | Ignored | None:
        """The error that a log record of a trace tells of. Raises DecodeError."""
        failure = failure_of_record(record, self._rules)
        if failure is None:
            return "class" if failure_of_record(record, self._lenient) else None
        span, details = _as_span(record), details_of_record(record)
        frame = _frame(span, failure)
        if not frame.tool:
            frame = frame._replace(label=f"log:{record.scope.name}")
        kind = self._made(span, frame, details)
        if not isinstance(kind, Kind):
            return kind
        seen = Seen(kind, source, record.encode())
        seen.trace_id, seen.span_id = record.trace_id, record.span_id
        seen.time_ns = seen.start_time_unix_nano = seen.end_time_unix_nano = details.time_ns
        seen.is_record = True
        self._tell(seen, self._roles.parted(record.attributes.every()))
        return seen

    def _tell(self, seen: Seen, parted: Parted) -> None:
        """Take over for whom it was."""
        if self._soft == "count" and seen.kind.failure.soft:
            seen.is_apart = True
        if parted.user:
            seen.user = self._worth(parted.user)
        if parted.thread:
            seen.thread = self._worth(parted.thread)
        seen.tried = parted.tried

    def _worth(self, raw: bytes) -> bytes:
        """The text of an attribute; the same ones come again and again."""
        known = self._worths.get(raw)
        if known is None:
            known = worth(raw)
            if len(raw) <= _SHORT:
                if len(self._worths) >= MOST:
                    self._worths.clear()
                self._worths[raw] = known
        return known

    def _kind(self, message: Wire, telling: tuple[bytes, ...], source: Source) -> tuple[Kind | Ignored | None, int]:
        """What the error is, and when it was raised, 0 where nothing says it."""
        raised = _raised(message.events[:])
        if raised is None:
            span = Span(message, source.scope)
            return self._read(span, telling), details_of(span).time_ns
        said, time_ns = raised
        known = message.name, tuple(message.status[:]), said, telling
        try:
            return self._kinds.get(known), time_ns
        except KeyError:
            kind = self._read(Span(message, source.scope), telling)
            self._kinds.put(known, kind, 3 * (len(said) + sum(map(len, telling))) + 1_000)
            return kind, time_ns

    def _read(self, span: Span, telling: tuple[bytes, ...]) -> Kind | Ignored | None:
        """Read a span that says what no other one did; what surrounds the message is mostly known."""
        raised = len(exceptions_of(span))
        if raised > 1:
            frame = self._frame(span)
            return self._made(span, frame, details_of(span)) if isinstance(frame, _Frame) else frame
        details = details_of(span)
        words = tuple([raw for raw in telling if not raw.startswith(_MESSAGES)])
        known = span.raw_name, span.status_code, raised, details.type, words
        try:
            frame = self._frames[known]
        except KeyError:
            if len(self._frames) >= MOST:
                self._frames.clear()
            frame = self._frames[known] = self._frame(span)
        return self._made(span, frame, details) if isinstance(frame, _Frame) else frame

    def _frame(self, span: Span) -> "_Frame | Ignored | None":
        failure = failure_of(span, self._rules)
        if failure is None:
            return "class" if failure_of(span, self._lenient) else None
        return _frame(span, failure)

    def _made(self, span: Span, frame: "_Frame", details: Details) -> Kind | Ignored:
        if frame.failure.soft and self._soft == "ignore":
            return "soft"
        if self._ignoring.fits(details, frame.tool):
            return "rule"
        shown = Shown(
            0,
            frame.failure,
            0,
            last_part(details.type),
            comparable(details.message),
            details.stack,
            base_key(details.type, frame.tool),
            frame.label,
        )
        kind = Kind(frame.failure, shown, details, frame.tool)
        kind.model, kind.has_agent, kind.override = frame.model, frame.has_agent, frame.override
        if span.events_mention(b"exception.fingerprint"):
            kind.override = frame.override or _override(span.events[-1].attributes)
        return kind


class _Frame(NamedTuple):
    """What surrounds the message of an error."""

    failure: Failure
    tool: str
    label: str
    model: str
    has_agent: bool
    override: str


def _frame(span: Span, failure: Failure) -> _Frame:
    raws = span.attributes.raws()
    model = decode_pair(raws[REQUEST_MODEL]) if REQUEST_MODEL in raws else ""
    has_agent = any(key in raws for key in AGENT_KEYS)
    model = model if isinstance(model, str) else ""
    return _Frame(failure, tool_of(span), label_of(span), model, has_agent, _override(span.attributes))


def _as_span(record: LogRecord) -> Span:
    """A span of no name with a record's attributes."""
    nearly = read("Span", b"")
    nearly.attributes.extend(record.attributes.every())
    return Span(nearly, record.scope)


def _raised(events: Sequence[bytes]) -> tuple[bytes, int] | None:
    """What the exceptions among these events say, without when, and when the last one was; None where an event that
    mentions one is not laid out as usual.
    """
    found = events if len(events) == 1 else [event for event in events if b"exception" in event]
    for event in found:
        if event[9:20] != _EXCEPTION or event[0] != _TIME:
            return None if any(b"exception" in one for one in found) else (b"", 0)
    if not found:
        return b"", 0
    last = found[-1]
    return last[9:] if len(found) == 1 else b"".join([event[9:] for event in found]), int.from_bytes(
        last[1:9], "little"
    )


def _override(attributes: Attributes) -> str:
    """The fingerprint that somebody gave an error."""
    given = (attributes.get(key) for key in OVERRIDES)
    return next((value for value in given if isinstance(value, str) and value), "")

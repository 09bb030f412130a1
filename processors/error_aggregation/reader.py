"""Errors as they are read from spans and log records. What says the same is read once."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from spansieve.actions.patterns import Pattern as Expression
from spansieve.actions.patterns import compile_pattern, utf8
from spansieve.failures import (
    AGENT_KEYS,
    THREAD_KEYS,
    TOOL_KEYS,
    USER_KEYS,
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
from spansieve.semconv.names import (
    ERROR_CLASS,
    ERROR_SOFT,
    ERROR_TYPE,
    KIND,
    OPERATION,
    REQUEST_MODEL,
    SAME_ARGUMENTS,
)

from .config import ErrorAggregationConfig, IgnoreConfig
from .seen import Kind, Seen, Source
from .sources import worth

Ignored = Literal["class", "rule", "soft"]
"""Why an error is none."""
OVERRIDES: Final = ("spansieve.error.fingerprint", "exception.fingerprint")
_TELLING: Final = frozenset(
    {*TOOL_KEYS, *AGENT_KEYS, *OVERRIDES, ERROR_CLASS, ERROR_SOFT, ERROR_TYPE, KIND, OPERATION, REQUEST_MODEL}
    | {"exception.type", "exception.message", "exception.stacktrace", "error.message", "error"}
    | {"http.response.status_code", "http.status_code", "rpc.grpc.status_code", "gen_ai.workflow.name"}
)
"""Attributes that say what the error is; those that say when, where and for whom differ from one to the next."""
_ASKED: Final = (*USER_KEYS, *THREAD_KEYS, *SAME_ARGUMENTS)
_TELLS, _NOTHING = -1, -2
_SHORT: Final = 64
"""Bytes of an attribute that is remembered as it is."""
_MESSAGES: Final = tuple(
    b"\x0a%c%s\x12" % (len(key), key) for key in (b"exception.message", b"exception.stacktrace", b"error.message")
)
_ROLES: Final = {b"\x0a%c%s" % (len(key), key.encode()): place for place, key in enumerate(_ASKED)} | {
    b"\x0a%c%s" % (len(key), key.encode()): _TELLS for key in _TELLING
}
"""By the key as it stands on the wire: the place in `_ASKED`, or that it tells what the error is."""
_MOST, _MOST_BYTES, _LARGE = 4_096, 32 * 1024**2, 64 * 1024
"""Kinds remembered, their size, and that of one which is not."""
_EXCEPTION: Final = b"\x12\x09exception"
_TIME: Final = 0x09
"""How an event begins that has a time, and goes on if it is an exception."""


class _Memory:
    """Kinds by what their spans say, the longest unseen first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], Kind | Ignored | None] = OrderedDict()
        self._sizes: dict[tuple[object, ...], int] = {}
        self._bytes = 0

    def get(self, key: tuple[object, ...]) -> Kind | Ignored | None:
        """The one that is known; raises KeyError."""
        self._known.move_to_end(key)
        return self._known[key]

    def put(self, key: tuple[object, ...], kind: Kind | Ignored | None, size_bytes: int) -> None:
        """Remember it, unless it is large."""
        if size_bytes > _LARGE:
            return
        self._known[key], self._sizes[key] = kind, size_bytes
        self._bytes += size_bytes
        while self._bytes > _MOST_BYTES or len(self._known) > _MOST:
            self._bytes -= self._sizes.pop(self._known.popitem(last=False)[0])


class _Ignore(NamedTuple):
    """One entry of `ignore`."""

    type: Expression | None
    tool: Expression | None
    message: Expression | None

    def fits(self, details: Details, tool: str) -> bool:
        """Whether the error is what it speaks of."""
        types = (details.type, last_part(details.type))
        return (
            (self.type is None or any(self.type.search(utf8(one)) for one in types))
            and (self.tool is None or self.tool.search(utf8(tool)) is not None)
            and (self.message is None or self.message.search(utf8(details.message)) is not None)
        )


class Reader:
    """Reads errors, and tells those that are ignored."""

    def __init__(self, config: ErrorAggregationConfig) -> None:
        """What an error is stands in `config`."""
        self._soft = config.soft
        self._rules = config.rules()
        self._lenient = self._rules._replace(ignore_classes=())
        self._ignores = [_ignore(entry) for entry in config.ignore]
        self._memory = _Memory()
        self._frames: dict[tuple[object, ...], _Frame | Ignored | None] = {}
        self._roles = _Roles()
        self._worths: dict[bytes, bytes] = {}

    def span(self, wire: bytes, source: Source) -> Seen | Ignored | None:
        """The error that an encoded span is, why it is ignored, or None. Raises DecodeError."""
        message = read("Span", wire)
        asked, telling = self._roles.parted(message.attributes[:])
        kind, time_ns = self._kind(message, telling, source)
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
        self._tell(seen, asked)
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
        self._tell(seen, self._roles.parted(record.attributes.every())[0])
        return seen

    def _tell(self, seen: Seen, asked: Sequence[bytes]) -> None:
        """Take over for whom it was."""
        if self._soft == "count" and seen.kind.failure.soft:
            seen.is_apart = True
        user, thread = asked[0] or asked[1], asked[2] or asked[3] or asked[4]
        if user:
            seen.user = self._worth(user)
        if thread:
            seen.thread = self._worth(thread, text_only=not (asked[2] or asked[3]))
        if tried := asked[5] or asked[6]:
            seen.tried = tried

    def _worth(self, raw: bytes, *, text_only: bool = False) -> bytes:
        """The text of an attribute; the same ones come again and again."""
        known = self._worths.get(raw)
        if known is None:
            if len(self._worths) >= _MOST:
                self._worths.clear()
            known = b"" if text_only and not isinstance(decode_pair(raw), str) else worth(raw)
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
            return self._memory.get(known), time_ns
        except KeyError:
            kind = self._read(Span(message, source.scope), telling)
            self._memory.put(known, kind, 3 * (len(said) + sum(map(len, telling))) + 1_000)
            return kind, time_ns

    def _read(self, span: Span, telling: tuple[bytes, ...]) -> Kind | Ignored | None:
        """Read a span that says what no other one did; what surrounds the message is mostly known."""
        if span.events_mention(b"exception") and len(exceptions_of(span)) > 1:
            frame = self._frame(span)
            return self._made(span, frame, details_of(span)) if isinstance(frame, _Frame) else frame
        details = details_of(span)
        words = tuple([raw for raw in telling if not raw.startswith(_MESSAGES)])
        known = span.raw_name, span.status_code, span.has_events, details.type, words
        try:
            frame = self._frames[known]
        except KeyError:
            if len(self._frames) >= _MOST:
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
        if any(entry.fits(details, frame.tool) for entry in self._ignores):
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


def _ignore(entry: IgnoreConfig) -> _Ignore:
    patterns = (entry.type, entry.tool, entry.message)
    return _Ignore(*(None if pattern is None else compile_pattern(pattern) for pattern in patterns))


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


class _Roles:
    """What attributes are good for here. Most of them come again and again as they are, so that is asked first."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def parted(self, raws: Sequence[bytes]) -> tuple[list[bytes], tuple[bytes, ...]]:
        """Of attributes: those of `_ASKED`, each at its place, and those that tell what the error is."""
        asked, telling = [b""] * len(_ASKED), []
        for raw, known in zip(raws, map(self._known.get, raws), strict=True):
            if known == _NOTHING:
                continue
            role = self._learn(raw) if known is None else known
            if role == _TELLS:
                telling.append(raw)
            elif role != _NOTHING and not asked[role]:
                asked[role] = raw
        return asked, tuple(telling)

    def _learn(self, raw: bytes) -> int:
        role = _ROLES.get(raw[: raw[1] + 2], _NOTHING) if len(raw) > 1 else _NOTHING
        if len(raw) <= _SHORT:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[raw] = role
        return role


def _override(attributes: Attributes) -> str:
    """The fingerprint that somebody gave an error."""
    given = (attributes.get(key) for key in OVERRIDES)
    return next((value for value in given if isinstance(value, str) and value), "")

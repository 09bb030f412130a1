"""An error with what surrounded it: who ran what for whom, and the span's other attributes."""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from spansieve.pdata import LogRecord, Span
from spansieve.semconv import Globs, content_keys, raw_mapping
from spansieve.semconv.names import ERROR_TYPE

from .details import Details, details_of, details_of_record
from .reading import Raws, text_of, value_of
from .words import AGENT_KEYS, MAX_CHARACTERS, TOOL_KEYS, tool_of

MAX_METADATA: Final = 32
"""Entries of the metadata; the first ones are kept."""
USER_KEYS: Final = ("user.id", "enduser.id")
OS_THREAD: Final = "thread.id"
"""A number there is a thread of the operating system, and no conversation."""
THREAD_KEYS: Final = ("gen_ai.conversation.id", "session.id", OS_THREAD)
_ELSEWHERE: Final = frozenset(
    {*TOOL_KEYS, *AGENT_KEYS, *USER_KEYS, *THREAD_KEYS, ERROR_TYPE, "error.message"}
    | {"exception.type", "exception.message", "exception.stacktrace"}
)
"""What has a field of its own."""


class ErrorContext(NamedTuple):
    """An error and what surrounded it; texts are empty where nothing says them."""

    trace_id: bytes
    span_id: bytes
    time_ns: int
    """Nanoseconds since the Unix epoch."""
    type: str
    message: str
    stack: str
    tool: str
    agent: str
    user_id: str
    thread_id: str
    metadata: dict[str, str | int | float | bool]


def context_of(span: Span, ancestors: Iterable[Span] = ()) -> ErrorContext:
    """The error that `span`, a failed one, is; `ancestors`, the nearest first, are read as far as it needs them.

    Raises DecodeError where attributes or events are malformed.
    """
    return _context(span, span.span_id, details_of(span), tool_of(span), ancestors)


def context_of_record(record: LogRecord, ancestors: Iterable[Span] = ()) -> ErrorContext:
    """The error that `record` tells of, as far as it says so; `ancestors` are the spans that it belongs to. Raises
    DecodeError where it is malformed.
    """
    tool = text_of(record.attributes.raws(), *TOOL_KEYS)[:MAX_CHARACTERS]
    return _context(record, record.span_id, details_of_record(record), tool, ancestors)


def _context(
    item: Span | LogRecord, span_id: bytes, details: Details, tool: str, ancestors: Iterable[Span]
) -> ErrorContext:
    agent, user_id, thread_id = whom_of(item, ancestors)
    return ErrorContext(
        item.trace_id,
        span_id,
        details.time_ns,
        details.type,
        details.message,
        details.stack,
        tool,
        agent,
        user_id,
        thread_id,
        dict(_metadata(item.attributes.raws())),
    )


def whom_of(item: Span | LogRecord, ancestors: Iterable[Span]) -> tuple[str, str, str]:
    """Agent, user and thread of `item`, of its resource (but for the agent), or of the nearest of `ancestors`; empty
    where nothing says them.
    """
    own, sender = item.attributes.raws(), item.resource.attributes.raws()
    agent = identity_of(own, AGENT_KEYS)
    user = identity_of(own, USER_KEYS) or identity_of(sender, USER_KEYS)
    thread = identity_of(own, THREAD_KEYS) or identity_of(sender, THREAD_KEYS)
    for ancestor in ancestors:
        if agent and user and thread:
            break
        raws = ancestor.attributes.raws()
        agent = agent or identity_of(raws, AGENT_KEYS)
        user = user or identity_of(raws, USER_KEYS)
        thread = thread or identity_of(raws, THREAD_KEYS)
    return agent, user, thread


def identity_of(raws: Raws, keys: Iterable[str]) -> str:
    """Who is named under the first of `keys` that names somebody: a text, or a number as one; at most 256 characters,
    empty where none does.
    """
    for key in keys:
        value = value_of(raws, key)
        if isinstance(value, int) and not isinstance(value, bool) and key != OS_THREAD:
            return str(value)
        if isinstance(value, str) and value:
            return value[:MAX_CHARACTERS]
    return ""


def _metadata(raws: Raws) -> Iterator[tuple[str, str | int | float | bool]]:
    left = MAX_METADATA
    for key in raws:
        if not left:
            return
        if key in _ELSEWHERE or _holds_content(key):
            continue
        value = value_of(raws, key)
        if isinstance(value, str | int | float):
            left -= 1
            yield key[:MAX_CHARACTERS], value[:MAX_CHARACTERS] if isinstance(value, str) else value


@lru_cache(4096)
def _holds_content(key: str) -> bool:
    return _content().get(key, otherwise=False)


@cache
def _content() -> Globs[bool]:
    return Globs((one.key, True) for one in content_keys(raw_mapping()) if "span" in one.places and one.key != "*")

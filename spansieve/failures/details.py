"""What a failed span says of its error: type, message, stack and time.

A span is one error: its last exception, else its attributes, else its status.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from spansieve.pdata import LogRecord, Span
from spansieve.semconv.names import ERROR_CLASS, ERROR_TYPE

from .reading import Raws, exceptions_of, number_of, text_of, value_of
from .words import MAX_CHARACTERS, UNKNOWN

MAX_MESSAGE_BYTES: Final = 2 * 1024
MAX_STACK_BYTES: Final = 16 * 1024
HTTP_CODES: Final = ("http.response.status_code", "http.status_code")
GRPC_CODE: Final = "rpc.grpc.status_code"
_SAYS_NOTHING: Final = frozenset({UNKNOWN, "_OTHER"})
"""What `ai_semantics` and the conventions write where the type is not known."""
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CUT: Final = b"\n...\n"


class Details(NamedTuple):
    """An error in its own words; each is empty where the span does not say it, but for the type."""

    type: str
    """As written, so mostly qualified; `unknown` where nothing says it."""
    message: str
    """At most 2 KiB."""
    stack: str
    """At most 16 KiB, cut in the middle."""
    time_ns: int
    """When it happened: the exception, or else the span's end. In nanoseconds since the Unix epoch."""


def details_of(span: Span) -> Details:
    """What `span`, a failed one, says of its error. Raises DecodeError where attributes or events are malformed."""
    raws = span.attributes.raws()
    last = exceptions_of(span)[-1:]
    raised: Raws = last[0].attributes.raws() if last else {}
    message = text_of(raised, "exception.message") or text_of(raws, "exception.message", "error.message")
    type_ = text_of(raised, "exception.type")
    if not message or not type_ or type_ in _SAYS_NOTHING:  # else nobody asks for the status
        status = span.status.message
        type_ = next((found for found in _types(raised, raws, status) if found not in _SAYS_NOTHING), UNKNOWN)
        message = message or status
    stack = text_of(raised, "exception.stacktrace") or text_of(raws, "exception.stacktrace")
    time_ns = last[0].time_unix_nano if last else 0
    return Details(
        type_[:MAX_CHARACTERS], _head(message), ends(stack, MAX_STACK_BYTES), time_ns or span.end_time_unix_nano
    )


def details_of_record(record: LogRecord) -> Details:
    """What `record`, one of an error, says of it; its body is the message where no attribute is. Raises DecodeError
    where it is malformed.
    """
    raws, body = record.attributes.raws(), record.body
    type_ = next((found for found in _types({}, raws, "") if found not in _SAYS_NOTHING), UNKNOWN)
    message = text_of(raws, "exception.message", "error.message") or (body if isinstance(body, str) else "")
    stack = ends(text_of(raws, "exception.stacktrace"), MAX_STACK_BYTES)
    return Details(
        type_[:MAX_CHARACTERS], _head(message), stack, record.time_unix_nano or record.observed_time_unix_nano
    )


def _types(raised: Raws, raws: Raws, status: str) -> Iterator[str]:
    """What may be the type, the best first."""
    found = text_of(raised, "exception.type") or text_of(raws, "exception.type")
    if found:
        yield found
    yield from filter(None, (text_of(raws, ERROR_TYPE), text_of(raws, ERROR_CLASS)))
    for key in HTTP_CODES:
        code = number_of(value_of(raws, key))
        if code is not None and code >= 400:
            yield f"http_{code:g}"
    code = number_of(value_of(raws, GRPC_CODE))
    if code:
        yield f"grpc_{code:g}"
    head = status.partition(":")[0]
    if _IDENTIFIER.fullmatch(head):
        yield head


def _head(text: str) -> str:
    """As much of `text` as there is room for in a message."""
    if len(text) * 4 <= MAX_MESSAGE_BYTES:
        return text
    return text.encode("utf-8", "replace")[:MAX_MESSAGE_BYTES].decode("utf-8", "ignore")


def ends(text: str, most: int) -> str:
    """Beginning and end of `text`, as much as `most` bytes hold."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= most:
        return text
    half = (most - len(_CUT)) // 2
    return (raw[:half] + _CUT + raw[-half:]).decode("utf-8", "ignore")

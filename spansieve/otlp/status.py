"""What OTLP's answers say when they are no success: `google.rpc.Status`, `RetryInfo`, and which codes may be retried.

Source: OTLP specification 1.11.0, "OTLP/gRPC Throttling", "OTLP/HTTP Response", "Failures"; google/rpc/status.proto.
"""

import math
from collections.abc import Iterable
from functools import lru_cache

from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError as _BadMessage
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

INVALID_ARGUMENT = 3
"""The request can't be decoded: it must not be sent again."""
NOT_FOUND = 5
"""No such path."""
RESOURCE_EXHAUSTED = 8
"""The request is too large, unless `RetryInfo` comes with it."""
UNIMPLEMENTED = 12
"""The signal is not served here, or the method is not known."""
UNAVAILABLE = 14
"""It was not taken and may be sent again."""

UNAUTHENTICATED = 16
"""No credentials, or none that count."""

STATUS_KEY = "grpc-status-details-bin"
"""The trailer that carries a `Status` with details, as every gRPC library reads it."""
RETRY_KEY = "google.rpc.retryinfo-bin"
"""The trailer that carries a bare `RetryInfo`; some clients (the OpenTelemetry SDK for Python) read this one alone."""

RETRYABLE_GRPC = frozenset({1, 4, 10, 11, 14, 15})
"""CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS; 8 only with `RetryInfo`."""
RETRYABLE_HTTP = frozenset({429, 502, 503, 504})
"""Every other 4xx and 5xx is final, 500 and 408 too."""


def _retry_info(seconds: float) -> RetryInfo:
    whole, nanos = divmod(round(max(seconds, 0.0) * 1e9), 1_000_000_000)
    return RetryInfo(retry_delay=Duration(seconds=whole, nanos=nanos))


def _status(code: int, message: str, retry_after: float | None) -> Status:
    status = Status(code=code, message=message.encode("utf-8", "replace").decode())
    if retry_after is not None:
        status.details.add().Pack(_retry_info(retry_after))
    return status


@lru_cache(maxsize=128)
def status_protobuf(code: int, message: str = "", retry_after: float | None = None) -> bytes:
    """A serialised `google.rpc.Status`, with a `RetryInfo` detail of `retry_after` seconds unless that is None."""
    return bytes(_status(code, message, retry_after).SerializeToString(deterministic=True))


@lru_cache(maxsize=128)
def status_json(code: int, message: str = "", retry_after: float | None = None) -> bytes:
    """The same in JSON (proto3 mapping), one line."""
    text = json_format.MessageToJson(_status(code, message, retry_after), indent=None, ensure_ascii=False)
    return text.encode()


@lru_cache(maxsize=128)
def retry_trailers(code: int, message: str, retry_after: float) -> tuple[tuple[str, bytes], ...]:
    """The two gRPC trailers that ask a sender to come again after `retry_after` seconds."""
    info = bytes(_retry_info(retry_after).SerializeToString())
    return (STATUS_KEY, status_protobuf(code, message, retry_after)), (RETRY_KEY, info)


def retry_after_header(seconds: float) -> str:
    """`Retry-After` (RFC 9110, 10.2.3) for `seconds`: rounded up, so that half a second is not "at once"."""
    return str(max(0, math.ceil(seconds)))


def retry_after(trailers: Iterable[tuple[str, str | bytes]]) -> float | None:
    """The seconds that a gRPC answer's trailers ask a client to wait, from either of the two; None if they don't.

    Trailers that can't be read say nothing; nothing is raised.
    """
    for key, value in trailers:
        if not isinstance(value, bytes):
            continue
        if key == STATUS_KEY:
            found = retry_after_in(value)
        elif key == RETRY_KEY:
            found = _delay(value)
        else:
            continue
        if found is not None:
            return found
    return None


def retry_after_in(status: bytes) -> float | None:
    """The seconds of the `RetryInfo` in a serialised `Status`; None if it has none or can't be read."""
    try:
        details = Status.FromString(status).details
    except _BadMessage:
        return None
    for detail in details:
        if detail.Is(RetryInfo.DESCRIPTOR):
            return _delay(detail.value)
    return None


def _delay(retry_info: bytes) -> float | None:
    try:
        delay = RetryInfo.FromString(retry_info).retry_delay
    except _BadMessage:
        return None
    return max(0.0, float(delay.seconds) + float(delay.nanos) / 1e9)


def status_message(body: bytes, *, is_json: bool = False) -> str:
    """The message of a `Status` that came as an answer's body; empty if there is none or it can't be read."""
    try:
        status = json_format.Parse(body, Status(), ignore_unknown_fields=True) if is_json else Status.FromString(body)
    except (_BadMessage, json_format.ParseError, UnicodeDecodeError, RecursionError):
        return ""
    return str(status.message)

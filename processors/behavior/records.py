"""Log records on the wire. Most of what they say was said before: it is encoded once, and joined with what is new.

Source: Protocol Buffers encoding, "Last One Wins": fields may stand in any order, and messages are merged by joining
their bytes; opentelemetry/proto/logs/v1/logs.proto for the numbers.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Final

from spansieve.pdata import LogBatch, Writable, encode_field, encode_pair
from spansieve.pdata.schema import CLASSES
from spansieve.pdata.tree import field_head

_RESOURCE_LOGS, _SCOPE_LOGS, _RECORDS = 1, 2, 2
"""Numbers of the fields that hold them."""
_INFO: Final = 9
_HEAD: Final = Struct("<BQBQH16sH8s").pack
"""Times and ids, each behind its tag; that of an id has its length in the upper byte."""
_TIME, _OBSERVED = 1 << 3 | 1, 11 << 3 | 1
_TRACE_ID, _SPAN_ID = 16 << 8 | 9 << 3 | 2, 8 << 8 | 10 << 3 | 2


def event(name: str, said: Mapping[str, Writable]) -> bytes:
    """What all events of this name say that say this."""
    return _fields(severity_number=_INFO, severity_text=b"INFO", event_name=name.encode(), attributes=_pairs(said))


def attributes(said: Mapping[str, Writable]) -> bytes:
    """Attributes alone."""
    return _fields(attributes=_pairs(said))


def record(time_ns: int, observed_ns: int, trace_id: bytes, span_id: bytes, said: bytes) -> bytes:
    """A record that says what is encoded in `said`. Times are nanoseconds since the Unix epoch."""
    if len(trace_id) == 16 and len(span_id) == 8:
        return _HEAD(_TIME, time_ns, _OBSERVED, observed_ns, _TRACE_ID, trace_id, _SPAN_ID, span_id) + said
    times = {"time_unix_nano": time_ns, "observed_time_unix_nano": observed_ns}
    return _fields(**times, trace_id=trace_id, span_id=span_id) + said


def batch(scope: str, records: Sequence[tuple[str, bytes]]) -> LogBatch:
    """Records, each with the service that it is of."""
    services: dict[str, list[bytes]] = {}
    for service, raw in records:
        services.setdefault(service, []).extend((_head(len(raw)), raw))
    around = CLASSES["ScopeLogs"]()
    around.scope.name = scope.encode()
    shell = around.SerializeToString()
    body = [
        encode_field(_RESOURCE_LOGS, _resource(service) + encode_field(_SCOPE_LOGS, b"".join((shell, *parts))))
        for service, parts in services.items()
    ]
    return LogBatch.known(b"".join(body), len(records))


@lru_cache(1024)  # records have few different sizes
def _head(size: int) -> bytes:
    return field_head(_RECORDS, size)


def _resource(service: str) -> bytes:
    message = CLASSES["ResourceLogs"]()
    message.resource.attributes.append(encode_pair("service.name", service or "unknown_service"))
    return message.SerializeToString()  # type: ignore[no-any-return]


def _fields(**fields: object) -> bytes:
    return CLASSES["LogRecord"](**fields).SerializeToString()  # type: ignore[no-any-return]


def _pairs(said: Mapping[str, Writable]) -> list[bytes]:
    return [encode_pair(key, value) for key, value in said.items()]

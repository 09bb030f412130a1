"""OTLP's JSON, both directions: protobuf's JSON mapping with hex ids, integer enums and lowerCamelCase names alone.

The generated classes say which fields there are; for each message a plan is made once, a dict from JSON name to what
fills or reads the field. Source: OTLP specification 1.11.0, "JSON Protobuf Encoding"; protobuf's ProtoJSON format.
"""

import json
from typing import Final

from google.protobuf.message import DecodeError as _BadMessage
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import DecodeError, Signal, mend

from .json_read import reader
from .json_write import writer

REQUESTS: Final[dict[Signal, type[Message]]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "alerts": ExportLogsServiceRequest,
}
"""The generated class of each signal's request; alerts are log records on the wire."""

_BOM = b"\xef\xbb\xbf"
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _no_constant(word: str) -> float:
    raise ValueError(f'{word} is no JSON; write it as a string, "{word}"')


_load = json.JSONDecoder(parse_constant=_no_constant).decode


def to_protobuf(signal: Signal, text: bytes) -> bytes:
    """The protobuf form of an OTLP request in JSON (UTF-8).

    Unknown names are ignored at any depth, `null` leaves a member unset, and a string with bad UTF-8 or a lone
    surrogate is repaired (U+FFFD). Raises DecodeError, without content in its text, for all that is no OTLP request.
    """
    message = REQUESTS[signal]()
    try:
        # Bad bytes become lone surrogates here, and the string they stand in is repaired where it is stored.
        parsed = _load(text.removeprefix(_BOM).decode("utf-8", "surrogateescape"))
        if not isinstance(parsed, dict):
            raise DecodeError("the JSON body is no object")
        reader(message.DESCRIPTOR)(message, parsed, 1)
        return bytes(message.SerializeToString())
    except DecodeError:
        raise
    except json.JSONDecodeError as error:
        raise DecodeError(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise DecodeError("the JSON body is nested too deep") from None
    except (ValueError, _BadMessage):  # a number of thousands of digits, a bare NaN
        raise DecodeError("not JSON: a number that can't be read") from None


def to_json(signal: Signal, body: bytes) -> bytes:
    """The JSON form of an OTLP request in protobuf: one line of UTF-8. Fields newer than our schema are left out.

    Raises DecodeError when `body` can't be read even after its bad strings and items were mended.
    """
    return message_to_json(_parsed(signal, body))


def message_to_json(message: Message) -> bytes:
    """The JSON form of any OTLP message, such as an answer: one line of UTF-8."""
    return _dump(writer(message.DESCRIPTOR)(message)).encode()


def _parsed(signal: Signal, body: bytes) -> Message:
    kind = REQUESTS[signal]
    try:
        return kind.FromString(body)
    except _BadMessage:
        pass
    try:
        return kind.FromString(mend(signal, body).body)
    except _BadMessage:
        raise DecodeError("no OTLP request: it can't be read, not even after mending") from None

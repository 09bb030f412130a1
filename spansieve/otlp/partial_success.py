"""What a backend's answer to an OTLP request says: all taken, or a part of it rejected.

Source: OTLP specification 1.11.0, "Partial Success"; `collector/*/v1` of opentelemetry-proto.
"""

import re
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError as BadMessage
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spansieve.plugin import Permanent, Rejected, Signal

_ANSWERS: dict[str, tuple[Any, str]] = {
    "traces": (ExportTraceServiceResponse, "rejected_spans"),
    "logs": (ExportLogsServiceResponse, "rejected_log_records"),
    "alerts": (ExportLogsServiceResponse, "rejected_log_records"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LONGEST_MESSAGE = 300


def rejected(signal: Signal, body: bytes, *, is_json: bool = False) -> Rejected | None:
    """What `body`, an `Export...ServiceResponse`, rejects; None if that is nothing.

    The message is the backend's text, one line and cut, and may quote what was sent: not for a log. A warning without
    rejected items is a Rejected of 0. Raises Permanent if `body` is no such answer.
    """
    if not body:
        return None
    kind, field = _ANSWERS[signal]
    try:
        answer = json_format.Parse(body, kind(), ignore_unknown_fields=True) if is_json else kind.FromString(body)
    except (BadMessage, json_format.ParseError, UnicodeDecodeError, RecursionError):
        raise Permanent("the answer is not what OTLP says") from None
    partial = answer.partial_success
    items, message = max(0, getattr(partial, field)), partial.error_message
    if not items and not message:
        return None
    return Rejected(items, _CONTROL.sub(" ", message)[:_LONGEST_MESSAGE])

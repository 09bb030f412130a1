"""OTLP's answers to a sender, in protobuf and in JSON, those that are always the same made once."""

from typing import Final

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spansieve.otlp.json_mapping import message_to_json
from spansieve.plugin import Answer, Signal

ALL_TAKEN: Final = b""
"""The protobuf answer to a request of which all was taken: a response with no field set."""
ALL_TAKEN_JSON: Final = b"{}"
"""The same in JSON."""


def _response(signal: Signal, answer: Answer) -> Message:
    if signal == "traces":
        traces = ExportTraceServiceResponse()
        traces.partial_success.rejected_spans = answer.rejected
        traces.partial_success.error_message = answer.message
        return traces
    if signal == "metrics":
        metrics = ExportMetricsServiceResponse()
        metrics.partial_success.rejected_data_points = answer.rejected
        metrics.partial_success.error_message = answer.message
        return metrics
    logs = ExportLogsServiceResponse()
    logs.partial_success.rejected_log_records = answer.rejected
    logs.partial_success.error_message = answer.message
    return logs


def accepted(signal: Signal, answer: Answer, *, as_json: bool = False) -> bytes:
    """The body that says what was taken; `partial_success` only where something was rejected or is to be said."""
    if not answer.rejected and not answer.message:
        return ALL_TAKEN_JSON if as_json else ALL_TAKEN
    response = _response(signal, answer)
    return message_to_json(response) if as_json else bytes(response.SerializeToString())

"""OTLP around the bytes: the JSON mapping, the answers' status words, and the clients."""

from spansieve.pdata import Signal

_SERVICE = "/opentelemetry.proto.collector.{0}.v1.{1}Service/Export"

EXPORT_METHODS: dict[Signal, str] = {
    "traces": _SERVICE.format("trace", "Trace"),
    "logs": _SERVICE.format("logs", "Logs"),
    "metrics": _SERVICE.format("metrics", "Metrics"),
}
"""The gRPC method that takes each signal. Source: OTLP specification 1.11.0, "OTLP/gRPC"."""

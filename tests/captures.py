"""The requests that real agents sent, and what is in a request, to compare and to count."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal

CAPTURES = Path(__file__).parent / "fixtures" / "captures"
REQUESTS: dict[Signal, Any] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}


def parts(signal: Signal, bodies: list[bytes]) -> Counter[bytes]:
    """Every span, log record, data point and metric without any, with all around it, to compare and to count."""
    found: Counter[bytes] = Counter()
    for body in bodies:
        for resource_part in _only(REQUESTS[signal].FromString(body), "resource_"):
            resource = _bytes(resource_part.resource) + resource_part.schema_url.encode()
            for scope_part in _only(resource_part, "scope_"):
                around = resource + _bytes(scope_part.scope) + scope_part.schema_url.encode()
                found.update(around + item for item in _items(signal, scope_part))
    return found


def _only(message: Any, prefix: str) -> Any:  # noqa: ANN401
    """The field whose name begins with `prefix`, a list."""
    return next((many for field, many in message.ListFields() if field.name.startswith(prefix)), ())


def _items(signal: Signal, scope_part: Any) -> Iterator[bytes]:  # noqa: ANN401
    if signal != "metrics":
        yield from map(_bytes, scope_part.spans if signal == "traces" else scope_part.log_records)
        return
    for metric in scope_part.metrics:
        kind = metric.WhichOneof("data")
        points = list(getattr(metric, kind).data_points) if kind else []
        if kind:
            getattr(metric, kind).ClearField("data_points")
        around = _bytes(metric)
        yield from (around + _bytes(point) for point in points) if points else (around,)


def _bytes(message: Message) -> bytes:
    return bytes(message.SerializeToString(deterministic=True))


def signal_of(file: Path) -> Signal:
    return file.name.split(".")[1]  # type: ignore[return-value]


def captured() -> Iterator[tuple[Path, Signal, bytes]]:
    """Each captured file, with its signal and its request in protobuf."""
    for file in sorted(CAPTURES.glob("*/[0-9]*")):
        yield file, signal_of(file), as_protobuf(file)


@cache
def as_protobuf(file: Path) -> bytes:
    """The request in a captured file, in protobuf; each is read once, since many tests ask for it."""
    body = file.read_bytes()
    return to_protobuf(signal_of(file), body) if file.suffix == ".json" else body

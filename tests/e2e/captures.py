"""The requests that real agents sent, and what is in a request, to compare and to count."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal

CAPTURES = Path(__file__).parent.parent / "fixtures" / "captures"
REQUESTS: dict[Signal, Any] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}


def parts(signal: Signal, bodies: list[bytes]) -> Counter[bytes]:
    """Every item with its resource and scope, as bytes to compare and to count."""
    found: Counter[bytes] = Counter()
    for body in bodies:
        request = REQUESTS[signal].FromString(body)
        for field, resource_part in ((field, one) for field, many in request.ListFields() for one in many):
            del field
            found.update(_items(resource_part))
    return found


def _items(resource_part: Any) -> list[bytes]:  # noqa: ANN401
    items = []
    scopes = next(many for field, many in resource_part.ListFields() if field.name.startswith("scope_"))
    around = resource_part.resource.SerializeToString(deterministic=True) + resource_part.schema_url.encode()
    for scope_part in scopes:
        scope = scope_part.scope.SerializeToString(deterministic=True) + scope_part.schema_url.encode()
        for field, many in scope_part.ListFields():
            if field.name in {"spans", "log_records", "metrics"}:
                items += [around + scope + item.SerializeToString(deterministic=True) for item in many]
    return items


def signal_of(file: Path) -> Signal:
    return file.name.split(".")[1]  # type: ignore[return-value]


def captured() -> Iterator[tuple[Path, Signal, bytes]]:
    """Each captured file, with its signal and its request in protobuf."""
    for file in sorted(CAPTURES.glob("*/[0-9]*")):
        signal, body = signal_of(file), file.read_bytes()
        yield file, signal, to_protobuf(signal, body) if file.suffix == ".json" else body

"""What real agents sent arrives at a second OTLP server, with nothing lost or changed."""

from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal

from .program import Sink, eventually, export, post, running

CAPTURES = Path(__file__).parent.parent / "fixtures" / "captures"
FOLDERS = sorted(folder.name for folder in CAPTURES.iterdir() if folder.is_dir())

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters:
  otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}, compression: COMPRESSION}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], exporters: [otlp_grpc]}
    metrics: {receivers: [otlp], exporters: [otlp_grpc]}
"""
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


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("transport", ["grpc", "http"])
def test_every_capture_arrives_whole(tmp_path: Path, sink: Sink, transport: str, compression: str) -> None:
    config = CONFIG.replace("SINK", str(sink.port)).replace("COMPRESSION", compression)
    sent: dict[Signal, list[bytes]] = {"traces": [], "logs": [], "metrics": []}
    with running(tmp_path, config) as program, grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for file in sorted(one for folder in FOLDERS for one in (CAPTURES / folder).glob("[0-9]*")):
            signal, body = signal_of(file), file.read_bytes()
            as_protobuf = to_protobuf(signal, body) if file.suffix == ".json" else body
            sent[signal].append(as_protobuf)
            if transport == "grpc":
                export(channel, signal, as_protobuf)
            else:
                kind = "application/json" if file.suffix == ".json" else "application/x-protobuf"
                status, answer = post(f"http://localhost:{program.ports['http']}/v1/{signal}", body, kind)
                assert status == 200, answer
        for signal, bodies in sent.items():
            wanted = parts(signal, bodies)

            def arrived(signal: Signal = signal, wanted: Counter[bytes] = wanted) -> bool:
                got = parts(signal, [body for kind, body in list(sink.bodies) if kind == signal])
                return got.total() >= wanted.total()

            eventually(arrived, f"all {signal} arrive")
            assert parts(signal, [body for kind, body in sink.bodies if kind == signal]) == wanted
        program.check_books()
        assert program.stop() == 0

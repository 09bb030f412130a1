"""The Go Collector reads what our `file` exporter wrote, with its own `otlp_json_file` receiver, and finds it all."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.peers.found import missing, program
from bench.processes import free_port, running

CAPTURES = Path(__file__).parent.parent / "fixtures" / "captures"
PATIENCE_SECONDS = 30
REQUESTS: dict[str, type[Message]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
SERVICES = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}


def _lean(message: Message) -> Message:
    """`message` without sections that are present but empty, since Go always writes some (`status`, a log's `body`)."""
    for field, value in message.ListFields():
        if isinstance(value, Message):
            if not _lean(value).ListFields():
                message.ClearField(field.name)
        elif field.message_type is not None:  # a list of messages
            for inner in value:
                _lean(inner)
    return message


def _envelopes(signal: str, body: bytes) -> list[bytes]:
    """Each resource's part of a request, in a form that two encoders agree on; requests may be joined on the way."""
    request = REQUESTS[signal].FromString(body)
    ((_, envelopes),) = request.ListFields()
    return [_lean(envelope).SerializeToString(deterministic=True) for envelope in envelopes]


@contextmanager
def _sink(came: "Counter[tuple[str, bytes]]") -> Iterator[int]:
    """An OTLP server in this process that puts what it gets into `came`; gives its port."""

    def service(signal: str) -> grpc.GenericRpcHandler:
        def export(body: bytes, _: object) -> bytes:
            came.update((signal, envelope) for envelope in _envelopes(signal, body))
            return b""

        handlers = {"Export": grpc.unary_unary_rpc_method_handler(export)}
        return grpc.method_handlers_generic_handler(SERVICES[signal], handlers)

    server = grpc.server(ThreadPoolExecutor(1), options=[("grpc.max_receive_message_length", -1)])
    server.add_generic_rpc_handlers(tuple(service(signal) for signal in SERVICES))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None)


def _service(receiver: str, exporter: str) -> dict[str, Any]:
    pipeline = {"receivers": [receiver], "exporters": [exporter]}
    return {"pipelines": dict.fromkeys(SERVICES, pipeline), "telemetry": {"metrics": {"level": "none"}}}


def _spansieve_config(folder: Path, port: int) -> Path:
    config = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{port}"}}}},
        "exporters": {"file": {"path": str(folder / "out.jsonl")}},
        "service": _service("otlp", "file"),
    }
    path = folder / "spansieve.yaml"
    path.write_text(json.dumps(config))
    return path


def _otelcol_config(folder: Path, sink: int) -> Path:
    receiver = {"include": [str(folder / "out.jsonl")], "start_at": "beginning", "include_file_name": False}
    exporter = {"endpoint": f"127.0.0.1:{sink}", "tls": {"insecure": True}}
    config = {
        "receivers": {"otlp_json_file": receiver},
        "exporters": {"otlp_grpc": exporter},
        "service": _service("otlp_json_file", "otlp_grpc"),
    }
    path = folder / "otelcol.yaml"
    path.write_text(json.dumps(config))
    return path


def test_the_go_collector_reads_our_files(tmp_path: Path) -> None:
    otelcol = program("otelcol")
    if otelcol is None:
        pytest.skip(missing("otelcol"))
    sent: Counter[tuple[str, bytes]] = Counter()
    port = free_port()
    command = [sys.executable, "-m", "spansieve", "run", "--config", str(_spansieve_config(tmp_path, port))]
    with running(command, log=tmp_path / "spansieve.log", port=port) as server:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            for path in sorted(CAPTURES.glob("*/*.pb")):
                signal, body = path.name.split(".")[1], path.read_bytes()
                sent.update((signal, envelope) for envelope in _envelopes(signal, body))
                channel.unary_unary(f"/{SERVICES[signal]}/Export")(body, timeout=10)
        assert server.stop() == 0, server.log.read_text()  # a stop drains: all that was acknowledged is in the file
    assert sent

    came: Counter[tuple[str, bytes]] = Counter()
    with ExitStack() as stack:
        command = [str(otelcol), "--config", str(_otelcol_config(tmp_path, stack.enter_context(_sink(came))))]
        stack.enter_context(running(command, log=tmp_path / "otelcol.log"))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while came.total() < sent.total() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert Counter(signal for signal, _ in came.elements()) == Counter(signal for signal, _ in sent.elements())
    assert came == sent

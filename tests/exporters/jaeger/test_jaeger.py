"""jaeger: Jaeger's defaults, its switch, and its links."""

from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from pydantic import ValidationError

from spansieve.exporters.jaeger import Jaeger, JaegerConfig
from spansieve.plugin import Permanent, Retry
from spansieve.testing import OK, FakeHost, otlp_request

BODY = otlp_request("agent", OK)


class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    """Takes everything."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self.requests: list[Any] = []

    def Export(self, request: Any, _: Any) -> Any:  # noqa: ANN401
        """Remember and accept."""
        self.requests.append(request)
        return trace_service_pb2.ExportTraceServiceResponse()


def test_the_defaults_are_those_of_a_jaeger_beside_us() -> None:
    config = JaegerConfig()
    assert (config.endpoint, config.tls.insecure, config.ui_url) == ("localhost:4317", True, "http://localhost:16686")
    assert Jaeger.endpoints(config) == ["localhost:4317"]
    assert Jaeger.off(config) is None
    assert Jaeger.signals == {"traces"}


def test_an_empty_endpoint_switches_it_off() -> None:
    config = JaegerConfig(endpoint="")
    assert Jaeger.off(config) == "endpoint is empty"
    assert Jaeger.endpoints(config) == []


def test_spans_arrive_in_plaintext() -> None:
    taken = Traces()
    server = grpc.server(futures.ThreadPoolExecutor(1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(taken, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    exporter = Jaeger(JaegerConfig(endpoint=f"127.0.0.1:{port}"), FakeHost())
    with pytest.raises(Retry, match="closed"):
        exporter.send("traces", BODY)
    exporter.start()
    assert exporter.send("traces", BODY) is None
    with pytest.raises(Permanent, match="UNIMPLEMENTED"):
        exporter.send("logs", b"")
    exporter.shutdown()
    server.stop(None).wait()

    assert [request.SerializeToString() for request in taken.requests] == [BODY]


@pytest.mark.parametrize(("scheme", "tls"), [("", {}), ("https://", {"insecure": True})])
def test_a_tls_section_or_https_turns_tls_on(scheme: str, tls: dict[str, Any], certificates: Path) -> None:
    pair = ((certificates / "server.key").read_bytes(), (certificates / "server.pem").read_bytes())
    server = grpc.server(futures.ThreadPoolExecutor(1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), server)  # type: ignore[no-untyped-call]
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
    server.start()

    settings: dict[str, Any] = {"ca_file": str(certificates / "ca.pem"), **tls}
    exporter = Jaeger(JaegerConfig(endpoint=f"{scheme}localhost:{port}", tls=settings), FakeHost())  # type: ignore[arg-type]
    exporter.start()
    assert exporter.send("traces", BODY) is None
    exporter.shutdown()
    server.stop(None).wait()


def test_the_link_template_is_shown() -> None:
    host = FakeHost("jaeger/eu")
    exporter = Jaeger(JaegerConfig(ui_url="https://jaeger.example.org/ui/"), host)
    assert exporter.trace_url_template == "https://jaeger.example.org/ui/trace/{trace_id}"
    assert host.statuses["jaeger/eu"]() == {
        "endpoint": "localhost:4317",
        "trace_url_template": "https://jaeger.example.org/ui/trace/{trace_id}",
    }
    assert Jaeger(JaegerConfig(ui_url=""), FakeHost()).trace_url_template == ""


def test_mistakes_are_refused() -> None:
    with pytest.raises(ValidationError, match="has no port"):
        JaegerConfig(endpoint="jaeger")
    with pytest.raises(ValidationError, match="http:// or https://"):
        JaegerConfig(ui_url="localhost:16686")

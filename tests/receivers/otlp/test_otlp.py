"""otlp as a component: what starts, what does not and why, real clients, and an orderly end."""

import http.client
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from pydantic import ValidationError

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import TraceBatch
from spansieve.plugin import Answer
from spansieve.receivers.otlp import Otlp, OtlpConfig
from spansieve.testing import OK, otlp_request

BODY = otlp_request("agent", OK)
CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"


def config(**protocols: Any) -> OtlpConfig:  # noqa: ANN401
    return OtlpConfig.model_validate({"protocols": protocols})


# --- configuration


@pytest.mark.parametrize("data", [{}, {"protocols": None}, {"protocols": {}}])
def test_no_protocol_is_an_error(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="must specify at least one protocol when using the OTLP receiver"):
        OtlpConfig.model_validate(data)


def test_a_section_that_is_there_is_on_and_an_absent_one_is_off() -> None:
    only_grpc = config(grpc=None)
    assert (only_grpc.protocols.grpc is None, only_grpc.protocols.http is None) == (False, True)
    assert Otlp.endpoints(only_grpc) == ["localhost:4317"]
    assert Otlp.endpoints(config(grpc={}, http=None)) == ["localhost:4317", "localhost:4318"]
    assert Otlp.endpoints(config(http={"transport": "unix", "endpoint": "/run/x"})) == []


def test_the_defaults_are_the_specifications() -> None:
    both = config(grpc={}, http={}).protocols
    assert both.grpc is not None
    assert both.http is not None
    assert both.grpc.limit_bytes == both.http.limit_bytes == 64 * 1024 * 1024
    assert (both.http.traces_url_path, both.http.read_header_timeout) == ("/v1/traces", 60.0)
    assert config(http={"max_request_body_size": 0}).protocols.http == both.http.model_copy(
        update={"max_request_body_size": 0}
    )


@pytest.mark.parametrize(
    ("protocol", "keys", "problem"),
    [
        ("grpc", {"auth": {}}, "authenticator"),
        ("http", {"middlewares": [{"id": "limiter"}]}, "not available in this version"),
        ("http", {"compression_algorithms": ["gzip", "snappy"]}, "snappy can't be read here"),
        ("http", {"logs_url_path": "v1/traces"}, "two signals have one path"),
        ("grpc", {"endpoint": "localhost"}, "has no port"),
        ("http", {"endpoint": "http://localhost:4318"}, "without scheme"),
        ("http", {"endpoint": "::1:4318"}, "in brackets"),
        ("grpc", {"endpoint": "localhost:99999"}, "from 0 to 65535"),
        ("grpc", {"transport": "unix", "endpoint": " "}, "path of a socket"),
        ("grpc", {"max_recv_msg_size_mib": -1}, "greater than or equal to 0"),
        ("grpc", {"tls": {}}, "needs a certificate"),
        ("grpc", {"tls": {"cert_file": "x"}}, "needs its key"),
        ("grpc", {"tls": {"cert_file": "x", "cert_pem": "y", "key_file": "z"}}, "both set"),
        ("grpc", {"tls": {"cert_file": "x", "key_file": "z", "max_version": "1.1"}}, "below min_version"),
    ],
)
def test_a_mistake_is_said(protocol: str, keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        config(**{protocol: keys})


def test_keys_that_only_tune_go_are_left_out() -> None:
    assert config(grpc={"read_buffer_size": 1, "include_metadata": True}) == config(grpc={})


def test_headers_without_origins_are_warned_about(core: Any, caplog: pytest.LogCaptureFixture) -> None:  # noqa: ANN401
    with caplog.at_level(logging.WARNING):
        Otlp(config(http={"cors": {"allowed_headers": ["x"]}}), core)
    assert "allowed_headers is ignored" in caplog.text


# --- listening


@pytest.mark.parametrize("protocol", ["grpc", "http"])
@pytest.mark.parametrize("taken", ["127.0.0.1", "::1"])
def test_a_port_in_use_is_said_with_its_key(core: Any, protocol: str, taken: str) -> None:  # noqa: ANN401
    family = socket.AF_INET6 if ":" in taken else socket.AF_INET
    try:
        other = socket.create_server((taken, 0), family=family)
    except OSError:
        pytest.skip("no IPv6 here")
    with other:
        port = other.getsockname()[1]
        receiver = Otlp(config(**{protocol: {"endpoint": f"localhost:{port}"}}), core)
        try:
            expected = rf"receivers\.otlp\.protocols\.{protocol}\.endpoint: can't listen on localhost:{port}: Address"
            with pytest.raises(OSError, match=expected):
                receiver.start()
        finally:
            receiver.shutdown()


def test_two_receivers_never_share_a_port(start: Any, core: Any) -> None:  # noqa: ANN401
    client = start()
    for protocol, port in (("grpc", client.receiver.grpc_port), ("http", client.receiver.http_port)):
        second = Otlp(config(**{protocol: {"endpoint": f"127.0.0.1:{port}"}}), core)
        with pytest.raises(OSError, match="can't listen"):
            second.start()
        second.shutdown()


def test_a_start_that_fails_half_way_leaves_nothing_open(core: Any) -> None:  # noqa: ANN401
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        receiver = Otlp(config(grpc={"endpoint": "localhost:0"}, http={"endpoint": taken}), core)
        with pytest.raises(OSError, match="can't listen"):
            receiver.start()
        port = receiver.grpc_port
        receiver.shutdown()
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_receiver_that_never_started_can_be_shut_down(core: Any) -> None:  # noqa: ANN401
    Otlp(config(grpc={}, http={}), core).shutdown()


def test_a_host_that_does_not_exist_is_said(core: Any) -> None:  # noqa: ANN401
    receiver = Otlp(config(http={"endpoint": "host.invalid:0"}), core)
    with pytest.raises(OSError, match=r"can't listen on host\.invalid:0"):
        receiver.start()
    receiver.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_localhost_is_both_loopback_addresses(client: Any, host: str) -> None:  # noqa: ANN401
    if host == "::1" and not _has_loopback_6():
        pytest.skip("no IPv6 here")
    for port in (client.receiver.grpc_port, client.receiver.http_port):
        socket.create_connection((host, port), timeout=20).close()


def _has_loopback_6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("endpoint", [":0", "0.0.0.0:0", "127.0.0.1:0"])
def test_other_addresses_are_listened_on(start: Any, endpoint: str) -> None:  # noqa: ANN401
    client = start(grpc={"endpoint": endpoint}, http={"endpoint": endpoint})
    assert client.export(BODY) == b""
    assert client.request(BODY)[0] == 200


def test_unix_sockets(core: Any, tmp_path: Path) -> None:  # noqa: ANN401
    grpc_path, http_path = str(tmp_path / "g"), str(tmp_path / "h")
    receiver = Otlp(
        config(grpc={"transport": "unix", "endpoint": grpc_path}, http={"transport": "unix", "endpoint": http_path}),
        core,
    )
    receiver.start()
    try:
        with grpc.insecure_channel(f"unix:{grpc_path}") as channel:
            export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            assert export(BODY, timeout=20) == b""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(http_path)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 404")
    finally:
        receiver.shutdown()


# --- the end


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_open_requests_are_answered_before_the_end(client: Any, core: Any, protocol: str) -> None:  # noqa: ANN401
    core.hold.clear()
    results: list[Any] = []
    send = client.export if protocol == "grpc" else lambda body: client.request(body)[0]
    sender = threading.Thread(target=lambda: results.append(send(BODY)))
    sender.start()
    core.arrived.get(timeout=20)
    end = threading.Thread(target=client.receiver.shutdown)
    end.start()
    core.hold.set()
    sender.join(20)
    end.join(20)
    assert results == [b"" if protocol == "grpc" else 200]
    with pytest.raises(OSError, match="refused"):
        client.raw()


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_requests_that_are_never_answered_do_not_hold_the_end_up(
    client: Any,  # noqa: ANN401
    core: Any,  # noqa: ANN401
    protocol: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spansieve.receivers.otlp.grpc_server.GRACE_SECONDS", 0.05)
    monkeypatch.setattr("spansieve.receivers.otlp.http_server.GRACE_SECONDS", 0.05)
    core.hold.clear()
    failures: list[Exception] = []

    def send() -> None:
        try:
            client.export(BODY) if protocol == "grpc" else client.request(BODY)
        except (grpc.RpcError, OSError, http.client.HTTPException) as error:
            failures.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    core.arrived.get(timeout=20)
    client.receiver.shutdown()
    sender.join(20)
    assert len(failures) == 1
    for worker in [one for one in threading.enumerate() if one.name.startswith("spansieve-grpc")]:
        worker.join(20)
        assert not worker.is_alive()


def test_a_port_is_free_after_the_end(start: Any) -> None:  # noqa: ANN401
    client = start()
    ports = client.receiver.grpc_port, client.receiver.http_port
    assert client.request(BODY)[0] == 200
    assert client.export(BODY) == b""
    client.receiver.shutdown()
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


# --- real clients


@pytest.fixture(params=["grpc", "grpc-gzip", "http", "http-gzip", "http-deflate"])
def exporter(request: pytest.FixtureRequest, client: Any) -> Iterator[SpanExporter]:  # noqa: ANN401
    protocol, _, packed = request.param.partition("-")
    made: SpanExporter
    if protocol == "grpc":
        compression = grpc.Compression.Gzip if packed else grpc.Compression.NoCompression
        endpoint = f"http://localhost:{client.receiver.grpc_port}"
        made = GrpcExporter(endpoint=endpoint, insecure=True, compression=compression)
    else:
        made = HttpExporter(
            endpoint=f"http://localhost:{client.receiver.http_port}/v1/traces",
            compression=Compression(packed or "none"),
        )
    yield made
    made.shutdown()


def test_the_sdks_exporters_deliver(exporter: SpanExporter, core: Any) -> None:  # noqa: ANN401
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("tests").start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.request.model", "m" * 5000)
    [(signal, body)] = core.received
    [arrived] = TraceBatch.parse(body)
    assert (signal, arrived.name, arrived.attributes["gen_ai.request.model"]) == ("traces", "chat", "m" * 5000)


def test_the_sdks_exporter_comes_again_when_it_is_refused(exporter: SpanExporter, core: Any) -> None:  # noqa: ANN401
    core.first = [Answer("refused", message="full", retry_after=0.01)]
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("tests").start_span("chat").end()
    assert len(core.received) == 2


def captures() -> list[Path]:
    return sorted(path for path in CAPTURES.glob("*/*.*.*") if path.suffix in {".pb", ".json"})


@pytest.mark.parametrize("path", captures(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_captures_arrive_as_they_were_sent(client: Any, core: Any, path: Path) -> None:  # noqa: ANN401
    body = path.read_bytes()
    signal: Any = path.name.split(".")[1]
    if path.suffix == ".json":
        assert client.request(body, f"/v1/{signal}", kind="application/json")[:2] == (200, b"{}")
        [(_, arrived)] = core.received
        assert arrived == to_protobuf(signal, body)  # held against an oracle in tests/spansieve/otlp
    else:
        assert client.request(body, f"/v1/{signal}")[0] == 200
        assert client.export(body, signal) == b""
        assert core.received == [(signal, body), (signal, body)]

"""otlp: what a real gRPC server gets, and what its answers become."""

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from pydantic import ValidationError

from spansieve import __version__
from spansieve.exporters.otlp import Otlp, OtlpConfig
from spansieve.net import Loop
from spansieve.plugin import Permanent, Rejected, Retry, Signal
from spansieve.testing import OK, FakeHost, otlp_request
from tests.chaos import wire

Reaction = Callable[[Any], None]
"""What a servicer does before it answers; it gets the call's context."""


class Backend:
    """An OTLP server that remembers requests and metadata, and answers as it is told."""

    def __init__(self) -> None:
        """Accept everything, to begin with."""
        self.requests: list[Any] = []
        self.metadata: list[dict[str, str]] = []
        self.react: Reaction = lambda _: None
        self.rejects = (0, "")

    def taken(self, request: Any, context: Any) -> None:  # noqa: ANN401
        """Remember one request."""
        self.requests.append(request)
        self.metadata.append(dict(context.invocation_metadata()))
        self.react(context)


class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    """The service of one signal."""

    def __init__(self, backend: Backend) -> None:
        """Tell `backend`."""
        self.backend = backend

    def Export(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        """Remember and answer."""
        self.backend.taken(request, context)
        answer = trace_service_pb2.ExportTraceServiceResponse()
        items, message = self.backend.rejects
        if items or message:
            answer.partial_success.rejected_spans = items
            answer.partial_success.error_message = message
        return answer


class Logs(logs_service_pb2_grpc.LogsServiceServicer):
    """The service of one signal."""

    def __init__(self, backend: Backend) -> None:
        """Tell `backend`."""
        self.backend = backend

    def Export(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        """Remember and answer."""
        self.backend.taken(request, context)
        return logs_service_pb2.ExportLogsServiceResponse()


class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
    """The service of one signal."""

    def __init__(self, backend: Backend) -> None:
        """Tell `backend`."""
        self.backend = backend

    def Export(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        """Remember and answer."""
        self.backend.taken(request, context)
        return metrics_service_pb2.ExportMetricsServiceResponse()


def serve(backend: Backend, address: str, credentials: Any = None) -> tuple[Any, int]:  # noqa: ANN401
    """Start a server with `backend` on `address`, and say on which port."""
    server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(backend), server)  # type: ignore[no-untyped-call]
    logs_service_pb2_grpc.add_LogsServiceServicer_to_server(Logs(backend), server)  # type: ignore[no-untyped-call]
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(backend), server)  # type: ignore[no-untyped-call]
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    server.start()
    return server, port


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def port(backend: Backend) -> Iterator[int]:
    server, port = serve(backend, "127.0.0.1:0")
    yield port
    server.stop(None).wait()


@pytest.fixture
def secure_port(backend: Backend, certificates: Path) -> Iterator[int]:
    """A server that shows its certificate and wants to see the client's."""
    pair = ((certificates / "server.key").read_bytes(), (certificates / "server.pem").read_bytes())
    authority = (certificates / "ca.pem").read_bytes()
    credentials = grpc.ssl_server_credentials([pair], authority, require_client_auth=True)
    server, port = serve(backend, "127.0.0.1:0", credentials)
    yield port
    server.stop(None).wait()


@pytest.fixture
def started() -> Iterator[Callable[..., Otlp]]:
    """Makes exporters, and closes them."""
    made: list[Otlp] = []

    def make(**settings: Any) -> Otlp:  # noqa: ANN401
        exporter = Otlp(OtlpConfig(**{"tls": {"insecure": True}, **settings}), FakeHost())
        made.append(exporter)
        exporter.start()
        return exporter

    yield make
    for exporter in made:
        exporter.shutdown()


BODY = otlp_request("agent", OK, OK)


def test_each_signal_arrives_at_its_own_service(backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    exporter = started(endpoint=f"127.0.0.1:{port}")
    signals: tuple[Signal, ...] = ("traces", "logs", "metrics")
    assert [exporter.send(signal, b"" if signal != "traces" else BODY) for signal in signals] == [None] * 3

    assert [type(request).__name__ for request in backend.requests] == [
        "ExportTraceServiceRequest",
        "ExportLogsServiceRequest",
        "ExportMetricsServiceRequest",
    ]
    assert backend.requests[0].SerializeToString() == BODY


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "http://127.0.0.1:{}", "http://127.0.0.1:{}/", "dns:///127.0.0.1:{}"])
def test_forms_of_an_endpoint(form: str, backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    exporter = started(endpoint=form.format(port), tls={"insecure": True})
    assert exporter.send("traces", BODY) is None
    assert exporter.endpoints(OtlpConfig(endpoint=form.format(port))) == [f"127.0.0.1:{port}"]


def test_a_unix_socket(backend: Backend, tmp_path: Path, started: Callable[..., Otlp]) -> None:
    server, _ = serve(backend, f"unix:{tmp_path}/otlp.sock")
    assert started(endpoint=f"unix://{tmp_path}/otlp.sock").send("traces", BODY) is None
    server.stop(None).wait()


def test_http_is_plaintext_although_tls_is_on_by_default(port: int, started: Callable[..., Otlp]) -> None:
    assert started(endpoint=f"http://127.0.0.1:{port}", tls={}).send("traces", BODY) is None


def test_tls_is_on_by_default(port: int, started: Callable[..., Otlp]) -> None:
    with pytest.raises(Retry, match="UNAVAILABLE"):
        started(endpoint=f"127.0.0.1:{port}", tls={}).send("traces", BODY)


def tls_keys(certificates: Path) -> dict[str, str]:
    names = {"ca_file": "ca.pem", "cert_file": "client.pem", "key_file": "client.key"}
    return {key: str(certificates / name) for key, name in names.items()}


def test_mutual_tls(backend: Backend, secure_port: int, certificates: Path, started: Callable[..., Otlp]) -> None:
    exporter = started(endpoint=f"localhost:{secure_port}", tls=tls_keys(certificates))
    assert exporter.send("traces", BODY) is None
    assert len(backend.requests) == 1


def test_https_wins_over_insecure(secure_port: int, certificates: Path, started: Callable[..., Otlp]) -> None:
    tls = {**tls_keys(certificates), "insecure": True}
    assert started(endpoint=f"https://localhost:{secure_port}", tls=tls).send("traces", BODY) is None


def test_a_name_that_the_certificate_does_not_bear(
    secure_port: int, certificates: Path, started: Callable[..., Otlp]
) -> None:
    tls = {**tls_keys(certificates), "server_name_override": "other.example.org"}
    with pytest.raises(Retry, match="UNAVAILABLE"):
        started(endpoint=f"localhost:{secure_port}", tls=tls).send("traces", BODY)


def test_headers_and_user_agent(backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    started(endpoint=f"127.0.0.1:{port}", headers={"X-Team": "desk", "authorization": "Bearer t"}).send("traces", BODY)
    [metadata] = backend.metadata
    assert (metadata["x-team"], metadata["authorization"]) == ("desk", "Bearer t")
    assert metadata["user-agent"].startswith(f"spansieve/{__version__} (")

    started(endpoint=f"127.0.0.1:{port}", headers=[{"name": "x-a", "value": "b"}], user_agent="me/1").send(
        "traces", BODY
    )
    assert backend.metadata[1]["x-a"] == "b"
    assert backend.metadata[1]["user-agent"].startswith("me/1 ")


class Wire:
    """Hands bytes on to a port, and counts those that the client sent."""

    def __init__(self, port: int) -> None:
        """Listen on a port of its own."""
        self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._target = port
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.create_connection(("127.0.0.1", self._target))
        threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()
        self._pump(client, server, True)

    def _pump(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):  # whichever end closes first
            while data := source.recv(65536):
                self.sent += len(data) if counts else 0
                sink.sendall(data)

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


@pytest.mark.parametrize(("compression", "smaller"), [("gzip", True), ("none", False), ("", False)])
def test_compression_on_the_wire(
    compression: str, smaller: bool, backend: Backend, port: int, started: Callable[..., Otlp]
) -> None:
    wire = Wire(port)
    body = otlp_request("agent", *[OK.with_(name="the same name again" * 20)] * 500)
    started(endpoint=f"127.0.0.1:{wire.port}", compression=compression).send("traces", body)

    assert backend.requests[0].SerializeToString() == body
    assert (wire.sent < len(body) / 4) is smaller
    wire.close()


def ignore(_: object) -> None:
    """Make a reaction of something that answers."""


def aborting(code: grpc.StatusCode, delay: float | None = None) -> Reaction:
    """A server's answer with `code`, and the RetryInfo that OTLP defines."""

    def react(context: Any) -> None:  # noqa: ANN401
        if delay is not None:
            status = Status(code=code.value[0])
            status.details.add().Pack(RetryInfo(retry_delay=Duration(seconds=int(delay), nanos=int(delay % 1 * 1e9))))
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(code, "the prompt was: secret")

    return react


@pytest.mark.parametrize(
    "name", ["CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "OUT_OF_RANGE", "UNAVAILABLE", "DATA_LOSS"]
)
@pytest.mark.parametrize("delay", [None, 2.5])
def test_codes_that_are_retried(
    name: str, delay: float | None, backend: Backend, port: int, started: Callable[..., Otlp]
) -> None:
    backend.react = aborting(grpc.StatusCode[name], delay)
    with pytest.raises(Retry) as failure:
        started(endpoint=f"127.0.0.1:{port}").send("traces", BODY)
    assert (failure.value.reason, failure.value.after) == (name, delay)


def test_resource_exhausted_is_retried_with_retry_info(
    backend: Backend, port: int, started: Callable[..., Otlp]
) -> None:
    backend.react = aborting(grpc.StatusCode.RESOURCE_EXHAUSTED, 0)
    with pytest.raises(Retry) as failure:
        started(endpoint=f"127.0.0.1:{port}").send("traces", BODY)
    assert failure.value.after == 0


PERMANENT: Mapping[str, bool] = {
    "RESOURCE_EXHAUSTED": False,
    "UNKNOWN": True,
    "INVALID_ARGUMENT": True,
    "INTERNAL": True,
    "NOT_FOUND": False,
    "ALREADY_EXISTS": False,
    "PERMISSION_DENIED": False,
    "UNAUTHENTICATED": False,
    "FAILED_PRECONDITION": False,
    "UNIMPLEMENTED": False,
}


@pytest.mark.parametrize(("name", "undecodable"), PERMANENT.items())
def test_codes_that_are_final(
    name: str, undecodable: bool, backend: Backend, port: int, started: Callable[..., Otlp]
) -> None:
    backend.react = aborting(grpc.StatusCode[name])
    with pytest.raises(Permanent) as failure:
        started(endpoint=f"127.0.0.1:{port}").send("traces", BODY)
    assert (failure.value.reason, failure.value.undecodable) == (name, undecodable)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [("cut_short", "the call broke off"), ("broken_trailers", "the call broke off"), ("noise", "UNAVAILABLE")],
)
def test_a_call_that_ends_without_a_status_of_the_backends_is_retried(
    harm: str, reason: str, started: Callable[..., Otlp]
) -> None:
    with contextlib.closing(Loop()) as loop, contextlib.closing(wire.Wire(0, loop, random.Random(1))) as broken:
        broken.turn(harm)
        with pytest.raises(Retry) as failure:
            started(endpoint=f"127.0.0.1:{broken.port}").send("traces", BODY)
        assert failure.value.reason == reason


def test_partial_success(backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    exporter = started(endpoint=f"127.0.0.1:{port}")
    backend.rejects = (2, "too\x1b[2J old")
    assert exporter.send("traces", BODY) == Rejected(2, "too [2J old")
    backend.rejects = (0, "slow down")
    assert exporter.send("traces", BODY) == Rejected(0, "slow down")


def test_nobody_listens_and_then_somebody_does(backend: Backend, started: Callable[..., Otlp]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        free = held.getsockname()[1]
    exporter = started(endpoint=f"127.0.0.1:{free}", wait_for_ready=False)
    with pytest.raises(Retry, match="UNAVAILABLE"):
        exporter.send("traces", BODY)

    server, _ = serve(backend, f"127.0.0.1:{free}")
    waiting = started(endpoint=f"127.0.0.1:{free}", wait_for_ready=True)
    assert waiting.send("traces", BODY) is None
    server.stop(None).wait()


def test_the_timeout_is_of_one_attempt(backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    answer = threading.Event()
    backend.react = lambda _: ignore(answer.wait(10))
    with pytest.raises(Retry, match="DEADLINE_EXCEEDED"):
        started(endpoint=f"127.0.0.1:{port}", timeout="100ms").send("traces", BODY)
    answer.set()


def test_several_threads_send_at_once(backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    together = threading.Barrier(4)
    backend.react = lambda _: ignore(together.wait(10))
    exporter = started(endpoint=f"127.0.0.1:{port}")
    with futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: exporter.send("traces", BODY), range(4))) == [None] * 4


def test_a_large_request_is_the_servers_to_refuse(backend: Backend, port: int, started: Callable[..., Otlp]) -> None:
    body = otlp_request("agent", OK.with_(name="x" * 5_000_000))
    with pytest.raises(Permanent, match="RESOURCE_EXHAUSTED"):
        started(endpoint=f"127.0.0.1:{port}", compression="none").send("traces", body)


def test_after_shutdown_nothing_is_lost(port: int, started: Callable[..., Otlp]) -> None:
    exporter = started(endpoint=f"127.0.0.1:{port}", keepalive={"time": "30s"}, authority="tenant.example.org")
    exporter.shutdown()
    with pytest.raises(Retry, match="closed"):
        exporter.send("traces", BODY)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, 'requires a non-empty "endpoint"'),
        ({"endpoint": "localhost"}, "has no port"),
        ({"endpoint": "localhost:http"}, "must be a number"),
        ({"endpoint": ":4317"}, "no host to connect to"),
        ({"endpoint": "ftp://localhost:1"}, "ftp:// is not known"),
        ({"endpoint": "a:1", "compression": "zstd"}, "zstd is not available over gRPC"),
        ({"endpoint": "a:1", "compression": "snappy"}, "snappy is not available over gRPC"),
        ({"endpoint": "a:1", "middlewares": []}, "not available yet"),
        ({"endpoint": "a:1", "headers": {"a b": "c"}}, "is no header name"),
        ({"endpoint": "a:1", "headers": {"a": "secret\nb: c"}}, "line break"),
        ({"endpoint": "a:1", "headers": [{"name": "a"}]}, "two texts, name and value"),
    ],
)
def test_mistakes_are_refused_with_the_mend(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem) as failure:
        OtlpConfig(**settings)  # type: ignore[arg-type]
    assert "secret" not in "".join(error["msg"] for error in failure.value.errors())


def test_keys_that_tune_go_are_taken_and_secrets_hidden() -> None:
    config = OtlpConfig(endpoint="a:1", headers={"authorization": "Bearer t"}, read_buffer_size=5)  # type: ignore[call-arg, dict-item]
    assert "Bearer" not in repr(config)
    assert "read_buffer_size" in config.tunes_go
    assert config.timeout == 5
    assert "middlewares" not in config.model_dump()

"""otlp_http: what a real HTTP server gets, and what its answers become."""

import asyncio
import gzip
import json
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from pydantic import ValidationError

from spansieve import __version__, zstd
from spansieve.exporters.otlp_http import OtlpHttp, OtlpHttpConfig
from spansieve.net import Loop
from spansieve.plugin import Permanent, Rejected, Retry
from spansieve.testing import OK, FakeClock, LoopHost, otlp_request

BODY = otlp_request("agent", OK, OK)
PROTOBUF = "application/x-protobuf"


class Backend:
    """An HTTP server that remembers requests and answers as it is told."""

    def __init__(self, loop: Loop) -> None:
        """Answer 200, to begin with."""
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Callable[[web.Request], web.StreamResponse] = lambda _: web.Response()
        self.hold: asyncio.Event | None = None
        self._loop = loop
        self._runners: list[web.AppRunner] = []

    def listen(self, context: ssl.SSLContext | None = None) -> int:
        """Listen, and say on which port."""
        return self._loop.run(self._listen(context), 10)

    async def _listen(self, context: ssl.SSLContext | None) -> int:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._take)
        runner = web.AppRunner(app, auto_decompress=False, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        self._runners.append(runner)
        return int(runner.addresses[0][1])

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path, dict(request.headers), await request.read()))
        if self.hold is not None:
            await self.hold.wait()
        return self.answer(request)

    def close(self) -> None:
        """Listen no more."""
        for runner in self._runners:
            self._loop.run(runner.cleanup(), 10)


@pytest.fixture
def backend(loop_host: LoopHost) -> Iterator[Backend]:
    backend = Backend(loop_host.loop)
    yield backend
    backend.close()


@pytest.fixture
def port(backend: Backend) -> int:
    return backend.listen()


@pytest.fixture
def started(loop_host: LoopHost) -> Iterator[Callable[..., OtlpHttp]]:
    """Makes exporters, and closes them."""
    made: list[OtlpHttp] = []

    def make(**settings: Any) -> OtlpHttp:  # noqa: ANN401
        exporter = OtlpHttp(OtlpHttpConfig(**settings), loop_host)
        made.append(exporter)
        exporter.start()
        return exporter

    yield make
    for exporter in made:
        exporter.shutdown()


@pytest.mark.parametrize("base", ["http://127.0.0.1:{}", "http://127.0.0.1:{}/", "http://127.0.0.1:{}/api/otel"])
def test_each_signal_has_its_path_below_the_endpoint(
    base: str, backend: Backend, port: int, started: Callable[..., OtlpHttp]
) -> None:
    exporter = started(endpoint=base.format(port), compression="none")
    for signal in ("traces", "logs", "metrics"):
        assert exporter.send(signal, BODY if signal == "traces" else b"") is None
    prefix = "/api/otel" if "api" in base else ""
    assert [path for path, _, _ in backend.requests] == [
        f"{prefix}/v1/{name}" for name in ("traces", "logs", "metrics")
    ]
    assert backend.requests[0][2] == BODY


def test_a_signals_own_endpoint_is_taken_as_it_is(
    backend: Backend, port: int, started: Callable[..., OtlpHttp]
) -> None:
    own = f"http://127.0.0.1:{port}/in?key=1"
    exporter = started(endpoint="http://127.0.0.1:9", traces_endpoint=own)
    assert exporter.send("traces", BODY) is None
    assert backend.requests[0][0] == "/in"
    assert exporter.endpoints(OtlpHttpConfig(traces_endpoint=own)) == [f"127.0.0.1:{port}"]


def test_a_pipeline_whose_signal_has_no_endpoint_is_a_mistake(loop_host: LoopHost) -> None:
    with pytest.raises(ValueError, match="needs logs_endpoint, or endpoint for all"):
        OtlpHttp(OtlpHttpConfig(traces_endpoint="http://localhost:1"), loop_host).start()


def test_headers(backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    exporter = started(endpoint=f"http://127.0.0.1:{port}", headers={"Authorization": "Bearer t"})
    exporter.send("traces", BODY)
    headers = backend.requests[0][1]
    assert headers["Authorization"] == "Bearer t"
    assert headers["User-Agent"].startswith(f"spansieve/{__version__} (")
    assert headers["Content-Type"] == PROTOBUF

    started(endpoint=f"http://127.0.0.1:{port}", headers={"user-agent": "me/1"}).send("traces", BODY)
    assert [value for name, value in backend.requests[1][1].items() if name.lower() == "user-agent"] == ["me/1"]


@pytest.mark.parametrize(
    ("method", "read"),
    [
        ("gzip", gzip.decompress),
        ("zlib", zlib.decompress),
        ("deflate", zlib.decompress),
        ("zstd", zstd.decompress),
    ],
)
@pytest.mark.parametrize("level", [None, -1, 1, 9])
def test_compression_on_the_wire(
    *,
    method: str,
    read: Callable[[bytes], bytes],
    level: int | None,
    backend: Backend,
    port: int,
    started: Callable[..., OtlpHttp],
) -> None:
    exporter = started(
        endpoint=f"http://127.0.0.1:{port}", compression=method, compression_params={"level": level} if level else {}
    )
    exporter.send("traces", BODY)
    _, headers, body = backend.requests[0]
    assert headers["Content-Encoding"] == method
    assert read(body) == BODY


def test_no_compression(backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    started(endpoint=f"http://127.0.0.1:{port}", compression="none").send("traces", BODY)
    assert "Content-Encoding" not in backend.requests[0][1]


def test_json(backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    exporter = started(endpoint=f"http://127.0.0.1:{port}", encoding="json", compression="none")
    backend.answer = lambda _: web.json_response({"partialSuccess": {"rejectedSpans": "1", "errorMessage": "old"}})
    assert exporter.send("traces", BODY) == Rejected(1, "old")
    _, headers, body = backend.requests[0]
    assert headers["Content-Type"] == "application/json"
    spans = json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(spans[0]["traceId"]) == 32
    with pytest.raises(Permanent) as failure:
        exporter.send("traces", b"\xff")
    assert failure.value.undecodable


def test_a_large_body_arrives_whole(backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    body = otlp_request("agent", OK.with_(name="x" * 3_000_000))
    started(endpoint=f"http://127.0.0.1:{port}", compression="none").send("traces", body)
    assert backend.requests[0][2] == body
    assert int(backend.requests[0][1]["Content-Length"]) == len(body)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("soon", None),
        ("9" * 400, None),
    ],
)
def test_statuses_that_are_retried(
    *,
    status: int,
    header: str | None,
    seconds: float | None,
    backend: Backend,
    port: int,
    started: Callable[..., OtlpHttp],
) -> None:
    assert FakeClock().time_ns() == 1_700_000_000_000_000_000  # Tue, 14 Nov 2023 22:13:20 GMT
    backend.answer = lambda _: web.Response(
        status=status, text="secret", headers={"Retry-After": header} if header else {}
    )
    with pytest.raises(Retry) as failure:
        started(endpoint=f"http://127.0.0.1:{port}").send("traces", BODY)
    assert failure.value.reason == f"HTTP {status}"
    assert failure.value.after == (seconds if status in {429, 503} else None)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 501, 505])
def test_statuses_that_are_final(status: int, backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    backend.answer = lambda _: web.Response(
        status=status, text="the prompt was: secret", headers={"Location": f"http://127.0.0.1:{port}/elsewhere"}
    )
    with pytest.raises(Permanent) as failure:
        started(endpoint=f"http://127.0.0.1:{port}").send("traces", BODY)
    assert failure.value.reason == f"HTTP {status}"
    assert failure.value.undecodable is (status in {400, 422, 500})
    assert [path for path, _, _ in backend.requests] == ["/v1/traces"]  # no redirect was followed


def test_partial_success(backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    exporter = started(endpoint=f"http://127.0.0.1:{port}")
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 3
    answer.partial_success.error_message = "old"
    backend.answer = lambda _: web.Response(body=answer.SerializeToString(), content_type=PROTOBUF)
    assert exporter.send("traces", BODY) == Rejected(3, "old")
    backend.answer = lambda _: web.Response(
        body=gzip.compress(answer.SerializeToString()), content_type=PROTOBUF, headers={"Content-Encoding": "gzip"}
    )
    assert exporter.send("traces", BODY) == Rejected(3, "old")

    records = ExportLogsServiceResponse()
    records.partial_success.rejected_log_records = 4
    backend.answer = lambda _: web.Response(body=records.SerializeToString(), content_type=PROTOBUF)
    assert exporter.send("logs", b"") == Rejected(4, "")


@pytest.mark.parametrize(
    ("body", "content_type", "failure"),
    [
        (b"", PROTOBUF, None),
        (b"{}", "application/json", None),
        (b"thanks", "text/plain", None),
        (b"", "text/html", None),
        (b"<html>sign in</html>", "text/html", Retry),
        (b"\xff\xff", PROTOBUF, Permanent),
        (b"{", "application/json", Permanent),
        (b"0" * (4 * 1024 * 1024 + 1), PROTOBUF, Permanent),
    ],
)
def test_an_answer_that_is_no_otlp(
    *,
    body: bytes,
    content_type: str,
    failure: type[Exception] | None,
    backend: Backend,
    port: int,
    started: Callable[..., OtlpHttp],
) -> None:
    backend.answer = lambda _: web.Response(status=202, body=body, content_type=content_type)
    exporter = started(endpoint=f"http://127.0.0.1:{port}")
    if failure is None:
        assert exporter.send("traces", BODY) is None
    else:
        with pytest.raises(failure):
            exporter.send("traces", BODY)


def test_nobody_listens(started: Callable[..., OtlpHttp]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        free = held.getsockname()[1]
    with pytest.raises(Retry, match="ECONNREFUSED"):
        started(endpoint=f"http://127.0.0.1:{free}").send("traces", BODY)


def test_a_name_that_does_not_exist(started: Callable[..., OtlpHttp]) -> None:
    with pytest.raises(Retry):
        started(endpoint="http://no-such-host.invalid:4318").send("traces", BODY)


def test_the_timeout_is_of_one_attempt(
    backend: Backend, port: int, loop_host: LoopHost, started: Callable[..., OtlpHttp]
) -> None:
    backend.hold = asyncio.Event()
    with pytest.raises(Retry, match="timeout"):
        started(endpoint=f"http://127.0.0.1:{port}", timeout="100ms").send("traces", BODY)


def test_a_connection_that_breaks_without_an_answer(
    backend: Backend, port: int, started: Callable[..., OtlpHttp]
) -> None:
    def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    backend.answer = hang_up
    with pytest.raises(Retry):
        started(endpoint=f"http://127.0.0.1:{port}").send("traces", BODY)


def test_tls_and_mutual_tls(backend: Backend, certificates: Path, started: Callable[..., OtlpHttp]) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates / "ca.pem"))
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    url = f"https://localhost:{backend.listen(context)}"
    authority = {"ca_file": str(certificates / "ca.pem")}
    own = {"cert_file": str(certificates / "client.pem"), "key_file": str(certificates / "client.key")}

    assert started(endpoint=url, tls=authority | own).send("traces", BODY) is None
    assert started(endpoint=url, tls=own | {"insecure_skip_verify": True}).send("traces", BODY) is None
    for tls in (own, authority | own | {"server_name_override": "other.example.org"}):
        with pytest.raises(Retry, match="TLS failed"):
            started(endpoint=url, tls=tls).send("traces", BODY)


def test_a_proxy_gets_the_whole_url(backend: Backend, port: int, started: Callable[..., OtlpHttp]) -> None:
    exporter = started(endpoint="http://backend.example.org:4318", proxy_url=f"http://127.0.0.1:{port}")
    assert exporter.send("traces", BODY) is None
    assert backend.requests[0][1]["Host"] == "backend.example.org:4318"


@pytest.mark.parametrize(("off", "connections"), [(True, 2), (False, 1)])
def test_connections_are_kept_unless_told_otherwise(
    off: bool, connections: int, backend: Backend, port: int, started: Callable[..., OtlpHttp]
) -> None:
    peers: set[Any] = set()

    def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response()

    backend.answer = note
    exporter = started(endpoint=f"http://127.0.0.1:{port}", disable_keep_alives=off, idle_conn_timeout="0s")
    exporter.send("traces", BODY)
    exporter.send("traces", BODY)
    assert len(peers) == connections


def test_after_shutdown_nothing_is_lost(port: int, started: Callable[..., OtlpHttp]) -> None:
    exporter = started(endpoint=f"http://127.0.0.1:{port}", cookies={})
    exporter.shutdown()
    with pytest.raises(Retry, match="closed"):
        exporter.send("traces", BODY)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "at least one endpoint must be specified"),
        ({"endpoint": "localhost:4318"}, "http:// or https://"),
        ({"endpoint": "http://user:secret@localhost"}, "Put it into headers"),
        ({"endpoint": "http://a", "compression": "snappy"}, "snappy is not available"),
        ({"endpoint": "http://a", "compression_params": {"level": 12}}, "takes -1 .default. to 9"),
        ({"endpoint": "http://a", "proxy_url": "socks5://b"}, "neither http:// nor https://"),
        ({"endpoint": "http://a", "middlewares": []}, "not available yet"),
        ({"traces_endpoint": "nowhere"}, "http:// or https://"),
    ],
)
def test_mistakes_are_refused_with_the_mend(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem) as failure:
        OtlpHttpConfig(**settings)  # type: ignore[arg-type]
    assert "secret" not in "".join(error["msg"] for error in failure.value.errors())

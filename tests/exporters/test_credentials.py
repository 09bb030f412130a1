"""auth.authenticator of the exporters: what is sent, what it means to be turned away, over gRPC and over HTTP."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from aiohttp import web

from spansieve.exporters.jaeger import Jaeger, JaegerConfig
from spansieve.exporters.otlp import Otlp, OtlpConfig
from spansieve.exporters.otlp_http import OtlpHttp, OtlpHttpConfig
from spansieve.plugin import Config, Exporter, Extension, Permanent, Retry
from spansieve.testing import OK, LoopHost, otlp_request

BODY = otlp_request("agent", OK)
SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
AUTH = {"authenticator": "tokens"}


class Tokens(Extension[Config]):
    """Gives what `token` is now."""

    config = Config

    def __init__(self, *, renewable: bool) -> None:
        """Begin with the first."""
        self.token = "first"
        self.renewable = renewable

    def credentials(self) -> Mapping[str, str]:
        """A header."""
        return {"Authorization": f"Bearer {self.token}"}


class Backend:
    """Serves both protocols; takes who shows `wanted`, and remembers what was shown."""

    def __init__(self, host: LoopHost) -> None:
        """Listen."""
        self.wanted = "Bearer first"
        self.shown: list[str] = []
        self.refusal = (grpc.StatusCode.UNAUTHENTICATED, 401)
        self._host = host
        self._server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
        handler = grpc.unary_unary_rpc_method_handler(self._over_grpc)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"Export": handler}),))
        self.grpc_port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.http_port = host.run(self._listen(), 10)

    async def _listen(self) -> int:
        self._runner = web.ServerRunner(web.Server(self._over_http))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    def _over_grpc(self, _: bytes, context: Any) -> bytes:  # noqa: ANN401
        self.shown.append(dict(context.invocation_metadata()).get("authorization", ""))
        if self.shown[-1] != self.wanted:
            context.abort(self.refusal[0], "no")
        return b""

    async def _over_http(self, request: web.BaseRequest) -> web.Response:
        self.shown += request.headers.getall("Authorization", [""])
        return web.Response(status=200 if self.shown[-1] == self.wanted else self.refusal[1])

    def close(self) -> None:
        """End."""
        self._server.stop(None).wait()
        self._host.run(self._runner.cleanup(), 10)


@pytest.fixture
def backend(loop_host: LoopHost) -> Iterator[Backend]:
    one = Backend(loop_host)
    yield one
    one.close()


Start = Callable[..., Exporter[Any]]


@pytest.fixture(params=["otlp", "jaeger", "otlp_http"])
def start(request: pytest.FixtureRequest, backend: Backend, loop_host: LoopHost) -> Iterator[Start]:
    """Start one of the exporters; its `headers` are given."""
    made: list[Exporter[Any]] = []
    over_grpc = {"endpoint": f"127.0.0.1:{backend.grpc_port}", "auth": AUTH, "tls": {"insecure": True}}

    def begin(**keys: Any) -> Exporter[Any]:  # noqa: ANN401
        loop_host.served = frozenset({"traces"})
        if request.param == "otlp":
            made.append(Otlp(OtlpConfig.model_validate({**over_grpc, **keys}), loop_host))
        elif request.param == "jaeger":
            made.append(Jaeger(JaegerConfig.model_validate({**over_grpc, **keys}), loop_host))
        else:
            own = {"endpoint": f"http://127.0.0.1:{backend.http_port}", "auth": AUTH}
            made.append(OtlpHttp(OtlpHttpConfig.model_validate({**own, **keys}), loop_host))
        made[-1].start()
        return made[-1]

    yield begin
    for exporter in made:
        exporter.shutdown()


def send(exporter: Any) -> None:  # noqa: ANN401
    assert exporter.send("traces", BODY) is None


def test_each_request_shows_what_the_extension_gives_now(start: Start, backend: Backend, loop_host: LoopHost) -> None:
    tokens = loop_host.extensions["tokens"] = Tokens(renewable=True)
    exporter = start()
    send(exporter)
    tokens.token = "second"
    backend.wanted = "Bearer second"
    send(exporter)
    assert backend.shown == ["Bearer first", "Bearer second"]


def test_over_http_they_win_over_a_header_of_that_name(backend: Backend, loop_host: LoopHost) -> None:
    loop_host.extensions["tokens"] = Tokens(renewable=True)
    loop_host.served = frozenset({"traces"})
    keys = {"endpoint": f"http://127.0.0.1:{backend.http_port}", "auth": AUTH, "headers": {"authorization": "fixed"}}
    exporter = OtlpHttp(OtlpHttpConfig.model_validate(keys), loop_host)
    exporter.start()
    send(exporter)
    assert backend.shown == ["Bearer first"]
    exporter.shutdown()


@pytest.mark.parametrize("refusal", [(grpc.StatusCode.UNAUTHENTICATED, 401), (grpc.StatusCode.PERMISSION_DENIED, 403)])
def test_who_is_turned_away_with_a_token_that_may_change_tries_again(
    start: Start, backend: Backend, loop_host: LoopHost, refusal: tuple[grpc.StatusCode, int]
) -> None:
    tokens = loop_host.extensions["tokens"] = Tokens(renewable=True)
    backend.wanted, backend.refusal = "Bearer second", refusal
    exporter = start()
    with pytest.raises(Retry, match=f"{refusal[0].name}|HTTP {refusal[1]}"):
        send(exporter)
    tokens.token = "second"
    send(exporter)


def test_who_is_turned_away_with_a_fixed_token_gives_up(start: Start, backend: Backend, loop_host: LoopHost) -> None:
    loop_host.extensions["tokens"] = Tokens(renewable=False)
    backend.wanted = "Bearer other"
    with pytest.raises(Permanent, match=r"UNAUTHENTICATED|HTTP 401"):
        send(start())


def test_other_refusals_are_as_permanent_as_ever(start: Start, backend: Backend, loop_host: LoopHost) -> None:
    loop_host.extensions["tokens"] = Tokens(renewable=True)
    backend.wanted, backend.refusal = "Bearer other", (grpc.StatusCode.INVALID_ARGUMENT, 400)
    with pytest.raises(Permanent, match=r"INVALID_ARGUMENT|HTTP 400"):
        send(start())


def test_while_the_extension_is_exchanged_nothing_is_sent_and_nothing_lost(
    start: Start, backend: Backend, loop_host: LoopHost
) -> None:
    exporter = start()
    with pytest.raises(Retry, match="no credentials yet"):
        send(exporter)
    assert backend.shown == []


@pytest.mark.parametrize(
    ("endpoint", "warned"),
    [("collector.example.org:4317", True), ("https://collector.example.org:4317", False), ("[::1]:4317", False)],
)
def test_credentials_in_clear_text_are_warned_about(
    loop_host: LoopHost, caplog: pytest.LogCaptureFixture, endpoint: str, warned: bool
) -> None:
    loop_host.extensions["tokens"] = Tokens(renewable=True)
    loop_host.served = frozenset({"traces"})
    keys = {"endpoint": endpoint, "auth": AUTH, "tls": {"insecure": True}}
    over_grpc = Otlp(OtlpConfig.model_validate(keys), loop_host)
    over_grpc.start()
    assert ("in clear text" in caplog.text) is warned
    over_grpc.shutdown()
    caplog.clear()
    url = endpoint if "://" in endpoint else f"http://{endpoint}"
    over_http = OtlpHttp(OtlpHttpConfig.model_validate({"endpoint": url, "auth": AUTH}), loop_host)
    over_http.start()
    assert ("in clear text" in caplog.text) is warned
    over_http.shutdown()

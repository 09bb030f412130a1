"""Certificates exchanged while servers and clients run: real gRPC and HTTP, both ways, with and without mutual TLS."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
from aiohttp import web

from spansieve.otlp.client_config import GrpcClientSettings, HttpClientSettings
from spansieve.otlp.grpc_client import GrpcClient
from spansieve.otlp.http_client import HttpClient
from spansieve.plugin import Retry
from spansieve.testing import LoopHost
from spansieve.tls import ClientTls, ServerTls
from spansieve.tls_reload import client_context, grpc_client_credentials, grpc_server_credentials, server_context

CERTS = Path(__file__).parents[1] / "fixtures" / "certs"
NAMES = ("ca.pem", "server.pem", "server.key", "client.pem", "client.key")
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@pytest.fixture
def host() -> Iterator[LoopHost]:
    one = LoopHost()
    yield one
    one.close()


class Folder:
    """Certificates in files that can be exchanged for those of the second authority."""

    def __init__(self, path: Path, host: LoopHost) -> None:
        """Begin with the first."""
        self.path = path
        self._host = host
        path.mkdir()
        self.put(CERTS)

    def put(self, source: Path, *names: str) -> None:
        """Exchange the files, and let the interval pass."""
        for name in names or NAMES:
            shutil.copy(source / name, self.path / name)
        self._host.clock.advance(seconds=1)

    def spoil(self, name: str) -> None:
        """Write what is no certificate."""
        (self.path / name).write_text("no certificate")
        self._host.clock.advance(seconds=1)

    def server(self, *, mutual: bool = False, **keys: Any) -> ServerTls:  # noqa: ANN401
        """A listener's section."""
        files: dict[str, Any] = {"cert_file": "server.pem", "key_file": "server.key"}
        files |= {"client_ca_file": "ca.pem"} if mutual else {}
        return ServerTls.model_validate({key: str(self.path / name) for key, name in files.items()} | keys)

    def client(self, **keys: Any) -> ClientTls:  # noqa: ANN401
        """A client's section, with its own certificate."""
        files = {"ca_file": "ca.pem", "cert_file": "client.pem", "key_file": "client.key"}
        return ClientTls.model_validate({key: str(self.path / name) for key, name in files.items()} | keys)


@pytest.fixture
def ours(tmp_path: Path, host: LoopHost) -> Folder:
    return Folder(tmp_path / "ours", host)


@pytest.fixture
def theirs(tmp_path: Path, host: LoopHost) -> Folder:
    return Folder(tmp_path / "theirs", host)


Serve = Callable[[ServerTls], int]
"""Start a server with that section and say on which port."""
Ask = Callable[[int, ClientTls], bool]
"""Whether a new client with that section is answered on that port."""


@pytest.fixture(params=["grpc", "http"])
def wire(request: pytest.FixtureRequest, host: LoopHost) -> Iterator[tuple[Serve, Ask]]:
    """Both protocols: our servers' side, and clients made anew."""
    pair = (GrpcWire if request.param == "grpc" else HttpWire)(host)
    yield pair.serve, pair.ask
    pair.close()


class GrpcWire:
    """gRPC servers and clients."""

    def __init__(self, host: LoopHost) -> None:
        """Nothing serves yet."""
        self._host = host
        self._servers: list[Any] = []

    def serve(self, tls: ServerTls) -> int:
        """Answer every call."""
        server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
        handler = grpc.unary_unary_rpc_method_handler(lambda body, _: body)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(EXPORT.split("/")[1], {"Export": handler}),)
        )
        port = server.add_secure_port("127.0.0.1:0", grpc_server_credentials(tls, self._host))
        server.start()
        self._servers.append(server)
        return int(port)

    def ask(self, port: int, tls: ClientTls) -> bool:
        """One call over a channel of its own."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.secure_channel(f"localhost:{port}", tls.grpc_credentials(), options) as channel:
            try:
                return bool(channel.unary_unary(EXPORT)(b"x", timeout=20) == b"x")
            except grpc.RpcError:
                return False

    def close(self) -> None:
        """End all."""
        for server in self._servers:
            server.stop(None).wait()


class HttpWire:
    """HTTP servers and clients, on the host's loop."""

    def __init__(self, host: LoopHost) -> None:
        """Nothing serves yet."""
        self._host = host
        self._runners: list[web.ServerRunner] = []

    def serve(self, tls: ServerTls) -> int:
        """Answer every request."""
        context = server_context(tls, self._host)

        async def start() -> int:
            async def answer(_: web.BaseRequest) -> web.Response:
                return web.Response(text="x")

            runner = web.ServerRunner(web.Server(answer))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
            self._runners.append(runner)
            return int(runner.addresses[0][1])

        return self._host.run(start(), 10)

    def ask(self, port: int, tls: ClientTls) -> bool:
        """One request over a session of its own."""

        async def get() -> bool:
            connector = aiohttp.TCPConnector(ssl=tls.ssl_context())
            async with aiohttp.ClientSession(connector=connector) as session:
                try:
                    async with session.get(f"https://localhost:{port}/") as answer:
                        return await answer.text() == "x"
                except (aiohttp.ClientError, OSError):
                    return False

        return self._host.run(get(), 20)

    def close(self) -> None:
        """End all."""
        for runner in self._runners:
            self._host.run(runner.cleanup(), 10)


def test_a_server_shows_its_new_certificate_to_who_connects_now(
    wire: tuple[Serve, Ask], ours: Folder, theirs: Folder
) -> None:
    serve, ask = wire
    port = serve(ours.server())
    assert ask(port, theirs.client())
    ours.put(CERTS / "second")
    assert not ask(port, theirs.client())
    theirs.put(CERTS / "second")
    assert ask(port, theirs.client())


def test_a_broken_file_leaves_the_former_certificate_in_force(
    wire: tuple[Serve, Ask], ours: Folder, theirs: Folder, host: LoopHost, caplog: pytest.LogCaptureFixture
) -> None:
    serve, ask = wire
    port = serve(ours.server())
    ours.spoil("server.pem")
    assert ask(port, theirs.client())
    assert host.counts["file_reloads", "kept_former", "certificates"] == 1
    assert "the new certificates can't be used, the former ones stay in force: tls.cert_file, key_file" in caplog.text
    ours.put(CERTS / "second", "server.pem")  # its key is not there yet
    assert ask(port, theirs.client())
    ours.put(CERTS / "second", "server.key")
    assert not ask(port, theirs.client())
    assert host.counts["file_reloads", "taken", "certificates"] == 1


def test_clients_without_a_certificate_of_the_authority_are_refused_and_it_can_be_exchanged(
    wire: tuple[Serve, Ask], ours: Folder, theirs: Folder
) -> None:
    serve, ask = wire
    port = serve(ours.server(mutual=True))
    assert ask(port, theirs.client())
    bare = ClientTls(ca_file=str(theirs.path / "ca.pem"))
    assert not ask(port, bare)
    theirs.put(CERTS / "second", "client.pem", "client.key")
    assert not ask(port, theirs.client())
    ours.put(CERTS / "second", "ca.pem")
    assert ask(port, theirs.client())
    theirs.put(CERTS, "client.pem", "client.key")
    assert not ask(port, theirs.client())


def test_the_authority_of_clients_may_be_left_as_it_was(wire: tuple[Serve, Ask], ours: Folder, theirs: Folder) -> None:
    serve, ask = wire
    port = serve(ours.server(mutual=True, client_ca_file_reload=False))
    ours.put(CERTS / "second")
    theirs.put(CERTS / "second", "ca.pem")
    assert ask(port, theirs.client())  # the new server, and the former authority's client


def test_zero_never_looks_again(wire: tuple[Serve, Ask], ours: Folder, theirs: Folder) -> None:
    serve, ask = wire
    port = serve(ours.server(reload_interval="0s"))
    ours.put(CERTS / "second")
    assert ask(port, theirs.client())


def test_an_http_client_follows_its_files(ours: Folder, theirs: Folder, host: LoopHost) -> None:
    wire = HttpWire(host)
    port = wire.serve(theirs.server(mutual=True))
    settings = HttpClientSettings(endpoint=f"https://localhost:{port}", tls=ours.client(), disable_keep_alives=True)
    client = HttpClient(settings, host)
    client.open()
    try:
        assert client.post(f"https://localhost:{port}/", b"x", "text/plain").body == b"x"
        theirs.put(CERTS / "second")
        with pytest.raises(Retry):
            client.post(f"https://localhost:{port}/", b"x", "text/plain")
        ours.put(CERTS / "second")
        assert client.post(f"https://localhost:{port}/", b"x", "text/plain").body == b"x"
    finally:
        client.close()
        wire.close()


class Backend:
    """An OTLP server whose calls end when they are told."""

    def __init__(self, host: LoopHost, tls: ServerTls) -> None:
        """Answer at once."""
        self.hold = threading.Event()
        self.hold.set()
        self.entered = threading.Semaphore(0)
        self.server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        handler = grpc.unary_unary_rpc_method_handler(self._take)
        name = EXPORT.split("/")[1]
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": handler}),))
        self.port = self.server.add_secure_port("127.0.0.1:0", grpc_server_credentials(tls, host))
        self.server.start()

    def _take(self, _: bytes, __: Any) -> bytes:  # noqa: ANN401
        self.entered.release()
        self.hold.wait(20)
        return b""


def test_a_grpc_client_follows_its_files_and_calls_under_way_end_where_they_began(
    ours: Folder, theirs: Folder, host: LoopHost
) -> None:
    backend = Backend(host, theirs.server(mutual=True))
    settings = GrpcClientSettings(endpoint=f"localhost:{backend.port}", tls=ours.client())
    client = GrpcClient(settings, host)
    try:
        assert client.export("traces", b"") is None
        backend.entered.acquire(timeout=20)
        backend.hold.clear()
        with ThreadPoolExecutor(1) as pool:
            under_way = pool.submit(client.export, "traces", b"")
            assert backend.entered.acquire(timeout=20)
            theirs.put(CERTS / "second")
            ours.put(CERTS / "second")
            second = threading.Thread(target=client.export, args=("traces", b""), daemon=True)
            second.start()
            assert backend.entered.acquire(timeout=20)  # over the new channel, while the former one has a call
            backend.hold.set()
            assert under_way.result(20) is None
            second.join(20)
    finally:
        client.close()
        backend.server.stop(None).wait()


def test_what_can_t_be_used_is_said_at_start(ours: Folder, host: LoopHost) -> None:
    ours.spoil("ca.pem")
    for made in (client_context, grpc_client_credentials):
        with pytest.raises(ValueError, match=r"tls\.ca_file: not usable"):
            made(ours.client(), host)
    for make in (server_context, grpc_server_credentials):
        with pytest.raises(ValueError, match=r"tls\.client_ca_file: not usable"):
            make(ours.server(mutual=True), host)


def test_a_connection_that_is_open_goes_on(ours: Folder, host: LoopHost) -> None:
    wire = HttpWire(host)
    port = wire.serve(ours.server())
    trusting = ours.client().ssl_context()

    async def twice() -> list[str]:
        found = []
        reader, writer = await asyncio.open_connection("localhost", port, ssl=trusting)
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            found.append((await reader.readuntil(b"\r\n\r\nx")).decode()[:12])
            ours.put(CERTS / "second")
        writer.close()
        return found

    assert host.run(twice(), 20) == ["HTTP/1.1 200"] * 2
    wire.close()

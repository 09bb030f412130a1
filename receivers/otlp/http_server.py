"""The HTTP listener: aiohttp's server, with a limit on how long a connection may take to send its first headers."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from aiohttp import StreamReader, web
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from spansieve.endpoint import bind, listening, tolerable
from spansieve.plugin import Counter, Host
from spansieve.tls_reload import server_context

from .config import SOCKET_MODE, HttpConfig
from .gate import Gate
from .http_requests import Requests

WORKERS: Final = 4
GRACE_SECONDS: Final = 5.0
_CLEANUP_SECONDS: Final = 0.1
"""For connections that are still open after the grace."""
_AN_HOUR: Final = 3600.0
_YOUNG_SECONDS: Final = 1.0
"""A connection without a request keeps its place for so long when there are too many."""
_silent = logging.Logger("spansieve.silent")  # aiohttp would log a bad request's own bytes
_silent.disabled = True

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class _Connection(RequestHandler):
    """One connection: closed when no headers come in time; a sender that closes its side early still gets an answer."""

    def __init__(self, server: "_Server", seconds: float, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(server, loop=asyncio.get_running_loop(), **settings)
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._content: StreamReader | None = None
        self._begun = 0
        self._server = server
        self.since = 0.0
        self.ended = False

    @property
    def serves(self) -> bool:
        """Whether a request is open."""
        return self._content is not None or self._request_count > self._begun

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.since = asyncio.get_running_loop().time()
        if not self._server.admit(self):
            transport.abort()  # type: ignore[attr-defined] # every transport of a server's has it
            return
        super().connection_made(transport)
        if self._seconds:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_timer()
        if self._server.forget(self):
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self in self._server.live:
            super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP, or has more or longer headers than are taken; aiohttp's own answer would quote it."""
        self._server.refused.add(1, reason="bad_http", transport="http")
        answer = web.Response(status=400, text="400 bad request", headers={"Server": "spansieve"})
        answer.force_close()
        return answer

    def begin(self, content: StreamReader) -> None:
        """The headers of a request are there."""
        self._stop_timer()
        self._begun += 1
        self._content = content
        if self.ended:
            self._cut()

    def end(self) -> None:
        """It has been handled."""
        self._content = None

    def eof_received(self) -> bool:  # type: ignore[override] # asyncio: True keeps the other direction open
        self.ended = True
        self._cut()
        # aiohttp counts a request when its headers are there, and a turn of the loop later `begin` is called
        return self.serves

    def _cut(self) -> None:
        """The sender is done: what of the body isn't here won't come."""
        if self._content is not None and not self._content.is_eof():
            self._content.set_exception(RequestPayloadError("cut short"))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Server(web.Server):
    def __init__(self, handle: Handle, config: HttpConfig, refused: Counter) -> None:
        super().__init__(self._watched)
        self._handle = handle
        self._most = config.max_connections
        self.refused = refused
        self.live: dict[_Connection, None] = {}  # the oldest first
        self._seconds = config.read_header_timeout
        self._idle = config.idle_timeout or _AN_HOUR

    def __call__(self) -> RequestHandler:
        return _Connection(
            self,
            self._seconds,
            keepalive_timeout=self._idle,
            auto_decompress=False,  # limits hold while inflating, and that is ours to see to
            access_log=None,
            logger=_silent,
        )

    def admit(self, connection: _Connection) -> bool:
        """Whether there is room for a new connection; one without a request gives its place up."""
        if self._most and len(self.live) >= self._most:
            self.refused.add(1, reason="connections", transport="http")
            late = connection.since - _YOUNG_SECONDS
            idle = next((one for one in self.live if not one.serves and one.since <= late), None)
            if idle is None:
                return False
            idle.force_close()
        self.live[connection] = None
        return True

    def forget(self, connection: _Connection) -> bool:
        """Whether it was one of ours."""
        return self.live.pop(connection, self) is None

    async def _watched(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, _Connection):
            return await self._handle(request)
        connection.begin(request.content)
        try:
            response = await self._handle(request)
        finally:
            connection.end()
        if connection.ended:
            response.force_close()
        return response


class HttpServer:
    """The listener; `start` and `stop` run on the loop. `port` is what it is bound to (0 for a unix socket)."""

    def __init__(self, config: HttpConfig, host: Host, gate: Gate) -> None:
        """Take the settings; nothing is opened yet."""
        self._config = config
        self._gate = gate
        self._host = host
        self._workers: ThreadPoolExecutor | None = None
        self._requests: Requests | None = None
        self._runner: web.ServerRunner | None = None
        self._sites: list[web.BaseSite] = []
        self.port = 0

    async def start(self) -> None:
        """Listen. Raises OSError for an address that can't be had, ValueError for certificates that can't be used."""
        context = server_context(self._config.tls, self._host) if self._config.tls else None
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="spansieve-otlp-http")
        self._requests = Requests(self._config, self._host, self._gate, self._workers)
        server = _Server(self._requests.handle, self._config, self._requests.refused)
        self._runner = web.ServerRunner(server, shutdown_timeout=_CLEANUP_SECONDS)
        await self._runner.setup()
        if self._config.transport == "unix":
            self._sites = [web.UnixSite(self._runner, self._config.endpoint, ssl_context=context)]
        else:
            self._sites = [web.SockSite(self._runner, one, ssl_context=context) for one in self._sockets()]
        for site in self._sites:
            await site.start()
        if self._config.transport == "unix":
            Path(self._config.endpoint).chmod(SOCKET_MODE)

    def _sockets(self) -> list[socket.socket]:
        sockets: list[socket.socket] = []
        for address in listening(self._config.endpoint, self._config.transport):
            try:
                wanted = address._replace(port=address.port or self.port)
                sockets.append(bind(wanted, reuse_port=self._host.shared))
                self.port = sockets[-1].getsockname()[1]
            except OSError as error:
                if not tolerable(address, error):
                    for one in sockets:
                        one.close()
                    raise
        return sockets

    async def stop(self) -> None:
        """Close the listeners, give open requests some seconds, then close every connection."""
        if self._runner is not None:
            for site in self._sites:
                if site in self._runner.sites:
                    await site.stop()
            if self._requests is not None:
                await self._requests.finish(GRACE_SECONDS)
            await self._runner.cleanup()
        if self._workers is not None:
            self._workers.shutdown(wait=False, cancel_futures=True)
        self._runner = self._workers = None

"""A small HTTP server on the process's loop, for components that answer questions."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine

from aiohttp import web

from .endpoint import bind, listening
from .plugin import Host
from .tls import ServerTls
from .tls_reload import server_context

CLOSE_SECONDS = 2.0
"""Open requests have this long when the server closes."""

UNUSED_KEYS = (
    "compression_algorithms",
    "idle_timeout",
    "include_metadata",
    "keep_alives_enabled",
    "max_request_body_size",
    "read_header_timeout",
    "read_timeout",
    "write_timeout",
)
"""Keys of the Go Collector's HTTP servers (confighttp) that have nothing to tune here: bodies and loads are small."""

Respond = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class SmallServer:
    """The one listener of a component, on the process's loop, and what runs beside it there."""

    def __init__(self, host: Host, kind: str, respond: Respond) -> None:
        """Nothing is open; `kind` is the section of the configuration that the component stands in."""
        self._host = host
        self._key = f"{kind}.{host.id}.endpoint"
        self._respond = respond
        self._runner: web.ServerRunner | None = None
        self._beside: asyncio.Task[None] | None = None

    def open(
        self,
        endpoint: str,
        tls: ServerTls | None,
        *,
        told: str = "",
        beside: Callable[[], Coroutine[None, None, None]] | None = None,
    ) -> None:
        """Listen, run `beside` until it is closed, and log what is to be `told` with the URL in place of `%s`.

        Raises OSError where the endpoint can't be had, ValueError where a certificate can't be read.
        """
        self._host.run(self._open(endpoint, tls, beside), timeout=10)
        if told:
            self._host.log.info(told, f"{'http' if tls is None else 'https'}://{endpoint}")

    def close(self) -> None:
        """Stop all; also what was opened in part, or not at all."""
        self._host.run(self._close(), timeout=10)

    async def _open(
        self, endpoint: str, tls: ServerTls | None, beside: Callable[[], Coroutine[None, None, None]] | None
    ) -> None:
        context = server_context(tls, self._host) if tls else None
        self._runner = await serve(self._respond, endpoint, self._key, context)
        if beside is not None:
            self._beside = asyncio.create_task(beside())

    async def _close(self) -> None:
        if self._beside is not None:
            self._beside.cancel()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()


async def serve(respond: Respond, endpoint: str, key: str, tls: ssl.SSLContext | None = None) -> web.ServerRunner:
    """Answer requests to `endpoint` (`host:port`) by `respond`, until the runner's `cleanup`.

    Raises OSError, said to the user with the configuration's `key`, where the endpoint can't be had.
    """
    runner = web.ServerRunner(web.Server(respond, access_log=None), shutdown_timeout=CLOSE_SECONDS)
    await runner.setup()
    try:
        for address in listening(endpoint):
            try:
                listener = bind(address)
            except OSError as error:
                if address.needed:
                    why = error.strerror or str(error)
                    what = f"{key}: can't listen on {address}: {why}. Free it, or set another endpoint"
                    raise OSError(error.errno, what) from error
            else:
                await web.SockSite(runner, listener, ssl_context=tls).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner

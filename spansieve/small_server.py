"""A small HTTP server on the process's loop, for extensions that answer questions about the service."""

import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

from .endpoint import bind, listening

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

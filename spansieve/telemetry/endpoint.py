"""The port on which the service tells of itself: `/metrics` for Prometheus."""

import asyncio

from aiohttp import web

from spansieve.endpoint import bind, listening
from spansieve.net import Loop

from .instruments import Instruments
from .reader import exposition


class TelemetryEndpoint:
    """An HTTP server on the process's one loop."""

    def __init__(self, endpoint: str, instruments: Instruments, loop: Loop) -> None:
        """Listen on `endpoint` (`host:port`). Raises OSError, said to the user, when that can't be."""
        self._instruments = instruments
        self._loop = loop
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        loop.run(self._open(endpoint))

    async def _open(self, endpoint: str) -> None:
        await self._runner.setup()
        for address in listening(endpoint):
            try:
                await web.SockSite(self._runner, bind(address)).start()
            except OSError as error:
                if not address.needed:
                    continue
                await self._runner.cleanup()
                raise OSError(
                    f"service.telemetry.metrics: cannot listen on {endpoint}: {error.strerror or error}. "
                    "Choose another endpoint, or an empty list of readers to do without"
                ) from error

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._runner.addresses[0][1])

    async def _metrics(self, _: web.Request) -> web.Response:
        loop = asyncio.get_running_loop()
        text = await loop.run_in_executor(None, lambda: exposition(self._instruments.collect()))
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    def close(self) -> None:
        """Stop listening."""
        self._loop.run(self._runner.cleanup(), 5)

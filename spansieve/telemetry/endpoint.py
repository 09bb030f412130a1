"""The port on which the service tells of itself: `/metrics` for Prometheus, `/api/v1/<name>` for what components
show.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from spansieve.endpoint import bind, listening
from spansieve.net import Loop

from .instruments import Instruments
from .logs import place_of
from .reader import exposition


class UnknownStatus(LookupError):
    """No component shows anything under this name."""


class TelemetryEndpoint:
    """An HTTP server on the process's one loop."""

    def __init__(self, endpoint: str, instruments: Instruments, snapshot: Callable[[str], object], loop: Loop) -> None:
        """Listen on `endpoint` (`host:port`). `snapshot(name)` gives what is shown under a name, and the names for "".

        Raises OSError, said to the user, when that can't be.
        """
        self._instruments = instruments
        self._snapshot = snapshot
        self._loop = loop
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/api/v1/", self._names)
        app.router.add_get("/api/v1/{name}", self._status)
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

    async def _names(self, _: web.Request) -> web.Response:
        return web.json_response(self._snapshot(""))

    async def _status(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        try:
            shown = await asyncio.get_running_loop().run_in_executor(None, self._snapshot, name)
            return web.json_response(shown)
        except UnknownStatus:
            return web.json_response({"error": "unknown name", "names": self._snapshot("")}, status=404)
        except Exception as error:  # aiohttp would log its text
            return web.json_response({"error": f"{name} can't be shown: {place_of(error)}"}, status=500)

    def close(self) -> None:
        """Stop listening."""
        self._loop.run(self._runner.cleanup(), 5)

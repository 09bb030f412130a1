"""Answer HTTP requests with whether the pipelines run: 503 before, 200 while, 503 from the start of the shutdown."""

from aiohttp import web

from spansieve.plugin import Extension, Host
from spansieve.small_server import SmallServer

from .answer import PLAIN, Answer, Up, answer, matches
from .config import HealthCheckConfig


class HealthCheck(Extension[HealthCheckConfig]):
    """A listener on the process's loop; any method, and every path under a `path` that ends in `/`."""

    config = HealthCheckConfig

    def __init__(self, config: HealthCheckConfig, host: Host) -> None:
        """Not ready until told so."""
        self._settings = config
        self._host = host
        self._up: Up | None = None
        self._server = SmallServer(host, "extensions", self._respond)

    @classmethod
    def endpoints(cls, config: HealthCheckConfig) -> list[str]:
        """The one listener."""
        return [config.endpoint]

    def start(self) -> None:
        """Listen. Raises OSError where the endpoint can't be had, ValueError where a certificate can't be read."""
        self._server.open(self._settings.endpoint, self._settings.tls)

    def ready(self) -> None:
        """From now on answer 200; told again, as after a reload, nothing changes."""
        clock = self._host.clock
        self._up = self._up or Up(clock.time_ns(), clock.monotonic())

    def not_ready(self) -> None:
        """From now on answer 503."""
        self._up = None

    def shutdown(self) -> None:
        """Close the listener."""
        self._up = None
        self._server.close()

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        if matches(self._settings.path, request.path):
            found = answer(self._up, self._host.clock.monotonic(), self._settings)
        else:
            found = Answer(404, PLAIN, "404 page not found\n")
        return web.Response(status=found.status, headers={"Content-Type": found.content_type}, body=found.body.encode())

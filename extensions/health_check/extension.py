"""Answer HTTP requests with whether the pipelines run: 503 before, 200 while, 503 from the start of the shutdown."""

from aiohttp import web

from spansieve.endpoint import Address, bind, listening
from spansieve.plugin import Extension, Host

from .answer import PLAIN, Answer, Up, answer, matches
from .config import HealthCheckConfig

_CLOSE_SECONDS = 2.0


class HealthCheck(Extension[HealthCheckConfig]):
    """A listener on the process's loop; any method, and every path under a `path` that ends in `/`."""

    config = HealthCheckConfig

    def __init__(self, config: HealthCheckConfig, host: Host) -> None:
        """Not ready until told so."""
        self._settings = config
        self._host = host
        self._up: Up | None = None
        self._runner: web.ServerRunner | None = None

    @classmethod
    def endpoints(cls, config: HealthCheckConfig) -> list[str]:
        """The one listener."""
        return [config.endpoint]

    def start(self) -> None:
        """Listen. Raises OSError where the endpoint can't be had, ValueError where a certificate can't be read."""
        self._host.run(self._open(), timeout=10)

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
        runner, self._runner = self._runner, None
        if runner is not None:
            self._host.run(runner.cleanup(), timeout=10)

    async def _open(self) -> None:
        tls = self._settings.tls.ssl_context() if self._settings.tls else None
        self._runner = web.ServerRunner(web.Server(self._respond, access_log=None), shutdown_timeout=_CLOSE_SECONDS)
        await self._runner.setup()
        for address in listening(self._settings.endpoint):
            try:
                listener = bind(address)
            except OSError as error:
                if address.needed:
                    raise OSError(error.errno, self._taken(address, error)) from error
            else:
                await web.SockSite(self._runner, listener, ssl_context=tls).start()

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        if matches(self._settings.path, request.path):
            found = answer(self._up, self._host.clock.monotonic(), self._settings)
        else:
            found = Answer(404, PLAIN, "404 page not found\n")
        return web.Response(status=found.status, headers={"Content-Type": found.content_type}, body=found.body.encode())

    def _taken(self, address: Address, error: OSError) -> str:
        why = error.strerror or str(error)
        return (
            f"extensions.{self._host.id}.endpoint: can't listen on {address}: {why}. Free it, or set another endpoint"
        )

"""Takes OTLP in over gRPC and HTTP, and hands each request's bytes to the core, whose answer the sender waits for."""

from spansieve.endpoint import Address, listening, parse
from spansieve.plugin import Host, Receiver

from .config import GrpcConfig, HttpConfig, OtlpConfig
from .gate import Gate
from .grpc_server import GrpcServer
from .http_server import GRACE_SECONDS, HttpServer

_START_SECONDS = 15.0


class Otlp(Receiver[OtlpConfig]):
    """The receiver `otlp`. `grpc_port` and `http_port` are the ports it is bound to; 0 while it isn't."""

    config = OtlpConfig

    def __init__(self, config: OtlpConfig, host: Host) -> None:
        """Open nothing yet."""
        protocols = config.protocols
        self._host = host
        gate = Gate(config.limits, host)
        self._grpc = GrpcServer(protocols.grpc, host, gate) if protocols.grpc is not None else None
        self._http = HttpServer(protocols.http, host, gate) if protocols.http is not None else None
        self._protocols = protocols
        if protocols.http and protocols.http.cors:
            cors = protocols.http.cors
            if cors.allowed_headers and not cors.allowed_origins:
                host.log.warning("protocols.http.cors: allowed_headers is ignored, because allowed_origins is empty")

    @classmethod
    def endpoints(cls, config: OtlpConfig) -> list[str]:
        """`host:port` of each TCP listener."""
        both = (config.protocols.grpc, config.protocols.http)
        return [one.endpoint for one in both if one is not None and one.transport != "unix"]

    @classmethod
    def unshareable(cls, config: OtlpConfig) -> str | None:
        """A unix socket has one owner, and port 0 would be another port in each process."""
        both = (config.protocols.grpc, config.protocols.http)
        if any(one.transport == "unix" for one in both if one is not None):
            return "a unix socket belongs to one process"
        if any(parse(endpoint)[1] == 0 for endpoint in cls.endpoints(config)):
            return "port 0 would be another port in each of them"
        return None

    @classmethod
    def addresses(cls, config: OtlpConfig) -> list[Address]:
        """Every address that it binds."""
        both = (config.protocols.grpc, config.protocols.http)
        tcp = [one for one in both if one is not None and one.transport != "unix"]
        return [address for one in tcp for address in listening(one.endpoint, one.transport)]

    @property
    def grpc_port(self) -> int:
        """The port of gRPC."""
        return self._grpc.port if self._grpc is not None else 0

    @property
    def http_port(self) -> int:
        """The port of HTTP."""
        return self._http.port if self._http is not None else 0

    def start(self) -> None:
        """Listen. Raises OSError and ValueError, each naming the key, for what can't be listened on."""
        if self._grpc is not None and self._protocols.grpc is not None:
            try:
                self._grpc.start()
            except (OSError, ValueError) as error:
                raise self._said("grpc", self._protocols.grpc, error) from error
        if self._http is not None and self._protocols.http is not None:
            try:
                self._host.run(self._http.start(), _START_SECONDS)
            except (OSError, ValueError) as error:
                raise self._said("http", self._protocols.http, error) from error

    def shutdown(self) -> None:
        """Take no more requests, wait for the open ones, close everything."""
        try:
            if self._grpc is not None:
                self._grpc.stop()
        finally:
            if self._http is not None:
                self._host.run(self._http.stop(), 3 * GRACE_SECONDS)

    def _said(self, protocol: str, config: GrpcConfig | HttpConfig, error: OSError | ValueError) -> Exception:
        key = f"receivers.{self._host.id}.protocols.{protocol}"
        if isinstance(error, ValueError):
            return ValueError(f"{key}.{error}")
        why = error.strerror or str(error)
        return OSError(
            f"{key}.endpoint: can't listen on {config.endpoint}: {why}. Stop the program that has the address, or set "
            f"another endpoint"
        )

"""Send OTLP requests over gRPC. The client and its error classes are the core's, and so are queue and retries."""

from spansieve.otlp.grpc_client import GrpcClient
from spansieve.otlp.targets import grpc_target
from spansieve.plugin import Exporter, Host, Rejected, Retry, Signal

from .config import OtlpConfig


class Otlp(Exporter[OtlpConfig]):
    """Sends traces, logs and metrics to one endpoint over one gRPC channel."""

    config = OtlpConfig
    signals = frozenset({"traces", "logs", "metrics"})

    def __init__(self, config: OtlpConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._client: GrpcClient | None = None

    @classmethod
    def endpoints(cls, config: OtlpConfig) -> list[str]:
        """The `host:port` that requests go to."""
        return [grpc_target(config.endpoint).peer]

    def start(self) -> None:
        """Make the channel; it connects with the first request. Raises ValueError for TLS that can't be used."""
        self._client = GrpcClient(self._settings)

    def send(self, signal: Signal, body: bytes) -> Rejected | None:
        """Send one request, once. Raises Retry or Permanent."""
        if self._client is None:
            raise Retry("closed")
        return self._client.export(signal, body)

    def shutdown(self) -> None:
        """Close the channel."""
        if self._client is not None:
            self._client.close()

"""What exporters over gRPC share: one client for one endpoint. Queue and retries are the pipeline's."""

from typing import TypeVar

from spansieve.plugin import Exporter, ExporterConfig, Host, Rejected, Retry, Signal

from .client_config import GrpcClientSettings
from .grpc_client import GrpcClient
from .targets import grpc_target


class GrpcExporterConfig(GrpcClientSettings, ExporterConfig):
    """A gRPC client's keys, with queue and retry."""


ConfigT = TypeVar("ConfigT", bound=GrpcExporterConfig)


class GrpcExporter(Exporter[ConfigT]):
    """Sends OTLP requests to one endpoint over one gRPC channel."""

    def __init__(self, config: ConfigT, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._host = host
        self._client: GrpcClient | None = None

    @classmethod
    def endpoints(cls, config: ConfigT) -> list[str]:
        """The `host:port` that requests go to."""
        return [grpc_target(config.endpoint).peer] if config.endpoint else []

    def start(self) -> None:
        """Make the channel; it connects with the first request. Raises ValueError for TLS that can't be used."""
        self._client = GrpcClient(self._settings, self._host)

    def send(self, signal: Signal, body: bytes) -> Rejected | None:
        """Send one request, once. Raises Retry or Permanent."""
        if self._client is None:
            raise Retry("closed")
        return self._client.export(signal, body)

    def shutdown(self) -> None:
        """Close the channel."""
        if self._client is not None:
            self._client.close()

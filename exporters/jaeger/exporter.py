"""Send traces to a Jaeger v2 by OTLP over gRPC, and say where each can be looked at."""

from spansieve.otlp.grpc_client import GrpcClient
from spansieve.otlp.targets import grpc_target
from spansieve.plugin import Exporter, Host, Rejected, Retry, Signal

from .config import JaegerConfig


def trace_url_template(ui_url: str) -> str:
    """A link into Jaeger's UI with `{trace_id}` (32 hex digits) to be filled in; empty without a UI."""
    return f"{ui_url.removesuffix('/')}/trace/{{trace_id}}" if ui_url else ""


class Jaeger(Exporter[JaegerConfig]):
    """`otlp` with Jaeger's defaults. The status table of its id holds `trace_url_template`, which UIs make links of."""

    config = JaegerConfig
    signals = frozenset({"traces"})

    def __init__(self, config: JaegerConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._client: GrpcClient | None = None
        self.trace_url_template = trace_url_template(config.ui_url)
        host.status(host.id, lambda: {"endpoint": config.endpoint, "trace_url_template": self.trace_url_template})

    @classmethod
    def off(cls, config: JaegerConfig) -> str | None:
        """An empty endpoint switches it off."""
        return None if config.endpoint else "endpoint is empty"

    @classmethod
    def endpoints(cls, config: JaegerConfig) -> list[str]:
        """The `host:port` that requests go to."""
        return [grpc_target(config.endpoint).peer] if config.endpoint else []

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

"""Send traces to a Jaeger v2 by OTLP over gRPC, and say where each can be looked at."""

from collections.abc import Sequence

from spansieve.links import LinkTemplate, jaeger
from spansieve.otlp.grpc_exporter import GrpcExporter
from spansieve.plugin import Host

from .config import JaegerConfig


def trace_url_template(ui_url: str) -> str:
    """A link into Jaeger's UI with `{trace_id}` (32 hex digits) to be filled in; empty without a UI."""
    return jaeger(ui_url) if ui_url else ""


class Jaeger(GrpcExporter[JaegerConfig]):
    """`otlp` with Jaeger's defaults. The status table of its id holds `trace_url_template`, which UIs make links of."""

    config = JaegerConfig
    signals = frozenset({"traces"})

    def __init__(self, config: JaegerConfig, host: Host) -> None:
        """Nothing is opened yet."""
        super().__init__(config, host)
        self.trace_url_template = trace_url_template(config.ui_url)
        host.status(host.id, lambda: {"endpoint": config.endpoint, "trace_url_template": self.trace_url_template})

    @classmethod
    def off(cls, config: JaegerConfig) -> str | None:
        """An empty endpoint switches it off."""
        return None if config.endpoint else "endpoint is empty"

    @classmethod
    def links(cls, config: JaegerConfig) -> Sequence[LinkTemplate]:
        """A trace in its UI."""
        return [LinkTemplate("Jaeger", jaeger(config.ui_url))] if config.ui_url else []

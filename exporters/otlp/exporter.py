"""Send OTLP requests over gRPC. The client and its error classes are the core's, and so are queue and retries."""

from spansieve.otlp.grpc_exporter import GrpcExporter

from .config import OtlpConfig


class Otlp(GrpcExporter[OtlpConfig]):
    """Sends traces, logs and metrics to one endpoint over one gRPC channel."""

    config = OtlpConfig
    signals = frozenset({"traces", "logs", "metrics"})

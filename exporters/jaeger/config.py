"""The configuration of `jaeger`; the README beside this file explains every key."""

from pydantic import Field, field_validator

from spansieve.otlp.grpc_exporter import GrpcExporterConfig
from spansieve.otlp.targets import base_url
from spansieve.tls import ClientTls


class JaegerConfig(GrpcExporterConfig):
    """The keys of `otlp` with Jaeger's defaults, and where its UI stands."""

    endpoint: str = Field(default="localhost:4317", description='`host:port` of Jaeger\'s OTLP gRPC port; "" = off.')
    tls: ClientTls = Field(default=ClientTls(insecure=True), description="TLS, which this section turns on.")
    ui_url: str = Field(default="http://localhost:16686", description="Base URL of Jaeger's UI, for links to traces.")

    @field_validator("ui_url")
    @classmethod
    def _a_url(cls, url: str) -> str:
        return base_url(url) if url else url

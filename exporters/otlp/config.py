"""The configuration of `otlp`; the README beside this file explains every key."""

from typing import Self

from pydantic import model_validator

from spansieve.otlp.grpc_exporter import GrpcExporterConfig


class OtlpConfig(GrpcExporterConfig):
    """The Go Collector's gRPC client keys, and the queue and retry keys of every exporter."""

    @model_validator(mode="after")
    def _has_endpoint(self) -> Self:
        if not self.endpoint:
            raise ValueError('requires a non-empty "endpoint": write host:port, such as localhost:4317')
        return self

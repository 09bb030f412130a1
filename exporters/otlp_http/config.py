"""The configuration of `otlp_http`; the README beside this file explains every key."""

from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from spansieve.otlp.client_config import HttpClientSettings
from spansieve.otlp.targets import base_url
from spansieve.plugin import ExporterConfig, Signal


class OtlpHttpConfig(HttpClientSettings, ExporterConfig):
    """The Go Collector's HTTP client keys, the URLs, and the queue and retry keys of every exporter."""

    tunes_go: ClassVar[dict[str, str]] = {
        **HttpClientSettings.tunes_go,
        "profiles_endpoint": "profiles are no signal here",
    }

    traces_endpoint: str = Field(default="", description="URL for traces, taken as it is.")
    logs_endpoint: str = Field(default="", description="URL for logs, taken as it is.")
    metrics_endpoint: str = Field(default="", description="URL for metrics, taken as it is.")
    encoding: Literal["proto", "json"] = Field(default="proto", description="`proto` or `json`.")

    @field_validator("traces_endpoint", "logs_endpoint", "metrics_endpoint")
    @classmethod
    def _a_url(cls, url: str) -> str:
        return base_url(url) if url else url

    @model_validator(mode="after")
    def _has_endpoint(self) -> Self:
        if not (self.endpoint or self.traces_endpoint or self.logs_endpoint or self.metrics_endpoint):
            raise ValueError("at least one endpoint must be specified: set endpoint, such as http://localhost:4318")
        return self

    def url(self, signal: Signal) -> str:
        """Where requests of `signal` go; empty if the configuration names no place for them."""
        path: Literal["traces", "logs", "metrics"] = "logs" if signal == "alerts" else signal
        own = {"traces": self.traces_endpoint, "logs": self.logs_endpoint, "metrics": self.metrics_endpoint}[path]
        if own or not self.endpoint:
            return own
        return f"{self.endpoint.removesuffix('/')}/v1/{path}"

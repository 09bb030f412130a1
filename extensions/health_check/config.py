"""The configuration of `health_check`; the README beside this file explains every key."""

from typing import ClassVar

from pydantic import Field, field_validator

from spansieve.endpoint import parse
from spansieve.plugin import Config
from spansieve.small_server import UNUSED_KEYS
from spansieve.tls import ServerTls

_NO_BODY = "a health check has no request body and holds no connection worth tuning"


class ResponseBody(Config):
    """What to answer instead of the JSON document."""

    healthy: str = Field(default="", description="Body of the answer 200.")
    unhealthy: str = Field(default="", description="Body of the answer 503.")


class HealthCheckConfig(Config):
    """Keys and defaults as the Go Collector's health_check extension."""

    tunes_go: ClassVar[dict[str, str]] = {
        "check_collector_pipeline": "it has no effect in the Go Collector either; exporters' failures are metrics",
        **dict.fromkeys(UNUSED_KEYS, _NO_BODY),
    }

    endpoint: str = Field(default="localhost:13133", description="`host:port` to listen on.")
    path: str = Field(
        default="/", pattern="^/", description="Path that answers; one that ends in `/` answers below it too."
    )
    response_body: ResponseBody | None = Field(default=None, description="Answer with these texts instead of JSON.")
    tls: ServerTls | None = Field(default=None, description="Serve HTTPS.")

    @field_validator("endpoint")
    @classmethod
    def _has_a_port(cls, endpoint: str) -> str:
        parse(endpoint)
        return endpoint

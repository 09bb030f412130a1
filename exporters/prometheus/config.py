"""The configuration of `prometheus`; the README beside this file explains every key.

Names and meanings are the Go Collector's (contrib, `prometheusexporter`); where a default differs, the README says why.
"""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from spansieve.endpoint import parse
from spansieve.plugin import Config, Duration, ExporterConfig, QueueConfig, Texts
from spansieve.small_server import UNUSED_KEYS
from spansieve.tls import ServerTls


class InOrder(QueueConfig):
    """A queue whose requests are taken one after the other, since deltas are added up in their order."""

    num_consumers: int = Field(default=1, gt=0, description="Requests taken in at once.")


class ResourceLabels(Config):
    """`resource_constant_labels`: resource attributes that become labels, by patterns such as `k8s.*`."""

    included: Texts = Field(default=[], description="Attributes to take; none = all, if `excluded` names some.")
    excluded: Texts = Field(default=[], description="Attributes to leave out, whatever `included` says.")


class ResourceConversion(Config):
    """`resource_to_telemetry_conversion`: the older way to say the same."""

    enabled: bool = Field(default=False, description="All resource attributes become labels.")
    exclude_service_attributes: bool = Field(
        default=False, description="Not those that `job` and `instance` are made of."
    )


class PrometheusConfig(ExporterConfig):
    """Where to listen, what series are called, and how long they are shown."""

    tunes_go: ClassVar[dict[str, str]] = dict.fromkeys(
        UNUSED_KEYS, "a request for metrics has no body and is answered at once"
    )

    endpoint: str = Field(default="localhost:8889", description="`host:port` to listen on; the path is `/metrics`.")
    tls: ServerTls | None = Field(default=None, description="Serve HTTPS.")
    namespace: str = Field(default="", description="What every name begins with.")
    const_labels: dict[str, str] = Field(default={}, description="Labels of every series.")
    send_timestamps: bool = Field(default=False, description="Show when each value was measured.")
    metric_expiration: Duration = Field(default=300.0, gt=0, description="Series without updates are shown so long.")
    enable_open_metrics: bool = Field(
        default=True, description="Answer in OpenMetrics, with exemplars, who asks for it."
    )
    add_metric_suffixes: bool = Field(default=True, description="Names get their unit, and `_total` or `_ratio`.")
    translation_strategy: Literal["UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes"] | None = Field(
        default=None, description="The newer way to say `add_metric_suffixes`, which it overrides."
    )
    without_scope_info: bool = Field(default=False, description="Series get no `otel_scope_...` labels.")
    resource_constant_labels: ResourceLabels | None = Field(
        default=None, description="Resource attributes that become labels of every series."
    )
    resource_to_telemetry_conversion: ResourceConversion = Field(
        default=ResourceConversion(), description="The older way to say `resource_constant_labels`."
    )
    max_series: int = Field(default=200_000, gt=0, description="Series kept at most; new ones are rejected then.")
    sending_queue: QueueConfig = Field(default=InOrder(), description="What waits for the backend, and how much.")

    @field_validator("endpoint")
    @classmethod
    def _has_a_port(cls, endpoint: str) -> str:
        parse(endpoint)
        return endpoint

    @property
    def has_suffixes(self) -> bool:
        """Whether names get suffixes."""
        strategy = self.translation_strategy
        return self.add_metric_suffixes if strategy is None else strategy.endswith("WithSuffixes")

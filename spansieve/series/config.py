"""What every component that emits metrics lets people choose."""

from typing import Literal, Self

from pydantic import Field, model_validator

from spansieve.config.model import Config, Duration, as_duration

Temporality = Literal["cumulative", "delta"]


class MetricsOut(Config):
    """A mixin of configurations; source: METRICS.md, "Exposition" and "Cardinality"."""

    interval: Duration = Field(default=10.0, gt=0, description="Metrics are sent this often.")
    temporality: Temporality = Field(
        default="cumulative", description="`cumulative` (since the start, as Prometheus wants) or `delta`."
    )
    series_ttl: Duration = Field(
        default=3600.0, gt=0, description="A series in which nothing happened for so long is shown no more."
    )

    @model_validator(mode="after")
    def _series_are_sent(self) -> Self:
        if self.series_ttl < self.interval:
            raise ValueError(
                f"series_ttl is {as_duration(self.series_ttl)}, less than interval ({as_duration(self.interval)}): "
                "series would be gone before they are sent. Set series_ttl to interval or more"
            )
        return self

"""The configuration of `ai_metrics`; the README beside this file explains every key."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from spansieve.config.model import as_duration
from spansieve.plugin import Config, Duration
from spansieve.series import MetricsOut
from spansieve.watching import CountFrom

Limit = Annotated[int, Field(ge=1, le=2000)]


class GenAiMetricsConfig(Config):
    """The client metrics of OpenTelemetry's GenAI conventions, made of spans."""

    enabled: bool = Field(
        default=True, description="Make them for services that did not send them themselves in the last 10 minutes."
    )
    server: bool = Field(default=False, description="Give them `server.address` and `server.port`, too.")


class LimitsConfig(Config):
    """Distinct values of a label; what comes on top is `other`."""

    model: Limit = Field(default=100, description="Models.")
    tool: Limit = Field(default=200, description="Tools.")
    operation: Limit = Field(default=50, description="Operations.")
    service: Limit = Field(default=50, description="Services.")
    error_type: Limit = Field(default=30, description="Types of errors.")

    def by_label(self) -> dict[str, int]:
        """The limits by the names that the labels have in all metrics."""
        return {
            **self.model_dump(),
            "gen_ai.request.model": self.model,
            "gen_ai.response.model": self.model,
            "gen_ai.operation.name": self.operation,
            "error.type": self.error_type,
        }


class AiMetricsConfig(MetricsOut):
    """What is counted, and how it leaves."""

    count_from: CountFrom = "spans"
    settle: Duration = Field(
        default=2.0, ge=0, le=600, description="A span waits so long for what belongs to it before it is counted."
    )
    lag: Duration = Field(
        default=10.0, ge=0, le=600, description="Tools that run at once are counted as of so long ago."
    )
    context_limits: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default={}, description="Tokens that a model takes in, by its name, where the span does not say it."
    )
    genai_metrics: GenAiMetricsConfig = Field(
        default=GenAiMetricsConfig(), description="The client metrics of OpenTelemetry's GenAI conventions."
    )
    limits: LimitsConfig = Field(default=LimitsConfig(), description="Distinct values of labels.")

    @model_validator(mode="after")
    def _spans_settle_before_they_are_swept(self) -> Self:
        if self.lag < self.settle:
            raise ValueError(
                f"lag is {as_duration(self.lag)}, less than settle ({as_duration(self.settle)}): tools would be "
                f"counted before their spans have settled. Set lag to {as_duration(self.settle)} or more"
            )
        return self

"""The configuration of policies that the Go Collector does not have."""

from typing import Literal, Self

from pydantic import Field, model_validator

from spansieve.failures import SOURCES, Source
from spansieve.plugin import Config, Duration


class ErrorConfig(Config):
    """A span is an error, of certain classes."""

    classes: list[str] = Field(default=[], description="One of these is a class of the error; none listed: any.")
    exclude_classes: list[str] = Field(default=[], description="None of these is.")
    sources: list[Source] = Field(default=[*SOURCES], min_length=1, description="What makes a span an error.")
    include_recovered: bool = Field(default=True, description="Whether errors count that the agent recovered from.")


class CohortConfig(Config):
    """Who the trace belongs to. Values may be written in clear where privacy makes pseudonyms of them."""

    users: list[str] = Field(default=[], description="Users whose traces are kept.")
    tenants: list[str] = Field(default=[], description="Tenants or customers whose traces are kept.")
    tags: list[str] = Field(default=[], description="Tags of which one is on the trace.")
    user_keys: list[str] = Field(default=["user.id", "enduser.id"], description="Attributes that name the user.")
    tenant_keys: list[str] = Field(default=["tenant.id", "customer.id"], description="Attributes that name the tenant.")
    tag_keys: list[str] = Field(
        default=["tag.tags", "langfuse.trace.tags", "tags"], description="Attributes that hold tags."
    )

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.users or self.tenants or self.tags):
            raise ValueError("it names nobody. List users, tenants or tags")
        return self


class TokensConfig(Config):
    """How many tokens the trace used; one bound that is reached is enough."""

    min_total: int | None = Field(default=None, ge=0, description="Input and output tokens.")
    min_input: int | None = Field(default=None, ge=0, description="Input tokens.")
    min_output: int | None = Field(default=None, ge=0, description="Output tokens.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min_total is None and self.min_input is None and self.min_output is None:
            raise ValueError("a bound is missing. Set min_total, min_input or min_output")
        return self


class CostConfig(Config):
    """What the trace cost."""

    min_usd: float = Field(ge=0, allow_inf_nan=False, description="US dollars at least.")


class LatencyPercentileConfig(Config):
    """Slower than its own operation mostly is."""

    percentile: float = Field(default=95.0, gt=0, lt=100, description="The trace took longer than this percentile.")
    min_samples: int = Field(default=100, ge=1, description="Traces of the operation that were seen at least.")
    window: Duration = Field(default=600.0, gt=0, description="How far back traces count.")
    min_ms: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="The trace took this long at least.")
    per: list[str] = Field(
        default=["name"],
        min_length=1,
        description="What makes an operation: attributes of the root span, `name` is its name.",
    )


class RareErrorConfig(Config):
    """The first errors of a pattern, and few of those that follow."""

    first: int = Field(default=20, ge=0, description="Errors of a pattern that are kept in a window.")
    then_every: int = Field(default=100, ge=1, description="Of those behind, one in so many.")
    window: Duration = Field(default=3600.0, gt=0, description="How far back errors count.")


class SessionConfig(Config):
    """All of a conversation in which something happened."""

    keys: list[str] = Field(
        default=["gen_ai.conversation.id", "session.id"],
        min_length=1,
        description="Attributes that name the session; the first found counts.",
    )
    when: list[Literal["error", "kept"]] = Field(
        default=["error"],
        min_length=1,
        description="What flags a session: an error in a trace of it, or that one was kept.",
    )
    lookback: bool = Field(default=True, description="Whether traces that were dropped come back.")
    window: Duration = Field(default=1800.0, gt=0, description="How long a flag lasts.")
    max_sessions: int = Field(default=10_000, ge=1, description="Sessions remembered; the longest unseen is forgotten.")

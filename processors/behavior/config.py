"""The configuration of `behavior`; the README beside this file explains every key."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from spansieve.plugin import Config, Duration, Gives
from spansieve.series import MetricsOut
from spansieve.watching import CountFrom

Action = Literal["tool_used", "user_retry", "context_switch", "user_frustration", "workflow", "task"]
ACTIONS: Final[tuple[Action, ...]] = (
    "tool_used",
    "user_retry",
    "context_switch",
    "user_frustration",
    "workflow",
    "task",
)
FEATURES: Final = ("parallel_tools", "sub_agents", "mcp", "handoff", "retrieval", "streaming")
"""Features that are looked for without being asked; a new one goes to the end."""
MAX_OWN_FEATURES: Final = 20


class RetryConfig(Config):
    """When a request repeats the one before it."""

    within: Duration = Field(default=300.0, gt=0, le=3600, description="It comes so soon after the former one's end.")
    text: bool = Field(
        default=True, description="Compare texts where spans have them, as privacy left them; needs rapidfuzz."
    )
    similarity: float = Field(default=0.75, gt=0, le=1, description="Texts that are alike by words.")
    short_similarity: float = Field(default=0.9, gt=0, le=1, description="Texts of less than 4 words, by letters.")
    simhash_similarity: float = Field(default=0.88, gt=0, le=1, description="Simhashes, where there is no text.")


class FrustrationConfig(Config):
    """When a user who asks again and again raises an alert."""

    retries: int = Field(default=3, ge=1, le=50, description="More retries than this within `within`.")
    within: Duration = Field(default=300.0, gt=0, le=3600, description="Time that is looked back from each retry.")
    again: Duration = Field(default=1800.0, ge=0, description="One alert a user within this time.")


class WorkflowsConfig(Config):
    """Which sequences of tools are shown."""

    support: int = Field(default=10, ge=1, description="Traces of the last 24 hours that have the sequence.")


class FeatureConfig(Config):
    """A feature of your own: spans, or their resources, that have an attribute."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="The value of the label `feature`.")
    key: str = Field(min_length=1, description="The attribute's name.")
    values: list[str | int | float | bool] = Field(default=[], description="What it may hold; empty: anything.")


class BehaviorConfig(MetricsOut):
    """What users do, told as metrics, events and alerts."""

    count_from: CountFrom = "spans"
    settle: Duration = Field(default=2.0, ge=0, le=60, description="A span waits so long for what belongs to it.")
    disorder: Duration = Field(default=5.0, ge=0, le=60, description="A trace waits so long after its root came.")
    trace_wait: Duration = Field(
        default=300.0, gt=0, le=3600, description="A trace whose root does not come is over after this silence."
    )
    events: list[Action] = Field(default=[*ACTIONS], description="Which are sent as log records.")
    retry: RetryConfig = Field(default=RetryConfig(), description="When a request repeats the one before it.")
    frustration: FrustrationConfig = Field(
        default=FrustrationConfig(), description="When a user who asks again and again raises an alert."
    )
    workflows: WorkflowsConfig = Field(default=WorkflowsConfig(), description="Which sequences of tools are shown.")
    features: list[FeatureConfig] = Field(
        default=[], max_length=MAX_OWN_FEATURES, description="Features of your own, at most 20."
    )
    max_users: int = Field(default=20_000, ge=1, le=1_000_000, description="Users; the longest unseen is forgotten.")
    max_threads: int = Field(
        default=10_000, ge=1, le=1_000_000, description="Conversations; the longest unseen is forgotten."
    )
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: users, tasks and the last 15 days survive a restart."
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [*FEATURES, *(feature.name for feature in self.features)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"two features are called {', '.join(twice)}: give your own another name than each other's and than "
                f"the built-in {', '.join(FEATURES)}"
            )
        return self

"""The configuration of `error_aggregation`; the README beside this file explains every key."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from spansieve.actions.patterns import checked_pattern
from spansieve.failures import SOURCES, Rules, Source
from spansieve.plugin import Config, Duration, Gives

Pattern = Annotated[str, AfterValidator(checked_pattern)]
"""An RE2 expression, found anywhere in a text."""


class IgnoreConfig(Config):
    """Errors that are none: those that fit all that is given here."""

    type: Pattern | None = Field(default=None, description="RE2 expression, found in the type, qualified or not.")
    tool: Pattern | None = Field(default=None, description="Likewise, in the tool's name.")
    message: Pattern | None = Field(default=None, description="Likewise, in the message.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.type is self.tool is self.message is None:
            raise ValueError("an entry of ignore fits every error. Give it type, tool or message")
        return self


class SpikeConfig(Config):
    """Many errors within a short time."""

    threshold: int = Field(default=10, ge=0, le=10_000, description="More errors than this within `window` are one.")
    window: Duration = Field(default=60.0, gt=0, le=3600, description="Time that is looked back from each error.")
    scope: Literal["total", "pattern"] = Field(
        default="total", description="Count all errors, or those of each `type:tool` by themselves."
    )
    count_recovered: bool = Field(default=True, description="Count errors that a retry made good.")


class NewErrorConfig(Config):
    """Errors of a kind that was never seen."""

    level: Literal["base", "fingerprint", "both"] = Field(
        default="base", description="What is a kind: a `type:tool`, a fingerprint below it, or each of the two."
    )


class BaselineConfig(Config):
    """Patterns that come more often than they used to."""

    enabled: bool = Field(default=False, description="Raise `pattern_spike`.")
    half_life: Duration = Field(default=1800.0, gt=0, description="After this time an error counts half in the rate.")
    min_history: Duration = Field(default=900.0, ge=0, description="A pattern younger than this is not judged.")
    min_count: int = Field(default=5, ge=1, description="Errors of a minute below which nothing is unusual.")
    p_value: float = Field(default=1e-6, gt=0, lt=0.01, description="Raise where chance is less likely than this.")


class StormConfig(Config):
    """Many alerts at once become one."""

    alerts: int = Field(default=20, ge=1, le=10_000, description="New alerts within `window` that are told singly.")
    window: Duration = Field(default=60.0, gt=0, description="What is above goes into one `alert_storm`.")


class ExamplesConfig(Config):
    """Errors that a pattern keeps whole."""

    first: int = Field(default=3, ge=0, le=10, description="The first ones.")
    recent: int = Field(default=4, ge=0, le=10, description="The last ones.")
    diverse: int = Field(
        default=3, ge=0, le=10, description="Those with tool arguments, a user, a version or a model that was new."
    )


class MaskConfig(Config):
    """A part of messages that makes no difference."""

    name: str = Field(min_length=1, max_length=40, description="What stands for it in templates, in `<>`.")
    pattern: Pattern = Field(min_length=1, description="RE2 expression.")


class MergeConfig(Config):
    """Patterns whose messages are nearly the same become one."""

    enabled: bool = Field(default=True, description="Merge them.")
    similarity: float = Field(default=0.7, gt=0, le=1, description="Share of words that have to be equal.")


class InAppConfig(Config):
    """Which frames of a stack are the application's own."""

    include: list[str] = Field(default=[], description="Parts of paths or names that are the application's.")
    exclude: list[str] = Field(default=[], description="Parts of paths or names that are not.")


class ErrorAggregationConfig(Config):
    """What an error is, which belong together, and which raise alerts."""

    sources: list[Source] = Field(default=[*SOURCES], description="Where errors are seen.")
    soft: Literal["count", "alert", "ignore"] = Field(
        default="count", description="What becomes of normal outcomes, such as a search that finds nothing."
    )
    ignore_classes: list[str] = Field(default=["cancelled"], description="Classes of errors that are none.")
    ignore: list[IgnoreConfig] = Field(default=[], description="Other errors that are none.")
    cascade_wait: Duration = Field(
        default=2.0, ge=0, le=600, description="An error waits so long for what caused it and for a retry."
    )
    cascade_gap: Duration = Field(
        default=1.0, ge=0, description="A failure so soon after one below it is the same, if nothing succeeded between."
    )
    cascade_memory: Duration = Field(
        default=600.0, ge=0, description="How long a trace is remembered that has an error; at most 50000 spans."
    )
    max_pending: int = Field(default=20_000, ge=1, description="Errors that wait; above, the oldest waits no longer.")
    max_age: Duration = Field(default=600.0, ge=0, description="An error older than this when it comes raises nothing.")
    spike: SpikeConfig = Field(default=SpikeConfig(), description="Many errors within a short time.")
    new_error: NewErrorConfig = Field(default=NewErrorConfig(), description="Errors of a kind that was never seen.")
    baseline: BaselineConfig = Field(
        default=BaselineConfig(), description="Patterns that come more often than they used to."
    )
    storm: StormConfig = Field(default=StormConfig(), description="Many alerts at once become one.")
    resolve_after: Duration = Field(default=900.0, gt=0, description="A pattern so long silent is resolved.")
    regression_after: Duration = Field(
        default=86_400.0, gt=0, description="A resolved pattern that comes back after this silence raises an alert."
    )
    alert_recovered: bool = Field(default=False, description="Raise alerts for errors that a retry made good, too.")
    warm_up: Duration = Field(
        default=0.0, ge=0, description="After a start without stored state, learn so long what is known."
    )
    max_patterns: int = Field(default=2000, ge=1, le=100_000, description="Fingerprints kept.")
    max_base: int = Field(default=500, ge=1, le=100_000, description="`type:tool` pairs kept.")
    forget: Duration = Field(
        default=86_400.0, ge=0, description="A fingerprint that gave way is not new when it comes back within this."
    )
    examples: ExamplesConfig = Field(default=ExamplesConfig(), description="Errors that a pattern keeps whole.")
    masks: list[MaskConfig] = Field(default=[], description="More parts of messages that make no difference.")
    keep_extension: bool = Field(default=False, description="Paths in messages keep their extension.")
    merge: MergeConfig = Field(default=MergeConfig(), description="Patterns with nearly the same message become one.")
    in_app: InAppConfig = Field(default=InAppConfig(), description="Which frames of a stack are the application's own.")
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: patterns and alerts survive a restart."
    )

    def rules(self) -> Rules:
        """What counts as an error; what is soft is told apart later."""
        return Rules(tuple(self.sources), soft=True, ignore_classes=tuple(self.ignore_classes))

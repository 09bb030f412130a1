"""The configuration of policies that the Go Collector's `tail_sampling` has, those that hold no others.

Keys as in contrib's processor/tailsamplingprocessor; where a type differs it takes more, such as fractions of a rate.
"""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from spansieve.actions.patterns import PatternError, compile_pattern
from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.ottl import ErrorMode, Expressions
from spansieve.plugin import Config, Size

from .conditions import compiled

Key = Field(min_length=1, description="Name of the attribute.")
Invert = Field(default=False, description="Deprecated: keep what does not match, and veto what does.")


class LatencyConfig(Config):
    """How long the whole trace took, in milliseconds."""

    threshold_ms: int = Field(default=0, ge=0, description="It took longer than this.")
    upper_threshold_ms: int = Field(default=0, ge=0, description="It took this long at most; 0: no upper bound.")


class NumericAttributeConfig(Config):
    """A number within bounds, both inclusive."""

    key: str = Key
    min_value: int | float | None = Field(default=None, description="Lower bound; left out: none.")
    max_value: int | float | None = Field(default=None, description="Upper bound; left out: none.")
    invert_match: bool = Invert

    @property
    def low(self) -> float:
        """The lower bound."""
        return -math.inf if self.min_value is None else self.min_value

    @property
    def high(self) -> float:
        """The upper bound."""
        return math.inf if self.max_value is None else self.max_value

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min_value is None and self.max_value is None:
            raise ValueError("a bound is missing. Set min_value, max_value, or both")
        if not self.low <= self.high:
            raise ValueError(
                f"min_value is {self.min_value} and max_value {self.max_value}, so that no number fits. "
                "Set min_value to max_value or less"
            )
        return self


class StringAttributeConfig(Config):
    """A text that is one of several, or that one of several expressions is found in."""

    key: str = Key
    values: list[str] = Field(default=[], description="Texts, or regular expressions.")
    enabled_regex_matching: bool = Field(
        default=False, description="The values are RE2 expressions, found anywhere in the text unless anchored."
    )
    cache_max_size: int = Field(default=128, description="Texts whose match is remembered; 0 and less: 128.")
    invert_match: bool = Invert

    @model_validator(mode="after")
    def _expressions(self) -> Self:
        if not self.enabled_regex_matching:
            return self
        found = []
        for place, value in enumerate(self.values):
            try:
                compile_pattern(value)
            except PatternError as error:
                found.append(Mistake(f"no RE2 regular expression: {error}", path=("values", place)))
        if found:
            raise Mistakes(found)
        return self


class BooleanAttributeConfig(Config):
    """A boolean; the text `true` is none."""

    key: str = Key
    value: bool = Field(default=False, description="What it has to be.")
    invert_match: bool = Invert


class StatusCodeConfig(Config):
    """A span's status."""

    status_codes: list[Literal["OK", "ERROR", "UNSET"]] = Field(
        min_length=1, description="One of these is the status of a span."
    )


class TraceStateConfig(Config):
    """A member of W3C trace state."""

    key: str = Field(min_length=1, description="Name of the member.")
    values: list[str] = Field(default=[], description="One of these is its value, exactly.")


class SpanCountConfig(Config):
    """How many spans the trace has, bounds inclusive."""

    min_spans: int = Field(default=0, ge=0, description="Spans at least.")
    max_spans: int = Field(default=0, ge=0, description="Spans at most; 0: no upper bound.")


class ProbabilisticConfig(Config):
    """A share of all traces."""

    sampling_percentage: float = Field(
        default=0.0, allow_inf_nan=False, description="Share that is kept; 100 and more: all, 0 and less: none."
    )
    hash_salt: str = Field(default="", description="Goes into the hash first; empty: `default-hash-seed`.")
    mode: Literal["auto", "hash", "consistent"] = Field(
        default="auto",
        description="`hash`: as the Go Collector. `consistent`: by the trace's own randomness, as OpenTelemetry's "
        "samplers. `auto`: `consistent` where a span has `rv` or `th`, else `hash`.",
    )


class RateLimitingConfig(Config):
    """A token bucket of spans."""

    spans_per_second: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="Spans let through a second.")
    burst_capacity: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="Spans let through at once; 0: 2 x `spans_per_second`."
    )


class BytesLimitingConfig(Config):
    """A token bucket of bytes, as OTLP has them on the wire."""

    bytes_per_second: Size = Field(default=0, description="Bytes let through a second.")
    burst_capacity: Size = Field(default=0, description="Bytes let through at once; 0: 2 x `bytes_per_second`.")


class OttlConditionConfig(Config):
    """Conditions in OTTL."""

    error_mode: ErrorMode = Field(
        default="propagate",
        description="When a condition can't be evaluated: `propagate` casts no vote, `ignore` logs and goes on, "
        "`silent` goes on.",
    )
    span: Expressions = Field(default=[], description="One of these is true for a span.")
    spanevent: Expressions = Field(default=[], description="One of these is true for a span event.")

    @model_validator(mode="after")
    def _compiles(self) -> Self:
        if not self.span and not self.spanevent:
            raise ValueError("a condition is missing. Write one under span or spanevent")
        compiled(self.span, self.spanevent)
        return self

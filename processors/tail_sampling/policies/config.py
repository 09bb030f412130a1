"""The configuration of a policy: `{name, type, <type>: {...}}`, as the Go Collector writes it."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.model import keys
from spansieve.plugin import Config

from .leaf_config import (
    BooleanAttributeConfig,
    BytesLimitingConfig,
    LatencyConfig,
    NumericAttributeConfig,
    OttlConditionConfig,
    ProbabilisticConfig,
    RateLimitingConfig,
    SpanCountConfig,
    StatusCodeConfig,
    StringAttributeConfig,
    TraceStateConfig,
)
from .own_config import (
    CohortConfig,
    CostConfig,
    ErrorConfig,
    LatencyPercentileConfig,
    RareErrorConfig,
    SessionConfig,
    TokensConfig,
)

SubType = Literal[
    "always_sample",
    "latency",
    "numeric_attribute",
    "string_attribute",
    "boolean_attribute",
    "status_code",
    "trace_state",
    "trace_flags",
    "span_count",
    "probabilistic",
    "rate_limiting",
    "bytes_limiting",
    "ottl_condition",
    "and",
    "not",
    "error",
    "cohort",
    "tokens",
    "cost",
    "latency_percentile",
    "rare_error",
    "session",
]
"""Types that may stand inside another policy."""
_OUTERMOST = ("composite", "drop")


def _inner(kind: object) -> object:
    if kind in _OUTERMOST:
        raise ValueError(f"a policy of type {kind} can't stand inside another. Make it one of `policies` itself")
    return kind


class AnyPolicyConfig(Config):
    """A policy wherever it stands. Of its sections the one that `type` names counts."""

    name: str = Field(default="", description="Shown in metrics, and on what `composite` kept.")
    type: str = Field(description="What it looks at.")
    latency: LatencyConfig | None = Field(default=None, description="Duration of the trace.")
    numeric_attribute: NumericAttributeConfig | None = Field(default=None, description="A number.")
    string_attribute: StringAttributeConfig | None = Field(default=None, description="A text.")
    boolean_attribute: BooleanAttributeConfig | None = Field(default=None, description="A boolean.")
    status_code: StatusCodeConfig | None = Field(default=None, description="The status of a span.")
    trace_state: TraceStateConfig | None = Field(default=None, description="W3C trace state.")
    span_count: SpanCountConfig | None = Field(default=None, description="Number of spans.")
    probabilistic: ProbabilisticConfig | None = Field(default=None, description="A share of traces.")
    rate_limiting: RateLimitingConfig | None = Field(default=None, description="Spans a second.")
    bytes_limiting: BytesLimitingConfig | None = Field(default=None, description="Bytes a second.")
    ottl_condition: OttlConditionConfig | None = Field(default=None, description="Conditions in OTTL.")
    and_: "AndConfig | None" = Field(default=None, alias="and", description="All of several policies.")
    not_: "NotConfig | None" = Field(default=None, alias="not", description="The opposite of a policy.")
    error: ErrorConfig | None = Field(default=None, description="Errors of certain classes.")
    cohort: CohortConfig | None = Field(default=None, description="Users, tenants, tags.")
    tokens: TokensConfig | None = Field(default=None, description="Tokens used.")
    cost: CostConfig | None = Field(default=None, description="US dollars spent.")
    latency_percentile: LatencyPercentileConfig | None = Field(default=None, description="Slow for its operation.")
    rare_error: RareErrorConfig | None = Field(default=None, description="Rare patterns of errors.")
    session: SessionConfig | None = Field(default=None, description="Whole conversations.")

    @property
    def settings(self) -> Config | None:
        """The section of its type; None for a type that has none."""
        field = keys(type(self)).get(self.type)
        if field is None:
            return None
        given: Config | None = self.__dict__[_field(self.type)]
        return given if given is not None else _SECTIONS[self.type]()

    @property
    def unused(self) -> list[str]:
        """Sections of other types, which have no effect."""
        sections = keys(type(self)).keys() - {"name", "type", self.type}
        return sorted(section for section in sections if _field(section) in self.model_fields_set)

    @model_validator(mode="after")
    def _has_its_section(self) -> Self:
        try:
            _ = self.settings
        except ValidationError as error:
            missing = ", ".join(f"{one['loc'][0]}: ..." for one in error.errors() if one["loc"])
            hint = f"Write {self.type}: {{{missing or '...'}}}."
            raise Mistakes([Mistake(f"its section {self.type} is missing", hint)]) from None
        return self


def _field(section: str) -> str:
    """The field of a section, whose key may be a word of Python's."""
    return f"{section}_" if section in {"and", "not"} else section


class SubPolicyConfig(AnyPolicyConfig):
    """A policy that stands inside another one."""

    type: Annotated[SubType, BeforeValidator(_inner)] = Field(description="What it looks at.")


class AndConfig(Config):
    """Samples what all of several policies sample."""

    and_sub_policy: list[SubPolicyConfig] = Field(min_length=1, description="The policies.")


def _single(value: object) -> object:
    """One policy, also where it is written as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


class NotConfig(Config):
    """Samples what a policy does not sample."""

    not_sub_policy: Annotated[SubPolicyConfig, BeforeValidator(_single)] = Field(description="The policy.")


class DropConfig(Config):
    """Drops what all of several policies sample."""

    drop_sub_policy: list[SubPolicyConfig] = Field(min_length=1, description="The policies.")


class RateAllocationConfig(Config):
    """The share of one sub-policy."""

    policy: str = Field(description="Name of the sub-policy.")
    percent: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="Of `max_total_spans_per_second`; 0: an equal share."
    )


class CompositeSubPolicyConfig(SubPolicyConfig):
    """A policy inside `composite`, which knows it by its name."""

    name: str = Field(min_length=1, description="Unique in the composite.")


class CompositeConfig(Config):
    """Sub-policies in order, each with a share of a rate."""

    max_total_spans_per_second: int = Field(default=0, ge=0, description="Spans that are let through a second.")
    policy_order: list[str] = Field(default=[], description="Names of sub-policies: these are asked first.")
    composite_sub_policy: list[CompositeSubPolicyConfig] = Field(min_length=1, description="The policies.")
    rate_allocation: list[RateAllocationConfig] = Field(default=[], description="Shares of sub-policies.")

    @model_validator(mode="after")
    def _unique(self) -> Self:
        found = repeated([sub.name for sub in self.composite_sub_policy], ("composite_sub_policy",))
        if found:
            raise Mistakes(found)
        return self


class PolicyConfig(AnyPolicyConfig):
    """One of `policies`."""

    name: str = Field(min_length=1, description="Unique. Shown in metrics, and on what it kept.")
    type: Literal[SubType, "composite", "drop"] = Field(description="What it looks at.")
    composite: CompositeConfig | None = Field(default=None, description="Policies with shares of a rate.")
    drop: DropConfig | None = Field(default=None, description="A veto.")


def repeated(names: list[str], path: tuple[str, ...]) -> list[Mistake]:
    """A mistake for each name that stood there before."""
    return [
        Mistake(f"the name {name!r} is there already", "Give each policy a name of its own.", path=(*path, at, "name"))
        for at, name in enumerate(names)
        if name in names[:at]
    ]


_SECTIONS: dict[str, type[Config]] = {
    "latency": LatencyConfig,
    "numeric_attribute": NumericAttributeConfig,
    "string_attribute": StringAttributeConfig,
    "boolean_attribute": BooleanAttributeConfig,
    "status_code": StatusCodeConfig,
    "trace_state": TraceStateConfig,
    "span_count": SpanCountConfig,
    "probabilistic": ProbabilisticConfig,
    "rate_limiting": RateLimitingConfig,
    "bytes_limiting": BytesLimitingConfig,
    "ottl_condition": OttlConditionConfig,
    "and": AndConfig,
    "not": NotConfig,
    "error": ErrorConfig,
    "cohort": CohortConfig,
    "tokens": TokensConfig,
    "cost": CostConfig,
    "latency_percentile": LatencyPercentileConfig,
    "rare_error": RareErrorConfig,
    "session": SessionConfig,
    "composite": CompositeConfig,
    "drop": DropConfig,
}
for _model in (AnyPolicyConfig, SubPolicyConfig, CompositeSubPolicyConfig, PolicyConfig):
    _model.model_rebuild()  # they name models that stand below them

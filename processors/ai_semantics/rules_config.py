"""Rules of users: the shape of `spansieve/semconv/mapping.yaml`, checked word by word."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .rules_conditions import Detect, Rule
from .rules_examples import Example
from .rules_signals import Errors
from .rules_sources import Attribute
from .rules_words import FinishClass, Kind, Listed, Part, Regex, Scalar, Text, Texts, Values

FIRST = 0
"""The priority of a dialect that says none: before all of the shipped table, which begin at 10."""


class Dialect(Part):
    """A convention that spans are written in."""

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")] = Field(description="Its name, for `spansieve.dialect`.")
    priority: int = Field(default=FIRST, description="Dialects are tried in this order; the shipped ones begin at 10.")
    detect: list[Detect] = Field(min_length=1, description="Ways to tell it; one has to hold.")


class Operation(Rule):
    """What a span is of which the conditions hold; the first rule of its dialect that fits counts."""

    kind: Kind | None = Field(default=None, description="Becomes `spansieve.ai.kind`.")
    op: Text | None = Field(default=None, description="Becomes `gen_ai.operation.name`.")
    fix: bool = Field(default=False, description="Whether `op` replaces another operation that is there.")
    usage: Literal["leaf", "rollup", "own", "none"] | None = Field(
        default=None,
        description="Its tokens: `leaf`, `own` = the call's own, `rollup` = those of spans below once more, `none`.",
    )
    silent: bool = Field(default=False, description="Whether nothing is written on such a span unless it failed.")
    use: Text | None = Field(default=None, description="Take the rules of this dialect instead of `kind` and so on.")

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        results = [self.kind, self.op, self.usage, self.fix or None, self.silent or None]
        if self.use is not None and any(result is not None for result in results):
            raise ValueError("use takes the rules of a dialect whole: leave kind, op, fix, usage and silent out")
        if self.use is None and (self.kind is None or self.usage is None):
            raise ValueError("it says not what the span is: give kind and usage (leaf, rollup, own or none), or use")
        if self.fix and self.op is None:
            raise ValueError("fix replaces the operation that is there: give op, which says by what")
        return self


class Log(Part):
    """What a log record of some name is."""

    event: Texts = Field(description="Its name; takes `{a,b}`. Of several in a list, the first is the one that counts.")
    when: Values | None = Field(default=None, description="Attributes by key, as `attr` in conditions.")
    kind: Kind = Field(description="Becomes `spansieve.ai.kind`.")
    op: Text | None = Field(default=None, description="Becomes `gen_ai.operation.name`.")
    error: bool = Field(default=False, description="Whether its name alone says that something failed.")
    attrs: dict[str, Text] | None = Field(default=None, description="Targets by the key that they are copied from.")
    sum: dict[str, Listed] | None = Field(default=None, description="Keys by the target that is their sum.")
    const: dict[str, Scalar] | None = Field(default=None, description="Values by target.")
    note: str = Field(default="", description="For readers of the rules.")


class SpanEvent(Part):
    """What span events of some name say of their span."""

    attrs: Annotated[dict[str, Text], Field(min_length=1)] | None = Field(
        default=None,
        description="Targets by the event's key. Of several events tokens are summed, else the last counts.",
    )
    counts: Text | None = Field(default=None, description="The target that says how many there are.")

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.attrs is None) == (self.counts is None):
            raise ValueError("give either attrs or counts")
        return self


class Inherit(Part):
    """A value from a span above, within one request."""

    dialect: Text = Field(description="The span's dialect.")
    target: Text = Field(description="The attribute that is written.")
    from_: Texts = Field(alias="from", description="Keys; the nearest span above that has one counts.")
    kinds: list[Kind] = Field(min_length=1, description="Kinds of spans.")


class Lift(Part):
    """An error that is copied to a span above, within one request."""

    dialect: Text = Field(description="The dialect of both.")
    from_name: Regex = Field(description="RE2 pattern that is found in the failed span's name.")
    to_kind: Kind | None = Field(default=None, description="Kind of the span above.")
    to_name: Regex | None = Field(default=None, description="RE2 pattern that is found in its name.")
    copy_: list[Literal["spansieve.error.class", "spansieve.error.source", "spansieve.error.soft"]] = Field(
        alias="copy", min_length=1, description="What is copied."
    )

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.to_kind is None and self.to_name is None:
            raise ValueError("it says not which span gets the error: give to_kind or to_name")
        return self


class Providers(Part):
    """Names of providers."""

    values: dict[str, Text] = Field(default={}, description="Standard names by other spellings, whatever their case.")


class FinishReasons(Part):
    """Finish reasons."""

    classes: dict[FinishClass, list[str]] = Field(default={}, description="Reasons by class, whatever their case.")


class Rules(Part):
    """Tables that come before the shipped ones, in the same structure."""

    dialects: list[Dialect] = Field(default=[], description="Conventions that spans are written in.")
    operations: dict[str, list[Operation]] = Field(
        default={}, description="By dialect, a shipped one too, or `any`: what its spans are."
    )
    attributes: list[Attribute] = Field(default=[], description="Attributes that are filled in, and from where.")
    providers: Providers = Field(default=Providers(), description="Names of providers.")
    finish_reasons: FinishReasons = Field(default=FinishReasons(), description="Finish reasons.")
    errors: Errors = Field(default=Errors(), description="How errors are told.")
    inherit: list[Inherit] = Field(default=[], description="Values from spans above.")
    lift: list[Lift] = Field(default=[], description="Errors that are copied to spans above.")
    span_events: dict[str, SpanEvent] = Field(default={}, description="What span events say, by their name.")
    logs: list[Log] = Field(default=[], description="What log records are.")
    examples: list[Example] = Field(default=[], description="Spans and log records with what has to come out for them.")

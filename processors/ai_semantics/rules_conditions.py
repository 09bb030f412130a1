"""Conditions: what rules ask of a span or log record."""

from typing import Self

from pydantic import Field, model_validator

from spansieve.config.mistakes import Mistake, Mistakes

from .rules_words import Part, Regex, Text, Texts, Values


class Conditions(Part):
    """All that are given have to hold."""

    scope: Texts | None = Field(
        default=None, description="Instrumentation scope: this name, or this and one of `. / - @` or a space behind it."
    )
    scope_exact: Texts | None = Field(default=None, description="Instrumentation scope: this name alone.")
    attr: Values | None = Field(
        default=None,
        description='Attributes by key: a value, a list of them, `*` at the end for any end, `"*"` for any.',
    )
    attr_prefix: Text | None = Field(default=None, description="The key of some attribute begins so.")
    attr_re: dict[str, Regex] | None = Field(
        default=None, description="Attributes by key: an RE2 pattern that is found in their text."
    )
    name: Regex | None = Field(default=None, description="RE2 pattern that is found in the span's name.")
    event: Texts | None = Field(
        default=None, description="A span event of this name, or the log record itself; may end with `*`."
    )
    resource: Values | None = Field(default=None, description="Attributes of the resource, as `attr`.")


class Rule(Conditions):
    """Conditions, and such as must not hold."""

    not_: Conditions | None = Field(default=None, alias="not", description="Conditions of which none may hold.")


class Detect(Rule):
    """A way to tell a dialect."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not any(value is not None for _, value in self):
            text = "an empty condition fits every span: ask for a scope, a name, an attribute or the like"
            raise Mistakes([Mistake(text)])
        return self

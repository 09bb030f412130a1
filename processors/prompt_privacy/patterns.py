"""The section `patterns`: what users look for of their own, with examples that show it."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.plugin import Config

from .custom import Custom, Example
from .entities import own_name
from .expressions import ExpressionError, compiled
from .validators import Validator

_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a name is of capital letters, digits and _, at most 40, such as EMPLOYEE_ID")
    return text


def _word(text: str) -> str:
    if not text.strip():
        raise ValueError("a context word is a text that is not empty")
    return text.strip()


class Examples(Config):
    """Texts in which the pattern is found, and others in which it must not be."""

    match: list[str] = Field(default=[], description="Texts in which it has to be found.")
    no_match: list[str] = Field(default=[], description="Texts in which it must not be found.")


class PatternConfig(Config):
    """One pattern."""

    name: Annotated[str, AfterValidator(_name)] = Field(description="Its name, such as EMPLOYEE_ID.")
    regex: str = Field(
        description="RE2 expression. What it matches is found where it is no part of a longer word; at most 4 KB."
    )
    entity: Annotated[str, AfterValidator(_name)] | None = Field(
        default=None, description="What counters, placeholders and `entities` call it; left out: its name."
    )
    context: list[Annotated[str, AfterValidator(_word)]] = Field(
        default=[], description="Words of which one has to stand within 48 characters, in capital or small letters."
    )
    validate_: Validator | None = Field(
        default=None,
        alias="validate",
        description="Check that it has to pass: `luhn`, `mod97`, `verhoeff` or `entropy` (3 bits a character). With "
        "`context` as well, either is enough.",
    )
    examples: Examples = Field(default=Examples(), description="Texts that are tried at the start.")

    @field_validator("regex")
    @classmethod
    def _can_be_used(cls, regex: str, info: ValidationInfo) -> str:
        try:
            compiled(regex)
        except ExpressionError as error:
            raise ValueError(f"the pattern {info.data.get('name', '')}: {error}") from None
        return regex

    @model_validator(mode="after")
    def _does_what_its_examples_say(self) -> Self:
        problem = check(self)
        if problem is not None:
            raise Mistakes([problem])
        return self

    @property
    def finds(self) -> str:
        """The entity of what it finds."""
        return own_name(self.entity or self.name)

    def compiled(self) -> Custom:
        """What finds it."""
        return Custom(self.regex, self.context, self.validate_)


def check(pattern: PatternConfig) -> Mistake | None:
    """What is wrong with the first example that `pattern` does not treat as it should."""
    examples = pattern.examples
    wrong = pattern.compiled().wrong(examples.match, examples.no_match)
    return None if wrong is None else _mistake(pattern, wrong)


def _mistake(pattern: PatternConfig, wrong: Example) -> Mistake:
    path = ("examples", wrong.kind, wrong.place)
    if wrong.kind == "no_match":
        return Mistake(f"the pattern {pattern.name} is found in its no_match example {wrong.text!r}", path=path)
    passes = f", and pass {pattern.validate_}" if pattern.validate_ and not pattern.context else ""
    hint = f"It has to hold what the regex matches, as no part of a longer word{passes}."
    return Mistake(f"the pattern {pattern.name} is not found in its match example {wrong.text!r}", hint, path=path)

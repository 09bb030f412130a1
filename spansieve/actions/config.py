"""The configuration of one attribute action, and what is wrong with it.

Source: the Go Collector's `attraction` package (contrib, internal/coreinternal/attraction), whose rules are kept: which
action needs and which refuses which field.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from spansieve.config.model import Config

from .patterns import PatternError, compile_pattern

Verb = Literal["insert", "update", "upsert", "delete", "hash", "extract", "convert"]
"""What an action does."""

_SETS = frozenset({"insert", "update", "upsert"})
_MAX_INT = 2**63


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Action(Config):
    """One action on one set of attributes; actions run in the order in which they are written."""

    key: str = Field(default="", description="Attribute to act on; `delete` and `hash` may have `pattern` instead.")
    action: Annotated[Verb, BeforeValidator(_lower)] = Field(
        description="`insert`, `update`, `upsert`, `delete`, `hash`, `extract` or `convert`, in any case."
    )
    value: Any = Field(
        default=None, description="What to set, in its YAML type: text, number, true or false, list, map."
    )
    from_attribute: str = Field(default="", description="Attribute to copy from; where it is missing nothing is done.")
    from_context: str = Field(default="", description="Not available yet: requests carry no metadata here.")
    default_value: Any = Field(default=None, description="What to set where the source has nothing.")
    pattern: str = Field(
        default="", description="RE2: attribute names (`delete`, `hash`), or the text to take apart (`extract`)."
    )
    converted_type: Literal["int", "double", "string"] | None = Field(
        default=None, description="Target of `convert`: `int`, `double` or `string`."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = [*_missing(self), *_unused(self), *_malformed(self)]
        if found:
            raise ValueError("; ".join(found))
        return self


def _sources(action: Action) -> list[str]:
    named = {
        "value": action.value is not None,
        "from_attribute": bool(action.from_attribute),
        "from_context": bool(action.from_context),
    }
    return [name for name, given in named.items() if given]


def _missing(action: Action) -> Iterator[str]:
    verb = action.action
    if verb in {"delete", "hash"}:
        if not action.key and not action.pattern:
            yield f"{verb} needs `key`, `pattern` or both"
    elif not action.key:
        yield f"{verb} needs `key`"
    if verb in _SETS and not _sources(action) and action.default_value is None:
        yield f"{verb} needs one of `value`, `from_attribute`, `default_value`"
    if verb == "extract" and not action.pattern:
        yield "extract needs `pattern`, with a named group for each attribute to set"
    if verb == "convert" and action.converted_type is None:
        yield "convert needs `converted_type`: int, double or string"


def _unused(action: Action) -> Iterator[str]:
    verb = action.action
    given = _sources(action)
    if verb in _SETS:
        if len(given) > 1:
            yield f"{verb} takes one source, found {' and '.join(f'`{name}`' for name in given)}: remove all but one"
        given = []
    elif action.default_value is not None:
        given.append("default_value")
    if action.pattern and verb not in {"delete", "hash", "extract"}:
        given.append("pattern")
    if action.converted_type is not None and verb != "convert":
        given.append("converted_type")
    if given:
        yield f"{verb} does not use {', '.join(f'`{name}`' for name in given)}: remove it"


def _malformed(action: Action) -> Iterator[str]:
    if action.from_context:
        yield (
            "`from_context` is not available yet: no request metadata reaches the processors. "
            "Use `value` or `from_attribute`"
        )
    for name, value in (("value", action.value), ("default_value", action.default_value)):
        problem = value_problem(value)
        if problem:
            yield f"`{name}` {problem}"
    if action.pattern:
        yield from _pattern_problems(action)


def _pattern_problems(action: Action) -> Iterator[str]:
    try:
        pattern = compile_pattern(action.pattern)
    except PatternError as error:
        yield f"`pattern` is no RE2 regular expression: {error}"
        return
    if action.action == "extract":
        if not pattern.groups:
            yield "`pattern` has no named group such as (?P<name>...), so nothing would be set"
        elif len(pattern.groupindex) < pattern.groups:
            yield "`pattern` has an unnamed group: name it, (?P<name>...), or write (?:...)"


def value_problem(value: object) -> str | None:
    """Why `value`, as YAML gave it, can be no attribute's value; None if it can (OTLP common.proto, AnyValue)."""
    if isinstance(value, int) and not isinstance(value, bool) and not -_MAX_INT <= value < _MAX_INT:
        return "is larger than 64 bits: write it as text, in quotes"
    if isinstance(value, list):
        return next(filter(None, map(value_problem, value)), None)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return "has a key that is no text: write it in quotes"
        return next(filter(None, map(value_problem, value.values())), None)
    if value is None or isinstance(value, (str, bool, int, float, bytes)):
        return None
    return f"is of type {type(value).__name__}: text, numbers, true, false, lists and maps are allowed"

"""The configuration of `include` and `exclude`: which spans, log records and data points a processor acts on.

Source: the Go Collector's filterconfig (contrib, internal/filter/filterconfig), fields and rules of each signal.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from spansieve.config.model import Config, Texts
from spansieve.pdata import Signal

from .config import value_problem
from .patterns import PatternError, compile_pattern

SPAN_KINDS = {
    1: "SPAN_KIND_INTERNAL",
    2: "SPAN_KIND_SERVER",
    3: "SPAN_KIND_CLIENT",
    4: "SPAN_KIND_PRODUCER",
    5: "SPAN_KIND_CONSUMER",
}
"""The names that `span_kinds` matches, by OTLP's number."""

_LOGS = frozenset({"log_bodies", "log_severity_texts", "log_severity_number", "attributes", "resources", "libraries"})
_FIELDS: dict[Signal, frozenset[str]] = {
    "traces": frozenset({"services", "span_names", "span_kinds", "attributes", "resources", "libraries"}),
    "logs": _LOGS,
    "alerts": _LOGS,
    "metrics": frozenset({"metric_names", "resources"}),
}


class AttributeMatch(Config):
    """An attribute that must be there."""

    key: str = Field(min_length=1, description="The attribute's name.")
    value: Any = Field(default=None, description="What it must hold; left out: anything. With `regexp` a pattern.")


class LibraryMatch(Config):
    """An instrumentation scope."""

    name: str = Field(description="The scope's name.")
    version: str | None = Field(default=None, description='The scope\'s version; left out: any; `""`: none.')


class SeverityMatch(Config):
    """A range of severities, upwards."""

    min: int = Field(default=0, ge=0, le=24, description="Lowest severity number that matches: 9 is INFO, 17 is ERROR.")
    match_undefined: bool = Field(default=False, description="Whether a record without a severity matches.")


class MatchProperties(Config):
    """One value of each list has to fit, and that for every key given; of `attributes` and `resources` all."""

    tunes_go: ClassVar[dict[str, str]] = {
        "regexp": "it tunes a cache of the Go Collector's; ours is bounded and always on"
    }

    match_type: Literal["strict", "regexp"] = Field(
        description="`strict`: texts are equal; `regexp`: RE2 patterns, found anywhere in the text."
    )
    services: Texts = Field(default=[], description="Spans: `service.name` of the resource.")
    span_names: Texts = Field(default=[], description="Spans: the span's name.")
    span_kinds: Texts = Field(default=[], description="Spans: the span's kind, such as `SPAN_KIND_CLIENT`.")
    log_bodies: Texts = Field(default=[], description="Logs: the record's body, as text.")
    log_severity_texts: Texts = Field(default=[], description="Logs: the record's severity text.")
    log_severity_number: SeverityMatch | None = Field(default=None, description="Logs: the record's severity number.")
    metric_names: Texts = Field(default=[], description="Metrics: the metric's name.")
    attributes: list[AttributeMatch] = Field(default=[], description="Spans, logs: attributes that must all be there.")
    resources: list[AttributeMatch] = Field(default=[], description="Resource attributes that must all be there.")
    libraries: list[LibraryMatch] = Field(default=[], description="Spans, logs: the instrumentation scope.")

    def given(self) -> set[str]:
        """The names of the properties that are set."""
        every = frozenset[str]().union(*_FIELDS.values())
        return {name for name in every if getattr(self, name) not in (None, [])}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = [*_shape_problems(self), *_text_problems(self)]
        if found:
            raise ValueError("; ".join(found))
        return self


def problems_for(properties: MatchProperties, signal: Signal) -> list[str]:
    """Why `properties` can't select in a pipeline of `signal`, one line each; none if they can."""
    foreign = sorted(properties.given() - _FIELDS[signal])
    allowed = ", ".join(sorted(_FIELDS[signal]))
    return [f"`{name}` can't be matched in a {signal} pipeline; {signal} have: {allowed}" for name in foreign]


def _shape_problems(properties: MatchProperties) -> Iterator[str]:
    given = properties.given()
    if not given:
        yield "nothing to match: give one of " + ", ".join(sorted(frozenset[str]().union(*_FIELDS.values())))
    elif not any(given <= fields for fields in _FIELDS.values()):
        yield f"no signal has all of {', '.join(sorted(given))}: make one processor for each signal"


def _text_problems(properties: MatchProperties) -> Iterator[str]:
    strict = properties.match_type == "strict"
    for name, text in _texts(properties):
        if strict and name == "span_kinds" and text not in SPAN_KINDS.values():
            yield f"span_kinds: {text!r} is no span kind; known: {', '.join(sorted(SPAN_KINDS.values()))}"
        if not strict:
            yield from _pattern_problem(name, text)
    for name in ("attributes", "resources"):
        for index, match in enumerate(getattr(properties, name)):
            yield from _value_problems(f"{name}[{index}].value", match.value, strict)


def _texts(properties: MatchProperties) -> Iterator[tuple[str, str]]:
    for name in ("services", "span_names", "span_kinds", "log_bodies", "log_severity_texts", "metric_names"):
        for text in getattr(properties, name):
            yield name, text
    for library in properties.libraries:
        yield "libraries", library.name
        if library.version is not None:
            yield "libraries", library.version


def _value_problems(where: str, value: object, strict: bool) -> Iterator[str]:
    if not strict and isinstance(value, str):
        yield from _pattern_problem(where, value)
    elif not strict and value is not None:
        yield f"{where}: match_type regexp needs a text, found {value!r}: write it in quotes"
    else:
        problem = value_problem(value)
        if problem:
            yield f"{where} {problem}"


def _pattern_problem(where: str, pattern: str) -> Iterator[str]:
    try:
        compile_pattern(pattern)
    except PatternError as error:
        yield f"{where}: {pattern!r} is no RE2 regular expression: {error}"

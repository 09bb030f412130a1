"""The older way to say what is dropped: `include` and `exclude` with match properties.

Source: the Go Collector's filterprocessor/config.go (contrib), whose names for logs and metrics differ from those of
its attributes processor.
"""

from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from spansieve.actions import AttributeMatch, MatchProperties, SeverityMatch
from spansieve.plugin import Config, Texts

_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_SEVERITIES = {
    f"{name}{place or ''}": 4 * level + max(place, 1) for level, name in enumerate(_LEVELS) for place in (0, 2, 3, 4)
}
_MATCH_TYPE = "`strict`: texts are equal; `regexp`: RE2 patterns, found anywhere in the text."
_RESOURCE_ATTRIBUTES = "Resource attributes that must all be there."


class MetricMatch(Config):
    """Metrics by name and resource."""

    match_type: Literal["strict", "regexp"] = Field(default="strict", description=_MATCH_TYPE)
    metric_names: Texts = Field(default=[], description="The metric's name.")
    resource_attributes: list[AttributeMatch] = Field(default=[], description=_RESOURCE_ATTRIBUTES)

    def properties(self) -> MatchProperties:
        """The same in the words of `spansieve.actions`. Raises ValueError."""
        return _properties(
            match_type=self.match_type, metric_names=self.metric_names, resources=self.resource_attributes
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self.properties()
        return self


class SeverityFrom(Config):
    """A range of severities, upwards."""

    min: str | int = Field(default=0, description="Lowest severity that matches: `INFO`, `WARN2` or its number.")
    match_undefined: bool = Field(default=False, description="Whether a record without a severity matches.")

    def number(self) -> int:
        """The lowest severity number. Raises ValueError."""
        text = str(self.min).upper()
        found = _SEVERITIES.get(text, int(text) if text.isascii() and text.isdigit() else -1)
        if not 0 <= found <= 24:
            raise ValueError(
                f"{self.min!r} is no severity; it is one of {', '.join(_LEVELS)}, with 2 to 4 behind it, or 1 to 24"
            )
        return found

    @model_validator(mode="after")
    def _known(self) -> Self:
        self.number()
        return self


class LogMatch(Config):
    """Log records by what they say and who sent them."""

    match_type: Literal["strict", "regexp"] = Field(default="strict", description=_MATCH_TYPE)
    resource_attributes: list[AttributeMatch] = Field(default=[], description=_RESOURCE_ATTRIBUTES)
    record_attributes: list[AttributeMatch] = Field(default=[], description="Attributes that must all be there.")
    severity_texts: Texts = Field(default=[], description="The record's severity text.")
    severity_number: SeverityFrom | None = Field(default=None, description="The record's severity number.")
    bodies: Texts = Field(default=[], description="The record's body, as text.")

    def properties(self) -> MatchProperties:
        """The same in the words of `spansieve.actions`. Raises ValueError."""
        severity = self.severity_number
        return _properties(
            match_type=self.match_type,
            resources=self.resource_attributes,
            attributes=self.record_attributes,
            log_severity_texts=self.severity_texts,
            log_bodies=self.bodies,
            log_severity_number=severity
            and SeverityMatch(min=severity.number(), match_undefined=severity.match_undefined),
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self.properties()
        return self


_OWN_NAMES = {
    "log_severity_texts": "severity_texts",
    "log_severity_number": "severity_number",
    "log_bodies": "bodies",
    "resources[": "resource_attributes[",
    "attributes[": "record_attributes[",
}


def _properties(**given: Any) -> MatchProperties:  # noqa: ANN401 (fields of several types)
    if not any(value for name, value in given.items() if name != "match_type"):
        raise ValueError("nothing to match: give at least one of the keys beside match_type")
    try:
        return MatchProperties(**given)
    except ValidationError as error:
        text = "; ".join(str(one.get("ctx", {}).get("error", one["msg"])) for one in error.errors())
    for name, own in _OWN_NAMES.items():
        text = text.replace(name, own)
    raise ValueError(text)

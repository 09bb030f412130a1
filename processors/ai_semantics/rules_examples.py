"""Examples: spans and log records with what has to come out for them."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from .rules_words import Part, Text


class ExampleEvent(Part):
    """A span event."""

    name: str = Field(default="", description="Its name.")
    attributes: dict[str, Any] = Field(default={}, description="Its attributes.")


class _Item(Part):
    scope: str = Field(default="", description="Name of the instrumentation scope.")
    resource: dict[str, Any] = Field(default={}, description="Attributes of the resource.")
    attributes: dict[str, Any] = Field(default={}, description="Its attributes.")


class ExampleSpan(_Item):
    """A span as an agent sends it."""

    name: str = Field(description="Its name.")
    kind: Literal["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] = Field(
        default="INTERNAL", description="OpenTelemetry's span kind."
    )
    status: Literal["UNSET", "OK", "ERROR"] = Field(default="UNSET", description="Its status.")
    message: str = Field(default="", description="The message of its status.")
    events: list[ExampleEvent] = Field(default=[], description="Its events.")


class ExampleLog(_Item):
    """A log record as an agent sends it."""

    event_name: str = Field(default="", description="Its event name.")
    body: Any = Field(default=None, description="Its body.")


class Example(Part):
    """An item, and what has to come out."""

    name: str = Field(default="", description="What it shows, for messages.")
    span: ExampleSpan | None = Field(default=None, description="The span. Either this or `log`.")
    log: ExampleLog | None = Field(default=None, description="The log record. Either this or `span`.")
    expect: dict[Text, Any] = Field(
        default={}, description="Attributes that it has to have when it leaves; null: one that it must not have."
    )
    unrecognised: bool = Field(default=False, description="true: nothing may change.")

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        if (self.span is None) == (self.log is None):
            raise ValueError("an example is one span or one log record: give span or log")
        if bool(self.expect) == self.unrecognised:
            raise ValueError("it expects nothing or too much: give either expect or unrecognised: true")
        return self

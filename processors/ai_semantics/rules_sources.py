"""Targets, and the places where their values may stand."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from .rules_conditions import Rule
from .rules_words import READER, SUFFIX, Kind, Listed, Part, Regex, Scalar, Text, Texts, Transform, Type

_PLACES: Final = (
    "key",
    "key_pattern",
    "keys",
    "event_attr",
    "span_event_attr",
    "event_sum",
    "span_events",
    "resource",
    "span_name",
    "const",
    "infer",
)
_OF_KEY: Final = ("with_", "add", "add_json", "match")
_OF_MANY: Final = ("key_pattern", "event_attr", "span_event_attr")

InEvent = Annotated[list[Text], Field(min_length=2, max_length=2)]
"""The name of an event, and the key of one of its attributes."""


class AnyLess(Part):
    """A number that is less than a sum."""

    left: Text = Field(description="Key of the number.")
    right_sum: Listed = Field(description="Keys of the parts.")


class When(Rule):
    """Conditions of a source."""

    dialect: Texts | None = Field(default=None, description="The span's dialect.")
    provider: Texts | None = Field(default=None, description="`gen_ai.provider.name`, in its standard spelling.")
    has: Listed | None = Field(default=None, description="Keys that are there, or were written before.")
    any_less: AnyLess | None = Field(default=None, description="A count that is less than its parts.")


class AddJson(Part):
    """Parts of a count inside JSON."""

    when_key: Text = Field(description="Name of the count; without it nothing is added.")
    keys: Listed = Field(description="Names of the parts.")


class Source(Part):
    """A place where the value may stand. The first source that yields one counts."""

    key: Text | None = Field(default=None, description="An attribute.")
    key_pattern: Text | None = Field(
        default=None, description="Attributes whose keys fit: `*` is one character or more."
    )
    keys: Listed | None = Field(default=None, description="Attributes that a reader of messages puts together.")
    event_attr: InEvent | None = Field(
        default=None, description="`[event, key]`: an attribute of the last span event of that name."
    )
    span_event_attr: InEvent | None = Field(default=None, description="The same as `event_attr`.")
    event_sum: InEvent | None = Field(
        default=None, description="`[event, key]`: the sum over all span events of that name."
    )
    span_events: Text | None = Field(
        default=None, description="Span events that a reader of messages puts together; takes `{a,b}`."
    )
    resource: Text | None = Field(default=None, description="An attribute of the resource.")
    span_name: Literal[True] | None = Field(default=None, description="`true`: the span's name.")
    const: Scalar | None = Field(default=None, description="This value.")
    infer: list[Literal["server.address", "model"]] | None = Field(
        default=None, description="The provider whose address or model it is. For `gen_ai.provider.name`."
    )
    transform: Transform | None = Field(default=None, description="What is made of it.")
    dialects: Listed | None = Field(default=None, description="Only on spans of these dialects.")
    kinds: list[Kind] | None = Field(default=None, min_length=1, description="Only on spans of these kinds.")
    when: When | None = Field(default=None, description="Only on spans of which this holds.")
    with_: Text | None = Field(default=None, alias="with", description="A second key, for a table of pairs.")
    add: Listed | None = Field(default=None, description="Keys whose numbers are added.")
    add_json: AddJson | None = Field(default=None, description="Names in the JSON whose numbers are added.")
    match: Regex | None = Field(default=None, description="RE2 pattern that the text has to fit.")

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        places = [word for word in _PLACES if getattr(self, word) is not None]
        if (self.transform or "").startswith(SUFFIX):
            places.append(f"transform: {SUFFIX}")
        if not places:
            raise ValueError(
                "it says not where the value stands. Give one of "
                f"{', '.join(_PLACES)}, or the transform {SUFFIX}<pattern>"
            )
        if len(places) > 1:
            raise ValueError(f"{' and '.join(places)} can't stand together: make a source of each")
        wrong = next(self._misfits(places[0]), None)
        if wrong:
            raise ValueError(wrong)
        return self

    def _misfits(self, place: str) -> Iterator[str]:
        """What can't stand beside `place`."""
        more = [word for word in _OF_KEY if getattr(self, word) is not None]
        names = ", ".join(word.rstrip("_") for word in more)
        if more and place != "key":
            yield f"{names} needs key, and has no effect beside {place}"
        if len(more) > 1:
            yield f"{names} can't stand together"
        transform = self.transform or ""
        if place == "key_pattern" and "*" not in (self.key_pattern or ""):
            yield "key_pattern needs a *, which stands for one character or more; a whole key goes into key"
        if place in {"keys", "span_events"} and not transform.startswith(READER):
            yield f"{place} needs a transform {READER}<reader>, which puts the values together"
        if transform in {"collect", "collect_json"} and place not in _OF_MANY:
            yield f"the transform {transform} needs one of {', '.join(_OF_MANY)}"
        if transform == "messages_finish_reasons" and place != "key":
            yield f"the transform {transform} needs key"
        if transform and place in {"const", "infer"}:
            yield f"{place} takes no transform"


class Attribute(Part):
    """A target, and where its value may stand."""

    target: Text = Field(description="The attribute that is written where it is missing.")
    type: Type | None = Field(default=None, description="Its type. Needed for a new target.")
    kinds: list[Kind] | None = Field(
        default=None, min_length=1, description="New targets: the kinds of spans that they are for; left out: all."
    )
    content: bool = Field(
        default=False, description="New targets: whether they hold prompts, answers or results (`content: true`)."
    )
    equivalent: Text | None = Field(
        default=None, description="New targets: another name of it; where that one is there, nothing is written."
    )
    sources: list[Source] = Field(min_length=1, description="Where the value may stand, in order.")

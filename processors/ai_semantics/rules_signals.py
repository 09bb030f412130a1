"""Signs of errors."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from .rules_words import ErrorClass, FinishClass, Kind, Listed, Part, Regex, Text, Texts, Values, Wanted

Where = Literal["status", "span", "event", "log", "finish", "content"]
Source = Literal["status", "error.type", "http", "attribute", "event", "content", "finish"]

_TESTS: Final = ("value", "gte", "not_value")
_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "status": frozenset({"code"}),
    "span": frozenset({"dialect", "kinds", "name", "key", *_TESTS}),
    "event": frozenset({"dialect", "event", "soft_if", "key", *_TESTS}),
    "log": frozenset({"dialect", "event", "key", *_TESTS}),
    "finish": frozenset({"class", "kinds"}),
    "content": frozenset({"kinds", "keys", "log_keys", "patterns"}),
}
"""What can be said besides `where`, `source`, `as` and `soft`."""
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "span": ("key", "name"),
    "event": ("event",),
    "log": ("event",),
    "finish": ("class",),
    "content": ("patterns",),
}
"""Of which one has to be there."""
_ALWAYS: Final = frozenset({"where", "source", "as", "soft"})


class SoftIf(Part):
    """When a sign is soft."""

    status: Literal["OK"] = Field(description="The span's status says OK.")


class Pattern(Part):
    """A pattern for what a tool gave back."""

    re: Regex = Field(description="RE2 pattern, searched in the first and last 4 KiB.")
    soft: bool = Field(default=False, description="Whether it may be a normal outcome.")
    structural: bool = Field(
        default=False, description="Whether it is soft in a text that is no structure, which may merely quote it."
    )
    note: str = Field(default="", description="Whose words these are, for readers of the rules.")


class Signal(Part):
    """A sign of an error."""

    where: Where | Annotated[list[Literal["event", "log"]], Field(min_length=1)] = Field(
        description="Where it stands: `span` (attributes, name), `event`, `log`, `content` (what a tool gave back), "
        "`finish` (finish reasons), `status`."
    )
    dialect: Text | None = Field(default=None, description="`span`, `event`, `log`: the dialect; left out: any.")
    kinds: list[Kind] | None = Field(
        default=None,
        min_length=1,
        description="`span`, `content`, `finish`: kinds of spans; left out: any, for content tool, mcp and step, "
        "for finish model.",
    )
    name: Regex | None = Field(default=None, description="`span`: RE2 pattern that is found in its name.")
    event: Texts | None = Field(default=None, description="`event`, `log`: its name; may end with `*`.")
    key: Texts | None = Field(
        default=None, description="An attribute of it; without a test it has to be there. For `span` also a list."
    )
    value: Wanted | None = Field(default=None, description="A test: the attribute has this value, or one of these.")
    gte: int | float | None = Field(default=None, description="A test: the number is this one or more.")
    not_value: Wanted | None = Field(default=None, description="A test: it is there and has none of these values.")
    soft_if: SoftIf | None = Field(default=None, description="`event`: when the error is soft.")
    class_: list[FinishClass] | None = Field(
        default=None, alias="class", min_length=1, description="`finish`: classes of finish reasons."
    )
    keys: Listed | None = Field(
        default=None, description="`content`: attributes that are searched; left out: those of the shipped table."
    )
    log_keys: dict[str, Listed] | None = Field(
        default=None, description="`content`: attributes of log records that are searched, by the record's name."
    )
    patterns: list[Pattern] | None = Field(default=None, min_length=1, description="`content`: what is searched.")
    code: Literal["ERROR"] | None = Field(default=None, description="`status`: the status that is an error.")
    source: Source | None = Field(
        default=None, description="What `spansieve.error.source` says; left out: as `where`, for span `attribute`."
    )
    as_: ErrorClass | None = Field(
        default=None, alias="as", description="The class of the error; left out: as types, messages and codes say."
    )
    soft: bool = Field(default=False, description="Whether it may be a normal outcome.")

    @model_validator(mode="after")
    def _fits_where(self) -> Self:
        wrong = next(self._misfits(), None)
        if wrong:
            raise ValueError(wrong)
        return self

    def _misfits(self) -> Iterator[str]:
        wheres = [self.where] if isinstance(self.where, str) else self.where
        told = " and ".join(wheres)
        given = {
            field.alias or name
            for name, field in type(self).model_fields.items()
            if getattr(self, name) is not None and (field.alias or name) not in _ALWAYS
        }
        takes = frozenset[str]().union(*(_TAKES[where] for where in wheres))
        if given - takes:
            yield f"{', '.join(sorted(given - takes))} has no effect with where: {told}"
        for where in wheres:
            needs = _NEEDS.get(where, ())
            if needs and given.isdisjoint(needs):
                yield f"where: {where} needs {' or '.join(needs)}"
        tests = [word for word in _TESTS if word in given]
        if tests and "key" not in given:
            yield f"{tests[0]} needs key, which says what is tested"
        if len(tests) > 1:
            yield f"{' and '.join(tests)} can't stand together"
        if isinstance(self.key, list) and "span" not in wheres:
            yield f"key must be one text with where: {told}; make a signal of each"


class NotError(Part):
    """Control flow that looks like an error."""

    exception_type: Texts | None = Field(default=None, description="Types of exceptions, with or without their module.")
    attr: Values | None = Field(default=None, description="Attributes by key, as in conditions.")
    kind: Kind | None = Field(default=None, description="What kind of span it makes this one.")

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.exception_type is None and self.attr is None:
            raise ValueError("it says not what is no error: give exception_type or attr")
        return self


class Errors(Part):
    """How errors are told."""

    signals: list[Signal] = Field(default=[], description="Signs of errors; the first that is seen gives the source.")
    not_errors: list[NotError] = Field(
        default=[], description="Control flow that frameworks raise as an exception: class `none`."
    )

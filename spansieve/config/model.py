"""What a component's configuration is made of: the base model and the field types that Collector users know.

Types are strict, as the Go Collector's are: `"5"` is no number and `5` is no text. The exceptions are the Collector's
own: a text for a list of texts is split at commas, durations are written `1m30s`, and what an environment variable
brings takes the type of its field (confmap, "Expansion").
"""

import re
import types
import typing
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, SecretStr, model_validator
from pydantic.fields import FieldInfo

from .scalars import Expanded

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_LONGEST = 2**63 / 1e9
_LISTS = (list, tuple, set, frozenset, Sequence)
_MAPPINGS = (dict, Mapping, MutableMapping)


class Config(BaseModel):
    """A component's configuration: every key typed, defaulted and described; an unknown key is an error.

    `tunes_go` names keys of the Go Collector's component that only tune Go (buffer sizes and the like): they are
    accepted, left out, and warned about once with the reason given here.
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    tunes_go: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:  # noqa: ANN401 (pydantic hands over whatever the YAML held)
        if isinstance(data, Expanded):
            data = data.value
        if not isinstance(data, Mapping):
            return data
        fields = keys(cls)
        taken = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is None:
                if key not in cls.tunes_go:
                    taken[key] = plain(value)
                continue
            item = _typed(value, field.annotation)
            if item is not None or Any in members(field.annotation):
                taken[key] = item
            elif is_section(field.annotation):
                taken[key] = {}  # a section that is present but empty is on, with its defaults
        return taken


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of `model` by the keys that YAML has for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def members(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """The types that `annotation` allows, unions opened and `Annotated` taken off."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return members(typing.get_args(annotation)[0])
    if origin in {typing.Union, types.UnionType}:
        return tuple(member for argument in typing.get_args(annotation) for member in members(argument))
    return (annotation,)


def is_section(annotation: Any) -> bool:  # noqa: ANN401
    """Whether `annotation` allows a model."""
    return any(isinstance(member, type) and issubclass(member, BaseModel) for member in members(annotation))


def _typed(value: Any, annotation: Any) -> Any:  # noqa: ANN401
    """Give what an environment variable brought the type of its field; leave the rest to the field."""
    allowed = members(annotation)
    if isinstance(value, Expanded):
        value = _chosen(value, allowed)
    if isinstance(value, list):
        return _items(value, allowed)
    if isinstance(value, Mapping):
        return _entries(value, allowed)
    return value


def _chosen(value: Expanded, allowed: tuple[Any, ...]) -> Any:  # noqa: ANN401
    """The value that was meant, or its text: text is never typed anew where text is allowed and the value is not."""
    meant = value.value
    if Any in allowed or type(meant) in allowed or (isinstance(meant, (list, Mapping)) and _takes(meant, allowed)):
        return meant
    if str in allowed or SecretStr in allowed or str(value) in _words(allowed):
        return str(value)
    of_texts = any(typing.get_args(member)[:1] == (str,) for member in allowed)
    if of_texts and isinstance(meant, (bool, int, float, str)):
        return str(value)  # `Texts` splits it
    return meant


def _words(allowed: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        word for member in allowed if typing.get_origin(member) is typing.Literal for word in typing.get_args(member)
    )


def _takes(value: Any, allowed: tuple[Any, ...]) -> bool:  # noqa: ANN401
    """Whether one of `allowed` is for lists or mappings, as `value` is one."""
    if isinstance(value, list):
        return any((typing.get_origin(member) or member) in _LISTS for member in allowed)
    return any((typing.get_origin(member) or member) in _MAPPINGS or is_section(member) for member in allowed)


def _items(value: list[Any], allowed: tuple[Any, ...]) -> Any:  # noqa: ANN401
    """A list with typed items, as the kind of collection that is wanted: YAML has lists only."""
    for member in allowed:
        kind = typing.get_origin(member) or member
        if kind in _LISTS:
            inner = typing.get_args(member)[:1]
            items = [_typed(item, inner[0]) if inner else plain(item) for item in value]
            try:
                return items if kind is Sequence else kind(items)
            except TypeError:  # what can't stand in a set; its type is refused next
                return items
    return plain(value) if Any in allowed else value  # else a validator of the field's own takes lists


def _entries(value: Mapping[str, Any], allowed: tuple[Any, ...]) -> Any:  # noqa: ANN401
    for member in allowed:
        if (typing.get_origin(member) or member) in _MAPPINGS:
            inner = typing.get_args(member)[1:]
            if not inner:
                return plain(value)
            entries = {key: _typed(item, inner[0]) for key, item in value.items()}
            if is_section(inner[0]) and type(None) not in members(inner[0]):
                return {key: {} if item is None else item for key, item in entries.items()}
            return entries
    return plain(value) if Any in allowed else value


def plain(value: Any) -> Any:  # noqa: ANN401
    """`value` with everything that came out of a variable parsed as YAML, at any depth."""
    if isinstance(value, Expanded):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def seconds(text: object) -> float:
    """Seconds of a duration as Go writes it (`1m30s`, `500ms`, `1.5h`; package time, ParseDuration).

    Raises ValueError for anything else. A bare number is refused, 0 apart: Go reads nanoseconds, and nobody means that.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if text == 0:
            return 0.0
        raise ValueError(f"a duration needs a unit, such as {text}s or {text}ms (Go would read {text} nanoseconds)")
    if not isinstance(text, str):
        raise ValueError("a duration is a text such as 5s, 500ms or 1m30s")
    sign, rest = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    if rest == "0":
        return 0.0
    if rest.isascii() and rest.isdigit():
        raise ValueError("a duration needs a unit, such as 5s, 500ms or 1m30s")
    if not rest or _PART.sub("", rest):
        raise ValueError("a duration is a text such as 5s, 500ms or 1m30s (units: ns us ms s m h)")
    value = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(rest))
    if value > _LONGEST:
        raise ValueError("a duration must not be longer than 292 years, as in Go")
    return sign * value


def as_duration(value: float) -> str:
    """`value` seconds as a duration that `seconds` reads back to the nanosecond: `90` is `1m30s`."""
    nanoseconds = round(value * 1e9)
    if nanoseconds <= 0:
        return "0s" if nanoseconds == 0 else "-" + as_duration(-value)
    if nanoseconds < 1_000_000_000:
        unit, size = ("ms", 10**6) if nanoseconds >= 10**6 else ("us", 10**3) if nanoseconds >= 10**3 else ("ns", 1)
        return _decimal(nanoseconds, size) + unit
    hours, rest = divmod(nanoseconds, 3600 * 10**9)
    minutes, rest = divmod(rest, 60 * 10**9)
    parts = (
        f"{hours}h" if hours else "",
        f"{minutes}m" if minutes else "",
        f"{_decimal(rest, 10**9)}s" if rest else "",
    )
    return "".join(parts)


def _decimal(value: int, size: int) -> str:
    """`value / size` in as many digits as it takes; `size` is a power of ten."""
    whole, rest = divmod(value, size)
    return f"{whole}.{rest:0{len(str(size)) - 1}d}".rstrip("0") if rest else str(whole)


def _not_negative(value: float) -> float:
    if value < 0:
        raise ValueError("a duration must not be negative")
    return value


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",")] if value.strip() else []


Duration = Annotated[
    float,
    BeforeValidator(seconds),
    AfterValidator(_not_negative),
    PlainSerializer(as_duration, when_used="json"),
]
"""Seconds in code, `1m30s` in YAML. Defaults are given in seconds."""


@dataclass(frozen=True)
class Gives:
    """Marks a field as the id of an extension that has a method of this name: `Annotated[str, Gives("storage")]`."""

    method: str


Secret = SecretStr
"""A text that is never shown: `config show`, errors and logs print asterisks. Read it with `get_secret_value()`."""

Texts = Annotated[list[str], BeforeValidator(_split)]
"""A list of texts; one text with commas is split."""

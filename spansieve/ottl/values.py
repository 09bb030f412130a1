"""The values of expressions: those of OTLP, and the few that exist only while an expression runs.

Source: pkg/ottl of the Go Collector (contrib), LANGUAGE.md and expression.go.
"""

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from spansieve.actions.text import as_text

Result: TypeAlias = Any
"""What an expression gives: None (nil), str, bool, int, float, bytes, list, a mapping, an Id, a Time or a Duration, and
for a path to something larger (events, links, status) the view itself.
"""

Item: TypeAlias = Any
"""What an expression is run on: the item of its context (`contexts`)."""


class EvaluationError(Exception):
    """An expression can't be evaluated for this item. The text names types and functions, and never content."""


class Id(bytes):
    """The id of a trace (16 bytes) or a span (8 bytes); zeros where it is unset."""

    __slots__ = ()


class Time(NamedTuple):
    """A moment: nanoseconds since the Unix epoch, and how many seconds its clock is ahead of UTC."""

    unix_nano: int
    offset: int = 0

    def broken_down(self) -> datetime.datetime:
        """The moment as a calendar has it, without what is less than a microsecond. Raises EvaluationError."""
        zone = datetime.timezone(datetime.timedelta(seconds=self.offset))
        try:
            seconds, nanoseconds = divmod(self.unix_nano, 10**9)
            found = datetime.datetime.fromtimestamp(seconds, zone)
        except (ValueError, OverflowError, OSError):
            raise EvaluationError("a time is outside the years 1 to 9999") from None
        return found.replace(microsecond=nanoseconds // 1000)

    def iso(self) -> str:
        """The moment in RFC 3339 with as many digits as it takes. Raises EvaluationError."""
        whole = self.broken_down()
        fraction = f"{self.unix_nano % 10**9:09d}".rstrip("0")
        zone = "Z" if not self.offset else f"{whole:%z}"[:3] + ":" + f"{whole:%z}"[3:5]
        return f"{whole:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}{zone}"


class Duration(NamedTuple):
    """A length of time, in nanoseconds."""

    nanoseconds: int


_NAMES: dict[type, str] = {
    type(None): "nil",
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a double",
    bytes: "bytes",
    Id: "an id",
    Time: "a time",
    Duration: "a duration",
    list: "a list",
    dict: "a map",
}


def kind(value: Result) -> str:
    """What sort of value this is, in words for people."""
    return _NAMES.get(type(value)) or ("a map" if isinstance(value, Mapping) else "a structure")


def wrong(wanted: str, value: Result) -> EvaluationError:
    """The error of a value that is not what was `wanted`."""
    return EvaluationError(f"{wanted} is expected, found {kind(value)}")


def text_of(value: Result) -> str | None:
    """Any value as text, None for nil: what contrib's StringLikeGetter makes of it. Raises EvaluationError."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Time):
        return f'"{value.iso()}"'
    if isinstance(value, Duration):
        return str(value.nanoseconds)
    if isinstance(value, (bool, int, float, list, dict)):
        return as_text(value)
    if isinstance(value, Mapping):
        return as_text(dict(value))
    raise wrong("a value that can be written as text", value)


_PLAIN = frozenset({type(None), str, bool, int, float, bytes})
_MIN, _MAX, _RANGE = -(2**63), 2**63 - 1, 2**64


def storable(value: Result) -> Result:
    """`value` as an attribute or a body can hold it, lists and maps copied. Raises EvaluationError."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [storable(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: storable(entry) for key, entry in value.items()}
    hint = {Id: "use its .string", Time: "use UnixNano or FormatTime", Duration: "use Nanoseconds or Seconds"}
    advice = hint.get(type(value))
    raise EvaluationError(f"{kind(value)} can't be an attribute or body" + (f": {advice}" if advice else ""))


def wrapped(number: int) -> int:
    """`number` as 64 bits with a sign hold it: what goes beyond them comes in at the other end, as in Go."""
    return number if _MIN <= number <= _MAX else (number - _MIN) % _RANGE + _MIN

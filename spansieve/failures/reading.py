"""Looks at undecoded attributes. A value that can't be read is none here, so that it hides no error beside it."""

from collections.abc import Mapping
from math import isfinite

from spansieve.pdata import DecodeError, Event, Span, Value, decode_pair

Raws = Mapping[str, bytes]
"""Keys with their undecoded KeyValues, as `Attributes.raws` gives them."""

EXCEPTION = "exception"
_MAX_DIGITS = 9


def value_of(raws: Raws, key: str) -> Value:
    """The value of `key`; None where there is none or it is malformed."""
    raw = raws.get(key)
    if raw is None:
        return None
    try:
        return decode_pair(raw)
    except DecodeError:
        return None


def text_of(raws: Raws, *keys: str) -> str:
    """The first text under `keys` that is not empty; an empty one where there is none."""
    for key in keys:
        if key in raws:
            value = value_of(raws, key)
            if isinstance(value, str) and value:
                return value
    return ""


def number_of(value: Value) -> float | None:
    """`value` as a number, digits in a text included: proxies send status codes so. None where it is none."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isfinite(value) else None


def exceptions_of(span: Span) -> list[Event]:
    """The events named `exception`, in order. Raises DecodeError where events are malformed."""
    if not span.events_mention(b"exception"):
        return []
    return [event for event in span.events if event.name == EXCEPTION]

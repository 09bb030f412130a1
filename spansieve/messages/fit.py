"""The last step: what OTLP and JSON can hold, whatever came in."""

from base64 import b64encode
from math import isfinite

from spansieve.pdata import Value

from .jsontext import as_text

_ROOM = 92
"""Protobuf messages that may stand inside each other below an attribute's value (`spansieve.pdata.encode_value`)."""
_ARRAY, _OBJECT = 2, 3  # messages that one level of each costs


def fitted(value: Value, room: int = _ROOM) -> Value:
    """`value` in types that both OTLP and JSON have. Integers outside int64, NaN and infinities become text, bytes
    base64, a lone surrogate U+FFFD; what is nested deeper than OTLP allows becomes JSON text.
    """
    if not value and not isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, dict | list):
        return _fitted_container(value, room)
    if isinstance(value, float):
        return value if isfinite(value) else as_text(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value if -(2**63) <= value < 2**63 else str(value)


def _fitted_container(value: dict[str, Value] | list[Value], room: int) -> Value:
    if isinstance(value, list):
        if room < _ARRAY:
            return _whole(as_text(value))
        return [fitted(entry, room - _ARRAY) for entry in value]
    if room < _OBJECT:
        return _whole(as_text(value))
    return {_whole(key): fitted(entry, room - _OBJECT) for key, entry in value.items()}


def _whole(text: str) -> str:
    """`text` with U+FFFD in place of each lone surrogate, which UTF-8 can't hold; pairs become one character."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text

"""JSON inside attributes, which may be malformed, cut off, or built to hurt."""

import json
from base64 import b64encode
from typing import Final

from spansieve.pdata import Value

from .limits import MAX_NESTING


class NotJson:
    """The type of NOT_JSON."""


NOT_JSON: Final = NotJson()
"""What `parsed` answers for a text that is no JSON, or is nested too deep."""

_INT64_DIGITS = 20
_CONTAINERS = (dict, list)


def parsed(text: str) -> Value | NotJson:
    """The value of a JSON text. An integer of more digits than int64 has stays text. Never raises."""
    try:
        value: Value = _DECODER.decode(text)
        shallow = text.count("[") + text.count("{") <= MAX_NESTING or _is_within(value, MAX_NESTING)
    except (ValueError, RecursionError):
        return NOT_JSON
    return value if shallow else NOT_JSON


def unpacked(value: Value) -> Value:
    """What a JSON text holds; the text itself where it is no JSON, and any other value as it is."""
    if not isinstance(value, str):
        return value
    inside = parsed(value)
    return value if isinstance(inside, NotJson) else inside


def container(value: Value) -> Value:
    """As `unpacked`, for JSON arrays and objects alone: a text such as `42` or `true` is meant as text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return unpacked(value)
    return value


def as_text(value: Value) -> str:
    """A text as it is, anything else as JSON, in which bytes are base64."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=lambda raw: b64encode(raw).decode())


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _INT64_DIGITS else digits


_DECODER = json.JSONDecoder(parse_int=_integer)
"""Made once: to make it takes longer than to read a small text."""


def _is_within(value: Value, levels: int) -> bool:
    """Whether at most `levels` arrays and objects stand inside each other. Level by level, without recursion."""
    level: list[dict[str, Value] | list[Value]] = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        inside: list[dict[str, Value] | list[Value]] = []
        for each in level:
            entries = each.values() if isinstance(each, dict) else each
            inside += [entry for entry in entries if isinstance(entry, _CONTAINERS)]
        if not inside:
            return True
        level = inside
    return False

"""Values: how they are compared, what counts as none, and how one becomes the type of its target."""

import json
import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from spansieve.pdata import DecodeError, Value, decode_pair

NO_VALUES: Final = frozenset({"", "null", "None", "<not specified>"})
"""Texts that stand for no value: JSON's and Python's words for it, and Google ADK's."""
MAX_TOKENS: Final = 10**9
MAX_JSON_CHARACTERS: Final = 64 * 1024
"""JSON inside attributes is parsed up to here; more is content, and content is not parsed to tag a span."""


class Skip(NamedTuple):
    """A value that is there and can't be used; `reason` is a word for a metric."""

    reason: str


def safely(raw: bytes) -> Value:
    """The value of a pair, None where it is malformed."""
    try:
        return decode_pair(raw)
    except DecodeError:
        return None


def unquoted(text: str) -> str:
    """The text inside a JSON text, or `text` itself where it is none."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        found = parsed(text)
        return found if isinstance(found, str) else text
    return text


def parsed(text: str) -> Any:  # noqa: ANN401
    """What the JSON in `text` holds, or None where it is malformed, too long or nested too deep."""
    if len(text) > MAX_JSON_CHARACTERS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def tree_of(value: Value) -> Any:  # noqa: ANN401
    """What the JSON in `value` holds, or the value itself where it is structured."""
    return parsed(value) if isinstance(value, str) else value


def is_one_of(wanted: object, *, json: bool = False) -> Callable[[Value], bool]:
    """Whether a value is one of `wanted`, a value or a list of them; `*` is any, and at the end of a text any end.

    Texts are compared whatever their case; numbers and booleans also with their texts. `json` values are JSON texts.
    """
    words = [_word(one) for one in (wanted if isinstance(wanted, list | tuple) else [wanted])]
    exact = {word for word in words if not word.endswith("*")}
    heads = tuple(word[:-1] for word in words if word.endswith("*"))

    def test(value: Value) -> bool:
        if isinstance(value, str):
            word = (unquoted(value) if json else value).lower()
        elif isinstance(value, bool | int | float):
            word = _word(value)
        else:
            return bool(heads) and "" in heads
        return word in exact or (bool(heads) and word.startswith(heads))

    return test


def _word(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower()


def number(value: Value) -> float | None:
    """`value` as a number that OTLP can hold, texts of digits included; None where it is none."""
    found = _number_in(value) if isinstance(value, str) else value
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    is_held = abs(found) < 2**63 if isinstance(found, int) else math.isfinite(found)
    return found if is_held else None


def _number_in(text: str) -> float | None:
    if len(text) > 64 or "_" in text:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def is_none(value: Value) -> bool:
    """Whether `value` stands for none."""
    return value is None or (isinstance(value, str) and value.strip() in NO_VALUES)


def _string(value: Value) -> Value | Skip:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return Skip("type")
    return str(value) if isinstance(value, int | float) else Skip("type")


def _int(value: Value) -> Value | Skip:
    found = number(value)
    if found is None or found != int(found) or abs(found) >= 2**63:
        return Skip("type")
    return int(found)


def _double(value: Value) -> Value | Skip:
    found = number(value)
    try:
        return Skip("type") if found is None else float(found)
    except OverflowError:
        return Skip("type")


def _boolean(value: Value) -> Value | Skip:
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, str | int) else ""
    return {"true": True, "1": True, "false": False, "0": False}.get(word, Skip("type"))


def _texts(value: Value) -> Value | Skip:
    if not isinstance(value, list):
        return Skip("type")
    texts: list[Value] = [str(entry) for entry in value if isinstance(entry, str | int | float) and not is_none(entry)]
    return texts or Skip("type")


_TYPES: Final[dict[str, Callable[[Value], Value | Skip]]] = {
    "string": _string,
    "int": _int,
    "double": _double,
    "boolean": _boolean,
    "string[]": _texts,
    "any": lambda value: value,
}
TYPES: Final = tuple(_TYPES)
"""The types that a target may have."""


def coerce(value: Value, kind: str, target: str) -> Value | Skip | None:
    """`value` as the type `kind` of `target`; None where it stands for none, Skip where it does not fit."""
    if is_none(value) or (value in (-1, "-1") and kind == "int" and target.startswith("gen_ai.request.")):
        return None
    found = _TYPES[kind](value)
    is_count = target.startswith("gen_ai.usage.") or target.startswith("gen_ai.aggregated_usage.")
    if is_count and isinstance(found, int | float) and not 0 <= found <= MAX_TOKENS:
        return Skip("range")
    return found

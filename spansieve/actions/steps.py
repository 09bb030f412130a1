"""Attribute actions compiled to closures: every decision that the configuration settles is made once.

Source: the Go Collector's attraction.go and hasher.go (contrib, internal/coreinternal/attraction), hashing with SHA-256
as its current versions do.
"""

import hashlib
import struct
from collections.abc import Callable, Sequence

from spansieve.pdata import Attributes, Value, encode_pair

from .config import Action
from .patterns import compile_pattern, names_with, utf8
from .text import as_double, as_int, as_text

Step = Callable[[Attributes], None]
"""What is done to one set of attributes."""


class _Missing:
    """Tells a source that is not there from one that holds the empty value, None."""


_MISSING = _Missing()


def compile_actions(actions: Sequence[Action]) -> Step:
    """All `actions`, in order, as one function of a set of attributes, which it changes in place.

    Raises PatternError for a pattern that RE2 refuses; a validated Action has none.
    """
    steps = [_COMPILERS[action.action](action) for action in actions]
    if len(steps) == 1:
        return steps[0]

    def run(attributes: Attributes) -> None:
        for step in steps:
            step(attributes)

    return run


def _constant(action: Action) -> Value | _Missing:
    if action.from_attribute:
        return _MISSING
    value: Value = action.value if action.value is not None else action.default_value
    return value


def _source(action: Action) -> Callable[[Attributes], Value | _Missing]:
    name = action.from_attribute
    fallback: Value | _Missing = _MISSING if action.default_value is None else action.default_value

    def read(attributes: Attributes) -> Value | _Missing:
        return attributes.get(name, fallback)

    return read


def _set(action: Action, where: bool | None) -> Step:
    """Set `action.key` where it is there (True), is not (False) or everywhere (None), if the source has something."""
    key, constant = action.key, _constant(action)
    if not isinstance(constant, _Missing):
        raw = encode_pair(key, constant)

        def put(attributes: Attributes) -> None:
            attributes.write(key, raw, where=where)

        return put
    read = _source(action)

    def copy(attributes: Attributes) -> None:
        if where is None or where == (key in attributes):
            value = read(attributes)
            if not isinstance(value, _Missing):
                attributes[key] = value

    return copy


def _insert(action: Action) -> Step:
    return _set(action, where=False)


def _update(action: Action) -> Step:
    return _set(action, where=True)


def _upsert(action: Action) -> Step:
    return _set(action, where=None)


def _names(action: Action) -> Callable[[Attributes], list[str]]:
    """The attributes to act on: `action.key`, then every one whose name `action.pattern` is found in."""
    keys = [action.key] if action.key else []
    if not action.pattern:
        return lambda attributes: keys
    found = names_with(action.pattern)
    return lambda attributes: keys + found(tuple(attributes))


def _delete(action: Action) -> Step:
    names = _names(action)

    def step(attributes: Attributes) -> None:
        attributes.remove(names(attributes))

    return step


def _hash(action: Action) -> Step:
    names = _names(action)

    def step(attributes: Attributes) -> None:
        for name in names(attributes):
            if name in attributes:
                attributes[name] = hashed(attributes[name])

    return step


def hashed(value: Value) -> str:
    """The SHA-256 of `value` in lower-case hex; "" for what has no bytes to hash (lists, maps, bytes, nothing, "").

    Hashed are: a text's UTF-8, an integer's or double's 8 bytes little endian, a bool's one byte.
    """
    if isinstance(value, str):
        content = utf8(value)
    elif isinstance(value, bool):
        content = b"\1" if value else b"\0"
    elif isinstance(value, int):
        content = struct.pack("<q", value)
    elif isinstance(value, float):
        content = struct.pack("<d", value)
    else:
        content = b""
    return hashlib.sha256(content).hexdigest() if content else ""


def _extract(action: Action) -> Step:
    key, pattern = action.key, compile_pattern(action.pattern)
    names = [name for name, _ in sorted(pattern.groupindex.items(), key=lambda item: item[1])]

    def step(attributes: Attributes) -> None:
        text = attributes.get(key)
        found = pattern.search(utf8(text)) if isinstance(text, str) else None
        if found is not None:
            for name, taken in zip(names, found.groups(b""), strict=True):
                attributes[name] = (taken or b"").decode("utf-8", "replace")

    return step


def _convert(action: Action) -> Step:
    key = action.key
    change: Callable[[Value], Value] = {"int": as_int, "double": as_double, "string": as_text}[
        action.converted_type or ""
    ]

    def step(attributes: Attributes) -> None:
        if key in attributes:
            before = attributes[key]
            after = change(before)
            if after is not None and type(after) is not type(before):
                attributes[key] = after

    return step


_COMPILERS: dict[str, Callable[[Action], Step]] = {
    "insert": _insert,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
    "hash": _hash,
    "extract": _extract,
    "convert": _convert,
}

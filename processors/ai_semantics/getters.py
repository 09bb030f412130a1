"""Functions that get the pair of a target out of an item."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from spansieve.actions.patterns import compile_pattern, utf8
from spansieve.messages import read
from spansieve.pdata import Value, encode_pair

from .atoms import Memory
from .look import Look
from .transforms import Transform, at_path, paths_of, plain
from .values import Skip, coerce, safely, tree_of
from .wholes import given

Get = Callable[[Look], bytes | Skip | None]
"""The encoded pair of a target, Skip where there is a value that can't be used, None where there is none."""

_STRING: Final = 0x0A
_INT: Final = 0x18
_SHORT: Final = 256
_JSON_BYTES: Final = 4096
_JSON_ENTRIES: Final = 256
"""An agent's calls have the same parameters again and again, and several targets read them."""
MAX_COPIED: Final = 64 * 1024
"""Bytes of a value that is copied; more is content, and that is copied with `content: true` alone."""


class Target(NamedTuple):
    """An attribute that may be filled in."""

    name: str
    kind: str
    """Its type: a word of `values.TYPES`."""
    kinds: frozenset[str]
    """The span kinds that it is for; empty = all."""
    content: bool
    others: tuple[str, ...]
    """Other names of it; where one is there, it is there."""


def copied(target: Target, key: str) -> Get:
    """The pair of `key` under the target's name. Short values of the right type keep their bytes."""
    name = target.name.encode()
    head = bytes((0x0A, len(name))) + name
    slow = _converted(target, lambda value: value)
    texts, counts = target.kind == "string", target.kind == "int"

    def get(look: Look) -> bytes | Skip | None:
        raw = look.index.get(key)
        if raw is None:
            raw = look.out.get(key)
            if raw is None:
                return None
        start = raw[1] + 2
        rest = len(raw) - start
        if (texts and _is_text(raw, start, rest)) or (counts and _is_count(raw, start, rest)):
            return head + raw[start:]
        return slow(raw)

    return get


def _is_text(raw: bytes, start: int, rest: int) -> bool:
    """Whether the value at `start` is a text laid out as usual, longer than any word that stands for none."""
    return 20 <= rest < 0x80 and raw[start : start + 4] == _TEXT_HEADS[rest]


def _is_count(raw: bytes, start: int, rest: int) -> bool:
    """Whether the value at `start` is a number of at most two bytes, laid out as usual."""
    if not 4 <= rest <= 5 or raw[start : start + 3] != _COUNT_HEADS[rest - 4]:
        return False
    return raw[-1] < 0x80 and (rest == 4 or raw[-2] >= 0x80)


_TEXT_HEADS: Final = [b""] * 4 + [bytes((0x12, size + 2, _STRING, size)) for size in range(0x7C)]
_COUNT_HEADS: Final = [bytes((0x12, size, _INT)) for size in (2, 3)]


def _converted(target: Target, change: Transform) -> Callable[[bytes], bytes | Skip | None]:
    """The pair of the target from that of a source; short ones are remembered."""

    def convert(raw: bytes) -> bytes | Skip | None:
        return encoded(target, change(safely(raw)))

    known = Memory(convert)

    def get(raw: bytes) -> bytes | Skip | None:
        if len(raw) <= _SHORT:
            return known[raw]  # type: ignore[no-any-return]
        return convert(raw) if target.content or len(raw) <= MAX_COPIED else Skip("too_large")

    return get


def encoded(target: Target, value: Value | Skip) -> bytes | Skip | None:
    """The pair of the target with `value`, once it has the target's type."""
    found = value if value is None or isinstance(value, Skip) else coerce(value, target.kind, target.name)
    if found is None or isinstance(found, Skip):
        return found
    try:
        return encode_pair(target.name, found)
    except (TypeError, ValueError):
        return Skip("type")


def changed(target: Target, key: str, change: Transform) -> Get:
    """The value of `key`, changed."""
    convert = _converted(target, change)

    def get(look: Look) -> bytes | Skip | None:
        raw = look.raw(key)
        return None if raw is None else convert(raw)

    return get


def from_json(target: Target, key: str, paths: str, tables: Mapping[str, Transform]) -> Get:
    """What stands in the JSON of `key` at the first of `paths` that leads anywhere. Raises ValueError.

    Each span's JSON is parsed once, and only where the last name of some path stands in its bytes.
    """
    found, change = paths_of(paths, tables)
    ways = [(path.split("."), path.rpartition(".")[2].encode()) for path in found]

    def value_at(able: list[list[str]], tree: object) -> bytes | Skip | None:
        if not isinstance(tree, dict | list):
            return Skip("json")
        for way in able:
            value = at_path(tree, way)
            if value is not None:
                return encoded(target, plain(value) if change is None else change(plain(value)))
        return None

    def short(raw: bytes) -> bytes | Skip | None:
        able = [way for way, last in ways if last in raw]
        return value_at(able, tree_of(safely(raw))) if able else None

    known = Memory(short, entries=_JSON_ENTRIES, longest=_JSON_BYTES)

    def get(look: Look) -> bytes | Skip | None:
        raw = look.raw(key)
        if raw is None:
            return None
        if len(raw) <= _JSON_BYTES:
            return known[raw]  # type: ignore[no-any-return]
        able = [way for way, last in ways if last in raw]
        if not able:
            return None
        return value_at(able, look.tree(key)) if len(raw) <= MAX_COPIED else Skip("too_large")

    return get


def valued(target: Target, value_of: Callable[[Look], Value | Skip], change: Transform) -> Get:
    """What `value_of` finds, changed."""

    def get(look: Look) -> bytes | Skip | None:
        value = value_of(look)
        return value if value is None or isinstance(value, Skip) else encoded(target, change(value))

    return get


def from_span_name(target: Target, pattern: str) -> Get:
    """The first group of `pattern` in the span's name. Raises PatternError."""
    compiled = compile_pattern(pattern)

    def answer(name: str) -> bytes | Skip | None:
        found = compiled.search(utf8(name))
        first = found.groups()[0] if found else None
        return None if first is None else encoded(target, first.decode(errors="replace").strip())

    known = Memory(answer)
    return lambda look: known[look.name]


def from_reader(target: Target, spec: Mapping[str, Any], reader: str) -> Get:
    """What the reader of that name makes of content."""
    look_at = given(spec, target.name)

    def get(look: Look) -> bytes | Skip | None:
        found = look_at(look)
        if found is None or isinstance(found, Skip):
            return found
        return encoded(target, read(reader, found))

    return get

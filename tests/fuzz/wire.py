"""A mutator that knows protobuf's wire format: bytes flipped at random seldom get past the first length.

It takes a request apart into fields as far down as they are well-formed, changes one of them, and writes all again with
lengths that fit.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

Leaf = Callable[[bytes], bytes]
"""Changes the bytes of what is no message."""

_ODD = (
    b"",
    b"\xff",
    b"\xed\xa0\x80",
    b"\0" * 16,
    b"\x0a\x00",
    b"a" * 200,
    b"\xff" * 10,
    b"NaN",
    b"\x08\xff\xff\xff\xff\x0f",
)
_DEEPEST = 12


class Field(NamedTuple):
    """One field: its number, its wire type, and its bytes (without a length)."""

    number: int
    kind: int
    content: bytes


def varint(value: int) -> bytes:
    """`value` in base 128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def _read_varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends. Raises ValueError."""
    value = 0
    for place in range(10):
        if at + place >= len(raw):
            break
        value |= (raw[at + place] & 0x7F) << 7 * place
        if raw[at + place] < 0x80:
            return value, at + place + 1
    raise ValueError("no varint")


def fields(raw: bytes) -> list[Field]:
    """The fields of a message. Raises ValueError where `raw` is none."""
    found, at = [], 0
    while at < len(raw):
        tag, at = _read_varint(raw, at)
        number, kind = tag >> 3, tag & 7
        if not 0 < number < 100 or kind not in {0, 1, 2, 5}:
            raise ValueError("no tag of OTLP")
        if kind == 0:
            _, end = _read_varint(raw, at)
        elif kind == 2:
            size, at = _read_varint(raw, at)
            end = at + size
        else:
            end = at + (8 if kind == 1 else 4)
        if end > len(raw):
            raise ValueError("cut short")
        found.append(Field(number, kind, raw[at:end]))
        at = end
    return found


def written(message: list[Field]) -> bytes:
    """The bytes of a message."""
    return b"".join(
        varint(number << 3 | kind) + (varint(len(content)) if kind == 2 else b"") + content
        for number, kind, content in message
    )


def mutated(raw: bytes, chance: Random, leaf: Leaf, depth: int = 0) -> bytes:
    """`raw` with one change, somewhere."""
    try:
        message = fields(raw) if raw and depth < _DEEPEST else []
    except ValueError:
        message = []
    if not message:
        return chance.choice(_ODD) if chance.random() < 0.3 else leaf(raw)
    place = chance.randrange(len(message))
    one = message[place]
    if one.kind == 2 and chance.random() < 0.75:
        message[place] = one._replace(content=mutated(one.content, chance, leaf, depth + 1))
    else:
        _rearranged(message, place, chance, leaf)
    return written(message)


def _rearranged(message: list[Field], place: int, chance: Random, leaf: Leaf) -> None:
    """Change the list of fields, in place."""
    one = message[place]
    turn = chance.randrange(7)
    if turn == 0:
        del message[place]
    elif turn == 1:
        message.insert(chance.randrange(len(message) + 1), one)
    elif turn == 2:
        chance.shuffle(message)
    elif turn == 3:
        message[place] = Field(chance.randrange(1, 20), one.kind, one.content)
    elif turn == 4:
        message[place] = Field(one.number, 2, one.content)
    elif turn == 5:
        message[place] = one._replace(content=chance.choice(message).content) if one.kind == 2 else one
    else:
        message.append(Field(chance.randrange(1, 20), 2, leaf(one.content)))

"""A request taken apart into envelopes and the bytes of its items, and put together again.

An envelope without what it holds is its shell. Protobuf's fields may stand in any order, so a shell followed by some of
its items is the same envelope with fewer items, unknown fields included.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .schema import Signal, Wire, read, shape_of


class Envelope:
    """One message around items, `number` being its field in the message above; one of `inner` and `items` is empty."""

    __slots__ = ("inner", "item_name", "item_number", "items", "name", "number", "shell")

    def __init__(self, name: str, number: int) -> None:
        """Make one for the message `name`, empty."""
        self.name = name
        self.number = number
        self.shell = b""
        self.inner: list[Envelope] = []
        self.items: list[bytes] = []
        self.item_name = ""
        self.item_number = 0


class Leaf(NamedTuple):
    """One item and the envelopes around it, the request first. `raw` is None for an envelope that holds no item."""

    path: tuple[Envelope, ...]
    raw: bytes | None


def take_apart(signal: Signal, body: bytes) -> Envelope:
    """The request `body` as a tree. Raises DecodeError."""
    shape = shape_of(signal)
    path = [shape.resources, shape.scopes, shape.items]
    if shape.items == "metrics":
        path += ["data", "data_points"]
    return _take(read(shape.request, body), 0, path)


def _take(message: Wire, number: int, path: list[str]) -> Envelope:
    envelope = Envelope(message.DESCRIPTOR.name, number)
    name = message.WhichOneof("data") if path[0] == "data" else path[0]
    if name:
        field = message.DESCRIPTOR.fields_by_name[name]
        held = getattr(message, name)
        if len(path) == 1:
            envelope.item_name, envelope.item_number = field.message_type.name, field.number
            envelope.items = [item.SerializeToString() for item in held]
        else:
            envelope.inner = [_take(entry, field.number, path[1:]) for entry in ([held] if path[0] == "data" else held)]
        message.ClearField(name)
    envelope.shell = message.SerializeToString()
    return envelope


def leaves(envelope: Envelope, above: tuple[Envelope, ...] = ()) -> Iterator[Leaf]:
    """The items below `envelope`, in order, and each envelope that holds nothing."""
    path = (*above, envelope)
    for inner in envelope.inner:
        yield from leaves(inner, path)
    for raw in envelope.items:
        yield Leaf(path, raw)
    if not envelope.inner and not envelope.items:
        yield Leaf(path, None)


def put_together(chosen: Iterable[Leaf]) -> bytes:
    """One request of `chosen`, leaves of one tree in their order; b"" for none."""
    stack: list[tuple[Envelope, list[bytes]]] = []
    for leaf in chosen:
        same = shared(leaf.path, tuple(envelope for envelope, _ in stack))
        _close(stack, same)
        stack += [(envelope, [envelope.shell]) for envelope in leaf.path[same:]]
        if leaf.raw is not None:
            stack[-1][1].extend((field_head(leaf.path[-1].item_number, len(leaf.raw)), leaf.raw))
    if not stack:
        return b""
    _close(stack, 1)
    return b"".join(stack[0][1])


def shared(path: tuple[Envelope, ...], other: tuple[Envelope, ...]) -> int:
    """How many envelopes two paths have in common, from the request on."""
    same = 0
    for one, two in zip(path, other, strict=False):
        if one is not two:
            break
        same += 1
    return same


def wrapped(path: tuple[Envelope, ...], raw: bytes) -> bytes:
    """A request of one item in bare envelopes, as deep as the real ones: to try whether a strict reader takes it."""
    return framed(path, encode_field(path[-1].item_number, raw))


def framed(path: tuple[Envelope, ...], content: bytes) -> bytes:
    """A request of bare envelopes, the innermost of which holds `content`."""
    for envelope in reversed(path[1:]):
        content = encode_field(envelope.number, content)
    return content


def encode_field(number: int, raw: bytes) -> bytes:
    """`raw`, an encoded message or text, as the field `number`, which is below 16."""
    return field_head(number, len(raw)) + raw


def _close(stack: list[tuple[Envelope, list[bytes]]], depth: int) -> None:
    """Write finished envelopes into those above them until `depth` are open."""
    while len(stack) > depth:
        envelope, chunks = stack.pop()
        size = sum(map(len, chunks))
        stack[-1][1].append(field_head(envelope.number, size))
        stack[-1][1].extend(chunks)


def field_head(number: int, size: int) -> bytes:
    """The tag and length before a message of `size` bytes in the field `number`, which is below 16."""
    head = [number << 3 | 2]
    while size >= 0x80:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*head, size))

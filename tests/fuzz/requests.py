"""Fuzz targets of `spansieve.pdata`: whatever bytes come, they are read, mended, cut and written again, or refused."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError as StrictError
from google.protobuf.message import Message

from spansieve.otlp.json_mapping import REQUESTS
from spansieve.pdata import Batch, DataPoint, DecodeError, Signal, Span, encode_value, mend, parse, split
from tests.captures import parts

KEY = "fuzz.key"


def check(signal: Signal, data: bytes) -> None:
    """`data` as a request of `signal`: each promise of pdata, one after the other."""
    strict = strictly(signal, data)
    try:
        batch = parse(signal, data)
    except DecodeError:
        assert strict is None, "refused what the generated class reads"
        return
    assert batch.encode() == data, "untouched bytes changed"
    _mended(signal, data, len(batch), strict)
    _cut(signal, data, len(batch), strict)
    _looked_at(signal, batch, strict)
    _edited(signal, data, strict)
    _retained(signal, data)


def strictly(signal: Signal, data: bytes) -> Message | None:
    """What the generated class reads, or None."""
    try:
        return REQUESTS[signal].FromString(data)
    except StrictError:
        return None


def same(one: Message, other: Message) -> bool:
    """Whether two messages say the same; NaN counts as equal to itself."""
    return one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)


def _mended(signal: Signal, data: bytes, items: int, strict: Message | None) -> None:
    try:
        mended = mend(signal, data)
    except DecodeError:
        assert strict is None, "could not mend what is good"
        return
    assert mended.items + mended.dropped == items, "mend lost count"
    assert strictly(signal, mended.body) is not None, "mended, and still not readable"
    assert parse(signal, mended.body).encode() == mended.body
    if strict is not None:
        assert mended == (data, items, 0, 0), "mended what was good"
    again = mend(signal, mended.body)
    assert again == (mended.body, mended.items, 0, 0), "mended twice"


def _cut(signal: Signal, data: bytes, items: int, strict: Message | None) -> None:
    for max_items, max_bytes in ((1, None), (3, None), (None, 64), (2, 1000)):
        try:
            pieces = split(signal, data, max_items, max_bytes)
        except DecodeError:
            assert strict is None, "could not cut what is good"
            continue
        assert sum(count for _, count in pieces) == items, "cutting lost count"
        for body, count in pieces:
            assert len(parse(signal, body)) == count
            assert not max_items or count <= max_items, "a piece has too many items"
            assert not max_bytes or len(body) <= max_bytes or count <= 1, "a piece has too many bytes"
        if strict is not None:
            assert parts(signal, [body for body, _ in pieces]) == parts(signal, [data]), "the pieces are not the whole"


def _looked_at(signal: Signal, batch: Batch, strict: Message | None) -> None:
    """Reading everything changes nothing."""
    for item in batch:
        _touched(item, strict is not None)
    for envelope in (*batch.resources, *batch.scopes):
        _touched(envelope, strict is not None)
    batch.drop_invalid_ids() if strict is None else None
    again = strictly(signal, batch.encode())
    if strict is not None:
        assert again is not None, "written so that it can't be read"
        assert same(again, strict), "reading changed it"


_WRITE_ONLY = frozenset({"add_event", "retain_events", "retain_links"})


def _touched(view: object, good: bool, depth: int = 0) -> None:
    """Read every property of a view, and of the views in it."""
    for name in dir(type(view)):
        if name.startswith("_") or name in _WRITE_ONLY or depth > 3:
            continue
        if name in {"scope", "resource", "metric", "message"}:
            continue
        try:
            value = getattr(view, name)
            if callable(value):
                continue
            _read(value, good, depth)
        except DecodeError:
            assert not good, f"{name} of what is good could not be read"


def _read(value: Any, good: bool, depth: int) -> None:  # noqa: ANN401
    if isinstance(value, str | bytes | int | float | None):
        return
    if isinstance(value, dict):
        encode_value(value)
    elif hasattr(value, "raws"):  # attributes
        for key in value:
            encode_value(value[key])
            assert key in value
    elif isinstance(value, list | tuple):
        for one in value:
            _touched(one, good, depth + 1)
    else:
        _touched(value, good, depth + 1)


def _edited(signal: Signal, data: bytes, strict: Message | None) -> None:
    """An attribute set, one set again and one removed stand so in what is written, and cost nothing else."""
    batch = parse(signal, data)
    changed = 0
    for item in batch:
        try:
            item.attributes[KEY] = 7
            item.attributes.update({KEY: [1, {"a": None}], "fuzz.other": "x"})
            item.attributes.remove(["fuzz.other"])
            if isinstance(item, Span):
                item.add_event("fuzzed", 1, {KEY: 1.5})
            changed += 1
        except DecodeError:
            assert strict is None, "could not edit what is good"
    body = batch.encode()
    seen = sum(_has_key(item) for item in parse(signal, body))
    assert seen == changed, "an edit got lost"
    assert strict is None or strictly(signal, body) is not None, "edited into what can't be read"


def _has_key(item: Any) -> bool:  # noqa: ANN401
    try:
        return item.attributes.get(KEY) == [1, {"a": None}] and "fuzz.other" not in item.attributes
    except DecodeError:
        return False


def _retained(signal: Signal, data: bytes) -> None:
    """Every second item dropped leaves the others, in order."""
    batch = parse(signal, data)
    before = [_wire(item) for item in batch]
    turn = iter(range(len(before)))
    dropped = batch.retain(lambda _: next(turn) % 2 == 0)
    assert dropped == len(before) // 2
    left = [_wire(item) for item in parse(signal, batch.encode())]
    assert left == before[::2], "dropping some changed the others"


def _wire(item: Any) -> bytes:  # noqa: ANN401
    message = item._message
    own: bytes = message.SerializeToString()
    return own + (item.metric.type.encode() if isinstance(item, DataPoint) else b"")


def target(signal: Signal) -> Callable[[bytes], None]:
    """The target for one signal."""
    return lambda data: check(signal, data)

"""Values and pairs: an OTLP `AnyValue` and `KeyValue` as plain Python, both ways.

Most values are short texts, numbers and booleans in the one layout that every SDK writes; those are read and written by
hand. Everything else goes through the lazy schema's messages, which bound the nesting.
"""

from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Union

from .errors import DecodeError
from .schema import CLASSES, Wire, merge, read
from .text import decode_text, encode_text

Value = Union[str, bool, int, float, bytes, list["Value"], dict[str, "Value"], None]  # noqa: UP007 (it names itself)
"""An OTLP AnyValue: text, boolean, int64, double, bytes, array, key-value list, or None where it is empty."""

Writable = Union[str, bool, int, float, bytes, Sequence["Writable"], Mapping[str, "Writable"], None]  # noqa: UP007
"""What may be written as a Value: any list, tuple or mapping will do."""

MAX_DEPTH = 92
"""Messages that may stand inside each other below a value. protobuf's own limit is 100 from the request on, of which
the deepest value, that of an exemplar's attribute, has 92 left.
"""

_MEMO_VALUE_BYTES = 128
_MEMO_ENTRIES = 8192
_decoded: dict[bytes, str | float] = {}  # by the whole KeyValue; short ones that somebody has read
_encoded: dict[tuple[str, type, object], bytes] = {}  # by (key, type, value), since True == 1


def decode_value(raw_anyvalue: bytes) -> Value:
    """The value of an encoded AnyValue. Raises DecodeError where it is malformed or nested too deep."""
    size = len(raw_anyvalue)
    if size > 2 and raw_anyvalue[0] == 0x0A and raw_anyvalue[1] == size - 2 < 0x80:
        return decode_text(raw_anyvalue[2:])
    return _plain(read("AnyValue", raw_anyvalue), MAX_DEPTH)


def decode_pair(raw: bytes) -> Value:
    """The value of the KeyValue `raw`. Raises DecodeError where it is malformed or nested too deep."""
    value = _decoded.get(raw)
    if value is not None:
        return value
    value = _short_value(raw)
    if value is None:
        return _plain(read("KeyValue", raw).value, MAX_DEPTH)
    if len(_decoded) >= _MEMO_ENTRIES:
        _decoded.clear()
    _decoded[raw] = value
    return value


def raw_text(raw: bytes) -> bytes | None:
    """The text of the KeyValue `raw` as UTF-8, neither decoded nor repaired; None where it is no text, or malformed."""
    try:
        value = read("KeyValue", raw).value
    except DecodeError:
        return None
    return value.string_value if value.HasField("string_value") else None


def _short_value(raw: bytes) -> str | float | None:
    """The text, number or boolean of a KeyValue that is laid out as every SDK does: `key, value, end`, both
    short. None for any other.
    """
    if len(raw) < 6:
        return None
    start = raw[1] + 2
    size = len(raw) - start
    if not (4 <= size <= _MEMO_VALUE_BYTES and raw[0] == 0x0A and start < 0x82):
        return None
    if raw[start] != 0x12 or raw[start + 1] != size - 2:
        return None
    kind, rest = raw[start + 2], raw[start + 3 :]
    value: str | float | None = None
    if kind == 0x0A and rest[0] == size - 4:
        value = _good_text(rest[1:])
    elif kind == 0x21 and size == 11:
        (value,) = _DOUBLE(rest)
    elif kind in _VARINTS and size <= _SHORT_VARINT:
        number = _varint(rest)
        value = number if kind == 0x18 or number is None else number != 0
    return value


def _varint(raw: bytes) -> int | None:
    """The number that all of `raw` is; None where it is none."""
    number = shift = 0
    for byte in raw:
        if byte < 0x80:
            return number | byte << shift if len(raw) * 7 == shift + 7 else None
        number |= (byte & 0x7F) << shift
        shift += 7
    return None


def _good_text(raw: bytes) -> str | None:
    """The text of `raw`, or None where it is to be repaired, which is counted each time."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


_DOUBLE = Struct("<d").unpack
_VARINTS = (0x18, 0x10)  # the tags of int_value and bool_value
_SHORT_VARINT = 8  # the size of a value with a number below 2**35; one of ten bytes would be negative


def _plain(value: Wire, depth: int) -> Value:
    """`value`, an AnyValue below which `depth` levels may stand, as plain Python. Raises DecodeError."""
    kind = value.WhichOneof("value")
    if kind is None or kind == "string_value_strindex":  # an index into a table that only profiles have
        return None
    if kind == "string_value":
        return decode_text(value.string_value)
    if kind == "array_value":
        _descend(value.array_value.values, depth, 2)
        return [_plain(entry, depth - 2) for entry in value.array_value.values]
    if kind == "kvlist_value":
        _descend(value.kvlist_value.values, depth, 3)
        plain: dict[str, Value] = {}
        for pair in value.kvlist_value.values:
            plain.setdefault(decode_text(pair.key), _plain(pair.value, depth - 3))
        return plain
    return getattr(value, kind)  # type: ignore[no-any-return]


def _descend(entries: Wire, depth: int, levels: int) -> None:
    if entries and depth < levels:
        raise DecodeError(f"a value is nested more than {MAX_DEPTH} messages deep")


def encode_value(value: Writable) -> bytes:
    """`value` as an AnyValue. Raises TypeError for what OTLP has no type for, ValueError for an integer outside int64
    and for a value that is nested too deep (or holds itself).
    """
    message = CLASSES["AnyValue"]()
    _fill(message, value, MAX_DEPTH)
    return message.SerializeToString()  # type: ignore[no-any-return]


def _fill(message: Wire, value: Writable, depth: int) -> None:
    """Write `value` into the AnyValue `message`, below which `depth` levels may stand."""
    if value is None:
        return
    if isinstance(value, str):
        message.string_value = encode_text(value)
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int):
        message.int_value = _int64(value)
    elif isinstance(value, float):
        message.double_value = value
    elif isinstance(value, bytes):
        message.bytes_value = value
    elif isinstance(value, list | tuple):
        _fill_array(message, value, depth)
    elif isinstance(value, Mapping):
        _fill_kvlist(message, value, depth)
    else:
        raise TypeError(
            f"an OTLP value can't be a {type(value).__name__}; it is str, bool, int, float, bytes, list, dict, None"
        )


def _fill_array(message: Wire, value: Sequence[Writable], depth: int) -> None:
    message.array_value.SetInParent()
    if value:
        _room(depth, 2)
    for entry in value:
        _fill(message.array_value.values.add(), entry, depth - 2)


def _fill_kvlist(message: Wire, value: Mapping[str, Writable], depth: int) -> None:
    message.kvlist_value.SetInParent()
    if value:
        _room(depth, 3)
    for key, entry in value.items():
        pair = message.kvlist_value.values.add(key=encode_text(key))
        pair.value.SetInParent()
        _fill(pair.value, entry, depth - 3)


def _room(depth: int, levels: int) -> None:
    if depth < levels:
        raise ValueError(f"a value is nested more than {MAX_DEPTH} messages deep")


def _int64(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise ValueError("an OTLP integer has 64 bits; write a larger one as text")
    return value


def encode_pair(key: str, value: Writable) -> bytes:
    """`key` and `value` as a KeyValue. Raises TypeError and ValueError as `encode_value` does."""
    kind = type(value)
    if (kind is str and len(value) <= _MEMO_VALUE_BYTES) or kind is int or kind is bool:  # type: ignore[arg-type]
        seen = _encoded.get((key, kind, value))
        if seen is not None:
            return seen
        raw = _pair(key, value)
        if len(raw) <= 2 * _MEMO_VALUE_BYTES:
            if len(_encoded) >= _MEMO_ENTRIES:
                _encoded.clear()
            _encoded[key, kind, value] = raw
        return raw
    return _pair(key, value)


def _pair(key: str, value: Writable) -> bytes:
    message = CLASSES["KeyValue"](key=encode_text(key))
    message.value.SetInParent()
    _fill(message.value, value, MAX_DEPTH)
    return message.SerializeToString()  # type: ignore[no-any-return]


def encode_text_pair(key: bytes, text: bytes) -> bytes:
    """A KeyValue of texts that are UTF-8 already."""
    message = CLASSES["KeyValue"](key=key)
    message.value.string_value = text
    return message.SerializeToString()  # type: ignore[no-any-return]


def decode_parts(parts: list[bytes]) -> Value:
    """The value of an AnyValue that stands on the wire in `parts`; None where there is none. Raises DecodeError."""
    if len(parts) == 1:
        return decode_value(parts[0])
    return _plain(merge("AnyValue", parts), MAX_DEPTH) if parts else None

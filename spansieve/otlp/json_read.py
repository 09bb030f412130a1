"""The reading half of OTLP's JSON mapping: fills generated messages from parsed JSON, by plans from descriptors."""

import base64
import binascii
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from spansieve.pdata import DecodeError

MAX_DEPTH: Final = 100
"""Message levels, the top one included; protobuf's own limit, so that whoever gets the result can parse it."""

HEX_IDS: Final = {"trace_id": 32, "span_id": 16, "parent_span_id": 16}
"""Digits of the ids that OTLP writes in hex instead of base64, in the messages of HEX_MESSAGES alone."""

HEX_MESSAGES: Final = frozenset(
    {
        "opentelemetry.proto.trace.v1.Span",
        "opentelemetry.proto.trace.v1.Span.Link",
        "opentelemetry.proto.logs.v1.LogRecord",
        "opentelemetry.proto.metrics.v1.Exemplar",
    }
)

Fill = Callable[[Any, Any, int], None]
"""Fills a message (first) from a JSON value (second); the third is the message's level."""
Scalar = Callable[[Any], Any]
"""Gives a field's value for a JSON value. Raises DecodeError when it has none."""

_F = FieldDescriptor
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_HEX = re.compile("[0-9a-fA-F]*")
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_RANGES = {
    _F.CPPTYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    _F.CPPTYPE_UINT32: (0, (1 << 32) - 1),
    _F.CPPTYPE_INT64: (-(1 << 63), (1 << 63) - 1),
    _F.CPPTYPE_UINT64: (0, (1 << 64) - 1),
    _F.CPPTYPE_ENUM: (-(1 << 31), (1 << 31) - 1),
}


@cache
def reader(descriptor: Descriptor) -> Fill:
    """What fills messages of `descriptor` from a JSON object; `null` is an empty one. Raises DecodeError."""
    name = descriptor.name
    known: dict[str, Fill] = {}

    def fill(message: Any, value: Any, depth: int) -> None:  # noqa: ANN401 (generated classes and JSON)
        if value.__class__ is not dict:
            if value is None:
                return
            raise DecodeError(f"{name}: an object is needed")
        if depth > MAX_DEPTH:
            raise DecodeError(f"more than {MAX_DEPTH} messages are nested")
        for key, item in value.items():
            field = known.get(key)
            if field is not None and item is not None:
                field(message, item, depth)

    fields = [field for field in descriptor.fields if field.json_name]
    known.update({field.json_name: _later(field) for field in fields})
    return fill


def _later(field: FieldDescriptor) -> Fill:
    """The filler of `field`. Messages nest in themselves, so a message field looks its reader up when first used."""
    if field.message_type is None:
        return _repeated_scalar(field) if field.is_repeated else _single_scalar(field)
    return _repeated_message(field) if field.is_repeated else _single_message(field)


def _single_message(field: FieldDescriptor) -> Fill:
    name, descriptor = field.name, field.message_type
    fill: Fill | None = None

    def single(message: Any, value: Any, depth: int) -> None:  # noqa: ANN401
        nonlocal fill
        if fill is None:
            fill = reader(descriptor)
        part = getattr(message, name)
        part.SetInParent()  # an empty object is set, too
        fill(part, value, depth + 1)

    return single


def _repeated_message(field: FieldDescriptor) -> Fill:
    name, descriptor = field.name, field.message_type
    fill: Fill | None = None

    def repeated(message: Any, value: Any, depth: int) -> None:  # noqa: ANN401
        nonlocal fill
        if fill is None:
            fill = reader(descriptor)
        if value.__class__ is not list:
            raise DecodeError(f"{field.json_name}: a list is needed")
        add = getattr(message, name).add
        for item in value:
            fill(add(), item, depth + 1)

    return repeated


def _single_scalar(field: FieldDescriptor) -> Fill:
    name, convert = field.name, _scalar(field)

    if field.type == _F.TYPE_STRING:

        def text(message: Any, value: Any, _: int) -> None:  # noqa: ANN401
            if value.__class__ is not str:
                raise DecodeError(f"{field.json_name}: a string is needed")
            try:
                setattr(message, name, value)
            except UnicodeEncodeError:
                setattr(message, name, convert(value))

        return text

    def single(message: Any, value: Any, _: int) -> None:  # noqa: ANN401
        setattr(message, name, convert(value))

    return single


def _repeated_scalar(field: FieldDescriptor) -> Fill:
    name, convert = field.name, _scalar(field)

    def repeated(message: Any, value: Any, _: int) -> None:  # noqa: ANN401
        if value.__class__ is not list:
            raise DecodeError(f"{field.json_name}: a list is needed")
        getattr(message, name)[:] = [convert(item) for item in value]

    return repeated


def _scalar(field: FieldDescriptor) -> Scalar:
    name = field.json_name
    if field.type == _F.TYPE_BYTES:
        owner = field.containing_type
        if owner is not None and owner.full_name in HEX_MESSAGES and field.name in HEX_IDS:
            return _hex(name, HEX_IDS[field.name])
        return _base64(name)
    if field.type == _F.TYPE_STRING:
        return _text(name)
    if field.cpp_type in {_F.CPPTYPE_DOUBLE, _F.CPPTYPE_FLOAT}:
        return _double(name)
    if field.cpp_type == _F.CPPTYPE_BOOL:
        return _bool(name)
    integer = _integer(name, *_RANGES[field.cpp_type])
    return integer if field.enum_type is None else _enum(name, field.enum_type, integer)


def _text(name: str) -> Scalar:
    def text(value: Any) -> str:  # noqa: ANN401
        if not isinstance(value, str):
            raise DecodeError(f"{name}: a string is needed")
        return _SURROGATES.sub("\ufffd", value)

    return text


def _bool(name: str) -> Scalar:
    def boolean(value: Any) -> bool:  # noqa: ANN401
        if value is True or value is False:
            return bool(value)
        raise DecodeError(f"{name}: true or false is needed")

    return boolean


def _integer(name: str, low: int, high: int) -> Scalar:
    """Numbers and decimal strings; `1.0` and `1e3` are integers as well (ProtoJSON)."""

    def integer(value: Any) -> int:  # noqa: ANN401
        number = value
        if value.__class__ is str:
            number = int(value) if _INTEGER.fullmatch(value) else None
        elif value.__class__ is float:
            number = int(value) if value.is_integer() else None
        if number.__class__ is not int:
            raise DecodeError(f"{name}: an integer is needed")
        if low <= number <= high:
            return int(number)
        raise DecodeError(f"{name}: the integer is out of range")

    return integer


def _double(name: str) -> Scalar:
    def double(value: Any) -> float:  # noqa: ANN401
        if value.__class__ is str:
            if value in _NOT_FINITE:
                return _NOT_FINITE[value]
            if not _NUMBER.fullmatch(value):
                raise DecodeError(f"{name}: a number is needed")
        elif value.__class__ is not float and value.__class__ is not int:
            raise DecodeError(f"{name}: a number is needed")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            raise DecodeError(f"{name}: the number is out of range")
        return number

    return double


def _enum(name: str, enum: EnumDescriptor, integer: Scalar) -> Scalar:
    """Integers; a name that is known is read as well, as the Go Collector does, though none must be sent."""
    numbers = {value.name: value.number for value in enum.values}

    def number(value: Any) -> int:  # noqa: ANN401
        if value.__class__ is not str:
            return int(integer(value))
        if value in numbers:
            return numbers[value]
        raise DecodeError(f"{name}: no such name in {enum.name}")

    return number


def _hex(name: str, digits: int) -> Scalar:
    def identifier(value: Any) -> bytes:  # noqa: ANN401
        if value.__class__ is str and len(value) in {0, digits} and _HEX.fullmatch(value):
            return bytes.fromhex(value)
        raise DecodeError(f"{name}: {digits} hex digits are needed, or none")

    return identifier


def _base64(name: str) -> Scalar:
    """Either alphabet, with or without padding (ProtoJSON)."""

    def data(value: Any) -> bytes:  # noqa: ANN401
        if value.__class__ is not str:
            raise DecodeError(f"{name}: base64 is needed")
        try:
            plain = value.replace("-", "+").replace("_", "/").rstrip("=").encode("ascii")
            return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise DecodeError(f"{name}: base64 is needed") from None

    return data

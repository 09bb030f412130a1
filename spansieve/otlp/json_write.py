"""The writing half of OTLP's JSON mapping: generated messages to what `json` can dump, by plans from descriptors."""

import base64
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from .json_read import HEX_IDS, HEX_MESSAGES

Write = Callable[[Any], Any]
"""Gives the JSON value of a field's or message's value."""

_F = FieldDescriptor
_AS_TEXT = frozenset({_F.CPPTYPE_INT64, _F.CPPTYPE_UINT64})
_AS_IT_IS = frozenset({_F.CPPTYPE_INT32, _F.CPPTYPE_UINT32, _F.CPPTYPE_BOOL, _F.CPPTYPE_ENUM})


@cache
def writer(descriptor: Descriptor) -> Callable[[Message], dict[str, Any]]:
    """What turns messages of `descriptor` into a dict of JSON values; fields that are not set are left out."""
    plan: dict[int, tuple[str, Write]] = {}

    def write(message: Message) -> dict[str, Any]:
        if not plan:
            plan.update({field.number: (field.json_name, _writes(field)) for field in descriptor.fields})
        result = {}
        for field, value in message.ListFields():
            name, convert = plan[field.number]
            result[name] = convert(value)
        return result

    return write


def _writes(field: FieldDescriptor) -> Write:
    one: Write = writer(field.message_type) if field.message_type is not None else _scalar(field)
    if not field.is_repeated:
        return one
    return lambda values: [one(value) for value in values]


def _scalar(field: FieldDescriptor) -> Write:
    if field.type == _F.TYPE_BYTES:
        owner = field.containing_type
        if owner is not None and owner.full_name in HEX_MESSAGES and field.name in HEX_IDS:
            return _hex(HEX_IDS[field.name])
        return lambda value: base64.b64encode(value).decode()
    if field.cpp_type in _AS_TEXT:
        return str
    if field.cpp_type in _AS_IT_IS or field.type == _F.TYPE_STRING:
        return _same
    return _double


def _hex(digits: int) -> Write:
    """Ids; one of a wrong length (links and exemplars may bring such) is empty, or no reader would take the request."""
    return lambda value: value.hex() if 2 * len(value) == digits else ""


def _same(value: Any) -> Any:  # noqa: ANN401
    return value


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"

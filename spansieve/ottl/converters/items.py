"""Converters that look at the item itself, or make ids."""

import uuid

from spansieve.ottl.access import Get
from spansieve.ottl.contexts import MetricAt
from spansieve.ottl.signature import any_value, define, text
from spansieve.ottl.values import EvaluationError, Id, Result, wrong


@define("IsRootSpan", pure=False, contexts=["span"])
def _is_root_span() -> Get:
    return lambda span: span.is_root


@define("HasAttrKeyOnDatapoint", pure=False, contexts=["metric"], key=text)
def _has_key(key: Get) -> Get:
    def get(item: MetricAt) -> bool:
        wanted = key(item)
        return any(wanted in point.attributes for point in item.points)

    return get


@define("HasAttrOnDatapoint", pure=False, contexts=["metric"], key=text, value=text)
def _has_attribute(key: Get, value: Get) -> Get:
    def get(item: MetricAt) -> bool:
        wanted, text = key(item), value(item)
        return any(point.attributes.get(wanted) == text for point in item.points)

    return get


@define("UUID", pure=False)
def _uuid() -> Get:
    return lambda _: str(uuid.uuid4())


@define("TraceID", bytes=any_value)
def _trace_id(bytes: Get) -> Get:  # noqa: A002 (the parameter's name in contrib)
    return lambda item: _id(bytes(item), 16, "TraceID")


@define("SpanID", bytes=any_value)
def _span_id(bytes: Get) -> Get:  # noqa: A002 (the parameter's name in contrib)
    return lambda item: _id(bytes(item), 8, "SpanID")


def _id(value: Result, size: int, function: str) -> Id:
    if isinstance(value, str):
        try:
            value = bytes.fromhex(value)
        except ValueError:
            value = b""
    if not isinstance(value, bytes):
        raise EvaluationError(f"{function}: {wrong('bytes or a text', value)}")
    if len(value) != size:
        raise EvaluationError(f"{function}: {size} bytes, or {2 * size} hexadecimal digits, are expected")
    return Id(value)

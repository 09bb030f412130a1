"""Attributes of spans as policies read them: what can't be decoded is not there."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from spansieve.pdata import Attributes, DecodeError, Span, Value


def look(attributes: Attributes, key: str) -> Value:
    """The value of `key`; None where there is none or it is malformed."""
    try:
        return attributes.get(key)
    except DecodeError:
        return None


def keys_of(attributes: Attributes) -> Mapping[str, bytes]:
    """All keys, with what is not to be looked at here; none where one is malformed."""
    try:
        return attributes.raws()
    except DecodeError:
        return {}


def number(attributes: Attributes, key: str) -> float | None:
    """The finite number under `key`, if it is one; booleans and texts are none."""
    value = look(attributes, key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None


def text_of(value: Value) -> str:
    """A text, or an integer as one, as ids are written either way; empty for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def text(span: Span, key: str) -> str:
    """The text (or integer) under `key` on the span, else on its resource; empty where there is none."""
    return text_of(look(span.attributes, key)) or text_of(look(span.resource.attributes, key))


def local_root(spans: Sequence[Span]) -> Span:
    """The root that began first, else the span that did; what ties is told apart by id, so order does not matter."""
    return min(spans, key=lambda span: (not span.is_root, *_rank(span)))


def _rank(span: Span) -> tuple[int, bytes]:
    return span.start_time_unix_nano, span.span_id


def first_text(spans: Iterable[Span], keys: Iterable[str]) -> str:
    """The first text found: the first of `keys` that some span or its resource has."""
    every = tuple(spans)
    return next((found for key in keys for span in every if (found := text(span, key))), "")

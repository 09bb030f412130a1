"""`truncate_all`: no text of a map is longer than a limit."""

from spansieve.actions.patterns import utf8
from spansieve.ottl.access import Get
from spansieve.ottl.converters.texts import cut
from spansieve.ottl.signature import Target, constant_bool, constant_text, define, optional, size, target
from spansieve.ottl.values import EvaluationError, Result
from spansieve.pdata import Attributes

from .maps import Map, editing, put


@define(
    "truncate_all",
    target=target,
    limit=size,
    utf8_safe=optional(constant_bool),
    truncation_marker=optional(constant_text),
)
def _truncate_all(target: Target, limit: int, utf8_safe: bool = True, truncation_marker: str = "") -> Get:
    marker = utf8(truncation_marker)

    def change(found: Map, _: Result) -> bool:
        if len(marker) > limit:
            raise EvaluationError("truncate_all: the marker is longer than the limit")
        shorter = {key: _shortened(found[key], limit, marker) for key in _long(found, limit)}
        return put(found, {key: value for key, value in shorter.items() if value is not None})

    return editing(target, "truncate_all", change)


def _long(found: Map, limit: int) -> list[str]:
    """The keys whose values may be longer than `limit`; a KeyValue that is shorter as a whole needs no decoding."""
    if isinstance(found, Attributes):
        return [key for key, raw in found.raws().items() if len(raw) > limit]
    return [key for key, value in found.items() if isinstance(value, str)]


def _shortened(value: Result, limit: int, marker: bytes) -> str | None:
    """`value` cut, or None where nothing is to be done."""
    if type(value) is not str:
        return None
    encoded = utf8(value)
    if len(encoded) <= limit:
        return None
    return (cut(encoded, limit - len(marker)) + marker).decode("utf-8", "replace")

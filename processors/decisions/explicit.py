"""Decisions that a producer reports: `ai.decision` events, or attributes of the span, in all their spellings.

Source: METRICS.md, section 4.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from math import isfinite
from typing import Final, NamedTuple

from spansieve.pdata import Attributes, Event, Span, Value
from spansieve.series.labels import clean

EVENT: Final = "ai.decision"
HASH: Final = "spansieve.ai.decision.reasoning_hash"
UNKNOWN: Final = "unknown"

_PREFIXES: Final = ("spansieve.ai.decision.", "ai.decision.")
_EVENT_NAMES: Final = ("event.name", "event")
"""Attributes of events that have their name there."""
_FIELDS: Final = {
    "decision_type": "type",
    "type": "type",
    "option_count": "options",
    "selected_index": "selected",
    "confidence": "confidence",
    "reasoning_hash": "hash",
    "reasoning": "reasoning",
}
_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


_ON_SPANS: Final = frozenset(
    prefix + name for prefix, field in product(_PREFIXES, _FIELDS) for name in (field, _camel(field))
)
_MOST: Final = 1_000_000
"""More options, or a higher index, is a slip of the pen."""


class Said(NamedTuple):
    """One decision as it was reported; None: it does not say it."""

    type: str
    options: int | None = None
    selected: int | None = None
    confidence: float | None = None
    reasoning_hash: str = ""
    time_ns: int = 0
    """When, in nanoseconds since the Unix epoch."""


def may_report(keys: Iterable[str]) -> bool:
    """Whether the attributes of a span with these `keys` report a decision."""
    return not _ON_SPANS.isdisjoint(keys)


def said_by(span: Span, hashed: Callable[[str], str]) -> list[Said]:
    """The decisions that `span` reports: one an event, else the one of its attributes. Reasoning that is text is
    replaced by what `hashed` makes of it, on the span at once. Raises DecodeError.
    """
    on_span: Mapping[str, Value] = {}
    if may_report(span.attributes.raws()):
        on_span = _read(span.attributes, hashed)
    events = [*_decisions(span)] if span.has_events and span.events_mention(EVENT.encode()) else []
    said = [_read(event.attributes, hashed) for event in events]
    if len(said) == 1:
        said = [{**on_span, **said[0]}]  # `ai_semantics` writes on the span what its only event says
    if events:
        return [_said(one, event.time_unix_nano) for one, event in zip(said, events, strict=True)]
    return [_said(on_span, span.end_time_unix_nano)] if on_span else []


def _decisions(span: Span) -> Iterator[Event]:
    for event in span.events:
        names = (event.name, *(event.attributes.get(key) for key in _EVENT_NAMES))
        if EVENT in names:
            yield event


def _read(attributes: Attributes, hashed: Callable[[str], str]) -> dict[str, Value]:
    """What is said, by field; reasoning becomes its hash, there too."""
    keys = [(key, field) for key in attributes if (field := _field_of(key))]
    found: dict[str, Value] = {}
    for key, field in keys:
        found.setdefault(field, attributes.get(key))
    if "reasoning" in found:
        text = found.pop("reasoning")
        attributes.remove([key for key, field in keys if field == "reasoning"])
        if not found.get("hash") and text:
            found["hash"] = attributes[HASH] = hashed(text if isinstance(text, str) else repr(text))
    return found


@lru_cache(maxsize=4096)
def _field_of(key: str) -> str:
    """The field that an attribute is; empty for none."""
    for prefix in _PREFIXES:
        key = key.removeprefix(prefix)
    return _FIELDS.get(_HUMP.sub(r"_\1", key).lower(), "")


def _said(values: Mapping[str, Value], time_ns: int) -> Said:
    type_, hash_ = values.get("type"), values.get("hash")
    return Said(
        (clean(type_) if isinstance(type_, str) else "") or UNKNOWN,
        _whole(values.get("options")),
        _whole(values.get("selected")),
        _number(values.get("confidence")),
        clean(hash_) if isinstance(hash_, str) else "",
        time_ns,
    )


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _whole(value: Value) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= _MOST else None

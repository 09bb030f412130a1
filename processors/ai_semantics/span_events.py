"""What span events say of their span: `model.inference`, `ai.decision`, attempts. Source: the mapping, section 10."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from spansieve.pdata import Writable, encode_pair

from .atoms import Atoms
from .getters import Target, encoded
from .look import Look, NamedEvent
from .values import is_none, number

_INFERENCE: Final = "model.inference"
_DECISION: Final = "ai.decision"
_COUNTS: Final = {_INFERENCE: "spansieve.ai.inference.count", _DECISION: "spansieve.ai.decision.count"}
_TYPES: Final = {
    "spansieve.ai.decision.option_count": "int",
    "spansieve.ai.decision.selected_index": "int",
    "spansieve.ai.decision.confidence": "double",
}


class SpanEvents:
    """The table `span_events`."""

    def __init__(self, mapping: Mapping[str, Any], atoms: Atoms) -> None:
        """Know the names of the events."""
        types = {entry["target"]: entry["type"] for entry in mapping["attributes"]} | _TYPES
        self._attributes: dict[str, dict[str, Target]] = {}
        self._attempts: dict[str, str] = {}
        for name, table in mapping["span_events"].items():
            if not isinstance(table, dict):
                continue
            if "counts" in table:
                self._attempts[name] = table["counts"]
            else:
                self._attributes[name] = {
                    key: Target(target, types.get(target, "string"), frozenset(), False, ())
                    for key, target in table["attrs"].items()
                }
        self.bits = atoms.event((*self._attributes, *self._attempts))
        """Set on spans that have one of these events."""
        self.own = atoms.event((_INFERENCE,))
        """Set on spans whose events have the counts of their calls: such a span repeats nothing."""

    def add(self, look: Look) -> bool:
        """Put into `look.out` what the events say and the span does not; returns whether that is anything."""
        before = len(look.out)
        for name, table in self._attributes.items():
            events = [event for event in look.events if event.name == name]
            if len(events) > 1 and name in _COUNTS:
                _put(look, _COUNTS[name], len(events))
            if events and (len(events) == 1 or name != _DECISION):
                _copy(look, events, table)
            elif events:
                _rename(events, table)
        for name, target in self._attempts.items():
            count = sum(event.name == name for event in look.events)
            if count:
                _put(look, target, count)
        return len(look.out) > before


def _put(look: Look, key: str, value: Writable) -> None:
    if not look.has(key):
        look.out[key] = encode_pair(key, value)


def _copy(look: Look, events: Sequence[NamedEvent], table: Mapping[str, Target]) -> None:
    """Token counts are summed, of all else the last one counts."""
    for key, target in table.items():
        values = [value for event in events if not is_none(value := event.value(key))]
        if not values or look.has(target.name):
            continue
        value = values[-1]
        if target.name.startswith("gen_ai.usage."):
            counts = [int(count) for one in values if (count := number(one)) is not None and count >= 0]
            value = sum(counts) if counts else None
        elif target.kind == "string[]":
            value = value if isinstance(value, list) else [value]
        found = encoded(target, value)
        if isinstance(found, bytes):
            look.out[target.name] = found


def _rename(events: Sequence[NamedEvent], table: Mapping[str, Target]) -> None:
    """Several decisions stay on their events, under the standard names."""
    for event in events:
        pairs = {
            target.name: found
            for key, target in table.items()
            if target.name not in event.attributes and isinstance(found := encoded(target, event.value(key)), bytes)
        }
        if pairs:
            event.attributes.extend_raw(pairs)

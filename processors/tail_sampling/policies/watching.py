"""Watchers: what leaves look for in a span or its resource, told once for each when it arrives."""

from collections.abc import Callable, Sequence

from spansieve.actions.patterns import compile_pattern
from spansieve.ottl import EvaluationError, EventAt, Test
from spansieve.pdata import Resource, Span, decode_pair, encode_field, raw_text
from spansieve.sampling import members_of

from .conditions import Conditions
from .leaf_config import (
    BooleanAttributeConfig,
    NumericAttributeConfig,
    OttlConditionConfig,
    StatusCodeConfig,
    StringAttributeConfig,
    TraceStateConfig,
)

_REMEMBERED_BYTES = 256
"""A longer attribute is looked at each time."""
_REMEMBERED = 1024
_CACHE = 128
_SAMPLED_FLAG = 1
_KEY, _VALUE = 1, 0x12
"""In an attribute: the field of its key, and the tag of its value."""
_SHORT = 0x80
"""A longer value has a length of two bytes."""
_CODES = {"UNSET": 0, "OK": 1, "ERROR": 2}

Fits = Callable[[bytes], bool]
"""Whether the attribute that a KeyValue's bytes hold is what is looked for."""


class AttributeWatcher:
    """Looks for an attribute. The same bytes are judged once, as attributes repeat from span to span."""

    def __init__(self, key: str, fits: Fits, remembered: int = _REMEMBERED) -> None:
        """Look at `key`; at most `remembered` answers of `fits` are kept."""
        self._key = key
        self.needle = b"" if "\ufffd" in key else key.encode("utf-8", "surrogatepass")  # such a one may be repaired
        self._head = encode_field(_KEY, self.needle)
        self._fits = fits
        self._limit = remembered
        self._known: dict[bytes, bool] = {}
        self._others: set[bytes] = set()
        """Values that do not fit, as they stand behind the key."""

    def span(self, span: Span) -> bool:
        """Whether the span has it."""
        raw = span.attributes.raw(self._key)
        return raw is not None and self._judged(raw)

    def suspects(self, behind: Sequence[bytes]) -> Sequence[int]:
        """Most spans have another value, told by the bytes behind the key alone, and need no index of attributes."""
        others = self._others
        try:
            places = [place for place, text in enumerate(behind) if text[: text[1] + 2] not in others]
        except IndexError:  # a span that is cut off there
            return range(len(behind))
        return [place for place in places if not self._is_other(behind[place])]

    def resource(self, resource: Resource) -> bool:
        """Whether the resource has it."""
        raw = resource.attributes.raw(self._key)
        return raw is not None and self._judged(raw)

    def _is_other(self, text: bytes) -> bool:
        """Whether a value that does not fit stands in front of `text`; it is known from then on."""
        value = text[: text[1] + 2]
        if text[0] != _VALUE or text[1] >= _SHORT or len(value) != text[1] + 2 or self._judged(self._head + value):
            return False
        if len(self._others) >= self._limit:
            self._others.clear()
        self._others.add(value)
        return True

    def _judged(self, raw: bytes) -> bool:
        known = self._known.get(raw)
        if known is None:
            known = self._fits(raw)
            if len(raw) <= _REMEMBERED_BYTES:
                if len(self._known) >= self._limit:
                    self._known.clear()
                self._known[raw] = known
        return known


def string_watcher(config: StringAttributeConfig) -> AttributeWatcher:
    """Looks for a text, compared as UTF-8."""
    if not config.enabled_regex_matching:
        wanted = frozenset(value.encode("utf-8", "surrogatepass") for value in config.values) - {b""}
        return AttributeWatcher(config.key, lambda raw: raw_text(raw) in wanted)
    patterns = [compile_pattern(value) for value in config.values]

    def fits(raw: bytes) -> bool:
        text = raw_text(raw)
        return text is not None and text != b"" and any(pattern.search(text) for pattern in patterns)

    return AttributeWatcher(config.key, fits, config.cache_max_size if config.cache_max_size > 0 else _CACHE)


def numeric_watcher(config: NumericAttributeConfig) -> AttributeWatcher:
    """Looks for a whole number or a double."""
    low, high = config.low, config.high

    def fits(raw: bytes) -> bool:
        value = decode_pair(raw)
        return (type(value) is int or type(value) is float) and low <= value <= high

    return AttributeWatcher(config.key, fits)


def boolean_watcher(config: BooleanAttributeConfig) -> AttributeWatcher:
    """Looks for a boolean."""
    return AttributeWatcher(config.key, lambda raw: decode_pair(raw) is config.value)


class SpanWatcher:
    """Looks at what the span alone has."""

    needle = b""

    def __init__(self, fits: Callable[[Span], bool]) -> None:
        """`fits` is asked about each span."""
        self.span = fits

    def suspects(self, behind: Sequence[bytes]) -> Sequence[int]:
        """All: `fits` knows."""
        return range(len(behind))

    def resource(self, _: Resource) -> bool:
        """Never."""
        return False


def status_watcher(config: StatusCodeConfig) -> SpanWatcher:
    """Looks for a status."""
    codes = frozenset(_CODES[code] for code in config.status_codes)
    return SpanWatcher(lambda span: span.status_code in codes)


def flags_watcher() -> SpanWatcher:
    """Looks for W3C's sampled flag."""
    return SpanWatcher(lambda span: bool(span.flags & _SAMPLED_FLAG))


def trace_state_watcher(config: TraceStateConfig) -> SpanWatcher:
    """Looks for a member of the trace state, in one that can be read."""
    key, values = config.key, frozenset(config.values)

    def fits(span: Span) -> bool:
        members = members_of(span.trace_state)
        return members is not None and members.get(key) in values

    return SpanWatcher(fits)


def asked(conditions: Conditions, span: Span) -> bool:
    """Whether one of `conditions` is true for `span` or an event of it. Raises EvaluationError, as the first does."""
    if any(test(span) for test in conditions.span):
        return True
    if not conditions.event or not span.has_events:
        return False
    events = [EventAt(event, span) for event in span.events]
    return any(test(event) for event in events for test in conditions.event)


def condition_watcher(
    config: OttlConditionConfig, conditions: Conditions, seen: Callable[[EvaluationError], None]
) -> SpanWatcher:
    """Looks for a condition that is true. `seen` is told what can't be evaluated."""
    if config.error_mode == "propagate":
        return SpanWatcher(lambda span: _first(conditions, span) is True)

    def lenient(test: Test) -> Test:
        def guarded(item: Span | EventAt) -> bool:
            try:
                return test(item)
            except EvaluationError as error:
                seen(error)
                return False

        return guarded

    guarded = Conditions([*map(lenient, conditions.span)], [*map(lenient, conditions.event)])
    return SpanWatcher(lambda span: asked(guarded, span))


def failure_watcher(conditions: Conditions) -> SpanWatcher:
    """Looks for a condition that can't be evaluated, before one that is true."""
    return SpanWatcher(lambda span: _first(conditions, span) is None)


def _first(conditions: Conditions, span: Span) -> bool | None:
    """As `asked`; None where a condition can't be evaluated."""
    try:
        return asked(conditions, span)
    except EvaluationError:
        return None

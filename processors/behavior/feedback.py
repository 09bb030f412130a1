"""What says that an answer was not good: evaluation scores, and thumbs that point down.

A score is `gen_ai.evaluation.score.value`, on a span, a span event or a log record (`gen_ai.evaluation.result`), and
bad below 0.5. A thumbs-down event has that in its name, or is called feedback and says so in its value.
"""

from collections.abc import Mapping
from typing import Final

from spansieve.pdata import LogRecord, Span, Value

SCORE: Final = "gen_ai.evaluation.score.value"
LABEL: Final = "gen_ai.evaluation.score.label"
GOOD: Final = 0.5
"""Scores from here on are good."""
_DOWN: Final = ("thumbs_down", "thumbsdown")
_FEEDBACK: Final = "feedback"
_VALUES: Final = ("value", "score", "rating", "feedback", "thumbs", "sentiment", "label")
_BAD: Final = frozenset({"down", "negative", "bad", "dislike", "disliked", *_DOWN})
MENTIONS: Final = tuple(word.encode() for word in (SCORE, _FEEDBACK, "humbs"))
"""One of these stands in the bytes of whatever is feedback."""


def is_bad(name: str, said: Mapping[str, Value]) -> bool:
    """Whether the event `name` with these attributes says that an answer was not good. Raises DecodeError."""
    word = _plain(name)
    if any(down in word for down in _DOWN):
        return True
    if _is_low(said.get(SCORE)):
        return True
    if _FEEDBACK not in word and not word.endswith("thumbs"):
        return False
    return any(_is_bad_value(value) for key, value in said.items() if key.rpartition(".")[2].lower() in _VALUES)


def is_bad_span(span: Span) -> bool:
    """The same of a span and its events. Raises DecodeError."""
    said = span.attributes
    if SCORE in said.raws() and _is_low(said.get(SCORE)):
        return True
    if not span.has_events or not any(span.events_mention(word) for word in MENTIONS):
        return False
    return any(is_bad(event.name, event.attributes) for event in span.events)


def is_bad_record(record: LogRecord) -> bool:
    """The same of a log record. Raises DecodeError."""
    if SCORE not in record.attributes.raws() and not any(word in record.raw_event_name for word in MENTIONS):
        return False
    body = record.body
    said = body if isinstance(body, Mapping) else {"value": body}
    return is_bad(record.event_name, {**said, **record.attributes})


def _plain(text: str) -> str:
    return text.lower().replace("-", "_").replace(" ", "_").replace(".", "_")


def _is_low(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < GOOD


def _is_bad_value(value: Value) -> bool:
    if isinstance(value, str):
        return _plain(value.strip()) in _BAD
    return value is False or _is_low(value)

"""Why a model stopped: the reasons of built messages, and those inside messages that are there already."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from spansieve.pdata import Value
from spansieve.semconv import raw_mapping

from .jsontext import unpacked

_SCHEMA_WORDS = ("stop", "length", "content_filter", "tool_call", "error")
"""The words that the schema of 1.41.1 lists. It takes any other text too."""

_OWN_KEYS = ("finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason")
MAX_PARSED_BYTES = 64 << 10
"""A longer text is not parsed for its finish reasons: only its two ends are looked at."""
_END = 1024


def own_reason(message: dict[str, Value]) -> str | None:
    """The reason that a message, choice or response states, in the provider's words; None where there is none."""
    stated = (message.get(key) for key in _OWN_KEYS)
    return next((reason for reason in stated if isinstance(reason, str) and reason), None)


def in_schema(reason: str) -> str:
    """`reason` in the schema's word where the table of finish reasons has its class, else as it is: the list is open,
    and `pause_turn` or `cancelled` would be false as any word of it.
    """
    word = reason.rpartition(".")[2].strip().lower().replace("-", "_").replace(" ", "_")
    return _words().get(word, reason)


@cache
def _words() -> dict[str, str]:
    classes = raw_mapping()["finish_reasons"]["classes"]
    return {word: name for name in _SCHEMA_WORDS for word in classes.get(name, ())}


def finish_reasons(messages: str | Value) -> list[str]:
    """The finish reasons inside `gen_ai.output.messages`, JSON text or structured, in the provider's words and the
    messages' order; [] where there are none. Never raises.

    A text above MAX_PARSED_BYTES is not parsed: a reason that stands first or last in it is found, one between two long
    messages is not.
    """
    if isinstance(messages, str):
        if len(messages) > MAX_PARSED_BYTES:
            return list(_at_the_ends(messages))
        if "finish_reason" not in messages:
            return []
        messages = unpacked(messages)
    return list(_reasons(messages if isinstance(messages, list) else [messages]))


def _reasons(messages: Sequence[Value]) -> Iterator[str]:
    for message in messages:
        reason = message.get("finish_reason") if isinstance(message, dict) else None
        if isinstance(reason, str):
            yield reason


# Both are exact: the first stands before anything can nest, the last in an object that nothing but the array holds.
_REASON = r'"finish_reason"\s*:\s*"([^"\\]*)"\s*'
_SCALAR = r'"[^"\\]*"\s*:\s*(?:"[^"\\]*"|null|true|false|-?\d+)\s*'
_FIRST = re.compile(rf"\s*\[\s*\{{\s*(?:{_SCALAR},\s*)*?{_REASON}[,}}]")
_LAST = re.compile(rf"(?<!\\){_REASON}(?:,\s*{_SCALAR})*\}}\s*\]\s*\Z")


def _at_the_ends(text: str) -> Iterator[str]:
    """The two may be of one message only where it is the whole text, which is longer than both ends."""
    found = (_FIRST.match(text[:_END]), _LAST.search(text[-_END:]))
    return (match.group(1) for match in found if match)

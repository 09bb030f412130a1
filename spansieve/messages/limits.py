"""How much content is read."""

from collections.abc import Iterable

from spansieve.pdata import Value

from .given import Given

MAX_CONTENT_BYTES = 1 << 20
"""Content above this, all sources of one target together, is not read at all: parsing it would hold up the chain."""

MAX_MESSAGES = 4_096
"""A longer conversation is not read at all. It is nearly always above `MAX_CONTENT_BYTES` too."""

MAX_NESTING = 100
"""JSON whose arrays and objects stand deeper inside each other stays text."""


def too_large(given: Given) -> bool:
    """Whether `given` is above MAX_CONTENT_BYTES. No text is copied, and counting stops at the limit."""
    left = MAX_CONTENT_BYTES
    waiting: list[Iterable[Value]] = [given.values.values(), *(event.values() for _, event in given.events)]
    while waiting:
        for value in waiting.pop():
            left -= _size(value)
            if left < 0:
                return True
            if isinstance(value, dict):
                waiting += [list(value), value.values()]
            elif isinstance(value, list):
                waiting.append(value)
    return False


def _size(value: Value) -> int:
    """At least the bytes of a text; a nominal size of anything else."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode(errors="replace"))
    return len(value) if isinstance(value, bytes) else 8

"""Which attributes hold what kind of content: prompts, answers, what tools took and gave.

Source: `content_keys` of the mapping.
"""

from collections.abc import Mapping
from typing import Any

from spansieve.semconv import Globs, content_keys
from spansieve.semconv.names import ORIGINAL

from .config import KINDS

_AS = {"media": "prompt"} | dict(zip(KINDS, KINDS, strict=True))
_NOTHING: Globs[str] = Globs(())


class Kinds:
    """The kind of content, by the key of an attribute, and by the name of an event for what it holds."""

    def __init__(self, mapping: Mapping[str, Any]) -> None:
        """Take them from `mapping`."""
        rows = [(row.event, row.key, _AS.get(row.role, "")) for row in content_keys(mapping)]
        events = [row for row in rows if row[0] and row[2]]
        self._keys = Globs((key, kind) for event, key, kind in rows if not event and key != "*")
        self._events = Globs((event, kind) for event, _, kind in events)
        self._in_events = {
            key: Globs((event, kind) for event, one, kind in events if one == key) for _, key, _ in events
        }

    def of_key(self, key: str) -> str:
        """The kind of what stands under a key; "" for what is no content."""
        return self._keys.get(key.removeprefix(ORIGINAL), "")

    def of_event(self, name: str) -> str:
        """The kind of what an event of this name holds, all of it; "" for one that holds none."""
        return self.in_event(name, "*")

    def in_event(self, name: str, key: str) -> str:
        """The kind of what stands under `key` in an event of this name; "" for what is no content."""
        return self._in_events.get(key, _NOTHING).get(name, "")

    def speaks(self, name: str) -> bool:
        """Whether anything in an event of this name is content."""
        return bool(self._events.get(name, ""))

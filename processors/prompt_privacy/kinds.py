"""Which attributes hold what kind of content: prompts, answers, what tools took and gave.

Source: `content_keys` of the mapping.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from spansieve.semconv.names import ORIGINAL

from .config import KINDS

_AS = {"media": "prompt"} | dict(zip(KINDS, KINDS, strict=True))


class Kinds:
    """The kind of content, by the key of an attribute, and by the name of an event for what it holds."""

    def __init__(self, mapping: Mapping[str, Any]) -> None:
        """Take them from `mapping`."""
        rows = [row for rows in mapping["content_keys"].values() for row in rows if isinstance(row, dict)]
        self._keys: dict[str, str] = {}
        self._patterns: list[tuple[str, str]] = []
        self._events: list[tuple[str, str, str]] = []
        for row in rows:
            self._take(row["key"], row.get("event"), _AS.get(row["role"], ""))

    def _take(self, key: str, event: str | None, kind: str) -> None:
        if event is not None:
            if kind:
                self._events.append((event, key, kind))
        elif key != "*" and "*" in key:
            self._patterns.append((key, kind))
        elif key != "*":
            self._keys.setdefault(key, kind)

    def of_key(self, key: str) -> str:
        """The kind of what stands under a key; "" for what is no content."""
        key = key.removeprefix(ORIGINAL)
        known = self._keys.get(key)
        if known is not None:
            return known
        return next((kind for pattern, kind in self._patterns if fnmatchcase(key, pattern)), "")

    def of_event(self, name: str) -> str:
        """The kind of what an event of this name holds, all of it; "" for one that holds none."""
        return self.in_event(name, "*")

    def in_event(self, name: str, key: str) -> str:
        """The kind of what stands under `key` in an event of this name; "" for what is no content."""
        kinds = {event: kind for event, one, kind in self._events if one == key}
        exact = kinds.get(name)
        if exact is not None:
            return exact
        return next((kind for event, kind in kinds.items() if "*" in event and fnmatchcase(name, event)), "")

    def speaks(self, name: str) -> bool:
        """Whether anything in an event of this name is content."""
        return any(fnmatchcase(name, event) for event, _, _ in self._events)

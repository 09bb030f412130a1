"""Which attributes may hold prompts, answers, and what tools took and gave. Source: the mapping, section 4."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from spansieve.semconv import Globs, content_keys
from spansieve.semconv.names import ORIGINAL


class Content:
    """The content keys of all dialects."""

    def __init__(self, mapping: Mapping[str, Any]) -> None:
        """Take them from `mapping`."""
        rows = content_keys(mapping)
        named = [row.key for row in rows if not {"span", "log", "event"}.isdisjoint(row.places) and row.key != "*"]
        targets = [entry["target"] for entry in mapping["attributes"] if entry.get("content")]
        self._keys = Globs((key, True) for key in (*named, *targets))
        self.holds = cache(self._holds)
        """Whether the attribute of a key may be content."""

    def _holds(self, key: str) -> bool:
        return self._keys.get(key.removeprefix(ORIGINAL), otherwise=False)

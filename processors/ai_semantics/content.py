"""Which attributes may hold prompts, answers, and what tools took and gave. Source: the mapping, section 4."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from spansieve.semconv.names import ORIGINAL

from .rules import texts


class Content:
    """The content keys of all dialects."""

    def __init__(self, mapping: Mapping[str, Any]) -> None:
        """Take them from `mapping`."""
        rows = [row for rows in mapping["content_keys"].values() for row in rows if isinstance(row, dict)]
        named = {row["key"] for row in rows if not {"span", "log", "event"}.isdisjoint(texts(row["where"]))}
        targets = {entry["target"] for entry in mapping["attributes"] if entry.get("content")}
        self._keys = frozenset({*named, *targets} - {"*"})
        self._patterns = tuple(key for key in self._keys if "*" in key)
        self.holds = cache(self._holds)
        """Whether the attribute of a key may be content."""

    def _holds(self, key: str) -> bool:
        key = key.removeprefix(ORIGINAL)
        return key in self._keys or any(fnmatchcase(key, pattern) for pattern in self._patterns)

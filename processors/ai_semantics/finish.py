"""Finish reasons: the worst class of a list of them. Source: the mapping, section 6."""

from collections.abc import Mapping
from typing import Any, Final

from spansieve.pdata import Value, encode_pair
from spansieve.semconv.names import FINISH

from .atoms import Memory
from .values import folded, parsed, safely

_UNKNOWN: Final = "other"


class Finish:
    """The classes of finish reasons."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """`table` is that section of the mapping."""
        self._severity = {name: place for place, name in enumerate(table["severity"])}
        self._classes: dict[str, str] = {
            folded(word): name for name, words in table["classes"].items() for word in words
        }
        self.of = Memory(self._of_pair)
        """By the pair of the reasons: their worst class, and its pair; both empty where there is none."""

    def _of_pair(self, raw: bytes) -> tuple[str, bytes]:
        finish = self.worst(safely(raw))
        return finish, encode_pair(FINISH, finish) if finish else b""

    def worst(self, value: Value) -> str:
        """The worst class of a list of reasons, of its JSON, or of one reason."""
        if isinstance(value, str) and value.lstrip().startswith("["):
            value = parsed(value)
        reasons = value if isinstance(value, list) else [value]
        found = [self._class_of(reason) for reason in reasons if isinstance(reason, str)]
        return max(found, key=lambda name: self._severity[name], default="")

    def _class_of(self, reason: str) -> str:
        return self._classes.get(folded(reason)) or self._classes.get(folded(reason.rpartition(".")[2]), _UNKNOWN)

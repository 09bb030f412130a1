"""Finish reasons: the worst class of a list of them. Source: the mapping, section 6."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from spansieve.messages.jsontext import parsed
from spansieve.pdata import Value

from .mapping import raw_mapping

_UNKNOWN: Final = "other"


def folded(text: str) -> str:
    """`text` as tables have their words: lower case, spaces and hyphens read as underscores."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")


class FinishClasses:
    """The classes of finish reasons."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """`table` is that section of the mapping."""
        self._severity = {name: place for place, name in enumerate(table["severity"])}
        self._classes: dict[str, str] = {
            folded(word): name for name, words in table["classes"].items() for word in words
        }

    def worst(self, value: Value) -> str:
        """The worst class of a list of reasons, of its JSON, or of one reason; empty where there is none."""
        said = parsed(value) if isinstance(value, str) and value.lstrip().startswith("[") else value
        reasons = said if isinstance(said, list) else [said]
        found = [self._class_of(reason) for reason in reasons if isinstance(reason, str)]
        return max(found, key=lambda name: self._severity[name], default="")

    def _class_of(self, reason: str) -> str:
        return self._classes.get(folded(reason)) or self._classes.get(folded(reason.rpartition(".")[2]), _UNKNOWN)


@cache
def finish_classes() -> FinishClasses:
    """Those of the mapping."""
    return FinishClasses(raw_mapping()["finish_reasons"])

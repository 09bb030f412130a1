"""Errors that are none by the configuration."""

from collections.abc import Sequence
from typing import Literal

from spansieve.actions.patterns import Pattern, compile_pattern, utf8
from spansieve.failures import Details, last_part

from .config import IgnoreConfig

Ignored = Literal["class", "rule", "soft"]
"""Why an error is none: its class, an entry of `ignore`, or since it is a normal outcome."""


class Ignoring:
    """The entries of `ignore`."""

    def __init__(self, entries: Sequence[IgnoreConfig]) -> None:
        """Compile them."""
        self._entries = [tuple(map(_compiled, (one.type, one.tool, one.message))) for one in entries]

    def fits(self, details: Details, tool: str) -> bool:
        """Whether one of them speaks of an error."""
        texts = ((details.type, last_part(details.type)), (tool,), (details.message,))
        return any(
            all(_finds(pattern, some) for pattern, some in zip(entry, texts, strict=True)) for entry in self._entries
        )


def _compiled(pattern: str | None) -> Pattern | None:
    return None if pattern is None else compile_pattern(pattern)


def _finds(pattern: Pattern | None, texts: Sequence[str]) -> bool:
    return pattern is None or any(pattern.search(utf8(text)) is not None for text in texts)

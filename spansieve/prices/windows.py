"""How many tokens a model takes in.

The user's rules come first, then the shipped table (`mapping.yaml`, context_windows), then, if asked to, the price
library. The table goes before the library so that figures don't change with what is installed: the library is an
extra, and states whole windows where the input limit, which utilisation needs, is smaller (gpt-5: 272000 of 400000).
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from spansieve.semconv import raw_mapping

from .config import WindowRule
from .library import load
from .names import FINE_TUNE, MAX_CHARACTERS, Rules, bare

MAX_MODELS = 4096
"""Pairs of provider and model whose answers are remembered; the longest unused is forgotten."""


class Windows:
    """Input limits by model; a look-up costs a look into a cache but for the first."""

    def __init__(self, overrides: Sequence[WindowRule] = (), library: bool = False) -> None:
        """`library`: whether the price library is asked about models that no rule and no row knows.

        It is imported then. Raises ValueError if it is not installed.
        """
        self._overrides = Rules((rule.match, rule.limit) for rule in overrides)
        self._table = Rules((row["re"], int(row.get("input", row["window"]))) for row in _rows())
        self._library = load() if library else None
        self._remembered = lru_cache(MAX_MODELS)(self._find)

    def limit(self, model: str, provider: str = "") -> int | None:
        """Tokens that `model` takes in: `input` if it is stated, else the window. None: unknown.

        `provider` is a `gen_ai.provider.name`; only the library looks at it. A fine-tune has its base's window.
        """
        if len(model) > MAX_CHARACTERS or len(provider) > MAX_CHARACTERS:
            return None
        return self._remembered(model, provider)

    def _find(self, model: str, provider: str) -> int | None:
        name = bare(model).removeprefix(FINE_TUNE)
        stated = next(chain(self._overrides.fitting(model, name), self._table.fitting(name)), None)
        if stated or self._library is None:
            return stated
        found = self._library.find(provider, model)
        return found.context_window if found else None


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = raw_mapping()["context_windows"]["models"]
    return rows

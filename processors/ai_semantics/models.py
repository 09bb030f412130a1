"""What is known of a call's model: how much of its context window was used, and what the call cost.

docs/prices.md says how windows and prices are found.
"""

from collections.abc import Mapping
from struct import Struct
from typing import Final

from spansieve.pdata import Span, Value, encode_pair
from spansieve.prices import Prices, Usage, Windows
from spansieve.semconv.names import (
    CACHE_READ_TOKENS,
    CACHE_WRITES,
    CONTEXT_UTILIZATION,
    CONTEXT_WINDOW,
    COST,
    INPUT_EXCLUDES_CACHE,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    ROLLUP,
)

from .atoms import MAX_BYTES, MAX_REMEMBERED
from .look import Look
from .values import number, safely

_MODELS: Final = (REQUEST_MODEL, RESPONSE_MODEL)
COUNTED: Final = frozenset({_MODELS[0], PROVIDER, INPUT_TOKENS})
SPECIAL: Final = frozenset({CONTEXT_WINDOW, CONTEXT_UTILIZATION, INPUT_EXCLUDES_CACHE})
WINDOWED: Final = frozenset({"model", "embedding"})
_PRICED: Final = frozenset({"model", "embedding", "rerank"})
_DOUBLE: Final = Struct("<d").pack


def _head(key: str) -> bytes:
    """All of a pair of `key` with a double but for its eight bytes."""
    return bytes((0x0A, len(key))) + key.encode() + b"\x12\x09\x21"


_UTILIZATION_HEAD: Final = _head(CONTEXT_UTILIZATION)
_COST_HEAD: Final = _head(COST)


class Models:
    """Windows always, costs where there are prices."""

    def __init__(self, windows: Windows, prices: Prices | None) -> None:
        """`prices`: None = costs are not asked for."""
        self._windows = windows
        self._prices = prices
        self.are_priced = prices is not None
        """Whether costs are asked for."""
        self._limits: dict[bytes, tuple[int, bytes] | None] = {}  # by the pairs of model and provider
        self.unpriced = 0
        """Calls of models that have no known price, in all."""

    def _limit(self, model: bytes, provider: bytes | None) -> tuple[int, bytes] | None:
        """The window of the model in a pair, asked of the provider in another, and its own pair; remembered."""
        key = model + (provider or b"")
        if key in self._limits:
            return self._limits[key]
        found = self._looked_up(safely(model), safely(provider) if provider is not None else "")
        if len(key) <= 2 * MAX_BYTES:
            if len(self._limits) >= MAX_REMEMBERED:
                self._limits.clear()
            self._limits[key] = found
        return found

    def _looked_up(self, model: Value, provider: Value) -> tuple[int, bytes] | None:
        if not isinstance(model, str) or not model:
            return None
        limit = self._windows.limit(model, provider if isinstance(provider, str) else "")
        return (limit, encode_pair(CONTEXT_WINDOW, limit)) if limit else None

    def add_usual_window(self, index: Mapping[str, bytes], out: dict[str, bytes]) -> None:
        """As `add_window`, the quick way for a model call that has all of `COUNTED` and nothing of `SPECIAL`."""
        model, provider = index[REQUEST_MODEL], index[PROVIDER]
        found = self._limits.get(model + provider) or self._limit(model, provider)
        raw = index[INPUT_TOKENS]
        if found is None or len(raw) != _TWO_BYTES or raw[-3] != _INT or raw[-2] < 0x80 or raw[-1] >= 0x80:
            self.add_window(index, out, "model")
            return
        limit, out[CONTEXT_WINDOW] = found
        out[CONTEXT_UTILIZATION] = _UTILIZATION_HEAD + _DOUBLE(round((raw[-2] & 0x7F | raw[-1] << 7) / limit, 4))

    def add_window(self, index: Mapping[str, bytes], out: dict[str, bytes], kind: str) -> None:
        """Put the window of the model, and how much of it was used, into `out`, which is to be added to `index`."""
        limit = self._window(index, out)
        if not limit or kind != "model" or limit < 0 or CONTEXT_UTILIZATION in index:
            return
        count = input_tokens(index, out)
        if count is not None:
            out[CONTEXT_UTILIZATION] = _UTILIZATION_HEAD + _DOUBLE(round(count / limit, 4))

    def _window(self, index: Mapping[str, bytes], out: dict[str, bytes]) -> float | None:
        if CONTEXT_WINDOW in index or CONTEXT_WINDOW in out:
            return number(safely(_raw(index, out, CONTEXT_WINDOW)))
        provider = index.get(PROVIDER) or out.get(PROVIDER)
        for key in _MODELS:
            raw = index.get(key) or out.get(key)
            found = self._limit(raw, provider) if raw is not None else None
            if found is not None:
                out[CONTEXT_WINDOW] = found[1]
                return float(found[0])
        return None

    def add_cost(self, look: Look, span: Span) -> None:
        """Put what a call cost into `look.out`."""
        if self._prices is not None and look.kind in _PRICED and not look.has(ROLLUP) and not look.has(COST):
            self._add_cost(look, span, self._prices)

    def _add_cost(self, look: Look, span: Span, prices: Prices) -> None:
        index, out = look.index, look.out
        plain, output = input_tokens(index, out), number(look.value(OUTPUT_TOKENS))
        asked, answered = look.text(_MODELS[0]), look.text(_MODELS[1])
        if (plain is None and output is None) or not (asked or answered):
            return
        usage = Usage(
            int(plain or 0), int(output or 0), _count_of(index, out, CACHE_READ_TOKENS), _cache_writes(index, out)
        )
        at = span.start_time_unix_nano or span.end_time_unix_nano
        cost = prices.call_cost(look.text(PROVIDER), answered, asked, usage, at)
        if cost is None:
            self.unpriced += 1
        else:
            look.out[COST] = _COST_HEAD + _DOUBLE(cost)


def _raw(index: Mapping[str, bytes], out: Mapping[str, bytes], key: str) -> bytes:
    """The pair of `key`, empty where there is none."""
    return index.get(key) or out.get(key, b"")


def input_tokens(index: Mapping[str, bytes], out: Mapping[str, bytes]) -> float | None:
    """The call's input tokens, cached ones included."""
    raw = _raw(index, out, INPUT_TOKENS)
    count = number(safely(raw)) if raw else None
    if count is None or (INPUT_EXCLUDES_CACHE not in index and INPUT_EXCLUDES_CACHE not in out):
        return count
    return count + _count_of(index, out, CACHE_READ_TOKENS) + _cache_writes(index, out)


_INT: Final = 0x18
_TWO_BYTES: Final = len(INPUT_TOKENS) + 7
"""Length of the pair of `INPUT_TOKENS` with a number of two bytes: 128 to 16,383, as most calls have."""


def _count_of(index: Mapping[str, bytes], out: Mapping[str, bytes], key: str) -> int:
    """The count of `key`, 0 where there is none."""
    raw = _raw(index, out, key)
    return max(0, int(number(safely(raw)) or 0)) if raw else 0


def _cache_writes(index: Mapping[str, bytes], out: Mapping[str, bytes]) -> int:
    """Tokens written to the cache, under whichever of their names."""
    return max(_count_of(index, out, key) for key in CACHE_WRITES)

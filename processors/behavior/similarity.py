"""How alike two prompts are. Source: METRICS.md, section 3, `user_retry`."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from .config import RetryConfig
from .told import Prompt

Method = Literal["hash", "text", "simhash"]
Ratio = Callable[[str, str], float]
"""From 0 to 100."""
FEW_WORDS: Final = 4
"""Texts with fewer words are compared letter by letter."""
_BITS: Final = 64


class Likeness(NamedTuple):
    """How alike two prompts are, from 0 to 1, how that was found, and whether one repeats the other."""

    similarity: float
    method: Method
    is_retry: bool


class Ratios(NamedTuple):
    """Two measures of how alike texts are."""

    letters: Ratio
    words: Ratio


def ratios() -> Ratios | None:
    """Those of rapidfuzz; None where it is not installed."""
    try:
        from rapidfuzz import fuzz  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    return Ratios(fuzz.ratio, fuzz.token_set_ratio)


def likeness(one: Prompt, other: Prompt, config: RetryConfig, compare: Ratios | None) -> Likeness | None:
    """How alike two prompts are; None where nothing tells. Equal hashes come first, then texts, then simhashes."""
    if _is_same(one.hash, other.hash) or _is_same(one.call_hash, other.call_hash):
        return Likeness(1.0, "hash", True)
    if compare is not None and one.asked is not None and other.asked is not None:
        text, its_text = one.asked.text, other.asked.text
        if text and its_text:
            return _of_texts(text, its_text, config, compare)
    bits, its = _bits(one.simhash), _bits(other.simhash)
    if bits is not None and its is not None:
        alike = 1 - (bits ^ its).bit_count() / _BITS
        return Likeness(alike, "simhash", alike >= config.simhash_similarity)
    return Likeness(0.0, "hash", False) if one.hash and other.hash else None


def _is_same(one: str, other: str) -> bool:
    return bool(one) and one == other


def _of_texts(one: str, other: str, config: RetryConfig, compare: Ratios) -> Likeness:
    if min(len(one.split(maxsplit=FEW_WORDS)), len(other.split(maxsplit=FEW_WORDS))) < FEW_WORDS:
        alike = compare.letters(one, other) / 100
        return Likeness(alike, "text", alike >= config.short_similarity)
    alike = compare.words(one, other) / 100
    return Likeness(alike, "text", alike >= config.similarity)


def _bits(simhash: str) -> int | None:
    try:
        return int(simhash, 16) if simhash else None
    except ValueError:
        return None

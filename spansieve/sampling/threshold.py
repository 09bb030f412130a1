"""Thresholds and randomness, integers of 56 bits, with their texts (T-values and R-values) and probabilities.

A threshold says how many of the 2**56 randomness values are rejected: an item is kept where threshold <= randomness.
Source: OTEP 235 and the Go Collector's pkg/sampling, whose rounding this repeats bit by bit.
"""

import re
from math import frexp

ALWAYS = 0
"""The threshold that keeps all."""
NEVER = 1 << 56
"""The threshold that keeps none; it has no T-value."""
ALL_RANDOMNESS = NEVER - 1
"""The randomness that every threshold but NEVER keeps."""
MIN_PROBABILITY = 2.0**-56
"""The smallest probability above none."""
DIGITS = 14
"""Hex digits of a full threshold or randomness."""

_HEX = re.compile(r"[0-9a-fA-F]{1,14}")


def threshold_of(probability: float, precision: int = DIGITS) -> int:
    """The threshold that keeps this share, rounded to `precision` hex digits beside those that lead as 0 or f.

    Rounding may give NEVER. Raises ValueError for a probability outside [2**-56, 1].
    """
    if not MIN_PROBABILITY <= probability <= 1:
        raise ValueError("a sampling probability is between 2**-56 and 1")
    if probability == 1:
        return ALWAYS
    digits = min(DIGITS, precision + max(_leading(probability), _leading(1 - probability)))
    threshold = NEVER - _rounded(probability * NEVER)
    shift = 4 * (DIGITS - digits)
    return threshold if not shift else (threshold + (1 << (shift - 1))) >> shift << shift


def _leading(share: float) -> int:
    """How many hex digits of the threshold are 0 or f because `share` is near zero."""
    return max(0, -frexp(share)[1]) // 4


def _rounded(number: float) -> int:
    """To the nearest integer, halves up; exact where `number + 0.5` is not."""
    whole = int(number)
    return whole + (number - whole >= 0.5)


def probability_of(threshold: int) -> float:
    """The share of items that `threshold` keeps."""
    return (NEVER - threshold) / NEVER


def adjusted_count(threshold: int) -> float:
    """How many items one that `threshold` kept stands for; 0 for NEVER, which keeps none."""
    return 0.0 if threshold >= NEVER else 1 / probability_of(threshold)


def tvalue_of(threshold: int) -> str:
    """The T-value: hex digits without trailing zeros; "0" for ALWAYS, "" for NEVER."""
    if threshold >= NEVER:
        return ""
    return f"{threshold:014x}".rstrip("0") or "0"


def parse_tvalue(text: str) -> int:
    """The threshold of a T-value. Raises ValueError where it is not 1 to 14 hex digits."""
    if not _HEX.fullmatch(text):
        raise ValueError("a T-value is 1 to 14 hex digits")
    return int(text, 16) << 4 * (DIGITS - len(text))


def rvalue_of(randomness: int) -> str:
    """The R-value: 14 hex digits."""
    return f"{randomness:014x}"


def parse_rvalue(text: str) -> int:
    """The randomness of an R-value. Raises ValueError where it is not 14 hex digits."""
    if len(text) != DIGITS or not _HEX.fullmatch(text):
        raise ValueError("an R-value is 14 hex digits")
    return int(text, 16)


def randomness_of(trace_id: bytes) -> int:
    """The randomness that a trace id of 16 bytes has by itself: its last 7 bytes (W3C Trace Context 2)."""
    return int.from_bytes(trace_id[9:], "big")

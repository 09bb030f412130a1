"""Money as whole numbers, so that no sum drifts, however many calls go into it."""

import math
from typing import Final

PER_USD: Final = 10**12
"""Units in a dollar. One token at a price of a dollar for a million of them is a million units, so what the lists of
prices say is exact.
"""
MAX_USD: Final = 1e6
"""A single call that is said to cost more is a slip of the sender's."""


def units(usd: float, weight: float = 1.0) -> int:
    """`usd`, `weight` times, rounded to the nearest unit."""
    return round(usd * PER_USD * weight)


def dollars(amount: int) -> float:
    """`amount` units in USD."""
    return amount / PER_USD


def written(usd: float) -> str:
    """For people: `1,234.50`, and of less than a dollar three digits that say something."""
    return f"{usd:,.2f}" if usd >= 1 else f"{usd:.3g}"


def is_cost(usd: float | None) -> bool:
    """Whether `usd` is something that a call may cost."""
    return usd is not None and math.isfinite(usd) and 0 <= usd <= MAX_USD

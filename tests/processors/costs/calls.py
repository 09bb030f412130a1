"""Calls of a few words."""

from typing import Any, Final

from spansieve.processors.costs.call import Call
from spansieve.processors.costs.money import units

NOW: Final = 1_700_000_000_000_000_000
"""2023-11-14 22:13:20 in UTC."""
HOUR: Final = 3_600 * 10**9
DAY: Final = 24 * HOUR


def call(usd: float | None = 1.0, **changes: Any) -> Call:  # noqa: ANN401
    """A call of so many USD, now."""
    plain = Call(NOW, None if usd is None else units(usd), 10, 1, "gpt-4o", "coder", "", "", "")
    return plain._replace(**changes)

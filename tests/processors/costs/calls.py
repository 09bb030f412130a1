"""Calls of a few words."""

from typing import Any, Final

from spansieve.processors.costs.call import Calls, Whose
from spansieve.processors.costs.money import units

NOW: Final = 1_700_000_000_000_000_000
"""2023-11-14 22:13:20 in UTC."""
HOUR: Final = 3_600 * 10**9
DAY: Final = 24 * HOUR


def call(usd: float | None = 1.0, time_ns: int = NOW, **changes: Any) -> Calls:  # noqa: ANN401
    """A call of so many USD, now."""
    whose = Whose("shop", "gpt-4o", "coder", "", "", "", time_ns // HOUR)
    return Calls(whose._replace(**changes), units(usd or 0.0), 1.0, 10.0, 0.0 if usd is not None else 1.0)

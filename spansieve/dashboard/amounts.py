"""Values of measures as people read them."""

from decimal import Decimal
from typing import Final

from spansieve.terminal import duration, size

from .measures import Unit

NOTHING: Final = "-"
"""What stands where there is nothing to measure."""
_LEAST_USD: Final = 0.000001
_LONG: Final = (("d", 86_400), ("h", 3_600), ("min", 60))


def amount(value: float | None, unit: Unit) -> str:
    """`value` with its unit: `4.2 %`, `850 ms`, `2 h 5 min`, `$0.0123`, `1,234/min`, `21.3 kB`."""
    if value is None:
        return NOTHING
    if unit == "ratio":
        return f"{plain(100 * value)} %"
    if unit == "seconds":
        return _time(value)
    if unit == "usd":
        return _dollars(value)
    if unit == "bytes":
        return size(round(value))
    return plain(value) + ("/min" if unit == "per_minute" else "")


def plain(value: float) -> str:
    """Three digits that count, thousands parted by commas; counts are shown whole."""
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}"


def _dollars(value: float) -> str:
    if value >= 1 or not value:
        return f"${value:,.2f}"
    return f"${Decimal(f'{value:.3g}'):f}" if value >= _LEAST_USD else f"<${_LEAST_USD:f}"


def _time(seconds: float) -> str:
    if seconds < 1:
        return duration(round(seconds * 1e9))
    if seconds < 120:
        return f"{plain(seconds)} s"
    named, left = [], round(seconds)
    for unit, length in _LONG:
        count, left = divmod(left, length)
        if count:
            named.append(f"{count} {unit}")
    return " ".join(named[:2])

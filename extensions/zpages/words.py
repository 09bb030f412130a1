"""Numbers, times and states as people read them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from spansieve.alerts.status import DeliveryState
from spansieve.dashboard import Unit, amounts

DELIVERY: Final[Mapping[DeliveryState, str]] = {
    "waits": "waits",
    "sent": "sent",
    "retries": "is tried again",
    "summed_up": "in a summary",
    "given_up": "given up",
}
"""What became of an alert."""
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def number(value: float) -> str:
    """Thousands parted by a narrow space: `1 234 567`, `0.25`."""
    whole = float(value).is_integer()
    text = f"{value:,.0f}" if whole or abs(value) >= 1_000 else f"{value:.3g}"
    return text.replace(",", "\u202f")


def amount(value: float | None, unit: Unit) -> str:
    """A measure's value with its unit; thousands are parted as in `number`."""
    return amounts.amount(value, unit).replace(",", "\u202f")


def size(value: float) -> str:
    """Bytes in the largest unit that leaves one or more: `1.5 MiB`."""
    amount, power = float(value), 0
    while abs(amount) >= 1024 and power < len(_UNITS) - 1:
        amount, power = amount / 1024, power + 1
    return f"{amount:.1f} {_UNITS[power]}" if power and amount < 100 else f"{amount:.0f} {_UNITS[power]}"


def span(seconds: float) -> str:
    """A duration in its two largest units: `3 h 4 min`, `250 ms`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "0 s"
    parts: list[str] = []
    left = int(seconds)
    for length, unit in _SPANS:
        count, left = divmod(left, length)
        if count or parts:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def moment(time_ns: int) -> str:
    """A time in UTC, to the second: `2026-05-04 03:02:01 UTC`."""
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time_ns // 1_000_000_000):%Y-%m-%d %H:%M:%S} UTC"

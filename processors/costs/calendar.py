"""Hours, days and months of UTC, as budgets are counted by. Times are nanoseconds since the Unix epoch."""

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

Per = Literal["hour", "day", "month"]
SECOND_NS: Final = 1_000_000_000
HOUR_NS: Final = 3_600 * SECOND_NS
DAY_NS: Final = 24 * HOUR_NS
_WIDTHS: Final = {"hour": HOUR_NS, "day": DAY_NS}
_LAST_NS: Final = 253_370_764_800 * SECOND_NS
"""The year 9999: what is later is counted there."""


class Period(NamedTuple):
    """One hour, day or month; its end is the next one's start."""

    start_ns: int
    end_ns: int


def period_of(per: Per, time_ns: int) -> Period:
    """The one that `time_ns` is in."""
    time_ns = min(max(time_ns, 0), _LAST_NS)
    if per == "month":
        return _month_of(time_ns)
    width = _WIDTHS[per]
    start = time_ns // width * width
    return Period(start, start + width)


def _month_of(time_ns: int) -> Period:
    first = datetime.fromtimestamp(time_ns // SECOND_NS, UTC).replace(day=1, hour=0, minute=0, second=0)
    year, month = divmod(first.year * 12 + first.month, 12)
    following = first.replace(year=year, month=month + 1)
    return Period(int(first.timestamp()) * SECOND_NS, int(following.timestamp()) * SECOND_NS)


def named(per: Per, start_ns: int) -> str:
    """A period by its start, as `2026-11-26 10h`, `2026-11-26`, `2026-11`."""
    start = datetime.fromtimestamp(min(start_ns, _LAST_NS) // SECOND_NS, UTC)
    return start.strftime({"hour": "%Y-%m-%d %Hh", "day": "%Y-%m-%d", "month": "%Y-%m"}[per])

"""Moments as alerts write them: RFC 3339, in UTC, exact to the nanosecond."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_LAST: Final = 253_402_300_799
"""The last second that RFC 3339 can write, at the end of the year 9999."""


def rfc3339(time_ns: int) -> str:
    """`time_ns` (nanoseconds since the Unix epoch, not negative) with as many digits as it takes."""
    seconds, fraction = divmod(max(time_ns, 0), 10**9)
    whole = _EPOCH + timedelta(seconds=min(seconds, _LAST))
    return f"{whole:%Y-%m-%dT%H:%M:%S}{f'.{fraction:09d}'.rstrip('0') if fraction else ''}Z"


def time_ns_of(text: str) -> int:
    """The moment that `rfc3339` wrote. Raises ValueError for anything else."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError("no moment as alerts write it")
    whole = datetime.fromisoformat(f"{match[1]}+00:00") - _EPOCH
    return (whole.days * 86_400 + whole.seconds) * 10**9 + int((match[2] or "").ljust(9, "0"))


def to_the_second(text: str) -> str:
    """A moment that `rfc3339` wrote as people read it: `2026-05-04 03:02:01 UTC`; any other text as it is."""
    match = _WRITTEN.fullmatch(text)
    return text if match is None else f"{match[1].replace('T', ' ')} UTC"

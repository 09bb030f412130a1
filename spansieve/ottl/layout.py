"""Times as text, by the `%` directives of the Go Collector (contrib, internal/coreinternal/timeutils).

Layouts in Go's own form (2006-01-02) are not taken.
"""

import calendar
import datetime
import re
import zoneinfo
from functools import lru_cache

from .values import EvaluationError, Time

_SHORT = {"D": "%m/%d/%y", "x": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M"} | {
    "r": "%I:%M:%S %p",
    "c": "%a %b %d %H:%M:%S %Y",
    "h": "%b",
}
_MONTHS = [name.lower() for name in calendar.month_abbr]
_NAMES = {
    "a": tuple(calendar.day_abbr),
    "A": tuple(calendar.day_name),
    "b": tuple(calendar.month_abbr),
    "B": tuple(calendar.month_name),
}
_DIGITS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "L": 3, "f": 6, "s": 9}
_LOOSE = {"o": "m", "q": "m", "e": "d", "g": "d", "l": "I"}
"""Directives that take one digit or two, and the one that they mean."""
_SIGNS = {"%": "%", "n": "\n", "t": "\t"}
_WORDS = {"p": "am|pm", "P": "am|pm", "Z": "[A-Z]{1,5}"}
_ZONES = {"z", "i", "j", "k", "w"}
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)


@lru_cache(maxsize=256)
def _compiled(layout: str) -> re.Pattern[str]:
    """A pattern with one group a directive, named after it. Raises EvaluationError."""
    pattern, at, seen = "", 0, set[str]()
    layout = _expanded(layout)
    for found in _DIRECTIVE.finditer(layout):
        pattern += re.escape(layout[at : found.start()]) + _group(found[1], seen)
        at = found.end()
    return re.compile(pattern + re.escape(layout[at:]), re.IGNORECASE | re.ASCII)


def _expanded(layout: str) -> str:
    return _DIRECTIVE.sub(lambda found: _SHORT.get(found[1], found[0]), layout)


def _group(directive: str, seen: set[str]) -> str:
    if directive in _SIGNS:
        return _SIGNS[directive]
    name = _LOOSE.get(directive, directive)
    if name in seen:
        raise EvaluationError(f"a time's format has %{directive} twice")
    seen.add(name)
    return f"(?P<{name}>{_inside(directive)})"


def _inside(directive: str) -> str:
    if directive in _LOOSE:
        return r"\d\d?| \d"
    if directive in _DIGITS:
        return rf"\d{{{_DIGITS[directive]}}}"
    if directive in _NAMES:
        return "|".join(filter(None, _NAMES[directive]))
    if directive in _ZONES:
        return r"Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?"
    if directive in _WORDS:
        return _WORDS[directive]
    raise EvaluationError(f"a time's format has an unknown directive %{directive}")


def parse_time(text: str, layout: str, location: str = "") -> Time:
    """The moment that `text` names by `layout`; without a zone of its own it is at `location`, else in UTC.

    Raises EvaluationError.
    """
    found = _compiled(layout).fullmatch(text)
    if found is None:
        raise EvaluationError("Time: the text does not fit the format")
    parts = {name: value for name, value in found.groupdict().items() if value is not None}
    try:
        naive = datetime.datetime(
            _year(parts),
            _month(parts),
            int(parts.get("d", 1)),
            _hour(parts),
            int(parts.get("M", 0)),
            int(parts.get("S", 0)),
        )
        offset = _offset(parts, naive, location)
    except (ValueError, OverflowError, zoneinfo.ZoneInfoNotFoundError):
        raise EvaluationError("Time: the text names no time, or the location no zone") from None
    fraction = parts.get("s") or parts.get("f", "") or parts.get("L", "")
    whole = calendar.timegm(naive.timetuple()) - offset
    return Time(whole * 10**9 + int(fraction.ljust(9, "0") or 0), offset)


def _year(parts: dict[str, str]) -> int:
    if "y" in parts:
        short = int(parts["y"])
        return short + (1900 if short >= 69 else 2000)
    return int(parts.get("Y", 1970))


def _month(parts: dict[str, str]) -> int:
    named = parts.get("b") or parts.get("B")
    return _MONTHS.index(named[:3].lower()) if named else int(parts.get("m", 1))


def _hour(parts: dict[str, str]) -> int:
    if "I" in parts:
        half = (parts.get("p") or parts.get("P", "am")).lower()
        return int(parts["I"]) % 12 + (12 if half == "pm" else 0)
    return int(parts.get("H", 0))


def _offset(parts: dict[str, str], naive: datetime.datetime, location: str) -> int:
    """Seconds that the clock is ahead of UTC."""
    zone = next((parts[name] for name in _ZONES if name in parts), "")
    if zone:
        digits = zone[1:].replace(":", "").ljust(6, "0") if zone[0] in "+-" else "000000"
        seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:6])
        return -seconds if zone[0] == "-" else seconds
    if parts.get("Z", "UTC").upper() not in {"UTC", "GMT", "Z"}:
        raise ValueError("a zone's abbreviation has no one meaning")
    if not location:
        return 0
    found = naive.replace(tzinfo=zoneinfo.ZoneInfo(location)).utcoffset()
    return int(found.total_seconds()) if found else 0


def format_time(time: Time, layout: str) -> str:
    """`time` by `layout`. Raises EvaluationError."""
    whole = time.broken_down()

    def part(found: re.Match[str]) -> str:
        return _written(found[1], whole, time)

    return _DIRECTIVE.sub(part, _expanded(layout))


def _written(directive: str, whole: datetime.datetime, time: Time) -> str:
    zone = f"{whole:%z}"
    own = {
        "Y": f"{whole.year:04d}",
        "o": f"{whole.month:2d}",
        "q": str(whole.month),
        "e": f"{whole.day:2d}",
        "g": str(whole.day),
        "l": str(whole.hour % 12 or 12),
        "p": "AM" if whole.hour < 12 else "PM",
        "P": "am" if whole.hour < 12 else "pm",
        "L": f"{time.unix_nano % 10**9 // 10**6:03d}",
        "f": f"{time.unix_nano % 10**9 // 1000:06d}",
        "s": f"{time.unix_nano % 10**9:09d}",
        "z": zone,
        "Z": "UTC" if not time.offset else "",
        "i": zone[:3],
        "j": f"{zone[:3]}:{zone[3:5]}",
        "k": f"{zone[:3]}:{zone[3:5]}:00",
        "w": f"{zone[:5]}00",
        **_SIGNS,
    }
    if directive in own:
        return own[directive]
    if directive in _NAMES:
        return _NAMES[directive][whole.weekday() if directive in "aA" else whole.month]
    if directive in "ymdHIMS":
        return whole.strftime(f"%{directive}")
    raise EvaluationError(f"a time's format has an unknown directive %{directive}")

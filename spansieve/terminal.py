"""Content made fit for a terminal: one line, without control characters, cut, and the same for numbers and times.

Whatever an agent read may stand in a span, escape sequences that rewrite a terminal included.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from spansieve.pdata import Value

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}
_DEEPEST = 6


def _escape(found: re.Match[str]) -> str:
    letter = found.group()
    number = ord(letter)
    return _SHORT.get(letter) or (f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}")


def safe(text: str, limit: int) -> str:
    """`text` on one line, with control, invisible and direction characters escaped, cut to about `limit` characters."""
    cut = _UNSAFE.sub(_escape, text[:limit])
    return cut if len(text) <= limit else f"{cut}... ({len(text):,} characters)"


def shown(value: Value, limit: int) -> str:
    """An attribute's value or a log's body as `safe` text."""
    if isinstance(value, str):
        return safe(value, limit)
    parts: list[str] = []
    size = 0
    for part in _parts(value, _DEEPEST, limit):
        parts.append(part)
        size += len(part)
        if size > limit:
            return "".join(parts)[:limit] + "..."
    return "".join(parts)


def _parts(value: Value, depth: int, limit: int) -> Iterator[str]:
    if isinstance(value, bytes):
        yield f"0x{value[: limit // 2].hex()}{'...' if len(value) > limit // 2 else ''}"
    elif isinstance(value, (list, dict)) and depth == 0:
        yield "..."
    elif isinstance(value, list):
        yield "["
        for place, item in enumerate(value):
            yield ", " if place else ""
            yield from _parts(item, depth - 1, limit)
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for place, (key, item) in enumerate(value.items()):
            yield f"{', ' if place else ''}{safe(key, limit)}: "
            yield from _parts(item, depth - 1, limit)
        yield "}"
    else:
        yield _scalar(value, limit)


def _scalar(value: str | bool | float | None, limit: int) -> str:
    if value is None:
        return "(empty)"
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe(value, limit) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """A number in few digits: whole ones as they are, others with six."""
    if isinstance(value, int):
        return str(value)
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"


def duration(nanoseconds: int) -> str:
    """`850 us`, `90 ms`, `1.30 s`, `2m05s`."""
    seconds = nanoseconds / 1e9
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1e3:.0f} us"
    if seconds < 1:
        return f"{nanoseconds / 1e6:.0f} ms" if nanoseconds >= 10_000_000 else f"{nanoseconds / 1e6:.1f} ms"
    return f"{seconds:.2f} s" if seconds < 60 else f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"


def size(octets: int) -> str:
    """`512 B`, `21.3 kB`, `1.4 MB`, `2.0 GB`."""
    if octets < 1000:
        return f"{octets} B"
    if octets < 1_000_000:
        return f"{octets / 1e3:.1f} kB"
    return f"{octets / 1e6:.1f} MB" if octets < 1_000_000_000 else f"{octets / 1e9:.1f} GB"


def moment(time_unix_nano: int, *, day: bool = False) -> str:
    """The time of day in UTC, with its date where `day` is asked for; the bare number if it is none."""
    seconds, rest = divmod(time_unix_nano, 1_000_000_000)
    try:
        time = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return str(time_unix_nano)
    clock = f"{time:%H:%M:%S}.{rest // 1_000_000:03d}"
    return f"{time:%Y-%m-%d} {clock}" if day else clock


def plural(count: int, word: str) -> str:
    """`1 span`, `2 spans`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"

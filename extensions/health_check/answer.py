"""What the health check says, word for word as the Go Collector (contrib, extension/healthcheckextension)."""

import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from .config import HealthCheckConfig

PLAIN = "text/plain; charset=utf-8"
"""The content type of texts."""

_NEVER = "0001-01-01T00:00:00Z"  # Go's zero time
_SUB_SECOND = ((1_000_000, "ms"), (1_000, "µs"), (1, "ns"))


class Up(NamedTuple):
    """Since when the service is ready: wall clock (ns since 1970) and monotonic clock (seconds)."""

    time_ns: int
    monotonic: float


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    content_type: str
    body: str


def answer(up: Up | None, now: float, config: HealthCheckConfig) -> Answer:
    """200 while `up`, 503 without; `now` is the monotonic clock, seconds."""
    status = 503 if up is None else 200
    if config.response_body is not None:
        texts = config.response_body
        return Answer(status, PLAIN, texts.unhealthy if up is None else texts.healthy)
    document = {
        "status": "Server not available" if up is None else "Server available",
        "upSince": _NEVER if up is None else timestamp(up.time_ns),
        "uptime": "" if up is None else duration(round((now - up.monotonic) * 1e9)),
    }
    return Answer(status, "application/json", json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def matches(path: str, requested: str) -> bool:
    """Whether the configured `path` answers for `requested` (net/http, ServeMux: a final slash means a tree)."""
    return requested.startswith(path) if path.endswith("/") else requested == path


def timestamp(time_ns: int) -> str:
    """RFC 3339 in UTC with as many digits as needed."""
    seconds, fraction = divmod(time_ns, 1_000_000_000)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{_fraction(fraction, 9)}Z"


def duration(nanoseconds: int) -> str:
    """A duration as Go prints it: `1h2m3.5s`, `350ms`, `0s` (package time, Duration.String)."""
    if nanoseconds <= 0:
        return "0s"
    for size, unit in _SUB_SECOND:
        if size <= nanoseconds < 1_000_000_000:
            return f"{nanoseconds // size}{_fraction(nanoseconds % size, len(str(size)) - 1)}{unit}"
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    lead = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{lead}{seconds}{_fraction(fraction, 9)}s"


def _fraction(value: int, digits: int) -> str:
    return f".{value:0{digits}d}".rstrip("0") if value else ""

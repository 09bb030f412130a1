"""What is shown of decisions, on the status page and by `spansieve decisions`."""

from typing import Final

from spansieve.alerts import rfc3339
from spansieve.dashboard import DASHBOARD, Cell, DashboardStatus

from .patterns import Pattern, Patterns

TABLE: Final = "decisions"


def shown(now_ns: int, patterns: Patterns, *, missing_as_zero: bool) -> DashboardStatus:
    """The table at `now_ns` (nanoseconds since the Unix epoch), the most frequent pattern first."""
    rows = [_row(key, pattern, missing_as_zero=missing_as_zero) for key, pattern in patterns.by_count()]
    return {"schema": DASHBOARD, "time": rfc3339(now_ns), "measures": [], "tables": {TABLE: rows}}


def _row(key: str, pattern: Pattern, *, missing_as_zero: bool) -> dict[str, Cell]:
    type_, _, bucket = key.rpartition(":")
    return {
        "key": key,
        "type": type_,
        "context": int(bucket),
        "count": _rounded(pattern.count),
        "inferred": _rounded(pattern.inferred),
        "confidence_count": _rounded(pattern.confidence_count),
        "total_confidence": _rounded(pattern.total_confidence),
        "mean_confidence": _rounded(pattern.mean(missing_as_zero=missing_as_zero)),
        "success_rate": _rounded(pattern.success_rate),
        "selected_index": " ".join(f"{at}:{count:g}" for at, count in enumerate(pattern.indices) if count),
        "reasoning_hashes": " ".join(f"{one.key}:{one.amount:g}" for one in pattern.top_hashes()),
    }


def _rounded(value: float | None) -> float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 6)

"""The dashboard's measures as they are in this process: of the last five minutes, and of the last hour.

Source: METRICS.md section 6. All services count together, as in the queries that the document gives. Where there is
nothing to divide by, there is no value.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from spansieve.dashboard import Measure, Share
from spansieve.series import Family, GaugeCell

from .instruments import Instruments
from .latencies import MINUTES, SHORT, Latencies

Labels = tuple[str | None, ...]
Keep = Callable[[Labels], bool]
MAX_SHARES: Final = 20
FIVE_MINUTES: Final = 300.0
HOUR: Final = 3600.0
_SUCCESS: Final = "success"


def everything(_: Labels) -> bool:
    """Keep all series."""
    return True


def has(place: int, value: str) -> Keep:
    """Keep the series whose label at `place` is `value`."""
    return lambda labels: labels[place] == value


def has_not(place: int, value: str) -> Keep:
    """Keep the others."""
    return lambda labels: labels[place] != value


def ratio(part: float, whole: float) -> float | None:
    """`part` of `whole`; None where there is no whole."""
    return part / whole if whole else None


def shares_of(values: Mapping[str, float | None], *, lowest_first: bool = False) -> list[Share]:
    """The greatest first, or the lowest, and not too many."""
    sign = 1 if lowest_first else -1
    known = [Share(label=label, value=value) for label, value in values.items()]
    known.sort(key=lambda share: (share["value"] is None, sign * (share["value"] or 0), share["label"]))
    return known[:MAX_SHARES]


def measure(
    name: str,
    value: float | None,
    hour: float | None = None,
    trend: Iterable[float] = (),
    shares: Mapping[str, float | None] | None = None,
    *,
    lowest_first: bool = False,
) -> Measure:
    """One measure."""
    ranked = shares_of(shares or {}, lowest_first=lowest_first)
    return Measure(name=name, value=value, hour=hour, trend=list(trend), shares=ranked)


class Part:
    """Some series of a family: how much of them came lately."""

    def __init__(self, family: Family[Any], keep: Keep = everything) -> None:
        """Those that `keep` says yes to."""
        self._family = family
        self._keep = keep

    def increase(self, seconds: float) -> float:
        """How much came."""
        return sum(self._kept(seconds).values())

    def by(self, place: int, seconds: float) -> dict[str, float]:
        """How much came, by the label at `place`."""
        sums: dict[str, float] = defaultdict(float)
        for labels, amount in self._kept(seconds).items():
            sums[labels[place] or ""] += amount
        return dict(sums)

    def trend(self) -> list[float]:
        """How much came in each minute of the last hour."""
        return self._family.trend(self._keep)

    def _kept(self, seconds: float) -> dict[Labels, float]:
        return {labels: amount for labels, amount in self._family.increase(seconds).items() if self._keep(labels)}


def rate(name: str, part: Part, whole: Part, by: int | None = None, *, lowest_first: bool = False) -> Measure:
    """How much of `whole` is `part`; by the label at `by` as well, the greatest share first or the lowest."""
    shares: dict[str, float | None] = {}
    if by is not None:
        parts = part.by(by, FIVE_MINUTES)
        shares = {label: ratio(parts.get(label, 0), all_) for label, all_ in whole.by(by, FIVE_MINUTES).items()}
    trend = [ratio(one, all_) or 0.0 for one, all_ in zip(part.trend(), whole.trend(), strict=True)]
    now, hour = (ratio(part.increase(seconds), whole.increase(seconds)) for seconds in (FIVE_MINUTES, HOUR))
    return measure(name, now, hour, trend if any(trend) else (), shares, lowest_first=lowest_first)


class Measures:
    """Those that `ai_metrics` knows."""

    def __init__(self, instruments: Instruments, latencies: Latencies) -> None:
        """Look at these."""
        self._of = instruments
        self._latencies = latencies

    def all(self, now: float, since: float) -> list[Measure]:
        """Every one, in the dashboard's order; both in seconds of the monotonic clock, the second is the beginning."""
        of = self._of
        tools, operations = Part(of.tools), Part(of.durations)
        prompts = Part(of.tokens, has(1, "prompt"))
        cached = Part(of.details, has(1, "cache_read"))
        usage = tools.by(0, HOUR)
        return [
            self._latency(now),
            rate("errorRate", Part(of.durations, has_not(2, _SUCCESS)), operations, by=0),
            self._burn(now - since),
            _mean("contextUtilization", of.utilization),
            rate("toolSuccessRate", Part(of.tools, has(1, _SUCCESS)), tools, by=0, lowest_first=True),
            rate("parallelExecutionRatio", Part(of.tools, has(2, "true")), tools),
            measure("toolUsageDistribution", sum(usage.values()) or None, trend=tools.trend(), shares=_parts(usage)),
            rate("cacheHitRate", cached, prompts, by=0),
            rate("duplicateRequestRate", Part(of.duplicates), Part(of.model_requests)),
            rate("cpuPerRequest", Part(of.cpu), Part(of.traces)),
            measure("memoryPerContext", ratio(_sum(of.context_bytes), _sum(of.conversations))),
        ]

    def _latency(self, now: float) -> Measure:
        short, hour = (self._latencies.quantile(0.95, minutes, now) for minutes in (SHORT, MINUTES))
        shares = self._latencies.by_operation(0.95, SHORT, now)
        return measure("p95Latency", short, hour, self._latencies.trend(0.95, now), {**shares})

    def _burn(self, age: float) -> Measure:
        """Tokens a minute: of the last five, or of as many as there were yet."""
        tokens = Part(self._of.tokens)
        minutes, hour = (max(60.0, min(seconds, age)) / 60 for seconds in (FIVE_MINUTES, HOUR))
        shares: dict[str, float | None] = {
            " ".join(value or "unknown" for value in labels): amount / minutes
            for labels, amount in self._of.tokens.increase(FIVE_MINUTES).items()
        }
        now = tokens.increase(FIVE_MINUTES) / minutes
        return measure("tokenBurnRate", now, tokens.increase(HOUR) / hour, tokens.trend(), shares)


def _mean(name: str, family: Family[GaugeCell]) -> Measure:
    """The mean of a gauge's series; those of one label in several services count each."""
    by_label: dict[str, list[float]] = defaultdict(list)
    for cell in family.cells():
        if cell.value is not None:
            by_label[cell.values[0] or ""].append(cell.value)
    every = [value for values in by_label.values() for value in values]
    shares: dict[str, float | None] = {label: sum(values) / len(values) for label, values in by_label.items()}
    return measure(name, ratio(sum(every), len(every)), shares=shares)


def _sum(family: Family[GaugeCell]) -> float:
    return sum(cell.value or 0 for cell in family.cells())


def _parts(usage: Mapping[str, float]) -> dict[str, float | None]:
    whole = sum(usage.values())
    return {label: ratio(amount, whole) for label, amount in usage.items()}

"""What a dry run found, as numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from spansieve.dryrun import DryHost

from .sample_run import DryRun
from .sample_tally import Sums, Tally

_BUDGET = "spansieve_tail_sampling_budget_probability"
_VOTES = "otelcol_processor_tail_sampling_count_traces_sampled"
DAY = 86_400
SHORT_SECONDS = 3600
"""What covers less says little about a day."""
MOST_DROPPED = 10
"""Dropped traces with an error that are listed."""


class ByPolicy(NamedTuple):
    """What one policy kept for one reason."""

    policy: str
    reason: str
    kept: Sums
    voted: int
    """Traces for which it voted so, whether it decided or not."""


class DroppedError(NamedTuple):
    """A trace with an error that was dropped."""

    trace_id: str
    name: str
    spans: int
    size_bytes: int


class Budgeted(NamedTuple):
    """What came of the budget: the probability at last, and the least one."""

    probability: float
    least: float


@dataclass(frozen=True)
class Report:
    """All of it."""

    processor: str
    pipeline: str
    before: Sequence[str]
    from_ns: int
    to_ns: int
    seen: Sums
    kept: Sums
    policies: Sequence[ByPolicy]
    decided: Mapping[str, int]
    """Kept traces by what made them be decided."""
    errors: int
    """Traces with an error."""
    dropped: Sequence[DroppedError]
    """Of these all that were dropped, the largest first."""
    budget: Budgeted | None

    @classmethod
    def of(cls, run: DryRun, host: DryHost) -> "Report":
        """Of a run that is over; `host` is what it gave."""
        front = run.arrivals.fronts["traces"]
        errors, dropped = run.tally.errors()
        kept, decided, parts = _kept(run.tally, host)
        level = host.levels.get(_BUDGET)
        budget = None if level is None else Budgeted(level.last, level.least)
        return cls(
            processor=host.id,
            pipeline=front.pipeline,
            before=front.names,
            from_ns=run.arrivals.times[0],
            to_ns=run.arrivals.times[1],
            seen=run.tally.seen(),
            kept=kept,
            policies=sorted(parts, key=lambda one: -one.kept.spans),
            decided=decided,
            errors=errors,
            dropped=[DroppedError(id_.hex(), one.name, one.spans, one.size_bytes) for id_, one in dropped],
            budget=budget if run.config.budget else None,
        )

    @property
    def seconds(self) -> float:
        """The time that the data cover."""
        return (self.to_ns - self.from_ns) / 1e9

    @property
    def is_short(self) -> bool:
        """Whether that is little for speaking of a day."""
        return self.seconds < SHORT_SECONDS

    def a_day(self, count: float) -> float | None:
        """`count` in a day, if it went on so; None where the data cover no time at all."""
        return count * DAY / self.seconds if self.seconds > 0 else None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        budget = self.budget
        return {
            "processor": self.processor,
            "pipeline": self.pipeline,
            "before": list(self.before),
            "from": _iso(self.from_ns),
            "to": _iso(self.to_ns),
            "seconds": self.seconds,
            "short": self.is_short,
            "seen": self._sums(self.seen),
            "kept": self._sums(self.kept) | {"share": _shares(self.kept, self.seen)},
            "policies": [
                {"policy": one.policy, "reason": one.reason, "voted": one.voted, **_plain(one.kept)}
                for one in self.policies
            ],
            "decided": dict(self.decided),
            "errors": {
                "traces": self.errors,
                "kept": self.errors - len(self.dropped),
                "dropped": [
                    {"trace_id": one.trace_id, "name": one.name, "spans": one.spans, "bytes": one.size_bytes}
                    for one in self.dropped[:MOST_DROPPED]
                ],
            },
            "budget": None if budget is None else budget._asdict(),
        }

    def _sums(self, sums: Sums) -> dict[str, Any]:
        plain = _plain(sums)
        return plain | {"a_day": {key: _whole(self.a_day(value)) for key, value in plain.items()}}


def _kept(tally: Tally, host: DryHost) -> tuple[Sums, Counter[str], list[ByPolicy]]:
    """All that is kept, in sum, by what made it be decided, and by policy."""
    total, decided = Sums(), Counter[str]()
    parts: dict[tuple[str, str], Sums] = {}
    for (policy, reason, cause), sums in tally.kept().items():
        decided[cause] += sums.traces
        for into in (total, parts.setdefault((policy, reason), Sums())):
            into.join(sums)
    return total, decided, [ByPolicy(*key, sums, _votes(host, key[0])) for key, sums in parts.items()]


def _votes(host: DryHost, policy: str) -> int:
    wanted = {("policy", policy), ("sampled", "true")}
    return round(sum(count for (name, labels), count in host.sums.items() if name == _VOTES and wanted <= labels))


def _plain(sums: Sums) -> dict[str, int]:
    return {"traces": sums.traces, "spans": sums.spans, "bytes": sums.size_bytes}


def _shares(part: Sums, whole: Sums) -> dict[str, float]:
    return {key: round(value / max(1, _plain(whole)[key]), 4) for key, value in _plain(part).items()}


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _iso(time_ns: int) -> str | None:
    try:
        return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None

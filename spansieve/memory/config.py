"""The keys of a memory limiter: names, defaults, rules and errors of the Go Collector's."""

from typing import NamedTuple, Self

from pydantic import Field, model_validator

from spansieve.config.model import Config, Duration

MIB = 1024 * 1024


class Thresholds(NamedTuple):
    """Above `soft` bytes data is refused; above `hard` memory is collected as well."""

    soft: int
    hard: int


class MemoryLimits(Config):
    """What `memory_limiter` is configured with."""

    check_interval: Duration = Field(
        default=0.0, description="How often the memory is looked at, at least; must be set, 1s is good."
    )
    limit_mib: int = Field(default=0, ge=0, description="Hard limit in MiB; wins over `limit_percentage`.")
    spike_limit_mib: int = Field(
        default=0, ge=0, description="The soft limit is this much below the hard one; 0 = 20 % of the limit."
    )
    limit_percentage: int = Field(
        default=0, ge=0, description="Hard limit in percent of the memory of the cgroup, or of the machine."
    )
    spike_limit_percentage: int = Field(
        default=0, ge=0, description="As `spike_limit_mib`, in percent of the memory; 0 = 20 % of the limit."
    )
    min_gc_interval_when_soft_limited: Duration = Field(
        default=10.0, description="Shortest time between two collections above the soft limit."
    )
    min_gc_interval_when_hard_limited: Duration = Field(
        default=0.0, description="Shortest time between two collections above the hard limit; 0 = at each look."
    )
    max_gc_interval_when_soft_limited: Duration = Field(
        default=30.0,
        description="Collections above the soft limit that free less than 5 % become rarer up to this; 0 = they don't.",
    )
    max_gc_interval_when_hard_limited: Duration = Field(
        default=30.0,
        description="Collections above the hard limit that free less than 5 % become rarer up to this; 0 = they don't.",
    )

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.check_interval <= 0:
            raise ValueError("'check_interval' must be greater than zero")
        if not self.limit_mib and not self.limit_percentage:
            raise ValueError("'limit_mib' or 'limit_percentage' must be greater than zero")
        if max(self.limit_percentage, self.spike_limit_percentage) > 100:
            raise ValueError(
                "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to "
                "hundred"
            )
        if 0 < self.limit_mib <= self.spike_limit_mib:
            raise ValueError("'spike_limit_mib' must be smaller than 'limit_mib'")
        if 0 < self.limit_percentage <= self.spike_limit_percentage:
            raise ValueError("'spike_limit_percentage' must be smaller than 'limit_percentage'")
        return self

    @model_validator(mode="after")
    def _intervals(self) -> Self:
        soft, hard = self.min_gc_interval_when_soft_limited, self.min_gc_interval_when_hard_limited
        most_soft, most_hard = self.max_gc_interval_when_soft_limited, self.max_gc_interval_when_hard_limited
        if soft < hard:
            raise ValueError(
                "'min_gc_interval_when_soft_limited' should be larger than 'min_gc_interval_when_hard_limited'"
            )
        if most_soft and most_hard and most_soft < most_hard:
            raise ValueError(
                "'max_gc_interval_when_soft_limited' should be larger than or equal to "
                "'max_gc_interval_when_hard_limited' (when both are set)"
            )
        for word, least, most in (("soft", soft, most_soft), ("hard", hard, most_hard)):
            if most and most < least:
                raise ValueError(
                    f"'max_gc_interval_when_{word}_limited' must be greater than or equal to "
                    f"'min_gc_interval_when_{word}_limited' (or 0 to disable)"
                )
        return self

    def thresholds(self, total_bytes: int) -> Thresholds:
        """The two limits, where there are `total_bytes` of memory to take a percentage of."""
        hard = self.limit_mib * MIB or total_bytes * self.limit_percentage // 100
        wanted = self.spike_limit_mib * MIB if self.limit_mib else total_bytes * self.spike_limit_percentage // 100
        return Thresholds(hard - (wanted or hard // 5), hard)

"""The configuration of `memory_limiter`: the Go Collector's keys; the README beside this file explains every one."""

from spansieve.memory import MemoryLimits


class MemoryLimiterConfig(MemoryLimits):
    """The core's limits and nothing else."""

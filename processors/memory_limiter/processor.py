"""Refuses data, so that it is sent again later, while the process has too much memory; at the receivers' door already.

Source: the Go Collector's processor of this name. Memory is the resident size of the process, which the queues are a
part of, where Go's is its heap.
"""

from spansieve.memory import Limiter, Memory, SystemMemory
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Host, Processor, Refused, Signal

from .config import MemoryLimiterConfig

ITEMS: dict[Signal, str] = {"traces": "spans", "logs": "log_records", "metrics": "metric_points"}


class MemoryLimiter(Processor[MemoryLimiterConfig]):
    """Changes nothing. One instance for all pipelines that name it; it keeps no data, so it is not stateful."""

    config = MemoryLimiterConfig
    guards = True
    reads_only = True

    def __init__(self, config: MemoryLimiterConfig, host: Host, memory: Memory | None = None) -> None:
        """`memory` is the system's, but for tests."""
        self._limiter = Limiter(config, host.clock, host.log, memory or SystemMemory(host.others_bytes))
        prefix = "otelcol_processor_memory_limiter_"
        self._accepted = {
            signal: host.counter(f"{prefix}accepted_{word}", description="Items that may go on.")
            for signal, word in ITEMS.items()
        }
        self._refused = {
            signal: host.counter(f"{prefix}refused_{word}", description="Items refused; unread requests count as one.")
            for signal, word in ITEMS.items()
        }
        self._resident = host.gauge("memory", unit="By", description="Resident bytes of the process, as last seen.")
        self._limit = host.gauge("memory_limit", unit="By", description="The soft and the hard limit.")
        self._level = host.gauge("memory_level", description="0 = within limits, 1 = above soft, 2 = above hard.")
        self._collections = host.counter("memory_collections", description="Forced collections.")
        self._counted = 0

    def start(self) -> None:
        """Say what holds."""
        self._limiter.start()
        for kind, size in self._limiter.thresholds._asdict().items():
            self._limit.set(size, limit=kind)
        self._show()

    def admit(self, signal: Signal, request_bytes: int, in_flight_bytes: int) -> None:
        """Refuse at the door what is large; what is small comes in, and is counted in `traces` and its twins."""
        try:
            self._limiter.admit(request_bytes, in_flight_bytes)
        except Refused:
            self._refused[signal].add(1)
            raise

    def tick(self) -> None:
        """Look at the memory when that is due, and collect."""
        self._limiter.check()
        self._show()

    def traces(self, batch: TraceBatch) -> None:
        """Let spans go on, or refuse them."""
        self._pass("traces", len(batch))

    def logs(self, batch: LogBatch) -> None:
        """The same for log records."""
        self._pass("logs", len(batch))

    def metrics(self, batch: MetricBatch) -> None:
        """The same for data points."""
        self._pass("metrics", len(batch))

    def _pass(self, signal: Signal, items: int) -> None:
        try:
            self._limiter.refuse()
        except Refused:
            self._refused[signal].add(items)
            raise
        self._accepted[signal].add(items)

    def _show(self) -> None:
        self._resident.set(self._limiter.resident)
        self._level.set(self._limiter.level)
        self._collections.add(self._limiter.collections - self._counted)
        self._counted = self._limiter.collections

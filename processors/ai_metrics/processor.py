"""`ai_metrics`: what AI agents do, in numbers."""

import math
from collections.abc import Sequence
from typing import ClassVar

from spansieve.alerts.times import rfc3339
from spansieve.dashboard import DASHBOARD, DashboardStatus
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Host, Processor, Signal
from spansieve.series import Meter
from spansieve.watching import AiSpan, Watch

from .calls import Calls
from .concurrency import Concurrency
from .config import AiMetricsConfig
from .counting import Counting
from .genai import GenAiMetrics
from .given_up import GivenUp
from .instruments import Instruments
from .levels import Levels
from .measures import Measures
from .requests import Requests

SCOPE = "spansieve.ai_metrics"


class AiMetrics(Processor[AiMetricsConfig]):
    """Holds nothing up: batches go on at once, and what is kept of them is bounded."""

    config = AiMetricsConfig
    stateful: ClassVar[bool] = True
    reads_only: ClassVar[bool] = True
    on_error: ClassVar = "pass"
    emits: ClassVar[frozenset[Signal]] = frozenset({"metrics"})

    def __init__(self, config: AiMetricsConfig, host: Host) -> None:
        """Have counted nothing."""
        self._settings = config
        self._host = host
        clock = host.clock
        self._meter = Meter(host, config, SCOPE, limits=config.limits.by_label())
        self._instruments = made = Instruments(self._meter)
        self._genai = GenAiMetrics(made, server=config.genai_metrics.server) if config.genai_metrics.enabled else None
        concurrency = Concurrency(clock.time_ns() - round(config.lag * 1e9))
        calls = Calls(made, self._genai, config.context_limits)
        self._levels = Levels(host, made, concurrency, calls.conversations, config.lag)
        self._requests = Requests(made.requests, self._plumbing)
        self._is_of_spans = config.count_from == "spans"
        requests = self._requests if self._is_of_spans else None
        self._counting = Counting(made, calls, requests, concurrency, clock)
        self._given_up = GivenUp(host, calls, self._requests, concurrency, self._levels.pending)
        self._measures = Measures(made, self._counting.latencies)
        self._began = clock.monotonic()
        self._watch: Watch | None = None

    def start(self) -> None:
        """Listen to the spans that settle."""
        self._meter.refresh = self._refresh
        self._host.status(self._host.id, self.snapshot)
        settings = self._settings
        self._watch = Watch.of(self._host, self._settled, settle=settings.settle, count_from=settings.count_from)

    def traces(self, batch: TraceBatch) -> None:
        """Look at the spans, if they are what is counted; what they mean shows later."""
        if self._watch is not None and self._is_of_spans:
            arrived = self._levels.see(batch, self._watch.ids(batch))
            self._requests.came(arrived, self._host.clock.monotonic())

    def logs(self, batch: LogBatch) -> None:
        """Look for failures that only a record tells of, or for all that there is to count."""
        if self._watch is not None:
            self._watch.hear(batch)

    def metrics(self, batch: MetricBatch) -> None:
        """Hear what services measure themselves."""
        if self._genai is not None:
            self._genai.hear(batch, self._host.clock.monotonic())
        self._levels.hear(batch)

    def tick(self) -> None:
        """Count what has settled, and send what is due."""
        if self._watch is not None:
            self._watch.tick()
        self._meter.tick()

    def shutdown(self) -> None:
        """Count what still waits, and send all."""
        if self._watch is not None:
            self._watch.leave(self._settled)
        self._requests.expire(math.inf)
        self._meter.flush()

    def snapshot(self) -> DashboardStatus:
        """The dashboard's measures as they are now."""
        clock = self._host.clock
        measures = self._measures.all(clock.monotonic(), self._began)
        return DashboardStatus(schema=DASHBOARD, time=rfc3339(clock.time_ns()), measures=measures, tables={})

    def _plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        return None if self._watch is None else self._watch.plumbing(trace_id, span_id)

    def _settled(self, spans: Sequence[AiSpan]) -> None:
        self._counting.count(spans)

    def _refresh(self) -> None:
        self._levels.refresh()
        self._requests.expire(self._host.clock.monotonic())
        self._given_up.show()

"""What `error_aggregation` would make of recorded telemetry, on a clock that follows the telemetry's own time."""

from collections.abc import Iterator
from typing import cast

from spansieve.alerts import Alert, alerts_of
from spansieve.alerts.status import ErrorsStatus
from spansieve.config.load import Loaded
from spansieve.dryrun import STEP_NS, Arrivals, Chosen, DryHost, RecordedClock, batches, made
from spansieve.pdata import Batch, LogBatch, Signal, TraceBatch
from spansieve.wiring import Wiring

from .config import ErrorAggregationConfig
from .processor import ErrorAggregation

_QUIET_NS = 16 * STEP_NS
"""How far the clock goes at once while no error waits: a second."""
_PENDING = "spansieve_error_pending"


class ErrorsRun:
    """Replays what was added to `arrivals`."""

    def __init__(self, loaded: Loaded, chosen: Chosen) -> None:
        """Nothing came yet. Raises ConfigError."""
        self._loaded, self._chosen = loaded, chosen
        self.arrivals = Arrivals(loaded, chosen.name, chosen.front)
        self._told: dict[str, Alert] = {}
        """Alerts that would have been sent, as they were told last, by id."""
        self._clock: RecordedClock
        self._host: DryHost

    def run(self) -> ErrorsStatus:
        """Replay it until every error is judged: patterns as they are then, and all alerts. Raises ConfigError."""
        self._clock = RecordedClock(self.arrivals.begin_ns)
        self._host = DryHost(self._chosen.name, self._clock, Wiring.of(self._loaded), self._emitted)
        self._host.scrubs = self._chosen.front.scrub
        processor = cast("ErrorAggregation", made(self._loaded, self._chosen.name, self._host, storage=None))
        for until_ns, arriving in self.arrivals.steps():
            self._pass(processor, until_ns)
            for batch in batches(arriving):
                if isinstance(batch, TraceBatch):
                    processor.traces(batch)
                else:
                    processor.logs(batch)
            processor.tick()  # that it waits for something shows from then on
        config = cast("ErrorAggregationConfig", self._loaded.processors[self._chosen.name].config)
        self._pass(processor, self._clock.now_ns + round(config.cascade_wait * 1e9) + STEP_NS)
        return processor.snapshot(self._told.values())

    def _pass(self, processor: ErrorAggregation, until_ns: int) -> None:
        for now_ns in self._ticks(until_ns):
            self._clock.now_ns = now_ns
            processor.tick()

    def _ticks(self, until_ns: int) -> Iterator[int]:
        """The times at which it is ticked: often while an error waits, now and then while an alert fires."""
        while (now_ns := self._clock.now_ns) < until_ns:
            pending = self._host.levels.get(_PENDING)
            if pending is None or pending.last:
                yield now_ns + STEP_NS
            elif any(alert.status == "firing" for alert in self._told.values()):
                yield min(until_ns, now_ns + _QUIET_NS)
            else:
                yield until_ns

    def _emitted(self, _: Signal, batch: Batch) -> None:
        if isinstance(batch, LogBatch):
            self._told |= {alert.id: alert for alert in alerts_of(batch)}

    @property
    def warnings(self) -> list[str]:
        """What the processor wrote into its log."""
        return self._host.warnings

"""A processor with a clock that is told, fed with errors of a few words, and a storage that outlives it."""

from collections.abc import Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.alerts import Alert, alerts_of
from spansieve.alerts.status import PatternRow
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.error_aggregation import ErrorAggregation, ErrorAggregationConfig
from tests.disk import Disk, DiskHost
from tests.e2e.sampling_cases import body, trace_id


class House:
    """One processor. `now` is how many seconds went by since the first one was started."""

    def __init__(self, disk: Disk | None = None, now: float = 0.0, **config: Any) -> None:  # noqa: ANN401
        self.disk = disk or Disk()
        self.host = DiskHost(self.disk, "error_aggregation")
        self.base_ns = self.host.clock.time_ns()
        self.host.clock.advance(seconds=now)
        self.now = now
        self.config = {"cascade_wait": "1s"} | config
        if disk is not None:
            self.config["storage"] = "disk"
        self.aggregation = ErrorAggregation(ErrorAggregationConfig.model_validate(self.config), self.host)
        self.aggregation.start()

    def send(self, *spans: dict[str, Any], base_s: float | None = None) -> None:
        """Send spans; their times are relative to now, or to `base_s`."""
        base_s = self.now if base_s is None else base_s
        request = body([{"attrs": {}, "status": "UNSET", **one} for one in spans], self.base_ns + round(base_s * 1e9))
        self.aggregation.traces(TraceBatch.parse(request))

    def log(self, trace: str, message: str, **more: Any) -> None:  # noqa: ANN401
        """Send a record of an error."""
        request = ExportLogsServiceRequest()
        record = request.resource_logs.add().scope_logs.add().log_records.add(severity_number=17, **more)
        record.trace_id, record.body.string_value = trace_id(trace) if trace else b"", message
        record.time_unix_nano = self.host.clock.time_ns()
        self.aggregation.logs(LogBatch.parse(request.SerializeToString()))

    def pass_(self, seconds: float, step: float = 0.5) -> None:
        """Let time go by."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            by = min(step, end - self.now)
            self.host.clock.advance(seconds=by)
            self.now += by
            self.aggregation.tick()

    def alerts(self) -> list[Alert]:
        """All that were sent since this was asked last."""
        batches = [batch for signal, batch in self.host.emitted if signal == "alerts"]
        self.host.emitted.clear()
        return [alert for batch in batches if isinstance(batch, LogBatch) for alert in alerts_of(batch)]

    def told(self) -> list[tuple[str, str, str]]:
        """Likewise: type, status and key."""
        return [(one.type, one.status, one.pattern.key if one.pattern else "") for one in self.alerts()]

    def killed(self) -> "House":
        """The one that is started after this one was killed."""
        return House(self.disk, self.now, **self.config)

    def stopped(self) -> "House":
        """The one that is started after this one was stopped."""
        self.aggregation.shutdown()
        return self.killed()

    def patterns(self) -> list[PatternRow]:
        """What the snapshot shows."""
        return self.aggregation.snapshot()["patterns"]


def error(trace: str, t: float = -0.1, span: str = "1", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A failed call of a tool that ended `t` seconds from now."""
    error = {"type": more.pop("type", "TimeoutError"), "message": more.pop("message", "timed out")}
    tool = more.pop("tool", "fetch")
    made = {"trace": trace, "span": span, "parent": None, "name": f"execute_tool {tool}", "dur_ms": 10, "t_s": t}
    return made | {"status": "ERROR", "tool": tool, "attrs": {}, "error": error} | more


def success(trace: str, t: float = -0.1, span: str = "2", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A call that did not fail."""
    made = error(trace, t, span, **more)
    return {key: value for key, value in made.items() if key != "error"} | {"status": "UNSET"}


def errors(count: int, t: float = -10.0, step: float = 0.1, **more: Any) -> Sequence[dict[str, Any]]:  # noqa: ANN401
    """Several, each in a trace of its own."""
    prefix = more.pop("prefix", "t")
    return [error(f"{prefix}{at}", t + at * step, **more) for at in range(count)]

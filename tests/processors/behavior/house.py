"""The processor with a clock that is told, fed with traces of a few words, and what it sent in a form that is easy to
look at.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.alerts import Alert, alerts_of
from spansieve.pdata import LogBatch, LogRecord, MetricBatch, TraceBatch, Value, encode_pair
from spansieve.processors.behavior import Behavior, BehaviorConfig
from spansieve.testing import FakeClock
from tests.disk import Disk, DiskHost

SECOND_NS = 1_000_000_000
DAY = 86_400.0
_ids = itertools.count(1)
Key = tuple[str, ...]


def span(name: str, *, at: float = 0.0, lasts: float = 1.0, **attributes: Value) -> dict[str, Any]:
    """A span that begins `at` seconds from when it is sent; `failed`, `id` and `parent` say what they say. In the names
    of attributes, `__` is a dot.
    """
    return {"name": name, "at": at, "lasts": lasts, "attributes": attributes}


def agent(name: str = "helper", /, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """An agent's run."""
    attributes = {"gen_ai.operation.name": "invoke_agent", "spansieve.ai.kind": "agent", "gen_ai.agent.name": name}
    return span(f"invoke_agent {name}", **{**attributes, **more})


def model(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A model call."""
    attributes = {"gen_ai.operation.name": "chat", "spansieve.ai.kind": "model", "gen_ai.request.model": "gpt-4o"}
    return span("chat gpt-4o", **{**attributes, **more})


def tool(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A tool's execution."""
    attributes = {"gen_ai.operation.name": "execute_tool", "spansieve.ai.kind": "tool", "gen_ai.tool.name": name}
    return span(f"execute_tool {name}", **{**attributes, **more})


class House:
    """One processor. `now` is how many seconds went by since the first one was started."""

    def __init__(
        self,
        disk: Disk | None = None,
        now: float = 0.0,
        time_ns: int | None = None,
        **config: Any,  # noqa: ANN401
    ) -> None:
        self.disk = disk or Disk()
        self.host = DiskHost(self.disk, "behavior")
        if time_ns is not None:
            self.host.clock = FakeClock(time_ns)
        self.base_ns = self.host.clock.time_ns()
        self.host.clock.advance(seconds=now)
        self.now = now
        self.given = config
        self.config = config | ({"storage": "disk"} if disk is not None else {})
        self.behavior = Behavior(BehaviorConfig.model_validate(self.config), self.host)
        self.behavior.start()

    def send(self, *spans: Mapping[str, Any], service: str = "agent", trace: bytes = b"") -> bytes:
        """Send a trace in one request: the first span is the root, unless it has a `parent`; the others are below it.
        Returns the trace's id.
        """
        trace = trace or next(_ids).to_bytes(16, "big")
        request = ExportTraceServiceRequest()
        resource = request.resource_spans.add()
        resource.resource.attributes.add(key="service.name").value.string_value = service
        scope = resource.scope_spans.add()
        root = b""
        for one in spans:
            attributes = dict(one["attributes"])
            made = scope.spans.add(trace_id=trace, span_id=attributes.pop("id", next(_ids).to_bytes(8, "big")))
            made.parent_span_id = attributes.pop("parent", root)
            made.name = one["name"]
            begin = self.base_ns + round((self.now + one["at"]) * SECOND_NS)
            made.start_time_unix_nano, made.end_time_unix_nano = begin, begin + round(one["lasts"] * SECOND_NS)
            if attributes.pop("failed", False):
                made.status.code = made.status.STATUS_CODE_ERROR
            for key, value in attributes.items():
                made.attributes.add().ParseFromString(encode_pair(key.replace("__", "."), value))
            root = root or made.span_id
        self.behavior.traces(TraceBatch.parse(request.SerializeToString()))
        return trace

    def ask(self, text: str = "", *, user: str = "", thread: str = "", service: str = "agent", **more: Any) -> bytes:  # noqa: ANN401
        """A request to an agent."""
        said: dict[str, Any] = {"user.id": user} if user else {}
        if thread:
            said["gen_ai.conversation.id"] = thread
        if text:
            message = {"role": "user", "parts": [{"type": "text", "content": text}]}
            said["gen_ai.input.messages"] = json.dumps([message])
        return self.send(agent(**said, **more), service=service)

    def log(self, event: str, trace: bytes = b"", **attributes: Value) -> None:
        """Send a log record."""
        request = ExportLogsServiceRequest()
        record = request.resource_logs.add().scope_logs.add().log_records.add(event_name=event, trace_id=trace)
        record.time_unix_nano = self.host.clock.time_ns()
        for key, value in attributes.items():
            record.attributes.add().ParseFromString(encode_pair(key.replace("__", "."), value))
        self.behavior.logs(LogBatch.parse(request.SerializeToString()))

    def pass_(self, seconds: float, step: float = 5.0) -> None:
        """Let time go by."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            by = min(step, end - self.now)
            self.host.clock.advance(seconds=by)
            self.now += by
            self.behavior.tick()

    def numbers(self) -> dict[Key, float]:
        """The values of all metrics as they are sent next, by name and labels: sums of histograms under `<name>_sum`,
        how many there are under `<name>_count`. Services are added up.
        """
        self.pass_(10)
        found: dict[Key, float] = defaultdict(float)
        batches = [batch for _, batch in self.host.emitted if isinstance(batch, MetricBatch)]
        for key, value in _points(batches[-1]) if batches else ():
            found[key] += value
        return found

    def events(self, action: str) -> list[dict[str, Any]]:
        """What was told of `action`: the attributes of its records."""
        return [dict(one.attributes) for one in self.records() if one.event_name == f"spansieve.behavior.{action}"]

    def records(self) -> Iterator[LogRecord]:
        """All events."""
        for signal, batch in self.host.emitted:
            if signal == "logs" and isinstance(batch, LogBatch):
                yield from batch

    def alerts(self) -> list[Alert]:
        """All alerts that were sent."""
        batches = [batch for signal, batch in self.host.emitted if signal == "alerts"]
        return [alert for batch in batches if isinstance(batch, LogBatch) for alert in alerts_of(batch)]

    def table(self, name: str) -> Sequence[Mapping[str, Any]]:
        """A table of the status page."""
        return self.behavior.snapshot()["tables"][name]

    def measure(self, name: str) -> Any:  # noqa: ANN401
        """A measure of the status page."""
        return next(one for one in self.behavior.snapshot()["measures"] if one["name"] == name)

    def killed(self) -> "House":
        """The one that is started after this one was killed."""
        return House(self.disk, self.now, **self.given)

    def stopped(self) -> "House":
        """The one that is started after this one was stopped."""
        self.behavior.shutdown()
        return self.killed()


def _points(batch: MetricBatch) -> Iterator[tuple[Key, float]]:
    for metric, points in batch.by_metric():
        for point in points:
            labels = tuple(str(value) for _, value in sorted(point.attributes.items()))
            if metric.type == "histogram":
                yield (f"{metric.name}_sum", *labels), float(point.sum or 0)
                yield (f"{metric.name}_count", *labels), float(point.count or 0)
            else:
                yield (metric.name, *labels), float(point.value or 0)

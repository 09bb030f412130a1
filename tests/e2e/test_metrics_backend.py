"""A backend of metrics that is down: everybody else goes on, and it hears all once it is back."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from spansieve.pdata import MetricBatch
from spansieve.testing import OK, otlp_request

from .program import Program, Sink, eventually, export, running
from .test_ai_metrics import exposed

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}}}}
processors:
  ai_semantics: {}
  ai_metrics: {interval: 200ms, settle: 200ms}
  alert_rules:
    interval: 1s
    rules: [{name: calls, increase: tool_executions_total, threshold: 0.5, window: 60s, message: "{value}"}]
exporters:
  debug: {verbosity: basic}
  file: {path: ALERTS}
  otlp:
    endpoint: "localhost:BACKEND"
    tls: {insecure: true}
    sending_queue: {queue_size: 1, num_consumers: 1}
    retry_on_failure: {initial_interval: 100ms, max_interval: 100ms}
  prometheus: {endpoint: "localhost:{status}"}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [ai_semantics, ai_metrics], exporters: [debug]}
    metrics/ai: {receivers: [ai_metrics], processors: [alert_rules], exporters: [otlp, prometheus]}
    alerts: {receivers: [alert_rules], exporters: [file]}
"""
MISSED = 'spansieve_pipeline_items_total{exporter="otlp",outcome="failed",pipeline="metrics/ai",reason="missed_round"}'


@pytest.fixture
def sink() -> Iterator[Sink]:
    with contextlib.closing(Sink()) as backend:
        backend.down = True
        yield backend


def tools(program: Program, service: str = "agent") -> float:
    return sum(value for name, value in exposed(program)[service].items() if name.startswith("tool_executions"))


def heard(sink: Sink) -> float:
    """What the backend knows of tools."""
    points = [point for _, body in sink.bodies[-1:] for point in MetricBatch.parse(body)]
    return sum(float(point.value or 0) for point in points if point.metric.name == "tool_executions_total")


def test_who_has_room_gets_every_round_while_a_backend_is_down(tmp_path: Path, sink: Sink) -> None:
    tool = OK.with_(name="execute_tool grep", attributes={"gen_ai.operation.name": "execute_tool"})
    config = CONFIG.replace("BACKEND", str(sink.port)).replace("ALERTS", str(tmp_path / "alerts.jsonl"))
    with running(tmp_path, config) as program, grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        export(channel, "traces", otlp_request("agent", tool))
        eventually(lambda: tools(program) == 1, "the first is shown")
        eventually(lambda: program.metrics().get(MISSED, 0) > 0, "the backend's queue is full")
        export(channel, "traces", otlp_request("agent", tool))
        eventually(lambda: tools(program) == 2, "the second is shown, whoever is down")
        eventually(lambda: "calls" in (tmp_path / "alerts.jsonl").read_text(), "rules go on")
        sink.down = False
        eventually(lambda: heard(sink) == 2, "the backend hears all")
        program.check_books()
        assert program.stop() == 0

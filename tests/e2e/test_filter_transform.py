"""filter and transform in the real program: three signals in, what is left of them at a real backend, and the books."""

from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from spansieve.pdata import LogBatch, MetricBatch, Signal, TraceBatch
from spansieve.testing import OK, otlp_request

from .program import Program, Sink, eventually, export, running, typed

CODEX = Path(__file__).parents[1] / "fixtures" / "captures" / "codex"
CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors:
  filter/noise:
    error_mode: ignore
    reparent: true
    trace_conditions:
      - 'IsMatch(span.name, "^(append_items|fs\\\\.get_metadata)$")'
      - HasPrefix(span.attributes["missing"], "x")
    log_conditions: ['log.severity_number > 0 and log.severity_number < SEVERITY_NUMBER_WARN']
    metric_conditions: ['metric.name == "noise"', 'datapoint.attributes["model"] == "old"']
  transform:
    trace_statements: ['set(span.attributes["team"], resource.attributes["service.name"])']
    log_statements: ['replace_pattern(log.body, "(password=)[^ ]+", "$${1}***")']
    metric_statements: ['set(metric.unit, "{token}") where metric.name == "tokens"']
  filter/strict:
    trace_conditions: ['1 / span.dropped_links_count == 5']
exporters:
  otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}, compression: none}
extensions: {health_check: {endpoint: "localhost:{health}"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [STRICT filter/noise, transform], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], processors: [filter/noise, transform], exporters: [otlp_grpc]}
    metrics: {receivers: [otlp], processors: [filter/noise, transform], exporters: [otlp_grpc]}
"""


def config(sink: Sink, strict: str = "") -> str:
    return CONFIG.replace("SINK", str(sink.port)).replace("STRICT", strict)


def send(program: Program, kind: Signal, body: bytes) -> None:
    with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        export(channel, kind, body)


def arrived(sink: Sink, kind: Signal, count: int) -> bytes:
    """The one request that all bodies of a signal make, once `count` items are there."""
    eventually(lambda: sink.count(kind) >= count, f"{count} items of {kind}")
    return b"".join(body for one, body in sink.bodies if one == kind)


def logs() -> bytes:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(severity_number=9).body.string_value = "fine"
    records.add(severity_number=17).body.string_value = "password=hunter2 was wrong"
    return request.SerializeToString()


def metrics() -> bytes:
    request = ExportMetricsServiceRequest()
    made = request.resource_metrics.add().scope_metrics.add().metrics
    made.add(name="noise").gauge.data_points.add(as_int=1)
    points = made.add(name="tokens").sum.data_points
    points.add(as_int=2).attributes.add(key="model").value.string_value = "old"
    points.add(as_int=3).attributes.add(key="model").value.string_value = "new"
    return request.SerializeToString()


def test_what_matches_is_dropped_the_rest_is_changed_and_the_books_balance(tmp_path: Path, sink: Sink) -> None:
    sent = [TraceBatch.parse(path.read_bytes()) for path in sorted(CODEX.glob("*.traces.pb"))]
    noise = sum(span.name in {"append_items", "fs.get_metadata"} for batch in sent for span in batch)
    total = sum(map(len, sent))
    assert (total, noise > 300) == (1_285, True)
    with running(tmp_path, config(sink)) as program:
        for batch in sent:
            send(program, "traces", batch.encode())
        send(program, "logs", logs())
        send(program, "metrics", metrics())

        spans = list(TraceBatch.parse(arrived(sink, "traces", total - noise)))
        assert len(spans) == total - noise
        assert {span.attributes["team"] for span in spans} == {
            span.resource.attributes["service.name"] for span in spans
        }
        [record] = LogBatch.parse(arrived(sink, "logs", 1))
        assert record.body == "password=*** was wrong"
        [point] = MetricBatch.parse(arrived(sink, "metrics", 1))
        assert (point.value, point.metric.unit) == (3, "{token}")

        program.check_books()
        shown = program.metrics()
        assert shown['otelcol_processor_filter_spans_filtered{processor="filter/noise"}'] == noise
        assert shown['otelcol_processor_filter_logs_filtered{processor="filter/noise"}'] == 1
        assert shown['otelcol_processor_filter_datapoints_filtered{processor="filter/noise"}'] == 2
        assert shown['spansieve_processor_evaluation_errors_total{processor="filter/noise"}'] == total - noise
        filtered = [
            value
            for name, value in shown.items()
            if name.startswith("spansieve_pipeline_items_total")
            and 'pipeline="traces"' in name
            and "filter/noise" in name
        ]
        assert filtered == [noise]
        line = "filter/noise: trace_conditions[1]: HasPrefix, value: a text is expected, found nil"
        assert program.log().count(line) == 1, program.log()
        assert program.stop() == 0


def test_with_propagate_a_batch_that_can_t_be_evaluated_is_taken_and_is_on_the_books_as_failed(
    tmp_path: Path, sink: Sink
) -> None:
    with running(tmp_path, config(sink, "filter/strict,")) as program:
        send(program, "traces", otlp_request("desk", OK, OK))  # dropped_links_count is 0: a division by zero
        program.check_books()
        failed = [
            value
            for name, value in program.metrics().items()
            if name.startswith("spansieve_pipeline_items_total") and 'reason="processor_error"' in name
        ]
        assert failed == [2]
        assert "filter/strict: trace_conditions[0]: a division by zero" in program.log()
        assert program.stop() == 0
    assert sink.count("traces") == 0


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            'metric.name == "noise"',
            'metric.nam == "noise"',
            ":11:25: processors.filter/noise.metric_conditions[0]: unknown path metric.nam (column 1). "
            'Did you mean metric.name?\n    metric.nam == "noise"\n    ^^^^^^^^^^\n',
        ),
        (
            'set(metric.unit, "{token}") where',
            'set(metric.unit, ToUppercase("{token}")) where',
            ":15:25: processors.transform.metric_statements[0]: unknown converter ToUppercase (column 18). "
            'Did you mean ToUpperCase?\n    set(metric.unit, ToUppercase("{token}")) where metric.name == "tokens"\n'
            f"    {' ' * 17}{'^' * 22}\n",
        ),
    ],
)
def test_validate_points_at_the_column(tmp_path: Path, before: str, after: str, told: str) -> None:
    file = tmp_path / "config.yaml"
    text = CONFIG.replace("STRICT", "").replace("SINK", "4317").replace(before, after)
    for port, name in enumerate(("grpc", "http", "health", "metrics"), 20_000):
        text = text.replace("{" + name + "}", str(port))
    file.write_text(text)
    done = typed("validate", "--config", str(file))
    assert done.exit_code == 2
    assert told in done.output

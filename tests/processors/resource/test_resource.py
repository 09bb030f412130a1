"""resource: what leaves for what arrives, in each signal."""

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from spansieve.pdata import LogBatch, MetricBatch
from spansieve.plugin import signals_of
from spansieve.processors.resource import Resource, ResourceConfig
from spansieve.testing import OK, FakeHost, otlp_request, through

ACTIONS = [
    {"key": "env", "value": "prod", "action": "upsert"},
    {"key": "copy", "from_attribute": "service.name", "action": "insert"},
    {"key": "service.name", "action": "delete"},
]


def resource() -> Resource:
    return Resource(ResourceConfig.model_validate({"attributes": ACTIONS}), FakeHost())


def test_the_resource_of_spans_is_changed_and_the_spans_are_not() -> None:
    [span] = through(resource(), otlp_request("agent", OK.with_(attributes={"env": "own"})))
    assert dict(span.resource.attributes) == {"env": "prod", "copy": "agent"}
    assert dict(span.attributes) == {"env": "own"}


def test_each_resource_of_a_request_is_changed_one_that_was_left_out_too() -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="a")
    request.resource_spans.add().scope_spans.add().spans.add(name="b")
    left = through(resource(), request.SerializeToString())
    assert [dict(span.resource.attributes) for span in left] == [{"env": "prod"}] * 2


def test_resources_of_logs_alerts_and_metrics_are_changed() -> None:
    logs = ExportLogsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.add()
    for run in (resource().logs, resource().alerts):
        log_batch = LogBatch.parse(logs.SerializeToString())
        run(log_batch)
        [log] = LogBatch.parse(log_batch.encode())
        assert dict(log.resource.attributes) == {"env": "prod"}

    metrics = ExportMetricsServiceRequest()
    metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add()
    metric_batch = MetricBatch.parse(metrics.SerializeToString())
    resource().metrics(metric_batch)
    [point] = MetricBatch.parse(metric_batch.encode())
    assert dict(point.resource.attributes) == {"env": "prod"}


def test_an_empty_list_and_include_are_mistakes() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        ResourceConfig.model_validate({"attributes": []})
    with pytest.raises(ValidationError, match="Extra inputs"):
        ResourceConfig.model_validate({"attributes": ACTIONS, "include": {}})
    with pytest.raises(ValidationError) as caught:
        ResourceConfig.model_validate({"attributes": [{"key": "a", "action": "insert"}, {"action": "hash"}]})
    assert [error["loc"] for error in caught.value.errors()] == [("attributes", 0), ("attributes", 1)]


def test_it_takes_every_signal_and_keeps_no_state() -> None:
    assert signals_of(Resource) == {"traces", "logs", "metrics", "alerts"}
    assert not Resource.stateful

"""attributes: what leaves for what arrives, in each signal."""

import hashlib

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from pydantic import ValidationError

from spansieve.pdata import LogBatch, MetricBatch, Signal, TraceBatch
from spansieve.plugin import signals_of
from spansieve.processors.attributes import Attributes, AttributesConfig
from spansieve.testing import OK, FakeHost, otlp_request, through

TAG = {"key": "env", "value": "prod", "action": "insert"}


def attributes(signal: Signal = "traces", **config: object) -> Attributes:
    host = FakeHost()
    host.served = frozenset({signal})
    return Attributes(AttributesConfig.model_validate(config), host)


def test_actions_change_the_spans_that_include_and_exclude_leave() -> None:
    processor = attributes(
        include={"match_type": "regexp", "span_names": ["^chat"]},
        exclude={"match_type": "strict", "attributes": [{"key": "test", "value": True}]},
        actions=[TAG, {"key": "user", "action": "hash"}],
    )
    chat = OK.with_(name="chat", attributes={"user": "ann"})
    left = through(
        processor, otlp_request("agent", chat, chat.with_(name="tool"), chat.with_(attributes={"test": True}))
    )

    assert [dict(span.attributes) for span in left] == [
        {"user": hashlib.sha256(b"ann").hexdigest(), "env": "prod"},
        {"user": "ann"},
        {"test": True},
    ]


def test_without_include_all_spans_are_changed_and_untouched_bytes_stay() -> None:
    body = otlp_request("agent", OK, OK)
    batch = TraceBatch.parse(body)
    attributes(actions=[{"key": "gone", "action": "delete"}]).traces(batch)
    assert batch.encode() == body

    assert [dict(span.attributes) for span in through(attributes(actions=[TAG]), body)] == [{"env": "prod"}] * 2


def test_log_records_and_alerts_are_changed() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(severity_number=9)
    records.add(severity_number=17)
    processor = attributes(
        "logs",
        actions=[TAG],
        include={"match_type": "strict", "log_severity_number": {"min": 17, "match_undefined": False}},
    )
    for run in (processor.logs, processor.alerts):
        batch = LogBatch.parse(request.SerializeToString())
        run(batch)
        assert [dict(log.attributes) for log in LogBatch.parse(batch.encode())] == [{}, {"env": "prod"}]


def test_data_points_of_every_kind_are_changed() -> None:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        getattr(metrics.add(name=kind), kind).data_points.add()
    batch = MetricBatch.parse(request.SerializeToString())
    attributes(actions=[TAG]).metrics(batch)
    assert [dict(point.attributes) for point in MetricBatch.parse(batch.encode())] == [{"env": "prod"}] * 5


def test_mistakes_in_several_actions_are_told_at_once_with_their_places() -> None:
    with pytest.raises(ValidationError) as caught:
        AttributesConfig.model_validate(
            {"actions": [TAG, {"key": "k", "action": "insert"}, {"action": "hash", "pattern": "("}, {"action": "x"}]}
        )
    assert [error["loc"][:2] for error in caught.value.errors()] == [("actions", 1), ("actions", 2), ("actions", 3)]


def test_no_actions_are_a_mistake() -> None:
    with pytest.raises(ValidationError, match="Field required"):
        AttributesConfig.model_validate({})
    with pytest.raises(ValidationError, match="at least 1 item"):
        AttributesConfig.model_validate({"actions": []})


def test_a_property_that_the_pipeline_s_signal_lacks_is_a_mistake() -> None:
    spans = {"match_type": "strict", "span_names": ["a"]}
    attributes("traces", actions=[TAG], exclude=spans)
    with pytest.raises(ValueError, match=r"exclude: `span_names` can't be matched in a logs pipeline"):
        attributes("logs", actions=[TAG], exclude=spans)


def test_it_takes_every_signal_and_keeps_no_state() -> None:
    assert signals_of(Attributes) == {"traces", "logs", "metrics", "alerts"}
    assert not Attributes.stateful

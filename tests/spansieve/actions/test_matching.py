"""include and exclude: which spans, log records and data points are left to act on."""

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from spansieve.actions import MatchProperties, Selection, problems_for, select
from spansieve.pdata import LogBatch, MetricBatch, SpanKind, TraceBatch
from spansieve.testing import OK, SpanSpec, otlp_request

SPANS = (
    OK.with_(name="chat gpt", kind=SpanKind.CLIENT, attributes={"n": 1, "model": "gpt-5", "hot": True}),
    OK.with_(name="tool", kind=SpanKind.INTERNAL, attributes={"n": 1.5, "list": [1, "a"]}),
    OK.with_(name="chat", kind=SpanKind.SERVER, attributes={"model": None}),
)


def selection(include: dict[str, Any] | None, exclude: dict[str, Any] | None = None) -> Selection:
    made = select(*(None if side is None else MatchProperties(**side) for side in (include, exclude)))
    assert made is not None
    return made


def names(
    include: dict[str, Any] | None, exclude: dict[str, Any] | None = None, spans: tuple[SpanSpec, ...] = SPANS
) -> list[str]:
    return [span.name for span in selection(include, exclude).of(TraceBatch.parse(otlp_request("shop-agent", *spans)))]


ALL = ["chat gpt", "tool", "chat"]


@pytest.mark.parametrize(
    ("properties", "chosen"),
    [
        ({"services": ["other", "shop-agent"]}, ALL),
        ({"services": ["shop"]}, []),
        ({"span_names": ["chat", "tool"]}, ["tool", "chat"]),
        ({"span_kinds": ["SPAN_KIND_CLIENT", "SPAN_KIND_SERVER"]}, ["chat gpt", "chat"]),
        ({"attributes": [{"key": "model"}]}, ["chat gpt", "chat"]),
        ({"attributes": [{"key": "model", "value": "gpt-5"}]}, ["chat gpt"]),
        ({"attributes": [{"key": "n", "value": 1.0}]}, ["chat gpt"]),
        ({"attributes": [{"key": "n", "value": True}]}, []),
        ({"attributes": [{"key": "hot", "value": 1}]}, []),
        ({"attributes": [{"key": "list", "value": [1, "a"]}]}, ["tool"]),
        ({"attributes": [{"key": "list", "value": [True, "a"]}]}, []),
        ({"attributes": [{"key": "n", "value": 1}, {"key": "model"}]}, ["chat gpt"]),
        ({"attributes": [{"key": "n", "value": 1}, {"key": "list"}]}, []),
        ({"resources": [{"key": "service.name", "value": "shop-agent"}]}, ALL),
        ({"resources": [{"key": "service.name"}, {"key": "gone"}]}, []),
        ({"libraries": [{"name": "other"}, {"name": "spansieve.testing"}]}, ALL),
        ({"libraries": [{"name": "spansieve.testing", "version": ""}]}, ALL),
        ({"libraries": [{"name": "spansieve.testing", "version": "1"}]}, []),
        ({"span_names": ["chat"], "services": ["shop-agent"]}, ["chat"]),
        ({"span_names": ["chat"], "services": ["other"]}, []),
    ],
)
def test_strict_properties(properties: dict[str, Any], chosen: list[str]) -> None:
    assert names({"match_type": "strict", **properties}) == chosen
    assert names(None, {"match_type": "strict", **properties}) == [name for name in ALL if name not in chosen]


@pytest.mark.parametrize(
    ("properties", "chosen"),
    [
        ({"services": ["^shop"]}, ALL),
        ({"span_names": ["^chat", "nothing"]}, ["chat gpt", "chat"]),
        ({"span_kinds": ["CLIENT|INTERNAL"]}, ["chat gpt", "tool"]),
        ({"attributes": [{"key": "n", "value": r"^1(\.5)?$"}]}, ["chat gpt", "tool"]),
        ({"attributes": [{"key": "hot", "value": "true"}]}, ["chat gpt"]),
        ({"attributes": [{"key": "model"}]}, ["chat gpt", "chat"]),
        ({"libraries": [{"name": "testing$"}]}, ALL),
        ({"libraries": [{"name": "testing$", "version": ""}]}, ALL),
        ({"libraries": [{"name": "testing$", "version": "1"}]}, []),
    ],
)
def test_regexp_properties(properties: dict[str, Any], chosen: list[str]) -> None:
    assert names({"match_type": "regexp", **properties}) == chosen


def test_exclude_is_looked_at_after_include() -> None:
    include = {"match_type": "regexp", "span_names": ["chat"]}
    exclude = {"match_type": "strict", "attributes": [{"key": "hot", "value": True}]}
    assert names(include, exclude) == ["chat"]


def test_no_side_is_no_selection() -> None:
    assert select(None, None) is None


def test_each_envelope_is_asked_for_itself_and_one_without_a_service_matches_none() -> None:
    request = ExportTraceServiceRequest()
    for service, version in (("a", "1"), ("", "1"), ("a", "2"), ("b", "1")):
        resource = request.resource_spans.add()
        if service:
            resource.resource.attributes.add(key="service.name").value.string_value = service
        scope = resource.scope_spans.add()
        scope.scope.name, scope.scope.version = "lib", version
        scope.spans.add(name=f"{service}{version}")
        scope.spans.add(name=f"{service}{version}'")
    batch = TraceBatch.parse(request.SerializeToString())

    wanted = {"match_type": "strict", "services": ["a"], "libraries": [{"name": "lib", "version": "1"}]}
    assert [span.name for span in selection(wanted).of(batch)] == ["a1", "a1'"]
    anything = {"match_type": "regexp", "services": [".*"]}
    assert [span.name for span in selection(None, anything).of(batch)] == ["1", "1'"]


@pytest.mark.parametrize(
    ("properties", "chosen"),
    [
        ({"log_bodies": ["text"]}, [0]),
        ({"log_bodies": ['{"a":1}']}, [1]),
        ({"log_severity_texts": ["INFO", "WARN"]}, [0]),
        ({"log_severity_number": {"min": 9}}, [0, 1]),
        ({"log_severity_number": {"min": 10}}, [1]),
        ({"log_severity_number": {"min": 10, "match_undefined": True}}, [1, 2]),
        ({"attributes": [{"key": "n", "value": 1}]}, [1]),
    ],
)
def test_properties_of_log_records(properties: dict[str, Any], chosen: list[int]) -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    first = records.add(severity_number=9, severity_text="INFO", time_unix_nano=0)
    first.body.string_value = "text"
    second = records.add(severity_number=17, time_unix_nano=1)
    second.body.kvlist_value.values.add(key="a").value.int_value = 1
    second.attributes.add(key="n").value.int_value = 1
    records.add(time_unix_nano=2)
    batch = LogBatch.parse(request.SerializeToString())

    assert [log.time_unix_nano for log in selection({"match_type": "strict", **properties}).of(batch)] == chosen


def test_properties_of_data_points() -> None:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    for at, name in enumerate(("tokens.in", "tokens.out", "cost")):
        metrics.add(name=name).gauge.data_points.add(time_unix_nano=at)
    batch = MetricBatch.parse(request.SerializeToString())

    tokens = {"match_type": "regexp", "metric_names": [r"^tokens\."]}
    assert [point.time_unix_nano for point in selection(tokens).of(batch)] == [0, 1]


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"match_type": "strict"}, "nothing to match"),
        ({"match_type": "glob", "services": ["a"]}, "'strict' or 'regexp'"),
        ({"services": ["a"]}, "match_type"),
        (
            {"match_type": "strict", "span_names": ["a"], "log_bodies": ["b"]},
            "no signal has all of log_bodies, span_names",
        ),
        ({"match_type": "strict", "span_kinds": ["client"]}, "'client' is no span kind; known: SPAN_KIND_CLIENT"),
        ({"match_type": "regexp", "services": ["("]}, "services: '(' is no RE2 regular expression: missing )"),
        ({"match_type": "regexp", "libraries": [{"name": "a", "version": "["}]}, "libraries: '[' is no RE2"),
        ({"match_type": "regexp", "attributes": [{"key": "a", "value": 1}]}, "attributes[0].value: match_type regexp"),
        ({"match_type": "regexp", "resources": [{"key": "a", "value": "("}]}, "resources[0].value: '(' is no RE2"),
        ({"match_type": "strict", "attributes": [{"key": "a", "value": 2**70}]}, "attributes[0].value is larger than"),
        ({"match_type": "strict", "attributes": [{"key": ""}]}, "at least 1 character"),
        ({"match_type": "strict", "log_severity_number": {"min": 25}}, "less than or equal to 24"),
    ],
)
def test_a_mistake_in_include_is_explained(properties: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MatchProperties(**properties)
    assert problem in str(caught.value)


def test_go_s_cache_is_accepted_and_one_text_is_a_list() -> None:
    made = MatchProperties(match_type="regexp", regexp={"cacheenabled": True}, services="a, b")  # type: ignore[call-arg,arg-type]
    assert made.services == ["a", "b"]


def test_a_property_of_another_signal_is_named() -> None:
    spans = MatchProperties(match_type="strict", span_names=["a"], attributes=[])
    assert problems_for(spans, "traces") == []
    [problem] = problems_for(spans, "metrics")
    assert problem == "`span_names` can't be matched in a metrics pipeline; metrics have: metric_names, resources"

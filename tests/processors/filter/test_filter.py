"""filter: what is dropped, what is left, and what is written down."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from spansieve.ottl import EvaluationError
from spansieve.pdata import DecodeError, LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import signals_of
from spansieve.processors.filter import Filter, FilterConfig
from spansieve.structure import rejoin
from spansieve.testing import OK, FakeHost, otlp_request, through

CODEX = Path(__file__).parents[2] / "fixtures" / "captures" / "codex"


def made(host: FakeHost | None = None, **config: Any) -> Filter:  # noqa: ANN401 (configuration)
    return Filter(FilterConfig.model_validate(config), host or FakeHost())


def names(processor: Filter, *spans: str) -> list[str]:
    """The names that are left of spans of one trace."""
    return [span.name for span in through(processor, otlp_request("desk", *(OK.with_(name=name) for name in spans)))]


def log_batch(*severities: int) -> LogBatch:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="host.name").value.string_value = "one"
    records = resource.scope_logs.add().log_records
    for severity in severities:
        records.add(severity_number=severity, severity_text=f"S{severity}").body.string_value = f"body {severity}"
    return LogBatch.parse(request.SerializeToString())


def metric_batch() -> MetricBatch:
    """`tokens` with points of two models, and `load` with one."""
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.add(key="host.name").value.string_value = "one"
    metrics = resource.scope_metrics.add().metrics
    points = metrics.add(name="tokens").sum.data_points
    for number, model in enumerate(("gpt", "opus")):
        points.add(as_int=number).attributes.add(key="model").value.string_value = model
    metrics.add(name="load").gauge.data_points.add(as_double=1.5)
    return MetricBatch.parse(request.SerializeToString())


def left_of(batch: MetricBatch) -> list[tuple[str, Any]]:
    return [(point.metric.name, point.value) for point in MetricBatch.parse(batch.encode())]


@pytest.mark.parametrize(
    "config",
    [
        {"traces": {"span": ['name == "a"', 'IsMatch(name, "^b")']}},
        {"traces": {"span": 'name == "a" or IsMatch(name, "^b")'}},
        {"traces": {"span": ['span.name == "a" or span.name == "bb"']}},
        {"trace_conditions": ['span.name == "a"', 'IsMatch(span.name, "^b")']},
        {"trace_conditions": [{"conditions": ['span.name == "a"', 'HasPrefix(span.name, "b")']}]},
        {"trace_conditions": [{"context": "span", "conditions": ['name == "a"', 'HasPrefix(name, "b")']}]},
        {"spans": {"exclude": {"match_type": "regexp", "span_names": ["^a$", "^b"]}}},
        {"spans": {"include": {"match_type": "strict", "span_names": ["c"]}}},
    ],
)
def test_spans_that_one_condition_fits_are_dropped_in_every_way_to_write_it(config: dict[str, Any]) -> None:
    host = FakeHost()
    assert names(made(host, **config), "a", "bb", "c") == ["c"]
    assert host.counts["otelcol_processor_filter_spans_filtered",] == 2


def test_without_conditions_everything_passes_and_keeps_its_bytes() -> None:
    body = otlp_request("desk", OK, OK)
    batch = TraceBatch.parse(body)
    made().traces(batch)
    assert batch.encode() == body


def test_resources_and_scopes_are_dropped_whole() -> None:
    assert names(made(traces={"resource": ['attributes["service.name"] == "desk"']}), "a", "b") == []
    assert names(
        made(traces={"resource": ['attributes["service.name"] == "other"'], "span": ['name == "a"']}), "a", "b"
    ) == ["b"]
    assert names(made(trace_conditions=['scope.name == "spansieve.testing"']), "a") == []
    assert names(made(trace_conditions=['resource.attributes["service.name"] == "desk"']), "a") == []


def test_span_events_are_dropped_and_those_of_dropped_spans_are_not_looked_at() -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for name in ("stays", "goes"):
        span = spans.add(name=name, trace_id=bytes(16), span_id=bytes(8))
        span.events.add(name="grpc")
        span.events.add(name="other")
    host = FakeHost()
    processor = made(
        host,
        error_mode="propagate",
        traces={
            "span": ['name == "goes"'],
            "spanevent": ['name == "grpc" or (span.name == "goes" and 1 / Len(span.links) == 1)'],
        },
    )
    [left] = through(processor, request.SerializeToString())
    assert [event.name for event in left.events] == ["other"]
    assert host.counts["filtered_span_events",] == 1

    [left] = through(made(traces={"spanevent": ["true"]}), request.SerializeToString())[:1]
    assert (left.name, list(left.events)) == ("stays", [])  # a span whose events all go stays


@pytest.mark.parametrize(
    "config",
    [
        {"logs": {"log_record": ["severity_number < SEVERITY_NUMBER_WARN"]}},
        {"log_conditions": ["log.severity_number < SEVERITY_NUMBER_WARN"]},
        {"logs": {"log_record": ['IsMatch(body, "(5|9)$")']}},
        {"logs": {"include": {"severity_number": {"min": "WARN"}}}},
        {"logs": {"include": {"severity_number": {"min": 13}}}},
        {"logs": {"exclude": {"match_type": "regexp", "bodies": ["5$", "9$"]}}},
        {"logs": {"exclude": {"match_type": "strict", "severity_texts": ["S5", "S9"]}}},
    ],
)
def test_log_records_are_dropped(config: dict[str, Any]) -> None:
    host = FakeHost()
    processor = made(host, **config)
    for run in (processor.logs, processor.alerts):
        batch = log_batch(5, 9, 17)
        run(batch)
        assert [log.severity_number for log in LogBatch.parse(batch.encode())] == [17]
    assert host.counts["otelcol_processor_filter_logs_filtered",] == 4


def test_log_records_are_dropped_by_resource() -> None:
    for config in (
        {"logs": {"resource": ['attributes["host.name"] == "one"']}},
        {"logs": {"exclude": {"resource_attributes": [{"key": "host.name", "value": "one"}]}}},
    ):
        batch = log_batch(5, 9)
        made(**config).logs(batch)
        assert len(batch) == 0


@pytest.mark.parametrize(
    ("config", "left"),
    [
        ({"metrics": {"metric": ['name == "tokens"']}}, [("load", 1.5)]),
        ({"metrics": {"metric": ["type == METRIC_DATA_TYPE_SUM"]}}, [("load", 1.5)]),
        ({"metrics": {"metric": ['HasAttrOnDatapoint("model", "opus")']}}, [("load", 1.5)]),
        ({"metrics": {"datapoint": ['attributes["model"] == "gpt"']}}, [("tokens", 1), ("load", 1.5)]),
        ({"metrics": {"datapoint": ['metric.name == "tokens" and value_int >= 0']}}, [("load", 1.5)]),
        ({"metrics": {"metric": ['name == "load"'], "datapoint": ["value_int == 1"]}}, [("tokens", 0)]),
        ({"metrics": {"resource": ['attributes["host.name"] == "one"']}}, []),
        ({"metric_conditions": ['metric.name == "load"', 'datapoint.attributes["model"] == "opus"']}, [("tokens", 0)]),
        ({"metrics": {"include": {"match_type": "regexp", "metric_names": ["^lo"]}}}, [("load", 1.5)]),
        ({"metrics": {"exclude": {"match_type": "strict", "metric_names": ["load"]}}}, [("tokens", 0), ("tokens", 1)]),
        ({"metrics": {"exclude": {"resource_attributes": [{"key": "host.name", "value": "one"}]}}}, []),
    ],
)
def test_metrics_and_points_are_dropped(config: dict[str, Any], left: list[tuple[str, Any]]) -> None:
    host = FakeHost()
    batch = metric_batch()
    made(host, **config).metrics(batch)
    assert left_of(batch) == left
    assert host.counts["otelcol_processor_filter_datapoints_filtered",] == 3 - len(left)


FAILING = 'HasPrefix(span.attributes["missing"], "x")'


def test_what_can_t_be_evaluated_follows_the_error_mode() -> None:
    host = FakeHost()
    for mode in ("ignore", "silent"):
        assert names(made(host, error_mode=mode, trace_conditions=[FAILING, 'span.name == "a"']), "a", "b") == ["b"]
    assert host.counts["evaluation_errors",] == 4

    processor = made(host, trace_conditions=[FAILING])
    batch = TraceBatch.parse(otlp_request("desk", OK))
    with pytest.raises(EvaluationError):
        processor.traces(batch)
    assert len(batch) == 1
    assert processor.on_error == "drop"  # a refusal would come again and again

    own = [{"conditions": [FAILING], "error_mode": "silent"}]
    assert names(made(host, error_mode="propagate", trace_conditions=own), "a") == ["a"]


# --- re-parenting


def family() -> bytes:
    """Root - noise - call - noise2 - tool, each the parent of the next."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, name in enumerate(("root", "noise", "call", "noise2", "tool"), 1):
        parent = (number - 1).to_bytes(8, "big") if number > 1 else b""
        spans.add(name=name, trace_id=b"T" * 16, span_id=number.to_bytes(8, "big"), parent_span_id=parent)
    return request.SerializeToString()


def parents(batch: TraceBatch) -> dict[str, int]:
    return {span.name: int.from_bytes(span.parent_span_id, "big") for span in TraceBatch.parse(batch.encode())}


def test_children_of_dropped_spans_are_orphans_unless_they_are_joined_to_who_stays() -> None:
    batch = TraceBatch.parse(family())
    made(trace_conditions=['IsMatch(span.name, "^noise")']).traces(batch)
    assert parents(batch) == {"root": 0, "call": 2, "tool": 4}
    assert batch.dropped == []

    host = FakeHost()
    batch = TraceBatch.parse(family())
    made(host, reparent=True, trace_conditions=['IsMatch(span.name, "^noise")']).traces(batch)
    assert parents(batch) == {"root": 0, "call": 1, "tool": 3}
    assert [one.span_id[-1] for one in batch.dropped] == [2, 4]
    assert host.counts["rejoined_spans",] == 2

    batch = TraceBatch.parse(family())
    made(reparent=True, spans={"include": {"match_type": "strict", "span_names": ["call", "tool"]}}).traces(batch)
    assert parents(batch) == {"call": 0, "tool": 3}


def test_a_second_filter_sees_what_the_first_one_dropped() -> None:
    batch = TraceBatch.parse(family())
    made(reparent=True, traces={"span": ['name == "noise"']}).traces(batch)
    made(reparent=True, traces={"span": ['name == "call" or name == "noise2"']}).traces(batch)
    assert parents(batch) == {"root": 0, "tool": 1}
    assert len(batch.dropped) == 3


NOISE = (
    'not (IsMatch(span.name, "^(session_task\\\\.turn|model_client\\\\.stream_responses_api)$") '
    'or span.attributes["gen_ai.usage.input_tokens"] != nil or span.attributes["codex.tool.phase"] != nil)'
)


def codex() -> list[bytes]:
    return [path.read_bytes() for path in sorted(CODEX.glob("*.traces.pb"))]


def test_of_a_coding_agent_s_noise_what_means_something_stays_and_hangs_together() -> None:
    batch = TraceBatch.parse(b"".join(codex()))  # concatenated requests are a request
    before = {(span.trace_id, span.span_id): span.parent_span_id for span in batch}
    assert len(before) == 1_285
    assert len({trace for trace, _ in before}) == 43
    made(reparent=True, trace_conditions=[NOISE]).traces(batch)

    left = {(span.trace_id, span.span_id): span.parent_span_id for span in TraceBatch.parse(batch.encode())}
    truth = json.loads((CODEX / "expect.json").read_text())["span_kinds"]
    assert set(truth) <= {span.hex() for _, span in left}
    assert len(left) == 17  # 2 turns, 6 model calls, 5 answers with their tokens, 4 tools
    assert len(batch.dropped) == 1_285 - len(left)
    for (trace, span), parent in left.items():
        assert parent == b"" or (trace, parent) in left, "the parent stays, or there is none"
        above = before[trace, span]
        while above and (trace, above) not in left:
            above = before.get((trace, above), b"")
        assert parent == above, "it is the nearest that stays"


def test_the_same_holds_across_requests_by_what_batches_remember() -> None:
    batches = [TraceBatch.parse(body) for body in codex()]
    processor = made(reparent=True, trace_conditions=[NOISE])
    for batch in batches:
        processor.traces(batch)
    dropped = [one for batch in batches for one in batch.dropped]
    whole = TraceBatch.parse(b"".join(batch.encode() for batch in batches if len(batch)))
    rejoin(whole, dropped)

    at_once = TraceBatch.parse(b"".join(codex()))
    processor.traces(at_once)
    assert sorted((span.span_id, span.parent_span_id) for span in whole) == sorted(
        (span.span_id, span.parent_span_id) for span in at_once
    )


def test_malformed_bytes_are_the_sender_s_and_no_evaluation_error() -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="a", trace_id=bytes(16), span_id=bytes(8))
    batch = TraceBatch.parse(request.SerializeToString())
    [span] = batch
    span._message.attributes.append(b"\xff")
    for condition in (
        'span.attributes["x"] == 1',
        'ParseJSON(span.attributes["x"]) == nil',
        'IsMatch(span.attributes, "x")',
    ):
        with pytest.raises(DecodeError):
            made(error_mode="ignore", trace_conditions=[condition]).traces(batch)


# --- configuration


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"traces": {"span": ['nam == "a"']}}, "unknown path nam (column 1) Did you mean name?"),
        ({"traces": {"span": ['name = "a"']}}, "unexpected = (column 6) Write == to compare."),
        ({"trace_conditions": ['metric.name == "a"']}, "no path names a context that this signal has"),
        (
            {"log_conditions": [{"context": "span", "conditions": ["true"]}]},
            "logs have no span; they have resource, scope, log",
        ),
        (
            {"traces": {"span": ["true"]}, "spans": {"include": {"match_type": "strict", "services": ["a"]}}},
            "can't stand together",
        ),
        (
            {"metric_conditions": ['metric.name == "a"'], "metrics": {"include": {"metric_names": ["a"]}}},
            "can't stand together",
        ),
        ({"logs": {"log_record": ["true"], "exclude": {"bodies": ["a"]}}}, "can't stand together"),
        ({"logs": {"include": {"severity_number": {"min": "LOUD"}}}}, "'LOUD' is no severity"),
        ({"logs": {"include": {}}}, "nothing to match"),
        ({"logs": {"include": {"match_type": "regexp", "bodies": ["("]}}}, "bodies: '(' is no RE2 regular expression"),
        ({"metrics": {"include": {"match_type": "expr"}}}, "Input should be 'strict' or 'regexp'"),
        ({"trace_conditions": [{"conditions": []}]}, "at least 1 item"),
        ({"error_mode": "panic"}, "Input should be 'ignore', 'silent' or 'propagate'"),
        ({"traces": {"metric": ["true"]}}, "Extra inputs are not permitted"),
    ],
)
def test_mistakes_are_told(config: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        FilterConfig.model_validate(config)
    assert told in str(caught.value)


def test_it_takes_every_signal_and_keeps_no_state() -> None:
    assert signals_of(Filter) == {"traces", "logs", "metrics", "alerts"}
    assert not Filter.stateful

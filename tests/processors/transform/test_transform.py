"""transform: what leaves for what arrives, in each signal and context."""

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from spansieve.ottl import EvaluationError
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import signals_of
from spansieve.processors.transform import Transform, TransformConfig
from spansieve.testing import OK, FakeHost, otlp_request, through

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"


def made(host: FakeHost | None = None, **config: Any) -> Transform:  # noqa: ANN401 (configuration)
    return Transform(TransformConfig.model_validate(config), host or FakeHost())


def attributes(processor: Transform, *spans: dict[str, Any]) -> list[dict[str, Any]]:
    """The attributes of spans that went through."""
    body = otlp_request("desk", *(OK.with_(attributes=one) for one in spans))
    return [dict(span.attributes) for span in through(processor, body)]


@pytest.mark.parametrize(
    "statements",
    [
        ['set(span.attributes["team"], "desk") where span.attributes["n"] == 1'],
        [{"statements": ['set(span.attributes["team"], "desk") where span.attributes["n"] == 1']}],
        [{"context": "span", "statements": ['set(attributes["team"], "desk") where attributes["n"] == 1']}],
        [
            {
                "context": "span",
                "conditions": ['attributes["n"] == 1'],
                "statements": ['set(attributes["team"], "desk")'],
            }
        ],
        [
            {
                "conditions": ['span.attributes["n"] == 0', 'span.attributes["n"] == 1'],
                "statements": ['set(span.attributes["team"], "desk")'],
            }
        ],
    ],
)
def test_a_statement_is_run_where_its_conditions_hold_in_every_way_to_write_it(statements: list[Any]) -> None:
    assert attributes(made(trace_statements=statements), {"n": 1}, {"n": 2}) == [{"n": 1, "team": "desk"}, {"n": 2}]


def test_statements_run_in_order_each_on_what_the_one_before_left() -> None:
    processor = made(
        trace_statements=[
            'set(span.attributes["a"], "x")',
            'set(span.attributes["b"], span.attributes["a"])',
            'delete_key(span.attributes, "a")',
            {"context": "resource", "statements": ['set(attributes["env"], "test")']},
            'set(span.attributes["c"], resource.attributes["env"])',
        ]
    )
    assert attributes(processor, {}) == [{"b": "x", "c": "test"}]


def test_the_cache_is_an_item_s_own() -> None:
    processor = made(
        trace_statements=[
            'set(span.cache["x"], span.attributes["n"]) where span.attributes["n"] != nil',
            'set(span.attributes["copy"], span.cache["x"])',
        ]
    )
    assert attributes(processor, {"n": 1}, {}) == [{"n": 1, "copy": 1}, {}]


def test_all_that_a_traces_pipeline_carries_is_changed() -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(name="a", trace_id=bytes(16), span_id=bytes(8))
    span.events.add(name="one")
    span.events.add(name="two")
    batch = TraceBatch.parse(request.SerializeToString())
    made(
        trace_statements=[
            'set(resource.attributes["r"], 1)',
            'set(scope.name, "lib")',
            'set(span.name, Concat([span.name, scope.name], "-"))',
            'set(spanevent.attributes["of"], span.name) where spanevent.name == "two"',
        ]
    ).traces(batch)
    [left] = TraceBatch.parse(batch.encode())
    assert (dict(left.resource.attributes), left.scope.name, left.name) == ({"r": 1}, "lib", "a-lib")
    assert [dict(event.attributes) for event in left.events] == [{}, {"of": "a-lib"}]


def test_log_records_are_changed() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(body={"string_value": '{"level": "warn", "user": {"id": "u1"}}'})
    records.add(body={"string_value": "plain"})
    processor = made(
        log_statements=[
            {
                "context": "log",
                "conditions": ['IsMatch(body, "^\\\\{")'],
                "statements": [
                    'merge_maps(cache, ParseJSON(body), "upsert")',
                    'set(attributes["level"], cache["level"])',
                    "flatten(cache)",
                    'set(attributes["user"], SHA256(cache["user.id"]))',
                    'set(severity_number, SEVERITY_NUMBER_WARN) where attributes["level"] == "warn"',
                ],
            }
        ]
    )
    for run in (processor.logs, processor.alerts):
        batch = LogBatch.parse(request.SerializeToString())
        run(batch)
        first, second = LogBatch.parse(batch.encode())
        assert (first.attributes["level"], len(str(first.attributes["user"])), first.severity_number) == (
            "warn",
            64,
            13,
        )
        assert (dict(second.attributes), second.severity_number) == ({}, 0)


def test_metrics_and_their_points_are_changed() -> None:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    points = metrics.add(name="gen_ai.tokens", unit="1").sum.data_points
    points.add(as_int=3)
    points.add(as_int=4)
    metrics.add(name="none").gauge.SetInParent()
    batch = MetricBatch.parse(request.SerializeToString())
    made(
        metric_statements=[
            'replace_pattern(metric.name, "^gen_ai\\\\.", "ai.")',
            'set(metric.unit, "{token}") where metric.type == METRIC_DATA_TYPE_SUM',
            'set(datapoint.attributes["metric"], metric.name) where datapoint.value_int > 3',
            'set(resource.attributes["from"], "here")',
        ]
    ).metrics(batch)
    first, second = MetricBatch.parse(batch.encode())
    assert (first.metric.name, first.metric.unit, dict(first.resource.attributes)) == (
        "ai.tokens",
        "{token}",
        {"from": "here"},
    )
    assert [dict(point.attributes) for point in (first, second)] == [{}, {"metric": "ai.tokens"}]


FAILS = 'set(span.name, span.attributes["n"])'


def test_what_can_t_be_run_follows_the_error_mode() -> None:
    host = FakeHost()
    then = 'set(span.attributes["then"], true)'
    assert attributes(made(host, trace_statements=[FAILS, then]), {"n": 1}) == [{"n": 1, "then": True}]
    assert attributes(made(host, error_mode="silent", trace_statements=[FAILS, then]), {"n": 1}) == [
        {"n": 1, "then": True}
    ]
    own = {"statements": [FAILS], "error_mode": "ignore"}
    assert attributes(made(host, error_mode="propagate", trace_statements=[own]), {"n": 1}) == [{"n": 1}]
    assert host.counts["evaluation_errors",] == 3

    processor = made(host, error_mode="propagate", trace_statements=[FAILS])
    assert processor.on_error == "drop"
    with pytest.raises(EvaluationError):
        through(processor, otlp_request("desk", OK.with_(attributes={"n": 1})))


def test_prompts_of_a_real_agent_are_cut() -> None:
    body = b"".join(path.read_bytes() for path in sorted((CAPTURES / "pydantic_ai").glob("*.traces.pb")))
    longest = max(len(str(value)) for span in TraceBatch.parse(body) for value in span.attributes.values())
    assert longest > 1_000
    left = through(made(trace_statements=["truncate_all(span.attributes, 256)"]), body)
    texts = [value for span in left for value in span.attributes.values() if isinstance(value, str)]
    assert max(len(text.encode()) for text in texts) == 256


def test_without_statements_everything_keeps_its_bytes() -> None:
    batch = TraceBatch.parse(otlp_request("desk", OK))
    before = batch.encode()
    made().traces(batch)
    made(trace_statements=['delete_key(span.attributes, "missing")']).traces(batch)
    assert batch.encode() == before


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"trace_statements": ["st(span.name, 1)"]}, "unknown editor st (column 1) Did you mean set?"),
        ({"trace_statements": ['set(name, "x")']}, "no path names a context that this signal has (column 5)"),
        ({"trace_statements": ['set(log.body, "x")']}, "no path names a context that this signal has (column 5)"),
        ({"log_statements": [{"context": "span", "statements": ["set(name, 1)"]}]}, "logs have no span"),
        ({"trace_statements": [{"statements": []}]}, "at least 1 item"),
        (
            {"trace_statements": ['span.name == "x"']},
            "unexpected . (column 5) A statement begins with an editor: set(...).",
        ),
        (
            {"trace_statements": ['set(span.name, "x") where span.name']},
            "a condition is expected, found a value (column 27)",
        ),
        ({"metric_statements": ["set(metric.type, 1)"]}, "metric.type can't be set (column 5)"),
    ],
)
def test_mistakes_are_told(config: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TransformConfig.model_validate(config)
    assert told in str(caught.value)


def test_it_takes_every_signal_and_keeps_no_state() -> None:
    assert signals_of(Transform) == {"traces", "logs", "metrics", "alerts"}
    assert not Transform.stateful

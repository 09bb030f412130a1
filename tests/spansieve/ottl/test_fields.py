"""Paths: what each reads, what it may be set to, and that what is written is on the wire."""

from typing import Any

import pytest

from spansieve.config.mistakes import Mistakes
from spansieve.ottl import ContextName, EvaluationError, EventAt, MetricAt
from spansieve.ottl.fields import FIELDS
from spansieve.ottl.values import Time
from spansieve.pdata import TraceBatch

from .expressions import NOW, event, holds, log, metric, metrics, run, said, span, traces, value


@pytest.mark.parametrize(
    "condition",
    [
        'name == "chat gpt"',
        'span.name == "chat gpt"',
        "kind == SPAN_KIND_CLIENT",
        'kind.string == "Client"',
        'kind.deprecated_string == "SPAN_KIND_CLIENT"',
        "status.code == STATUS_CODE_ERROR",
        'status.message == "broke"',
        f"start_time_unix_nano == {NOW}",
        'end_time - start_time == Duration("1500ms")',
        'end_time > start_time and start_time == Time("2023-11-14 22:13:20", "%Y-%m-%d %H:%M:%S")',
        "trace_id == TraceID(0x000102030405060708090a0b0c0d0e0f)",
        "trace_id == 0x000102030405060708090a0b0c0d0e0f",
        'trace_id.string == "000102030405060708090a0b0c0d0e0f"',
        'span_id.string == "0001020304050607"',
        'parent_span_id == SpanID("08090a0b0c0d0e0f")',
        'trace_state == "a=1,b=2"',
        'trace_state["b"] == "2"',
        'trace_state["c"] == nil',
        "flags == 257",
        "dropped_attributes_count == 4 and dropped_events_count == 5 and dropped_links_count == 6",
        "Len(events) == 1 and Len(links) == 1",
        "not IsRootSpan()",
        'resource.attributes["service.name"] == "desk"',
        'resource.schema_url == "https://schema"',
        'scope.name == "lib" and scope.version == "1.2"',
        'instrumentation_scope.name == "lib" and scope.attributes["x"] == nil',
        'attributes["missing"] == nil and attributes["missing"]["below"] == nil',
    ],
)
def test_what_the_paths_of_a_span_read(condition: str) -> None:
    assert holds(condition, span())


def test_nested_values_are_indexed() -> None:
    item = span(deep={"list": [1, {"x": "y"}]}, key="deep", place=1)
    assert holds('attributes["deep"]["list"][1]["x"] == "y"', item)
    assert holds('attributes[attributes["key"]]["list"][attributes["place"]]["x"] == "y"', item)
    assert holds('attributes["deep"] == {"list": [1, {"x": "y"}]}', item)
    for wrong, told in {
        'attributes["deep"]["list"][2] == 1': "out of bounds",
        'attributes["deep"]["list"]["x"] == 1': "a whole number as the index of a list",
        'attributes["deep"][0] == 1': "a text as the key of a map",
        'attributes["key"]["x"] == 1': "a text can't be indexed",
        "attributes[attributes] == 1": "a text as the key of a map",
    }.items():
        with pytest.raises(EvaluationError, match=told):
            holds(wrong, item)


def test_unset_ids_are_zeros_and_a_span_without_a_parent_is_a_root() -> None:
    item = span()
    item.parent_span_id = b""
    assert holds(
        'IsRootSpan() and parent_span_id == 0x0000000000000000 and parent_span_id.string == "0000000000000000"', item
    )
    assert holds("IsEmpty(parent_span_id) and parent_span_id != nil", item)


@pytest.mark.parametrize(
    ("condition", "item", "context"),
    [
        ('name == "exception" and spanevent.attributes["exception.type"] == "ValueError"', event, "spanevent"),
        (
            f'span.name == "chat gpt" and time_unix_nano == {NOW + 7} and scope.version == "1.2"',
            event,
            "spanevent",
        ),
        ("event_index == 0", event, "spanevent"),
        ("severity_number >= SEVERITY_NUMBER_ERROR and severity_number < SEVERITY_NUMBER_FATAL", log, "log"),
        ('severity_text == "Error" and event_name == "codex.tool_result" and flags == 1', log, "log"),
        (f'time_unix_nano == {NOW} and observed_time - time == Duration("1ns")', log, "log"),
        ('body == nil and body.string == "" and trace_id.string == "00000000000000000000000000000000"', log, "log"),
        ('log.body["a"][0] == 1 and IsMap(body)', lambda: log({"a": [1]}), "log"),
        ('body[1] == "y"', lambda: log(["x", "y"]), "log"),
        ('body.string == "{\\"a\\":1}"', lambda: log({"a": 1}), "log"),
        ('IsMatch(body, "pass.*")', lambda: log("a password"), "log"),
        ('name == "tokens" and metric.unit == "{token}" and description == "Used."', metric, "metric"),
        ("type == METRIC_DATA_TYPE_SUM and is_monotonic == true", metric, "metric"),
        ("aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE", metric, "metric"),
        (
            "type == METRIC_DATA_TYPE_GAUGE and is_monotonic == nil and aggregation_temporality == nil",
            lambda: metric(1),
            "metric",
        ),
        ('HasAttrKeyOnDatapoint("model") and HasAttrOnDatapoint("model", "gpt")', metric, "metric"),
        ('not HasAttrKeyOnDatapoint("x") and not HasAttrOnDatapoint("model", "x")', metric, "metric"),
        ('metric.name == "tokens" and value_int == 5 and value_double == 0.0 and count == nil', 0, "datapoint"),
        ('attributes["model"] == "gpt" and datapoint.flags == FLAG_NONE', 0, "datapoint"),
        ("value_double == 0.5 and value_int == 0", 1, "datapoint"),
        (
            "count == 3 and sum == 4.5 and bucket_counts == [1, 2] and explicit_bounds == [1.0] and value_int == nil",
            2,
            "datapoint",
        ),
        (
            "scale == 2 and zero_count == 1 and positive.offset == 3 and positive.bucket_counts == [1, 2]",
            3,
            "datapoint",
        ),
        ("count == 2 and sum == 1.0 and negative.offset == nil and Len(quantile_values) == 0", 4, "datapoint"),
        (
            'attributes["service.name"] == "desk" and schema_url == "https://schema"',
            lambda: traces().resources[0],
            "resource",
        ),
        ('name == "lib" and resource.attributes["service.name"] == "desk"', lambda: traces().scopes[0], "scope"),
    ],
)
def test_what_the_paths_of_the_other_contexts_read(condition: str, item: Any, context: ContextName) -> None:  # noqa: ANN401
    assert holds(condition, list(metrics())[item] if isinstance(item, int) else item(), context)


@pytest.mark.parametrize(
    ("statement", "path", "after"),
    [
        ('set(name, "new")', "name", "new"),
        ("set(kind, SPAN_KIND_SERVER)", "kind", 2),
        ('set(kind.string, "Producer")', "kind", 4),
        ('set(kind.deprecated_string, "SPAN_KIND_CONSUMER")', "kind", 5),
        ("set(status.code, STATUS_CODE_OK)", "status.code", 1),
        ('set(status.message, "")', "status.message", ""),
        ("set(start_time_unix_nano, 5)", "start_time_unix_nano", 5),
        ("set(end_time, Unix(3, 1))", "end_time_unix_nano", 3_000_000_001),
        ("set(trace_id, TraceID(0x01010101010101010101010101010101))", "trace_id.string", "01" * 16),
        ('set(span_id.string, "0000000000000007")', "span_id.string", "0000000000000007"),
        ("set(parent_span_id, SpanID(0x0000000000000000))", "parent_span_id.string", "0" * 16),
        ('set(trace_state["b"], "3")', "trace_state", "b=3,a=1"),
        ('set(trace_state, "z=9")', "trace_state", "z=9"),
        ("set(dropped_events_count, 0)", "dropped_events_count", 0),
        (
            'set(attributes["a"], [1, 2.5, true, nil, 0x01, {"k": "v"}])',
            "attributes",
            {"a": [1, 2.5, True, None, b"\1", {"k": "v"}]},
        ),
        ('set(attributes["a"]["b"][1], "x")', "attributes", {"a": {"b": [None, "x"]}}),
        ('set(attributes, {"only": 1})', "attributes", {"only": 1}),
        ('set(resource.attributes["service.name"], "other")', "resource.attributes", {"service.name": "other"}),
        ('set(scope.version, "2")', "scope.version", "2"),
        ("set(name, nil)", "name", "chat gpt"),
        ('set(name, attributes["missing"])', "name", "chat gpt"),
    ],
)
def test_what_is_set_is_read_again_from_the_bytes(statement: str, path: str, after: Any) -> None:  # noqa: ANN401
    batch = traces()
    [item] = batch
    run(statement, item)
    [again] = TraceBatch.parse(batch.encode())
    found = value(path, again)
    assert (found, type(found)) == (after, type(after))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("set(name, 5)", "a text is expected, found a whole number"),
        ('set(kind, "Client")', "a whole number is expected, found a text"),
        ("set(kind, 4294967296)", "kind can't hold this value"),
        ("set(dropped_events_count, -1)", "dropped_events_count can't hold this value"),
        ('set(kind.string, "Boss")', "no span kind"),
        ("set(start_time, 5)", "a time is expected, found a whole number"),
        ("set(trace_id, 0x01)", "an id of 16 bytes is expected"),
        ('set(span_id.string, "xyz")', "an id of 16 hexadecimal digits is expected"),
        ('set(attributes["t"], start_time)', "a time can't be an attribute or body: use UnixNano"),
        ('set(attributes["t"], trace_id)', "an id can't be an attribute or body: use its .string"),
        ('set(attributes["t"], Duration("1s"))', "a duration can't be an attribute"),
        ('set(attributes["t"], status)', "a structure can't be an attribute"),
        ('set(attributes["a"][1001], 1)', "out of bounds"),
        ('set(attributes["s"]["x"], 1)', "a text can't be indexed"),
        ('set(attributes, "x")', "a map is expected"),
        ('set(trace_state["a"], 1)', "a text is expected"),
    ],
)
def test_what_a_field_can_t_hold_is_an_error_that_leaves_it_as_it_was(statement: str, told: str) -> None:
    batch = traces()
    [item] = batch
    item.attributes["s"] = "text"
    before = batch.encode()
    with pytest.raises(EvaluationError, match=told):
        run(statement, item)
    assert batch.encode() == before


def test_events_logs_metrics_and_points_are_changed() -> None:
    batch = traces()
    [item] = batch
    run('set(spanevent.name, "oops")', EventAt(item.events[0], item), "spanevent")
    run('set(attributes["x"], span.name)', EventAt(item.events[0], item), "spanevent")
    [again] = TraceBatch.parse(batch.encode())
    assert (again.events[0].name, again.events[0].attributes["x"]) == ("oops", "chat gpt")

    record = log({"a": 1})
    run('set(log.body["b"], "c")', record, "log")
    run("set(severity_number, SEVERITY_NUMBER_WARN2)", record, "log")
    run('set(event_name, "e")', record, "log")
    assert (record.body, record.severity_number, record.event_name) == ({"a": 1, "b": "c"}, 14, "e")
    run('set(body.string, "text")', record, "log")
    assert record.body == "text"
    run("set(body, 7)", record, "log")
    assert record.body == 7

    made = metrics()
    found = [MetricAt(one, points) for one, points in made.by_metric()]
    run('set(metric.name, "renamed")', found[0], "metric")
    run("set(is_monotonic, false)", found[0], "metric")
    run("set(aggregation_temporality, AGGREGATION_TEMPORALITY_DELTA)", found[2], "metric")
    points = list(made)
    run("set(value_double, Double(value_int) * 2.0)", points[0], "datapoint")
    run("set(count, 9)", points[2], "datapoint")
    run("set(sum, 1.25)", points[3], "datapoint")
    run('set(metric.unit, "s")', points[2], "datapoint")
    again_metrics = type(made).parse(made.encode())
    values = list(again_metrics)
    assert (values[0].value, values[0].metric.name, values[0].metric.is_monotonic) == (10.0, "renamed", False)
    assert (values[2].count, values[2].metric.aggregation_temporality, values[2].metric.unit) == (9, 1, "s")
    assert values[3].sum == 1.25
    for statement, place in (("set(value_int, 1)", 2), ("set(count, 1)", 0)):
        with pytest.raises(EvaluationError, match="can't hold this value"):
            run(statement, points[place], "datapoint")
    with pytest.raises(EvaluationError, match="can't hold this value"):
        run("set(is_monotonic, true)", found[1], "metric")


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("span.nam == 1", "unknown path span.nam (column 1) Did you mean span.name?"),
        ("attribute == 1", "unknown path attribute (column 1) Did you mean attributes?"),
        ("span.status.cod == 1", "Did you mean span.status.code?"),
        ("zzz == 1", "unknown path zzz (column 1) Known: trace_id,"),
        ('name["x"] == 1', "name can't be indexed (column 1)"),
        ("metric.name == 1", "context span has no metric (column 1) Its paths begin with span, scope, resource."),
        (
            "kind == SPAN_KIND_SERVR",
            "unknown enum SPAN_KIND_SERVR in context span (column 9) Did you mean SPAN_KIND_SERVER?",
        ),
        ("kind == SEVERITY_NUMBER_WARN", "unknown enum SEVERITY_NUMBER_WARN in context span"),
        ("name == SHA256", "SHA256 is a converter: write its arguments behind it"),
        ('attributes["x"]', 'a condition is expected, found a value (column 1) Compare it: attributes["x"] == ...'),
        ('(name == "x") == true', "a value is expected, found a condition (column 2)"),
        ("1", "a condition is expected, found a value"),
        ("name == nil + nil", "nil + nil can't be calculated (column 9)"),
        ("kind == 1 / 0", "a division by zero (column 9)"),
    ],
)
def test_what_is_no_path_enum_or_condition_is_told_with_a_suggestion(condition: str, told: str) -> None:
    assert told in said(condition)


@pytest.mark.parametrize("path", ["events", "links", "status"])
def test_what_can_only_be_read_is_told_when_it_compiles(path: str) -> None:
    with pytest.raises(Mistakes, match=f"{path} can't be set"):
        run(f"set({path}, 1)", span())


def test_every_path_can_be_read_in_its_context() -> None:
    items: dict[ContextName, Any] = {
        "resource": traces().resources[0],
        "scope": traces().scopes[0],
        "span": span(),
        "spanevent": event(),
        "metric": metric(),
        "datapoint": next(iter(metrics())),
        "log": log(),
    }
    for context, item in items.items():
        for path in FIELDS[context]:
            assert holds(f"{context}.{path} != 0x99", item, context), path


def test_a_time_compares_across_zones() -> None:
    assert Time(NOW, 3600).iso() == "2023-11-14T23:13:20+01:00"
    assert holds('Time("2023-11-14T23:13:20+0100", "%Y-%m-%dT%H:%M:%S%z") == start_time', span())

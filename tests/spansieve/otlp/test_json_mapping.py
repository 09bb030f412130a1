"""OTLP's JSON: the specification's rules, and protobuf's own mapping as the oracle."""

import base64
import contextlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from spansieve.otlp.json_mapping import REQUESTS, to_json, to_protobuf
from spansieve.pdata import DecodeError, Signal

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
IDS = ("traceId", "spanId", "parentSpanId")


def span(**members: Any) -> Any:  # noqa: ANN401
    """The generated span of a request whose only span has `members`."""
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [members]}]}]}).encode()
    return ExportTraceServiceRequest.FromString(to_protobuf("traces", text)).resource_spans[0].scope_spans[0].spans[0]


def value(**members: Any) -> AnyValue:  # noqa: ANN401
    """The generated value of an attribute that is written as `members`."""
    found: AnyValue = span(attributes=[{"key": "k", "value": members}]).attributes[0].value
    return found


def written(message: Message, signal: Signal = "traces") -> Any:  # noqa: ANN401
    return json.loads(to_json(signal, message.SerializeToString()))


# --- reading, rule by rule


def test_ids_are_hex_in_any_case_and_may_be_empty() -> None:
    found = span(
        traceId="AB" * 16, spanId="cd" * 8, parentSpanId="", links=[{"traceId": "01" * 16, "spanId": "02" * 8}]
    )
    assert (found.trace_id, found.span_id, found.parent_span_id) == (b"\xab" * 16, b"\xcd" * 8, b"")
    assert (found.links[0].trace_id, found.links[0].span_id) == (b"\x01" * 16, b"\x02" * 8)
    text = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "ab" * 16, "spanId": "cd" * 8}]}]}]}
    logs = ExportLogsServiceRequest.FromString(to_protobuf("logs", json.dumps(text).encode()))
    assert logs.resource_logs[0].scope_logs[0].log_records[0].trace_id == b"\xab" * 16
    point = {"asInt": 1, "exemplars": [{"traceId": "ab" * 16, "spanId": "cd" * 8, "asInt": "3"}]}
    metric = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"gauge": {"dataPoints": [point]}}]}]}]}
    metrics = ExportMetricsServiceRequest.FromString(to_protobuf("metrics", json.dumps(metric).encode()))
    exemplar = metrics.resource_metrics[0].scope_metrics[0].metrics[0].gauge.data_points[0].exemplars[0]
    assert (exemplar.trace_id, exemplar.span_id, exemplar.as_int) == (b"\xab" * 16, b"\xcd" * 8, 3)


@pytest.mark.parametrize(
    "members",
    [
        {"traceId": "ab" * 15},
        {"traceId": "ab" * 17},
        {"spanId": "ab" * 16},
        {"parentSpanId": "ab" * 7},
        {"traceId": "zz" * 16},
        {"traceId": base64.b64encode(bytes(16)).decode()},
        {"spanId": " " + "a" * 15},
        {"spanId": "\u0661" * 16},
        {"traceId": 7},
        {"links": [{"spanId": "a"}]},
    ],
)
def test_ids_of_another_form_are_refused(members: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="hex digits"):
        span(**members)


def test_an_id_of_a_wrong_length_is_written_empty_so_that_the_rest_can_be_read() -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(name="a", trace_id=b"t" * 16)
    span.links.add(trace_id=b"short", span_id=b"s" * 8)
    [text] = to_json("traces", request.SerializeToString()).splitlines()
    span.links[0].ClearField("trace_id")
    assert ExportTraceServiceRequest.FromString(to_protobuf("traces", text)) == request


def test_members_of_a_value_that_are_called_like_ids_are_none() -> None:
    assert value(stringValue="x", traceId="not hex").string_value == "x"
    found = value(kvlistValue={"values": [{"key": "traceId", "value": {"stringValue": "zz"}}]})
    assert found.kvlist_value.values[0].value.string_value == "zz"


def test_only_lower_camel_case_is_known_and_the_rest_is_ignored() -> None:
    found = span(
        name="chat",
        trace_id="zz",
        start_time_unix_nano="x",
        newer={"deep": [{"name": 5}]},
        status={"code": 2, "newer": {}},
        attributes=[{"key": "k", "value": {"intValue": 1, "newerValue": []}, "newer": 1}],
    )
    assert (found.name, found.trace_id, found.start_time_unix_nano, found.status.code) == ("chat", b"", 0, 2)
    assert found.attributes[0].value.int_value == 1
    assert to_protobuf("traces", b'{"resource_spans":[{}],"other":{"resourceSpans":5}}') == b""


def test_null_leaves_a_member_unset() -> None:
    found = span(name=None, attributes=None, status=None, startTimeUnixNano=None, events=[{"name": None}])
    assert (found.name, len(found.attributes), found.HasField("status"), len(found.events)) == ("", 0, False, 1)
    assert value(stringValue=None).WhichOneof("value") is None


def test_empty_is_not_absent() -> None:
    assert value().WhichOneof("value") is None
    assert value(stringValue="").WhichOneof("value") == "string_value"
    assert value(intValue="0").WhichOneof("value") == "int_value"
    assert value(arrayValue={}).WhichOneof("value") == "array_value"
    assert value(kvlistValue={"values": []}).WhichOneof("value") == "kvlist_value"
    assert span(status={}).HasField("status")


@pytest.mark.parametrize(
    ("given_value", "expected"), [(5, 5), ("5", 5), ("-9223372036854775808", -(2**63)), (5.0, 5), (1e3, 1000)]
)
def test_integers_are_numbers_or_texts(given_value: object, expected: int) -> None:
    assert value(intValue=given_value).int_value == expected


@pytest.mark.parametrize(
    "wrong", [1.5, "1.5", "x", "", " 5", "5 ", "1_0", "+5", "\u0665", True, [], {}, 2**63, str(2**63), "0x10"]
)
def test_other_integers_are_refused(wrong: object) -> None:
    with pytest.raises(DecodeError, match="intValue"):
        value(intValue=wrong)


@pytest.mark.parametrize("members", [{"droppedLinksCount": -1}, {"flags": 2**32}, {"startTimeUnixNano": "-1"}])
def test_integers_keep_to_their_range(members: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="out of range"):
        span(**members)


@pytest.mark.parametrize(("kind", "expected"), [(2, 2), (77, 77), ("SPAN_KIND_SERVER", 2)])
def test_enums_are_integers_and_known_names_are_tolerated(kind: object, expected: int) -> None:
    assert span(kind=kind).kind == expected


@pytest.mark.parametrize("kind", ["SPAN_KIND_X", "2", 1.5, True, []])
def test_other_enums_are_refused(kind: object) -> None:
    with pytest.raises(DecodeError, match="kind"):
        span(kind=kind)


@pytest.mark.parametrize(
    ("given_value", "expected"), [(1, 1.0), (1.5, 1.5), ("1.5", 1.5), ("-2e3", -2000.0), ("Infinity", math.inf)]
)
def test_doubles_are_numbers_or_texts(given_value: object, expected: float) -> None:
    assert value(doubleValue=given_value).double_value == expected


def test_nan_is_a_text() -> None:
    assert math.isnan(value(doubleValue="NaN").double_value)
    with pytest.raises(DecodeError):
        to_protobuf("traces", b'{"resourceSpans":NaN}')


@pytest.mark.parametrize("wrong", ["nan", "inf", "1e999", 10**400, True, "1_0", [], "0x1p3", ""])
def test_other_doubles_are_refused(wrong: object) -> None:
    with pytest.raises(DecodeError, match="doubleValue"):
        value(doubleValue=wrong)


@pytest.mark.parametrize("text", ["+/+/AA==", "-_-_AA==", "+/+/AA", "-_-_AA"])
def test_bytes_are_base64_of_either_alphabet(text: str) -> None:
    assert value(bytesValue=text).bytes_value == b"\xfb\xff\xbf\x00"


@pytest.mark.parametrize("wrong", ["a", "ab!=", "\u00e9aaa", 5, ["YQ=="], "YQ==YQ=="])
def test_other_bytes_are_refused(wrong: object) -> None:
    with pytest.raises(DecodeError, match="bytesValue"):
        value(bytesValue=wrong)


@pytest.mark.parametrize(
    "members",
    [{"name": 5}, {"name": ["x"]}, {"attributes": {}}, {"attributes": [5]}, {"status": []}, {"events": "x"}],
)
def test_values_of_another_type_are_refused(members: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="needed"):
        span(**members)


@pytest.mark.parametrize("boolean", [0, 1, "true", []])
def test_other_booleans_are_refused(boolean: object) -> None:
    assert value(boolValue=True).bool_value
    with pytest.raises(DecodeError, match="boolValue"):
        value(boolValue=boolean)


def test_bad_utf8_and_lone_surrogates_cost_their_string_alone() -> None:
    text = (
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"caf\xe9","traceState":"a\\ud800b",'
        b'"attributes":[{"key":"\xff\xfe","value":{"stringValue":"\\ud83d\\ude00 \xc3\xa9"}}],'
        b'"unkn\xffown":"\xff"}]}]}]}'
    )
    request = ExportTraceServiceRequest.FromString(to_protobuf("traces", text))
    found = request.resource_spans[0].scope_spans[0].spans[0]
    assert (found.name, found.trace_state) == ("caf\ufffd", "a\ufffdb")
    assert (found.attributes[0].key, found.attributes[0].value.string_value) == ("\ufffd\ufffd", "\U0001f600 \u00e9")


def test_the_last_of_duplicates_counts_and_a_byte_order_mark_is_skipped() -> None:
    body = to_protobuf("logs", b'\xef\xbb\xbf{"resourceLogs":[{}],"resourceLogs":[]}')
    assert body == b""


@pytest.mark.parametrize(
    "text", [b"", b"null", b"[]", b"5", b'"x"', b"{", b"{}x", b"\xff", b"{'a':1}", b'{"a":' + b"9" * 5000 + b"}"]
)
def test_what_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(DecodeError):
        to_protobuf("traces", text)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"resourceSpans":[', b'{"a":[{"b":'])
def test_nesting_without_end_is_refused(opening: bytes) -> None:
    with pytest.raises(DecodeError):
        to_protobuf("traces", opening * 100_000)


@pytest.mark.parametrize("levels", [40, 47, 48, 60, 300])
def test_what_is_read_can_be_parsed_by_everybody(levels: int) -> None:
    nested: dict[str, Any] = {"stringValue": "x"}
    for _ in range(levels):
        nested = {"arrayValue": {"values": [nested]}}
    text = json.dumps({"resourceSpans": [{"resource": {"attributes": [{"key": "k", "value": nested}]}}]}).encode()
    if levels > 47:
        with pytest.raises(DecodeError, match="nested"):
            to_protobuf("traces", text)
    else:
        ExportTraceServiceRequest.FromString(to_protobuf("traces", text))


def test_errors_hold_no_content() -> None:
    with pytest.raises(DecodeError) as error:
        span(traceId="the prompt")
    assert "prompt" not in str(error.value)


# --- writing


def test_json_is_written_by_the_rules() -> None:
    request = ExportTraceServiceRequest()
    made = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(trace_id=b"\xab" * 16, span_id=b"\xcd" * 8, name="a\nb\u00e9", kind=2, start_time_unix_nano=2**63)
    )
    made.attributes.add(key="i").value.int_value = -5
    made.attributes.add(key="d").value.double_value = math.nan
    made.attributes.add(key="b").value.bytes_value = b"\xfb\xff"
    made.attributes.add(key="e").value.SetInParent()
    made.attributes.add(key="f").value.bool_value = False
    made.status.code = 2  # type: ignore[assignment]
    [found] = written(request)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert found == {
        "traceId": "ab" * 16,
        "spanId": "cd" * 8,
        "name": "a\nb\u00e9",
        "kind": 2,
        "startTimeUnixNano": str(2**63),
        "attributes": [
            {"key": "i", "value": {"intValue": "-5"}},
            {"key": "d", "value": {"doubleValue": "NaN"}},
            {"key": "b", "value": {"bytesValue": "+/8="}},
            {"key": "e", "value": {}},
            {"key": "f", "value": {"boolValue": False}},
        ],
        "status": {"code": 2},
    }
    line = to_json("traces", request.SerializeToString())
    assert b"\n" not in line
    assert "é".encode() in line


def test_bad_utf8_in_the_body_costs_its_string_alone() -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    spans.add(name="bad: ?", trace_id=b"\x01" * 16)
    spans.add(name="good")
    body = request.SerializeToString().replace(b"bad: ?", b"bad: \xff")
    found = json.loads(to_json("traces", body))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert [one["name"] for one in found] == ["bad: \ufffd", "good"]


def test_bytes_that_are_no_request_are_refused() -> None:
    with pytest.raises(DecodeError):
        to_json("traces", b"\xff\xff\xff")


# --- against protobuf's own mapping, and round trips


def base64_ids(parsed: Any) -> Any:  # noqa: ANN401
    """`parsed` with the ids as protobuf's mapping wants them."""
    if isinstance(parsed, list):
        return [base64_ids(item) for item in parsed]
    if not isinstance(parsed, dict):
        return parsed
    return {
        name: base64.b64encode(bytes.fromhex(item)).decode() if name in IDS else base64_ids(item)
        for name, item in parsed.items()
    }


def json_captures() -> list[Path]:
    return sorted(CAPTURES.glob("*/*.*.json"))


@pytest.mark.parametrize("path", json_captures(), ids=lambda path: path.name)
def test_captures_are_read_as_protobuf_reads_them(path: Path) -> None:
    signal: Any = path.name.split(".")[1]
    oracle = json_format.ParseDict(
        base64_ids(json.loads(path.read_bytes())), REQUESTS[signal](), ignore_unknown_fields=True
    )
    body = to_protobuf(signal, path.read_bytes())
    assert REQUESTS[signal].FromString(body) == oracle
    assert to_protobuf(signal, to_json(signal, body)) == body


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*/*.pb")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_captures_are_written_as_protobuf_writes_them(path: Path) -> None:
    signal: Any = path.name.split(".")[1]
    message = REQUESTS[signal].FromString(path.read_bytes())
    oracle = json_format.MessageToDict(message, use_integers_for_enums=True)
    text = to_json(signal, path.read_bytes())
    assert base64_ids(json.loads(text)) == oracle
    assert REQUESTS[signal].FromString(to_protobuf(signal, text)) == message


def scalars(message: Any, draw: Callable[[st.SearchStrategy[Any]], Any], depth: int) -> None:  # noqa: ANN401
    """Fill some of the fields of a generated message with drawn values."""
    for field in message.DESCRIPTOR.fields:
        if depth > 9 or not draw(st.booleans()):
            continue
        target = getattr(message, field.name)
        if field.message_type is not None:
            for part in [target.add() for _ in range(draw(st.integers(0, 2)))] if field.is_repeated else [target]:
                part.SetInParent()
                scalars(part, draw, depth + 1)
        elif field.is_repeated:
            target.extend(draw(st.lists(of_type(field), max_size=3)))
        else:
            setattr(message, field.name, draw(of_type(field)))


def of_type(field: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401
    if field.type == field.TYPE_BYTES:
        length = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}.get(field.name)
        return st.binary(max_size=10) if length is None else st.binary(min_size=length, max_size=length)
    return {
        field.CPPTYPE_STRING: st.text(max_size=10),
        field.CPPTYPE_BOOL: st.booleans(),
        field.CPPTYPE_DOUBLE: st.floats(allow_nan=False),
        field.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
        field.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
        field.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
        field.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
        field.CPPTYPE_ENUM: st.integers(0, 5),
    }[field.cpp_type]


@given(st.data(), st.sampled_from(["traces", "logs", "metrics"]))
def test_any_request_survives_the_round_trip(data: st.DataObject, signal: Signal) -> None:
    message = REQUESTS[signal]()
    scalars(message, data.draw, 0)
    text = to_json(signal, message.SerializeToString())
    assert REQUESTS[signal].FromString(to_protobuf(signal, text)) == message
    assert to_json(signal, to_protobuf(signal, text)) == text
    assert base64_ids(json.loads(text)) == json_format.MessageToDict(message, use_integers_for_enums=True)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_decode_error(text: bytes) -> None:
    for read in (to_protobuf, to_json):
        with contextlib.suppress(DecodeError):
            read("traces", text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resourceSpans", "scopeSpans", "spans", "attributes", "value", "arrayValue", "values", "kind"]
            )
            | st.sampled_from(
                ["traceId", "stringValue", "intValue", "doubleValue", "bytesValue", "resource", "status"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)


@given(JSON_VALUES)
def test_no_json_raises_anything_but_decode_error(parsed: Any) -> None:  # noqa: ANN401
    for text in (parsed, {"resourceSpans": [{"scopeSpans": [{"spans": [parsed]}]}]}):
        try:
            body = to_protobuf("traces", json.dumps(text).encode())
        except DecodeError:
            continue
        ExportTraceServiceRequest.FromString(body)

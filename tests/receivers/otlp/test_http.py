"""OTLP over HTTP: every row of otlp's table of answers, protobuf and JSON."""

import http.client
import json
from typing import Any

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spansieve.otlp.json_mapping import to_json
from spansieve.plugin import Answer
from spansieve.testing import OK, otlp_request

BODY = otlp_request("agent", OK)
JSON_BODY = to_json("traces", BODY)
PROTOBUF, JSON = "application/x-protobuf", "application/json"


@pytest.mark.parametrize("prefix", ["", "/api/public/otel"])
@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_what_is_taken_is_answered_with_an_empty_response(client: Any, prefix: str, signal: str) -> None:  # noqa: ANN401
    status, body, headers = client.request(BODY, f"{prefix}/v1/{signal}")
    assert (status, body, headers["content-type"]) == (200, b"", PROTOBUF)
    assert client.core.received == [(signal, BODY)]
    assert client.core.arrived.get() == "http"


@pytest.mark.parametrize("kind", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_handed_on_as_protobuf_and_answered_in_json(client: Any, kind: str) -> None:  # noqa: ANN401
    status, body, headers = client.request(JSON_BODY, kind=kind)
    assert (status, body, headers["content-type"]) == (200, b"{}", JSON)
    assert client.core.received == [("traces", BODY)]


def test_an_empty_request_is_taken(client: Any) -> None:  # noqa: ANN401
    assert client.request(b"")[0] == 200
    assert client.request(b"{}", kind=JSON)[0] == 200
    assert [body for _, body in client.core.received] == [b"", b""]


@pytest.mark.parametrize("rejected", [3, 0])
def test_what_was_rejected_is_a_partial_success(client: Any, rejected: int) -> None:  # noqa: ANN401
    client.core.answer = Answer("accepted", rejected=rejected, message="bad ids")
    status, body, _ = client.request(BODY)
    partial = ExportTraceServiceResponse.FromString(body).partial_success
    assert (status, partial.rejected_spans, partial.error_message) == (200, rejected, "bad ids")
    status, body, _ = client.request(b"{}", "/v1/logs", kind=JSON)
    expected = {"errorMessage": "bad ids"} | ({"rejectedLogRecords": str(rejected)} if rejected else {})
    assert (status, json.loads(body)) == (200, {"partialSuccess": expected})
    partial_logs = ExportLogsServiceResponse.FromString(client.request(BODY, "/v1/logs")[1]).partial_success
    assert partial_logs.rejected_log_records == rejected


def test_what_is_malformed_is_a_400_with_a_status(client: Any) -> None:  # noqa: ANN401
    client.core.answer = Answer("malformed", message="no request")
    status, body, headers = client.request(b"\xff")
    found = Status.FromString(body)
    assert (status, headers["content-type"], found.code, found.message) == (400, PROTOBUF, 3, "no request")
    assert "retry-after" not in headers
    status, body, headers = client.request(b"{}", kind=JSON)
    assert (status, headers["content-type"], json.loads(body)) == (400, JSON, {"code": 3, "message": "no request"})


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"resourceSpans":1}', b"\xff\xfe", b"[" * 100_000])
def test_json_that_is_no_request_is_a_400(client: Any, text: bytes) -> None:  # noqa: ANN401
    status, body, headers = client.request(text, kind=JSON)
    assert (status, headers["content-type"], json.loads(body)["code"]) == (400, JSON, 3)
    assert client.core.received == []
    assert client.core.counts["refused_requests", "malformed", "http"] == 1


@pytest.mark.parametrize(("seconds", "header"), [(1.0, "1"), (0.2, "1"), (2.5, "3")])
def test_what_is_refused_is_a_503_that_says_when_to_come_again(client: Any, seconds: float, header: str) -> None:  # noqa: ANN401
    client.core.answer = Answer("refused", message="full", retry_after=seconds)
    status, body, headers = client.request(BODY)
    found, info = Status.FromString(body), RetryInfo()
    assert (status, headers["retry-after"], found.code, found.message) == (503, header, 14, "full")
    assert found.details[0].Unpack(info)
    assert info.retry_delay.ToNanoseconds() == seconds * 1e9
    status, body, headers = client.request(b"{}", kind=JSON)
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo"}
    [found_detail] = json.loads(body)["details"]
    assert (status, headers["retry-after"]) == (503, header)
    assert found_detail.items() >= detail.items()
    assert float(found_detail["retryDelay"].removesuffix("s")) == seconds


def test_an_exception_is_a_503_without_its_text(client: Any, caplog: pytest.LogCaptureFixture) -> None:  # noqa: ANN401
    client.core.error = KeyError("the prompt was: hello")
    status, body, headers = client.request(BODY)
    assert (status, headers["retry-after"]) == (503, "1")
    assert b"hello" not in body
    assert "hello" not in caplog.text
    assert client.core.counts["faults", "KeyError"] == 1


def test_an_unknown_path_is_a_404(client: Any) -> None:  # noqa: ANN401
    status, body, _ = client.request(BODY, "/v1/profiles")
    assert (status, Status.FromString(body).code) == (404, 5)
    status, body, headers = client.request(b"", "/", "GET", kind=None)
    assert (status, headers["content-type"].partition(";")[0]) == (404, "text/plain")
    assert b"/v1/traces" in body


def test_a_signal_that_nobody_takes_is_a_404_until_somebody_does(client: Any) -> None:  # noqa: ANN401
    client.core.served = frozenset({"logs"})
    status, body, _ = client.request(b"{}", kind=JSON)
    assert (status, json.loads(body)["code"]) == (404, 12)
    client.core.served = frozenset({"traces"})
    assert client.request(b"{}", kind=JSON)[0] == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_another_method_is_a_405(client: Any, method: str) -> None:  # noqa: ANN401
    status, body, headers = client.request(b"", method=method, kind=None)
    assert (status, headers["allow"]) == (405, "POST")
    assert body == (b"" if method == "HEAD" else b"405 method not allowed, supported: [POST]")
    status, body, _ = client.request(b"", method=method)
    assert body == b"" or Status.FromString(body).message.startswith("405")


@pytest.mark.parametrize("kind", ["text/plain", "application/protobuf", "multipart/form-data", None])
def test_another_type_is_a_415_in_plain_text(client: Any, kind: str | None) -> None:  # noqa: ANN401
    status, body, headers = client.request(BODY, kind=kind)
    assert (status, headers["content-type"].partition(";")[0]) == (415, "text/plain")
    assert body == b"415 unsupported media type, supported: [application/json, application/x-protobuf]"


def test_paths_can_be_set_and_get_their_slash(start: Any) -> None:  # noqa: ANN401
    client = start(http={"traces_url_path": "in/spans"})
    assert client.request(BODY, "/in/spans")[0] == 200
    assert client.request(BODY, "/v1/traces")[0] == 404
    assert client.request(BODY, "/v1/logs?team=desk")[0] == 200


def test_response_headers_are_on_each_answer(start: Any) -> None:  # noqa: ANN401
    client = start(http={"response_headers": {"X-Frame-Options": "DENY"}})
    for path in ("/v1/traces", "/nowhere"):
        headers = client.request(BODY, path)[2]
        assert (headers["x-frame-options"], headers["server"]) == ("DENY", "spansieve")


@pytest.mark.parametrize(("enabled", "closed"), [(True, False), (False, True)])
def test_connections_are_kept_unless_that_is_switched_off(start: Any, enabled: bool, closed: bool) -> None:  # noqa: ANN401
    client = start(http={"keep_alives_enabled": enabled})
    connection = http.client.HTTPConnection("127.0.0.1", client.receiver.http_port, timeout=20)
    connection.request("POST", "/v1/traces", BODY, {"Content-Type": PROTOBUF})
    answer = connection.getresponse()
    assert (answer.read(), answer.will_close) == (b"", closed)
    connection.close()


# --- CORS

PAGE = {"Origin": "https://app.example.org"}
PREFLIGHT = {**PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, x-team"}


def test_a_page_that_is_allowed_may_send(start: Any) -> None:  # noqa: ANN401
    cors = {
        "allowed_origins": ["https://*.example.org", "http://localhost"],
        "allowed_headers": ["X-Team"],
        "exposed_headers": ["X-Told"],
        "max_age": 600,
    }
    client = start(http={"cors": cors})
    status, body, headers = client.request(b"", method="OPTIONS", kind=None, headers=PREFLIGHT)
    assert (status, body) == (204, b"")
    assert headers["access-control-allow-origin"] == "https://app.example.org"
    assert headers["access-control-allow-methods"] == "POST"
    assert headers["access-control-allow-headers"] == "content-type, x-team"
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-max-age"] == "600"
    status, _, headers = client.request(BODY, headers=PAGE)
    assert (status, headers["access-control-allow-origin"]) == (200, "https://app.example.org")
    assert (headers["access-control-expose-headers"], headers["vary"]) == ("X-Told", "Origin")


@pytest.mark.parametrize(
    ("origin", "header", "method"),
    [
        ("https://example.org.evil.net", "content-type", "POST"),
        ("https://appXexample.org", "content-type", "POST"),
        ("https://app.example.org", "x-other", "POST"),
        ("https://app.example.org", "content-type", "PUT"),
    ],
)
def test_a_page_that_is_not_allowed_is_not_told_so(start: Any, origin: str, header: str, method: str) -> None:  # noqa: ANN401
    client = start(http={"cors": {"allowed_origins": ["https://app.example.org"]}})
    asks = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
    status, _, headers = client.request(b"", method="OPTIONS", kind=None, headers=asks)
    assert status == 204
    assert not [name for name in headers if name.startswith("access-control")]


def test_any_page_and_any_header_can_be_allowed(start: Any) -> None:  # noqa: ANN401
    client = start(http={"cors": {"allowed_origins": ["*"], "allowed_headers": ["*"]}})
    headers = client.request(b"", method="OPTIONS", kind=None, headers=PREFLIGHT)[2]
    assert headers["access-control-allow-headers"] == "content-type, x-team"
    client.core.answer = Answer("refused")
    assert client.request(BODY, headers=PAGE)[2]["access-control-allow-origin"] == PAGE["Origin"]


def test_without_cors_nothing_is_said(client: Any) -> None:  # noqa: ANN401
    headers = client.request(BODY, headers=PAGE)[2]
    assert not [name for name in headers if name.startswith("access-control") or name == "vary"]

"""The clients' own rules, where no server is needed: the exporters' tests hold the rest against real ones."""

import ssl
from concurrent.futures import CancelledError

import aiohttp
import pytest
from pydantic import ValidationError

from spansieve.otlp.client_config import GrpcClientSettings, HttpClientSettings
from spansieve.otlp.http_client import broken, compress, failure, retry_after, sent_at
from spansieve.otlp.partial_success import rejected
from spansieve.otlp.user_agent import user_agent
from spansieve.plugin import Permanent, Rejected, Retry

NOW = 1_700_000_000_000_000_000  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 3 ", 3.0),
        ("Tue, 14 Nov 2023 22:13:25 GMT", 5.0),
        ("Tuesday, 14-Nov-23 22:13:25 GMT", 5.0),
        ("Tue, 14 Nov 2000 22:13:25 GMT", 0.0),
        ("-3", None),
        ("3.5", None),
        ("", None),
        (None, None),
        ("٣", None),
        ("Tue, 99 Nov 2023", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_a_delay_until_a_date_is_counted_from_the_servers_own_clock() -> None:
    sent = sent_at("Mon, 01 Jan 2001 00:00:00 GMT")
    assert retry_after("Mon, 01 Jan 2001 00:00:07 GMT", sent) == 7.0
    assert [sent_at(header) for header in (None, "", "yesterday", "Tue, 99 Nov 2023")] == [0, 0, 0, 0]


def test_every_status_has_one_class() -> None:
    for status in (*range(100, 200), *range(300, 600)):
        raised = failure(status, "1", NOW)
        assert isinstance(raised, Retry) is (status in {429, 502, 503, 504})
        assert isinstance(raised, Permanent) is (status not in {429, 502, 503, 504})


def test_why_no_answer_came() -> None:
    refused = aiohttp.ClientOSError(111, "Connection refused: http://secret")
    assert broken(refused).reason == "ECONNREFUSED"
    assert broken(TimeoutError()).reason == "timeout"
    assert broken(aiohttp.ServerDisconnectedError()).reason == "ServerDisconnectedError"
    assert broken(CancelledError()).reason == "closed"
    assert broken(RuntimeError("Session is closed")).reason == "closed"
    assert broken(ssl.SSLError(1, "bad")).reason == "TLS failed"


def test_compression_levels() -> None:
    body = b"spans and spans and spans " * 200
    for method in ("gzip", "zlib", "deflate", "zstd"):
        assert len(compress(body, method, None)) < len(body) / 10
    assert len(compress(body, "gzip", 0)) > len(body)


def test_answers() -> None:
    assert rejected("traces", b"") is None
    assert rejected("metrics", b'{"partialSuccess":{"rejectedDataPoints":"2","new":1}}', is_json=True) == Rejected(2)
    assert rejected("alerts", b'{"partialSuccess":{"rejectedLogRecords":"-2"}}', is_json=True) is None
    long = '{"partialSuccess":{"errorMessage":"' + "x" * 5000 + '"}}'
    answer = rejected("traces", long.encode(), is_json=True)
    assert answer is not None
    assert len(answer.message) == 300
    for body in (b"[", b"\xff", b'{"partialSuccess":3}', b"[" * 10_000):
        with pytest.raises(Permanent):
            rejected("traces", body, is_json=True)


def test_user_agent() -> None:
    assert user_agent().startswith("spansieve/")
    assert user_agent().count("/") == 2


@pytest.mark.parametrize("settings", [GrpcClientSettings, HttpClientSettings])
def test_headers_as_a_list_and_as_a_map(settings: type[GrpcClientSettings]) -> None:
    as_list = settings(headers=[{"name": "a", "value": "b"}])  # type: ignore[arg-type]
    assert as_list.headers == settings(headers={"a": "b"}).headers  # type: ignore[dict-item]
    assert as_list.model_dump(mode="json")["headers"] == {"a": "**********"}


def test_grpc_headers_are_what_grpc_can_send() -> None:
    assert GrpcClientSettings(headers={"x-raw-bin": "größe"})  # type: ignore[dict-item]
    for headers in ({"grpc-timeout": "1"}, {"a!": "b"}, {"a": "größe"}):
        with pytest.raises(ValidationError, match="gRPC sends"):
            GrpcClientSettings(headers=headers)  # type: ignore[arg-type]


def test_levels_are_those_of_the_method() -> None:
    assert HttpClientSettings(compression="zstd", compression_params={"level": 19})  # type: ignore[arg-type]
    for level in (-2, 10):
        with pytest.raises(ValidationError, match="to 9"):
            HttpClientSettings(compression_params={"level": level})  # type: ignore[arg-type]

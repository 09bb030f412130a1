"""Status bodies, trailers and what clients read from them."""

import json

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from spansieve.otlp.status import (
    RETRY_KEY,
    STATUS_KEY,
    UNAVAILABLE,
    retry_after,
    retry_after_header,
    retry_after_in,
    retry_trailers,
    status_json,
    status_message,
    status_protobuf,
)


def test_a_status_says_its_code_its_message_and_when_to_come_again() -> None:
    status, info = Status.FromString(status_protobuf(14, "full", 2.5)), RetryInfo()
    assert (status.code, status.message) == (14, "full")
    assert status.details[0].Unpack(info)
    assert info.retry_delay.ToMilliseconds() == 2500
    assert Status.FromString(status_protobuf(3)) == Status(code=3)
    assert json.loads(status_json(3, "caf\u00e9")) == {"code": 3, "message": "caf\u00e9"}
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}
    assert json.loads(status_json(14, "", 1.0)) == {"code": 14, "details": [detail]}


def test_clients_read_what_servers_write() -> None:
    trailers = retry_trailers(UNAVAILABLE, "full", 1.5)
    assert [key for key, _ in trailers] == [STATUS_KEY, RETRY_KEY]
    assert retry_after(trailers) == retry_after(trailers[1:]) == retry_after(trailers[:1]) == 1.5
    assert status_message(status_protobuf(3, "no")) == status_message(status_json(3, "no"), is_json=True) == "no"


@pytest.mark.parametrize(
    "trailers",
    [(), (("x", "y"),), ((STATUS_KEY, b"\xff"),), ((RETRY_KEY, b"\xff"),), ((STATUS_KEY, status_protobuf(8)),)],
)
def test_trailers_that_say_nothing(trailers: tuple[tuple[str, str | bytes], ...]) -> None:
    assert retry_after(trailers) is None


@pytest.mark.parametrize(("seconds", "header"), [(0, "0"), (0.1, "1"), (1, "1"), (1.01, "2"), (-3, "0")])
def test_the_header_is_rounded_up(seconds: float, header: str) -> None:
    assert retry_after_header(seconds) == header


@given(st.binary(max_size=60))
def test_no_bytes_raise(data: bytes) -> None:
    retry_after_in(data)
    retry_after(((RETRY_KEY, data), (STATUS_KEY, data)))
    assert isinstance(status_message(data), str)
    assert isinstance(status_message(data, is_json=True), str)

"""Who is let in, over both protocols: refused before the body is read, counted, and told why without what was sent."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from spansieve.plugin import Config, Extension, Refused, Unauthenticated
from spansieve.testing import OK, otlp_request

BODY = otlp_request("agent", OK)
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
AUTH = {"auth": {"authenticator": "guard"}}
GOOD = {"authorization": "Bearer good"}
PROTOBUF, JSON = "application/x-protobuf", "application/json"


class Guard(Extension[Config]):
    """Lets `Bearer good` in, can't tell of `Bearer later`, and remembers what it was asked."""

    config = Config

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: list[Mapping[str, Sequence[str]]] = []
        self.threads: set[str] = set()

    def authenticate(self, headers: Mapping[str, Sequence[str]]) -> str:
        """As said above."""
        self.asked.append(headers)
        self.threads.add(threading.current_thread().name)
        value = headers.get("authorization", [""])[0]
        if value == "Bearer later":
            raise Refused("too many", after=3)
        if value != "Bearer good":
            raise Unauthenticated("no token that counts", "Bearer")
        return ""


@pytest.fixture
def guard(core: Any) -> Guard:  # noqa: ANN401
    made = core.extensions["guard"] = Guard()
    return made


def over_grpc(client: Any, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
    return client.channel().unary_unary(EXPORT)(BODY, timeout=20, metadata=tuple(headers.items()))


def test_who_is_known_is_let_in(start: Any, guard: Guard) -> None:  # noqa: ANN401
    client = start(grpc=AUTH, http=AUTH)
    assert over_grpc(client, GOOD) == b""
    assert client.request(BODY, headers=GOOD)[0] == 200
    assert client.core.received == [("traces", BODY)] * 2
    assert [headers["authorization"] for headers in guard.asked] == [["Bearer good"]] * 2
    assert all("grpc" in name or "http" in name for name in guard.threads)  # never on the loop


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer planted"}])
def test_a_stranger_is_not_over_http(start: Any, guard: Guard, headers: dict[str, str]) -> None:  # noqa: ANN401
    client = start(http=AUTH)
    status, body, answered = client.request(BODY, headers=headers)
    found = Status.FromString(body)
    assert (status, answered["www-authenticate"], answered["content-type"]) == (401, "Bearer", PROTOBUF)
    assert (found.code, found.message) == (16, "no token that counts")
    status, body, answered = client.request(b"{}", kind=JSON, headers=headers)
    assert (status, answered["content-type"]) == (401, JSON)
    assert json.loads(body) == {"code": 16, "message": "no token that counts"}
    assert b"planted" not in body
    assert client.request(path="/elsewhere", headers=headers)[0] == 401
    assert client.core.received == []
    assert client.core.counts["refused_requests", "unauthenticated", "http"] == 3


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer planted"}])
def test_a_stranger_is_not_over_grpc(start: Any, guard: Guard, headers: dict[str, str]) -> None:  # noqa: ANN401
    client = start(grpc=AUTH)
    with pytest.raises(grpc.RpcError) as error:
        over_grpc(client, headers)
    assert (error.value.code(), error.value.details()) == (grpc.StatusCode.UNAUTHENTICATED, "no token that counts")
    assert not [key for key, _ in error.value.trailing_metadata() if "retry" in key]
    assert client.core.received == []
    assert client.core.counts["refused_requests", "unauthenticated", "grpc"] == 1


def test_a_stranger_is_answered_before_the_body_comes(start: Any, guard: Guard) -> None:  # noqa: ANN401
    client = start(grpc=AUTH, http=AUTH)
    with client.raw() as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 50\r\n\r\n"
        )
        assert connection.recv(12) == b"HTTP/1.1 401"

    never = threading.Event()

    def nothing() -> Iterator[bytes]:
        never.wait(20)
        yield b""

    call = client.channel().stream_unary(EXPORT).future(nothing(), timeout=15)
    assert call.code() == grpc.StatusCode.UNAUTHENTICATED
    never.set()


def test_who_can_t_be_told_now_may_come_again(start: Any, guard: Guard) -> None:  # noqa: ANN401
    client = start(grpc=AUTH, http=AUTH)
    later = {"authorization": "Bearer later"}
    status, body, answered = client.request(BODY, headers=later)
    assert (status, Status.FromString(body).code) == (503, 14)
    assert int(answered["retry-after"]) >= 1
    with pytest.raises(grpc.RpcError) as error:
        over_grpc(client, later)
    info = RetryInfo.FromString(dict(error.value.trailing_metadata())["google.rpc.retryinfo-bin"])
    assert (error.value.code(), info.retry_delay.seconds) == (grpc.StatusCode.UNAVAILABLE, 3)
    for transport in ("http", "grpc"):
        assert client.core.counts["refused_requests", "auth_busy", transport] == 1


def test_while_the_extension_is_exchanged_senders_come_again(start: Any, guard: Guard) -> None:  # noqa: ANN401
    client = start(grpc=AUTH, http=AUTH)
    del client.core.extensions["guard"]
    assert client.request(BODY, headers=GOOD)[0] == 503
    with pytest.raises(grpc.RpcError) as error:
        over_grpc(client, GOOD)
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    client.core.extensions["guard"] = guard
    assert client.request(BODY, headers=GOOD)[0] == 200


def test_parameters_of_the_url_count_where_they_are_asked_for(start: Any, guard: Guard) -> None:  # noqa: ANN401
    client = start(http={"auth": {"authenticator": "guard", "request_params": ["authorization"]}})
    path = "/v1/traces?authorization=Bearer%20good"
    assert client.request(BODY, path)[0] == 200
    assert client.request(BODY, path, headers={"authorization": "Bearer other"})[0] == 200
    assert client.request(BODY, "/v1/traces?token=x")[0] == 401
    assert start(http=AUTH).request(BODY, path)[0] == 401


def test_a_page_s_first_question_needs_no_credentials(start: Any, guard: Guard) -> None:  # noqa: ANN401
    client = start(http={**AUTH, "cors": {"allowed_origins": ["*"]}})
    asks = {"Origin": "http://page", "Access-Control-Request-Method": "POST"}
    assert client.request(method="OPTIONS", headers=asks)[0] == 204
    assert client.request(BODY, headers={"Origin": "http://page"})[0] == 401

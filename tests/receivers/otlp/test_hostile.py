"""Clients that mean harm: slow, idle, too many, with floods of headers. Each is bounded and hurts nobody else."""

import contextlib
import gzip
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status

from spansieve.clock import SystemClock
from spansieve.pdata import DecodeError, TraceBatch
from spansieve.receivers.otlp import grpc_pool, http_body
from spansieve.testing import OK, otlp_request

BODY = otlp_request("agent", OK)
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
REFUSED = {b"HTTP/1.0 400", b"HTTP/1.1 400"}
HEAD = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    tick = threading.Event()
    for _ in range(2000):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError


class Slow:
    """gRPC calls whose bodies don't come."""

    def __init__(self, client: Any, count: int) -> None:  # noqa: ANN401
        """Begin `count` of them."""
        self._end = threading.Event()
        call = client.channel().stream_unary(EXPORT)
        self.calls = [call.future(self._never(), timeout=60) for _ in range(count)]

    def _never(self) -> Iterator[bytes]:
        self._end.wait(60)
        yield b""

    def gone(self, code: grpc.StatusCode = grpc.StatusCode.CANCELLED) -> int:
        """How many were sent away."""
        return sum(call.done() and call.code() == code for call in self.calls)

    def close(self) -> None:
        """Let them go."""
        for call in self.calls:
            call.cancel()
        self._end.set()


def test_slow_bodies_over_grpc_do_not_take_every_thread(start: Any, core: Any) -> None:  # noqa: ANN401
    core.clock = SystemClock()
    client = start(grpc={})
    slow = Slow(client, 60)
    try:
        eventually(lambda: slow.gone() > 0)
        assert client.channel().unary_unary(EXPORT)(BODY, timeout=60) == b""
        assert core.counts["refused_requests", "slow", "grpc"] > 0
    finally:
        slow.close()


def test_one_slow_body_over_grpc_has_a_minute(start: Any, core: Any) -> None:  # noqa: ANN401
    client = start(grpc={})
    slow = Slow(client, 1)
    try:
        eventually(lambda: bool(client.receiver._grpc._pool._waiting))
        core.clock.advance(seconds=grpc_pool.LONGEST_SECONDS - 1)
        assert client.channel().unary_unary(EXPORT)(BODY, timeout=20) == b""
        assert slow.gone() == 0
        core.clock.advance(seconds=1)
        eventually(lambda: slow.gone() == 1)
        eventually(lambda: core.counts["refused_requests", "slow", "grpc"] == 1)
    finally:
        slow.close()


def test_a_body_below_the_slowest_rate_is_not_waited_for(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    monkeypatch.setattr(http_body, "PATIENCE_SECONDS", 0.05)
    client = start(http={})
    with client.raw() as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nslow")
        assert connection.recv(12) == b"HTTP/1.1 503"
    assert client.core.counts["refused_requests", "slow", "http"] == 1


def test_a_body_that_keeps_coming_is_waited_for(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    monkeypatch.setattr(http_body, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(http_body, "SLOWEST_BYTES_A_SECOND", 1000)
    client = start(http={})
    with client.raw() as connection:
        connection.sendall(HEAD + b"Content-Length: 20001\r\n\r\n" + bytes(20000))
        threading.Event().wait(0.6)  # longer than the patience; what came earns twenty seconds
        connection.sendall(b"\0")
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_connections_are_bounded_and_an_idle_one_gives_its_place_up(start: Any) -> None:  # noqa: ANN401
    client = start(http={"max_connections": 3, "idle_timeout": "1h"})
    client.core.hold.clear()
    busy = [client.raw() for _ in range(3)]
    for connection in busy:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
        client.core.arrived.get(timeout=20)
    with client.raw() as turned_away:
        turned_away.sendall(HEAD)
        with contextlib.suppress(ConnectionError):
            assert turned_away.recv(10) == b""
    assert client.core.counts["refused_requests", "connections", "http"] == 1
    client.core.hold.set()
    for connection in busy:
        assert connection.recv(12) == b"HTTP/1.1 200"
    threading.Event().wait(1.1)  # the idle ones are old enough to go
    assert client.request(BODY)[0] == 200
    assert client.core.counts["refused_requests", "connections", "http"] == 2
    for connection in busy:
        connection.close()


def test_connections_over_grpc_are_bounded(start: Any) -> None:  # noqa: ANN401
    client = start(grpc={"max_connections": 2, "endpoint": "127.0.0.1:0"})
    options = [("grpc.use_local_subchannel_pool", 1)]
    target = f"127.0.0.1:{client.receiver.grpc_port}"
    channels = [grpc.insecure_channel(target, options) for _ in range(3)]
    try:
        for channel in channels[:2]:
            assert channel.unary_unary(EXPORT)(BODY, timeout=20) == b""
        with pytest.raises(grpc.RpcError) as error:
            channels[2].unary_unary(EXPORT)(BODY, timeout=20)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    finally:
        for channel in channels:
            channel.close()


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(1000)),
        b"X-Long: " + b"y" * 20_000 + b"\r\n",
        b"X-" + b"n" * 20_000 + b": y\r\n",
    ],
    ids=["many", "long", "long name"],
)
def test_a_flood_of_headers_is_a_400_that_quotes_nothing(start: Any, headers: bytes) -> None:  # noqa: ANN401
    client = start(http={})
    with client.raw() as connection:
        connection.sendall(HEAD + headers)
        answer = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"Content-Length: 0\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                answer += piece
    assert answer[:12] in REFUSED
    assert answer.endswith(b"\r\n\r\n400 bad request")
    assert client.core.counts["refused_requests", "bad_http", "http"] == 1


def test_a_flood_of_metadata_over_grpc_is_refused(client: Any) -> None:  # noqa: ANN401
    metadata = tuple((f"x-{number}", "y" * 100) for number in range(1000))
    with pytest.raises(grpc.RpcError) as error:
        client.channel().unary_unary(EXPORT)(BODY, timeout=20, metadata=metadata)
    assert error.value.code() in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE}
    assert client.core.received == []
    assert client.export(BODY) == b""


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Transfer-Encoding: chunked, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length : 5\r\n",
        b" Content-Length: 5\r\n",
    ],
)
def test_a_request_whose_length_has_two_meanings_is_refused(start: Any, lines: bytes) -> None:  # noqa: ANN401
    client = start(http={})
    smuggled = b"0\r\n\r\nPOST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with client.raw() as connection:
        connection.sendall(HEAD + lines + b"\r\n" + smuggled)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65536):
                answer += piece
    assert answer[:12] in REFUSED
    assert answer.count(b"HTTP/") == 1  # the connection ends: what is behind is no request
    assert client.core.received == []


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_a_unix_socket_is_closed_to_others(start: Any, tmp_path: Path, protocol: str) -> None:  # noqa: ANN401
    path = tmp_path / "otlp.sock"
    start(**{protocol: {"transport": "unix", "endpoint": str(path)}})
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_crowd_of_tiny_items_is_refused_before_it_is_made(client: Any, compressed: bool) -> None:  # noqa: ANN401
    crowd = b"\x0a\x00" * 1_000_000
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    status, body, _ = client.request(gzip.compress(crowd) if compressed else crowd, headers=headers)
    assert (status, Status.FromString(body).code) == (413, 8)
    with pytest.raises(grpc.RpcError) as error:
        client.export(crowd, compression=grpc.Compression.Gzip if compressed else None)
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not [key for key, _ in error.value.trailing_metadata() if "retry" in key]
    for transport in ("http", "grpc"):
        assert client.core.counts["refused_requests", "too_many", transport] == 1
    assert client.core.received == []


@pytest.mark.parametrize(("many", "of"), [(5_000_000, b"[],"), (300_000, b"{},")])
def test_a_crowd_in_json_is_refused(client: Any, many: int, of: bytes) -> None:  # noqa: ANN401
    status, _, _ = client.request(b'{"resourceSpans":[' + of * many + b"{}]}", kind="application/json")
    assert status == 413
    assert client.core.counts["refused_requests", "too_many", "http"] == 1


def nested(levels: int) -> bytes:
    """A span whose attribute holds lists in lists."""

    def field(number: int, content: bytes) -> bytes:
        size, length = len(content), b""
        while size > 127:
            length += bytes([size & 127 | 128])
            size >>= 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + content

    value = field(1, b"x")
    for _ in range(levels):
        value = field(5, field(1, value))
    return field(1, field(2, field(2, field(9, field(1, b"k") + field(2, value)))))


def test_deep_nesting_is_refused_in_json_and_is_no_crash_in_protobuf(client: Any) -> None:  # noqa: ANN401
    deep = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":'
    deep += b'{"arrayValue":{"values":[' * 10_000 + b"1" + b"]}}" * 10_000 + b"}]}]}]}]}"
    assert client.request(deep, kind="application/json")[0] == 400
    assert client.core.counts["refused_requests", "malformed", "http"] == 1
    batch = TraceBatch.parse(nested(10_000))
    with pytest.raises(DecodeError):
        [list(span.attributes.items()) for span in batch]

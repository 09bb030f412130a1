"""Bodies over HTTP: compressed, too large, cut, chunked, slow."""

import contextlib
import gzip
import json
import socket
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from google.rpc.status_pb2 import Status
from hypothesis import given
from hypothesis import strategies as st

from spansieve import zstd
from spansieve.otlp.json_mapping import to_json
from spansieve.receivers.otlp.bodies import BadEncoding, Overgrown, inflate
from spansieve.testing import OK, otlp_request

BODY = otlp_request("agent", OK)
MIB = 1024 * 1024
Compress = Callable[[bytes], bytes]


def as_zstd(data: bytes) -> bytes:
    return zstd.compress(data)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODINGS: list[tuple[str, Compress]] = [
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("zlib", zlib.compress),
    ("zstd", as_zstd),
]


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
@pytest.mark.parametrize("size", [1, 100_000])
def test_compressed_bodies_are_taken(client: Any, encoding: str, compress: Compress, size: int) -> None:  # noqa: ANN401
    body = bytes(range(256)) * (size // 256 + 1)
    assert client.request(compress(body), headers={"Content-Encoding": encoding})[0] == 200
    text = to_json("traces", BODY)
    answer = client.request(compress(text), kind="application/json", headers={"Content-Encoding": encoding.upper()})
    assert answer[:2] == (200, b"{}")
    assert [found for _, found in client.core.received] == [body, BODY]


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
def test_a_bomb_is_refused_while_it_is_inflated(start: Any, encoding: str, compress: Compress) -> None:  # noqa: ANN401
    client = start(http={"max_request_body_size": MIB})
    bomb = compress(bytes(64 * MIB))
    assert len(bomb) < MIB
    status, body, _ = client.request(bomb, headers={"Content-Encoding": encoding})
    assert (status, Status.FromString(body).code) == (413, 8)
    assert client.core.received == []
    assert client.core.counts["refused_requests", "too_large", "http"] == 1
    exact = compress(bytes(MIB))
    assert client.request(exact, headers={"Content-Encoding": encoding})[0] == 200
    assert client.request(compress(bytes(MIB + 1)), headers={"Content-Encoding": encoding})[0] == 413


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
def test_memory_stays_near_the_limit(encoding: str, compress: Compress) -> None:
    bomb = compress(bytes(64 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(Overgrown):
            inflate(encoding, bomb, MIB)
        assert tracemalloc.get_traced_memory()[1] < 40 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("encoding", "compress"), ENCODINGS)
@pytest.mark.parametrize("damage", ["cut", "garbage", "other", "empty"])
def test_a_broken_body_is_a_400(client: Any, encoding: str, compress: Compress, damage: str) -> None:  # noqa: ANN401
    good = compress(BODY * 20)
    bad = {"cut": good[:-5], "garbage": good + b"garbage", "other": b"\x00" * 40, "empty": b""}[damage]
    status, body, _ = client.request(bad, headers={"Content-Encoding": encoding})
    assert (status, Status.FromString(body).code) == (400, 3)
    assert client.core.counts["refused_requests", "encoding", "http"] == 1


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", as_zstd)])
def test_members_one_behind_the_other_are_one_body(encoding: str, compress: Compress) -> None:
    assert inflate(encoding, compress(b"one ") + compress(b"") + compress(b"two"), 100) == b"one two"
    with pytest.raises(BadEncoding, match="too many"):
        inflate(encoding, compress(b"") * 10_001, 100)


@pytest.mark.parametrize("encoding", ["snappy", "br", "gzip, zstd", "gzip,gzip", "x"])
def test_another_encoding_is_a_400_in_the_requests_type(client: Any, encoding: str) -> None:  # noqa: ANN401
    status, body, _ = client.request(BODY, headers={"Content-Encoding": encoding})
    assert (status, Status.FromString(body).code) == (400, 3)
    status, body, _ = client.request(b"{}", kind="application/json", headers={"Content-Encoding": encoding})
    assert (status, json.loads(body)["code"]) == (400, 3)


def test_only_the_configured_encodings_are_taken(start: Any) -> None:  # noqa: ANN401
    client = start(http={"compression_algorithms": ["gzip"]})
    assert client.request(gzip.compress(BODY), headers={"Content-Encoding": "gzip"})[0] == 200
    assert client.request(BODY)[0] == 400
    assert client.request(as_zstd(BODY), headers={"Content-Encoding": "zstd"})[0] == 400


@given(st.sampled_from(ENCODINGS), st.binary(max_size=2000))
def test_inflating_gives_back_what_was_compressed(encoding: tuple[str, Compress], data: bytes) -> None:
    name, compress = encoding
    assert inflate(name, compress(data), len(data)) == data


@given(st.sampled_from(["gzip", "zlib", "deflate", "zstd"]), st.binary(max_size=200))
def test_no_bytes_raise_anything_else(encoding: str, data: bytes) -> None:
    for prefix in (b"", b"\x1f\x8b\x08\x00", b"\x78\x9c", b"\x28\xb5\x2f\xfd"):
        with contextlib.suppress(BadEncoding, Overgrown):
            assert len(inflate(encoding, prefix + data, 50)) <= 50


# --- raw sockets


def head(*lines: str) -> bytes:
    fixed = ["POST /v1/traces HTTP/1.1", "Host: x", "Content-Type: application/x-protobuf"]
    return "\r\n".join([*fixed, *lines, "", ""]).encode()


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return 0, received
        received += piece
    start, _, body = received.partition(b"\r\n\r\n")
    [length] = [line[16:] for line in start.split(b"\r\n") if line.lower().startswith(b"content-length: ")]
    while len(body) < int(length):
        body += connection.recv(65536)
    return int(start.split()[1]), body


def test_chunked_bodies_are_taken_however_they_are_cut(client: Any) -> None:  # noqa: ANN401
    with client.raw() as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        for at in range(0, len(BODY), 7):
            chunk = BODY[at : at + 7]
            connection.sendall(b"%x\r\n" % len(chunk))
            connection.sendall(chunk + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        assert answer(connection) == (200, b"")
    assert client.core.received == [("traces", BODY)]


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_above_the_limit_is_refused_before_its_end(start: Any, declared: bool) -> None:  # noqa: ANN401
    client = start(http={"max_request_body_size": 1000})
    with client.raw() as connection:
        if declared:
            connection.sendall(head("Content-Length: 1001"))
        else:
            connection.sendall(head("Transfer-Encoding: chunked") + b"7d0\r\n" + bytes(1001))
        status, body = answer(connection)
    assert (status, Status.FromString(body).code) == (413, 8)
    assert client.request(bytes(1000))[0] == 200


@pytest.mark.parametrize(
    "start_of_body",
    [head("Content-Length: 100") + b"only this", head("Transfer-Encoding: chunked") + b"64\r\nonly this"],
)
def test_a_body_that_is_cut_is_a_400(client: Any, start_of_body: bytes) -> None:  # noqa: ANN401
    with client.raw() as connection:
        connection.sendall(start_of_body)
        connection.shutdown(socket.SHUT_WR)
        status, body = answer(connection)
        assert (status, Status.FromString(body).code) == (400, 3)
        assert connection.recv(10) == b""
    assert client.core.counts["refused_requests", "cut_short", "http"] == 1
    assert client.core.received == []


def test_bad_chunks_are_a_400(client: Any) -> None:  # noqa: ANN401
    with client.raw() as connection:
        connection.sendall(head("Transfer-Encoding: chunked") + b"zz\r\nwhat\r\n")
        assert answer(connection)[0] == 400
    assert client.core.received == []


def test_a_sender_that_closes_its_side_early_gets_its_answer(client: Any) -> None:  # noqa: ANN401
    client.core.hold.clear()
    with client.raw() as connection:
        connection.sendall(head(f"Content-Length: {len(BODY)}") + BODY)
        connection.shutdown(socket.SHUT_WR)
        client.core.arrived.get(timeout=20)
        client.core.hold.set()
        assert answer(connection) == (200, b"")
        assert connection.recv(10) == b""


def test_a_sender_that_goes_away_leaves_nothing_behind(client: Any) -> None:  # noqa: ANN401
    client.core.hold.clear()
    with client.raw() as connection:
        connection.sendall(head(f"Content-Length: {len(BODY)}") + BODY)
        client.core.arrived.get(timeout=20)
    client.core.hold.set()
    assert client.request(BODY)[0] == 200


def test_a_client_that_asks_first_is_told_to_go_on(client: Any) -> None:  # noqa: ANN401
    with client.raw() as connection:
        connection.sendall(head(f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        assert answer(connection) == (200, b"")


@pytest.mark.parametrize("begun", [b"", b"POST /v1/traces HTT", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\n"])
def test_a_connection_without_headers_is_closed(start: Any, begun: bytes) -> None:  # noqa: ANN401
    client = start(http={"read_header_timeout": "50ms"})
    with client.raw() as connection:
        connection.sendall(begun)
        assert connection.recv(10) == b""
    assert client.request(BODY)[0] == 200


def test_a_body_that_does_not_come_in_time_may_be_sent_again(start: Any) -> None:  # noqa: ANN401
    client = start(http={"read_timeout": "50ms"})
    with client.raw() as connection:
        connection.sendall(head("Content-Length: 100") + b"slow")
        status, body = answer(connection)
    assert (status, Status.FromString(body).code) == (503, 14)
    assert client.core.counts["refused_requests", "slow", "http"] == 1


def test_an_idle_connection_is_closed(start: Any) -> None:  # noqa: ANN401
    client = start(http={"idle_timeout": "50ms"})
    with client.raw() as connection:
        connection.sendall(head(f"Content-Length: {len(BODY)}") + BODY)
        assert answer(connection) == (200, b"")
        assert connection.recv(10) == b""


def test_bad_http_is_a_400_and_is_not_logged(client: Any, caplog: pytest.LogCaptureFixture) -> None:  # noqa: ANN401
    with client.raw() as connection:
        connection.sendall(b"POST /v1/traces HTTP/1.1\r\nsecret prompt\r\n\r\n")
        assert answer(connection)[0] == 400
    assert "secret" not in caplog.text

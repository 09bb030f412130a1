"""Limits at the door: what is in flight, what each client may have, and guards, asked before anything is read."""

import contextlib
import gzip
import http.client
import select
import threading
import zlib
from typing import Any

import grpc
import pytest

from spansieve import zstd
from spansieve.otlp.status import retry_after
from spansieve.pdata import Signal
from spansieve.plugin import Refused, TooLarge
from spansieve.receivers.otlp.clients import Clients, Limited, name_of
from spansieve.receivers.otlp.config import PerClient
from spansieve.testing import OK, FakeClock, FakeHost, otlp_request

BODY = otlp_request("agent", *[OK] * 20)


class Guard:
    """Refuses every request of more than `most` bytes: by `error`."""

    def __init__(self, most: int, error: Exception | None = None) -> None:
        self.most = most
        self.error = error or Refused("memory is short", 1.2)
        self.sizes: list[int] = []

    def admit(self, signal: Signal, request_bytes: int, in_flight_bytes: int) -> None:
        self.sizes.append(request_bytes)
        if request_bytes > self.most:
            raise self.error


def guard(client: Any, most: int, error: Exception | None = None) -> Guard:  # noqa: ANN401
    """Put a guard to the door of `client`'s receiver."""
    one = Guard(most, error)
    client.core.admission.guards = {("otlp", "traces"): (one,)}
    return one


def head(*headers: str) -> bytes:
    lines = ["POST /v1/traces HTTP/1.1", "Host: x", "Content-Type: application/x-protobuf", *headers, "", ""]
    return "\r\n".join(lines).encode()


# --- guards


def test_a_guard_refuses_over_http_before_the_body_is_read(client: Any) -> None:  # noqa: ANN401
    guard(client, most=1000)
    connection = client.raw()
    connection.sendall(head("Content-Length: 1001"))  # and no byte of the body
    answer = connection.recv(4096)
    connection.close()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 2" in answer
    assert client.core.counts["refused_requests", "memory", "http"] == 1
    assert client.core.received == []


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_much(client: Any) -> None:  # noqa: ANN401
    guard(client, most=1000)
    connection = client.raw()
    connection.sendall(head("Transfer-Encoding: chunked") + b"3E9\r\n" + bytes(1001) + b"\r\n")  # it does not end
    assert connection.recv(4096).startswith(b"HTTP/1.1 503 ")
    connection.close()
    assert client.core.admission.in_flight_bytes == 0


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "zlib"])
def test_a_body_is_counted_while_it_is_inflated(client: Any, encoding: str) -> None:  # noqa: ANN401
    bomb = bytes(40 << 20)
    packed = {"gzip": gzip.compress(bomb, 1), "zstd": zstd.compress(bomb), "zlib": zlib.compress(bomb, 1)}[encoding]
    one = guard(client, most=3 << 20)
    status, _, headers = client.request(packed, headers={"Content-Encoding": encoding})
    assert status == 503
    assert "retry-after" in headers
    assert max(one.sizes) < 5 << 20  # it was stopped a step behind the limit, and not at the end of 40 MiB
    assert client.core.admission.in_flight_bytes == 0


def test_over_grpc_the_message_counts_before_and_while_it_is_inflated(client: Any) -> None:  # noqa: ANN401
    one = guard(client, most=3 << 20)
    with pytest.raises(grpc.RpcError) as error:
        client.export(gzip.compress(bytes(40 << 20)), compression=None)
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    assert error.value.details() == "memory is short"
    assert retry_after(error.value.trailing_metadata()) == pytest.approx(1.2)
    assert max(one.sizes) < 5 << 20
    assert client.core.counts["refused_requests", "memory", "grpc"] == 1
    assert client.core.admission.in_flight_bytes == 0


def test_what_will_never_be_taken_must_not_come_again(client: Any) -> None:  # noqa: ANN401
    guard(client, most=10, error=TooLarge("too large for the memory"))
    assert client.request(BODY)[0] == 413
    with pytest.raises(grpc.RpcError) as error:
        client.export(BODY)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert retry_after(error.value.trailing_metadata() or ()) is None
    assert client.core.counts["refused_requests", "too_large", "http"] == 1
    assert client.core.counts["refused_requests", "too_large", "grpc"] == 1


def test_a_request_is_in_flight_until_it_is_answered(client: Any) -> None:  # noqa: ANN401
    client.core.hold.clear()
    done = threading.Thread(target=client.request, args=(BODY,))
    done.start()
    client.core.arrived.get(timeout=20)
    assert client.core.admission.in_flight_bytes == len(BODY)
    client.core.hold.set()
    done.join()
    assert client.core.admission.in_flight_bytes == 0


# --- in flight


def test_all_bodies_together_are_bounded(start: Any) -> None:  # noqa: ANN401
    client = start(http={}, limits={"max_in_flight_bytes": 4000})
    held = [client.raw() for _ in range(5)]
    try:
        for connection in held:
            connection.sendall(head("Content-Length: 1000") + bytes(999))
        [one], _, _ = select.select(held, [], [], 20)
        assert one.recv(4096).startswith(b"HTTP/1.1 503 ")
        assert client.core.counts["refused_requests", "busy", "http"] == 1
        next(connection for connection in held if connection is not one).sendall(b"\0")
        client.core.arrived.get(timeout=20)
    finally:
        for connection in held:
            connection.close()


def test_promised_bytes_take_no_room_from_others(start: Any) -> None:  # noqa: ANN401
    client = start(http={}, limits={"max_in_flight_bytes": 10_000})
    held = [client.raw() for _ in range(3)]
    try:
        for connection in held:
            connection.sendall(head("Expect: 100-continue", "Content-Length: 9000"))
            assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")  # it was let in
        assert client.request(BODY)[0] == 200
    finally:
        for connection in held:
            connection.close()


# --- clients


def send_from(client: Any, address: str, body: bytes) -> int:  # noqa: ANN401
    """POST from a loopback address of its own."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", client.receiver.http_port, timeout=20, source_address=(address, 0)
    )
    with contextlib.closing(connection):
        connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
        return connection.getresponse().status


def test_a_greedy_client_is_refused_while_others_pass(start: Any) -> None:  # noqa: ANN401
    client = start(http={}, limits={"per_client": {"max_requests_in_flight": 2}})
    client.core.hold.clear()
    answers: list[int] = []
    greedy = [threading.Thread(target=lambda: answers.append(send_from(client, "127.0.0.1", BODY))) for _ in range(2)]
    for thread in greedy:
        thread.start()
    for _ in greedy:
        client.core.arrived.get(timeout=20)

    assert send_from(client, "127.0.0.1", BODY) == 503
    assert client.core.counts["refused_requests", "client_requests", "http"] == 1
    other = threading.Thread(target=lambda: answers.append(send_from(client, "127.0.0.2", BODY)))
    other.start()
    client.core.arrived.get(timeout=20)

    client.core.hold.set()
    for thread in (*greedy, other):
        thread.join()
    assert answers == [200, 200, 200]
    assert send_from(client, "127.0.0.1", BODY) == 200


def test_bytes_a_second_are_each_clients_own_over_both_protocols(start: Any) -> None:  # noqa: ANN401
    client = start(grpc={}, http={}, limits={"per_client": {"max_bytes_per_second": len(BODY) - 1}})
    assert send_from(client, "127.0.0.1", BODY) == 200  # the whole bucket and one byte on credit
    assert send_from(client, "127.0.0.1", BODY) == 503
    with pytest.raises(grpc.RpcError) as error:
        client.export(BODY)  # the same client
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    assert send_from(client, "127.0.0.2", BODY) == 200
    assert client.core.counts["refused_requests", "client_bytes", "http"] == 1
    assert client.core.counts["refused_requests", "client_bytes", "grpc"] == 1

    client.core.clock.advance(seconds=1)
    assert send_from(client, "127.0.0.1", BODY) == 200


def test_chunked_bodies_are_paid_for_when_they_are_there(start: Any) -> None:  # noqa: ANN401
    client = start(http={}, limits={"per_client": {"max_bytes_per_second": 1}})
    for expected in (b"HTTP/1.1 200 ", b"HTTP/1.1 503 "):
        connection = client.raw()
        chunk = f"{len(BODY):X}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
        connection.sendall(head("Transfer-Encoding: chunked") + chunk)
        assert connection.recv(4096).startswith(expected)
        connection.close()


class Few:
    """Clients with a clock that is told."""

    def __init__(self, **limits: int) -> None:
        self.host = FakeHost()
        self.clock: FakeClock = self.host.clock
        counter = self.host.counter("forgotten")
        self.clients = Clients(PerClient.model_validate(limits), self.clock, counter)


def test_who_owes_bytes_is_told_when_to_come_again() -> None:
    few = Few(max_bytes_per_second=100)
    few.clients.enter("a", 1100)
    with pytest.raises(Limited) as refusal:
        few.clients.enter("a", 1)
    assert 10.5 <= refusal.value.after <= 11.5
    few.clock.advance(seconds=10)
    with pytest.raises(Limited):
        few.clients.enter("a", 1)
    few.clock.advance(seconds=0.1)
    few.clients.enter("a", 1)


def test_the_wait_that_is_asked_for_is_bounded() -> None:
    few = Few(max_bytes_per_second=1)
    few.clients.enter("a", 10**9)
    with pytest.raises(Limited) as refusal:
        few.clients.enter("a", 1)
    assert refusal.value.after == 60


def test_the_longest_unseen_idle_client_makes_room_and_who_has_requests_open_stays() -> None:
    few = Few(max_requests_in_flight=1, max_clients=2)
    few.clients.enter("open", 1)
    few.clients.enter("idle", 1)
    few.clients.leave("idle")
    few.clients.enter("new", 1)
    assert few.host.counts["forgotten",] == 1
    with pytest.raises(Limited) as refusal:
        few.clients.enter("one more", 1)
    assert refusal.value.reason == "clients"
    with pytest.raises(Limited):
        few.clients.enter("open", 1)


@pytest.mark.parametrize(
    ("peer", "name"),
    [
        ("ipv4:10.0.0.1:4711", "10.0.0.1"),
        ("ipv6:[2001:db8::1]:4711", "2001:db8::1"),
        ("ipv6:%5B::1%5D:4711", "::1"),
        ("ipv6:[::ffff:10.0.0.1]:4711", "10.0.0.1"),
        ("ipv6:[fe80::1%25eth0]:4711", "fe80::1"),
        ("unix:", "unix"),
        ("unix:/tmp/x:1", "unix"),
    ],
)
def test_a_client_is_its_address_without_the_port(peer: str, name: str) -> None:
    assert name_of(peer) == name

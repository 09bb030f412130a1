"""Senders that are not well: bombs, very many connections, slow ones, and some that never read their answers."""

import gzip
import resource
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import chain

import grpc

from tests.e2e.program import METHODS, eventually, post

from .house import House, Scenario
from .load import GrpcSender, HttpSender, request

BOMB = gzip.compress(bytes(200 * 2**20), 9)
"""200 KiB that inflate to 200 MiB, above the receiver's limit of 64 MiB."""
CONNECTIONS = 1000
SLOW = 50
HEAD = "POST /v1/traces HTTP/1.1\r\nHost: chaos\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n"


def bombs(house: House) -> None:
    """Bodies that grow a thousandfold are refused for good, over both protocols, while load goes on."""
    house.flow()
    with ThreadPoolExecutor(2) as threads:
        over_http = threads.submit(_each, lambda: _http_bomb(house), 4)
        over_grpc = threads.submit(_each, lambda: _grpc_bomb(house), 4)
        assert over_http.result() == [413] * 4
        assert over_grpc.result() == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 4


def _each(send: Callable[[], object], times: int) -> list[object]:
    return [send() for _ in range(times)]


def _http_bomb(house: House) -> object:
    url = f"http://localhost:{house.program.ports['http']}/v1/traces"
    return post(url, BOMB, **{"Content-Encoding": "gzip"})[0]


def _grpc_bomb(house: House) -> object:
    with grpc.insecure_channel(f"localhost:{house.program.ports['grpc']}") as channel:
        try:
            channel.unary_unary(METHODS["traces"])(BOMB, timeout=60)
        except grpc.RpcError as error:
            return error.code()
    return grpc.StatusCode.OK


def room_for_files(count: int) -> None:
    """Let this process, and what it starts from now on, open so many files, or as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def crowd(house: House) -> None:
    """A thousand connections, half of each protocol: all are served, stay open while idle, and are served again."""
    room_for_files(4 * CONNECTIONS)
    house.flow()
    ports = house.program.ports
    with ExitStack() as stack, ThreadPoolExecutor(16) as threads:
        half = CONNECTIONS // 2
        over_grpc: Iterable[GrpcSender | HttpSender] = (
            GrpcSender(ports["grpc"], grpc.Compression.NoCompression) for _ in range(half)
        )
        over_http: Iterable[GrpcSender | HttpSender] = (
            HttpSender(ports["http"], compressed=False) for _ in range(half)
        )
        senders = [stack.enter_context(closing(one)) for one in chain(over_grpc, over_http)]
        for _ in range(2):
            outcomes = list(threads.map(_acknowledged, senders))
            assert all(outcomes), f"{outcomes.count(False)} connections were not served (seed {house.seed})"
            house.flow()


def _acknowledged(sender: GrpcSender | HttpSender) -> bool:
    return any(sender.send(request(1)[0]).acknowledged for _ in range(3))


def slow_senders(house: House) -> None:
    """Requests that come byte by byte hold nobody else up, and one that is whole at last is taken."""
    house.flow()
    body, _ = request(1)
    whole = HEAD.format(len(body)).encode() + body
    with _sockets(house, SLOW) as slow:
        for at in range(30):
            for one in slow:
                one.sendall(whole[at : at + 1])
            time.sleep(0.01)
        house.flow()
        slow[0].sendall(whole[30:])
        assert slow[0].recv(4096).startswith(b"HTTP/1.1 200")


def deaf_senders(house: House) -> None:
    """Requests one behind the other on connections whose answers nobody reads: bounded, and nobody else waits."""
    house.flow()
    body, _ = request(1)
    whole = (HEAD.format(len(body)).encode() + body) * 50
    with _sockets(house, SLOW) as deaf:
        for one in deaf:
            one.setblocking(False)
        for _ in range(20):
            for one in deaf:
                _push(one, whole)
            house.flow(10)


def _push(one: socket.socket, data: bytes) -> None:
    with suppress(BlockingIOError):
        one.send(data)


@contextmanager
def _sockets(house: House, count: int, port: int = 0) -> Iterator[list[socket.socket]]:
    """Connections to `port`, 0 = the HTTP receiver's."""
    with ExitStack() as stack:
        address = ("127.0.0.1", port or house.program.ports["http"])
        yield [stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(count)]


def vanishing_senders(house: House) -> None:
    """Connections that end in the middle of a request, again and again."""
    house.flow()
    body, _ = request(5)
    whole = HEAD.format(len(body)).encode() + body
    for _ in range(100):
        with _sockets(house, 1) as (one,):
            one.sendall(whole[: house.choice.randrange(len(whole))])


def out_of_files(house: House) -> None:
    """More connections than the process may have files: who is connected goes on, and all is well when they leave."""
    house.flow()
    files = house.uses()[1]
    limit = house.limit(resource.RLIMIT_NOFILE, files + 50)
    try:
        for port in (house.program.ports["http"], house.program.ports["grpc"]):
            with _sockets(house, 100, port):
                eventually(lambda: house.uses()[1] >= files + 50, "all files are in use")
                house.flow()
    finally:
        house.limit(resource.RLIMIT_NOFILE, limit)
    house.flow()


SENDERS: dict[str, Scenario] = {
    "bombs": bombs,
    "crowd": crowd,
    "slow_senders": slow_senders,
    "deaf_senders": deaf_senders,
    "vanishing_senders": vanishing_senders,
    "out_of_files": out_of_files,
}
"""What senders do."""

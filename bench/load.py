"""Send one OTLP trace request many times: with h2load where it is installed (C, costs least), else with grpcio.

As a program it is the grpcio client, in a process of its own: python -m bench.load PORT BODY --requests N [--rate R].
"""

import argparse
import json
import shutil
import statistics
import struct
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from threading import Lock, Semaphore
from typing import NamedTuple

import grpc

from bench.sink import EXPORT

CONNECTIONS = 4
IN_FLIGHT = 8
"""Requests on their way at once, over all connections: no server waits for work, and none queues long."""


class Sent(NamedTuple):
    """How a load went; the two latencies are milliseconds from when a request was due to its answer (0 from h2load)."""

    failed: int
    p50_ms: float = 0.0
    p99_ms: float = 0.0


def generator() -> str:
    """What sends here: `h2load` or `grpcio`."""
    return "h2load" if shutil.which("h2load") else "grpcio"


def drive(port: int, body: Path, requests: int, rate: float = 0, connections: int = CONNECTIONS) -> Sent:
    """Send the bytes of `body` `requests` times, as fast as they are answered or `rate` a second, from another process,
    over so many connections.

    h2load is used where nothing is paced, because it gives no percentiles. It can't see a gRPC status: what arrived is
    for the sink to say.
    """
    if rate or not shutil.which("h2load"):
        options = ["--requests", str(requests), "--rate", str(rate), "--connections", str(connections)]
        return Sent(*json.loads(_output([sys.executable, "-m", "bench.load", str(port), str(body), *options])))
    framed = body.with_suffix(".frame")
    message = body.read_bytes()
    framed.write_bytes(struct.pack(">BI", 0, len(message)) + message)  # gRPC over HTTP/2, Length-Prefixed-Message
    pace = ["-n", str(requests), "-c", str(connections), "-m", str(max(1, IN_FLIGHT // connections))]
    headers = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    text = _output(["h2load", *pace, *headers, "-d", str(framed), f"http://127.0.0.1:{port}{EXPORT}"])
    (summary,) = (line for line in text.splitlines() if line.startswith("requests: "))
    words = summary.replace(",", "").split()
    done = {name: int(number) for number, name in pairwise(words) if number.isdigit()}
    return Sent(failed=requests - done["succeeded"])


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own words)


class _Client:
    """Futures of pre-serialised requests, at most IN_FLIGHT of them (or one a connection) unless they are paced."""

    def __init__(self, port: int, connections: int, *, paced: bool) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]  # else all channels share one connection
        channels = [grpc.insecure_channel(f"127.0.0.1:{port}", options) for _ in range(connections)]
        self._calls = [channel.unary_unary(EXPORT) for channel in channels]
        self._room = Semaphore(1000 if paced else max(IN_FLIGHT, connections))
        self._lock = Lock()
        self.seconds: list[float] = []
        self.failed = 0

    def send(self, number: int, body: bytes, due: float) -> None:
        self._room.acquire()
        future = self._calls[number % len(self._calls)].future(body, timeout=30)
        future.add_done_callback(lambda answer: self._done(answer, due))

    def _done(self, answer: grpc.Future, due: float) -> None:
        with self._lock:
            self.seconds.append(time.perf_counter() - due)
            self.failed += answer.code() is not grpc.StatusCode.OK
        self._room.release()

    def wait(self, requests: int) -> None:
        while len(self.seconds) < requests:
            time.sleep(0.005)


def send(port: int, body: bytes, requests: int, rate: float = 0, connections: int = CONNECTIONS) -> Sent:
    """Send from this process. Paced requests are due at fixed times: a server that stalls pays for all that wait."""
    client = _Client(port, connections, paced=rate > 0)
    begin = time.perf_counter()
    for number in range(requests):
        due = begin + number / rate if rate else time.perf_counter()
        time.sleep(max(0.0, due - time.perf_counter()))
        client.send(number, body, due)
    client.wait(requests)
    cuts = statistics.quantiles(client.seconds, n=100)
    return Sent(client.failed, cuts[49] * 1e3, cuts[98] * 1e3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("body", type=Path, help="file with one ExportTraceServiceRequest")
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--rate", type=float, default=0, help="requests a second; 0 = as fast as they are answered")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    given = parser.parse_args()
    print(json.dumps(send(given.port, given.body.read_bytes(), given.requests, given.rate, given.connections)))

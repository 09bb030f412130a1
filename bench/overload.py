"""More load than can be taken: python -m bench.overload GRPC_PORT HTTP_PORT --seconds S --rate SPANS_A_SECOND.

Requests of 512 spans over gRPC, each due at its time, and large gzip bodies over HTTP beside them. What is refused is
sent again when the answer asks for it, a few times, as SDKs do. Prints one JSON line: what was acknowledged, and how
long those answers took.
"""

import argparse
import gzip
import http.client
import json
import statistics
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import grpc

from bench.bodies import ten_attributes
from bench.sink import EXPORT, Request
from spansieve.otlp.status import retry_after

SPANS = 512
TRIES = 4
MARK = b"\xfa\x5e\xce\x01"
"""Stands where a request's number goes."""
LARGE_EVERY = 0.5
"""Seconds between two large bodies."""
FIRST_LARGE = 1 << 24


class Tried(NamedTuple):
    """One call: the outcome's word, and when to come again."""

    word: str
    after: float = 1.0


def marked(body: bytes) -> bytes:
    """`body` with span ids of MARK and a number each."""
    request = Request.FromString(body)
    index = 0
    for resource in request.inner:
        for scope in resource.inner:
            for at, span in enumerate(scope.inner):
                scope.inner[at] = span[:20] + MARK + struct.pack(">I", index) + span[28:]
                index += 1
    return bytes(request.SerializeToString())


def numbered(template: bytes, number: int) -> bytes:
    """The request with `number`."""
    return template.replace(MARK, struct.pack(">I", number))


class Load:
    """What was sent, and what became of it."""

    def __init__(self, grpc_port: int, http_port: int) -> None:
        """Connect over gRPC; HTTP connects for each body."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        self._channels = [grpc.insecure_channel(f"127.0.0.1:{grpc_port}", options) for _ in range(4)]
        self._calls = [channel.unary_unary(EXPORT) for channel in self._channels]
        self._http_port = http_port
        self._lock = threading.Lock()
        self.acknowledged: list[int] = []
        self.seconds: dict[str, list[float]] = {"grpc": [], "http": []}
        self.words: Counter[str] = Counter()

    def by_grpc(self, number: int, body: bytes) -> Tried:
        """One call."""
        try:
            self._calls[number % 4](body, timeout=60)
        except grpc.RpcError as error:
            return Tried(error.code().name, retry_after(error.trailing_metadata() or ()) or 1.0)
        return Tried("OK")

    def by_http(self, _: int, body: bytes) -> Tried:
        """One POST of a gzip body."""
        connection = http.client.HTTPConnection("127.0.0.1", self._http_port, timeout=60)
        headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
        try:
            connection.request("POST", "/v1/traces", body, headers)
            answer = connection.getresponse()
            answer.read()
        except OSError:  # refused unread: the connection was closed while we were still sending
            return Tried("closed")
        finally:
            connection.close()
        return Tried("OK" if answer.status == 200 else str(answer.status), float(answer.headers.get("Retry-After", 1)))

    def deliver(self, kind: str, number: int, send: Callable[[int, bytes], Tried], body: bytes) -> None:
        """Send until it is acknowledged, TRIES times at most."""
        for _ in range(TRIES):
            begin = time.perf_counter()
            tried = send(number, body)
            with self._lock:
                self.words[f"{kind} {tried.word}"] += 1
                if tried.word == "OK":
                    self.acknowledged.append(number)
                    self.seconds[kind].append(time.perf_counter() - begin)
                    return
            time.sleep(tried.after)


def run(load: Load, seconds: float, rate: float, large_spans: int) -> None:
    """Send for `seconds`, and wait for the last answers."""
    small, large = marked(ten_attributes(SPANS)), marked(ten_attributes(large_spans))
    begin, number, big = time.monotonic(), 0, 0
    with ThreadPoolExecutor(256) as pool:
        while (now := time.monotonic() - begin) < seconds:
            if large_spans and now >= big * LARGE_EVERY:
                big += 1
                body = gzip.compress(numbered(large, FIRST_LARGE + big), 1)
                pool.submit(load.deliver, "http", FIRST_LARGE + big, load.by_http, body)
            number += 1
            pool.submit(load.deliver, "grpc", number, load.by_grpc, numbered(small, number))
            time.sleep(max(0.0, begin + number * SPANS / rate - time.monotonic()))


def percentile_ms(seconds: list[float]) -> float:
    """The 99th, 0 without any."""
    return round(statistics.quantiles(seconds, n=100)[98] * 1e3, 1) if len(seconds) > 1 else 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("grpc_port", type=int)
    parser.add_argument("http_port", type=int)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--large-spans", type=int, default=0)
    given = parser.parse_args()
    load = Load(given.grpc_port, given.http_port)
    run(load, given.seconds, given.rate, given.large_spans)
    p99 = {kind: percentile_ms(each) for kind, each in load.seconds.items()}
    print(json.dumps({"acknowledged": load.acknowledged, "p99_ms": p99, "answers": load.words}))

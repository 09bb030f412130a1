"""A backend that takes so many spans a second and no more, and remembers which: python -m bench.slow_sink PORT RATE.

Span ids are as `bench.overload` makes them: four bytes with the request's number, four with the span's.
"""

import argparse
import json
import struct
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import grpc

from bench.sink import EXPORT, spans_of

ARRIVED = "/spansieve.bench.Sink/Requests"
SPAN_ID = slice(20, 28)
"""Where a span's id stands in its bytes: behind the trace id (two bytes of tag and length before each)."""


class SlowSink:
    """Answers each call when its spans are due."""

    def __init__(self, rate: float) -> None:
        """`rate` in spans a second."""
        self._rate = rate
        self._free = time.monotonic()
        self._lock = Lock()
        self._seen: dict[int, set[int]] = defaultdict(set)

    def take(self, body: bytes, _: object) -> bytes:
        """Take a request's spans, in turn."""
        ids = [struct.unpack(">II", span[SPAN_ID]) for span in spans_of(body)]
        with self._lock:
            for number, index in ids:
                self._seen[number].add(index)
            self._free = due = max(self._free, time.monotonic()) + len(ids) / self._rate
        time.sleep(max(0.0, due - time.monotonic()))
        return b""

    def arrived(self, _body: bytes, _: object) -> bytes:
        """Distinct spans by the number of their request, as JSON."""
        with self._lock:
            return json.dumps({number: len(spans) for number, spans in self._seen.items()}).encode()


def serve(port: int, rate: float) -> None:
    """Answer until the process is ended."""
    sink = SlowSink(rate)
    server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.max_receive_message_length", -1)])
    for path, handler in {EXPORT: sink.take, ARRIVED: sink.arrived}.items():
        service, method = path[1:].split("/")
        handlers = {method: grpc.unary_unary_rpc_method_handler(handler)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def arrived(port: int) -> dict[int, int]:
    """Distinct spans that the sink on `port` has, by the number of their request."""
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_receive_message_length", -1)]) as channel:
        answer = json.loads(channel.unary_unary(ARRIVED)(b"", timeout=60))
    return {int(number): spans for number, spans in answer.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("rate", type=float)
    given = parser.parse_args()
    serve(given.port, given.rate)

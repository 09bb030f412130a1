"""Senders as SDKs are: batches over gRPC and HTTP, plain and gzip, sent again until they are acknowledged."""

import gzip
import http.client
import random
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import grpc

from spansieve.pdata import TraceBatch
from spansieve.testing import OK, otlp_request
from tests.e2e.program import METHODS

MARKER = "only-the-backend-may-see-this-7f3a"
"""Stands in each span: content, which must not be in a log line, a metric or a temporary file."""
RETRYABLE_GRPC = frozenset({1, 4, 10, 11, 14, 15})
RETRYABLE_HTTP = frozenset({429, 502, 503, 504})
TIMEOUT = 10.0
PATIENCE = 0.25
"""Longest wait before a request is sent again; SDKs wait longer, tests shall not."""


class Outcome(NamedTuple):
    """What became of one try."""

    acknowledged: bool
    again: bool
    what: str
    """The status, for a message."""


class Load:
    """Threads that send until `stop`, and what they were told."""

    def __init__(self, grpc_port: int, http_port: int, *, seed: int, pause: float, padding: int) -> None:
        """Start a sender of each of four kinds, which wait `pause` seconds between two requests; `padding` bytes make
        each span larger.
        """
        self.acknowledged: set[int] = set()
        self.requests = 0
        self.tries_again = 0
        self.told_to_drop: list[str] = []
        """Answers that would make an SDK throw valid data away."""
        self._pause = pause
        self._padding = padding
        self._stop = threading.Event()
        self._lock = threading.Lock()
        kinds: list[Callable[[], Any]] = [
            lambda: GrpcSender(grpc_port, grpc.Compression.NoCompression),
            lambda: GrpcSender(grpc_port, grpc.Compression.Gzip),
            lambda: HttpSender(http_port, compressed=False),
            lambda: HttpSender(http_port, compressed=True),
        ]
        self._threads = [
            threading.Thread(target=self._run, args=(kind, random.Random(seed * 1000 + at)), daemon=True)
            for at, kind in enumerate(kinds)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, kind: Callable[[], Any], choice: random.Random) -> None:
        sender = kind()
        try:
            while not self._stop.is_set():
                self._deliver(sender, choice)
                self._stop.wait(self._pause)
        finally:
            sender.close()

    def _deliver(self, sender: Any, choice: random.Random) -> None:  # noqa: ANN401
        body, ids = request(choice.randint(1, 20), self._padding)
        wait = 0.02
        while not self._stop.is_set():
            outcome = sender.send(body)
            with self._lock:
                self.requests += 1
                if outcome.acknowledged:
                    self.acknowledged |= ids
                elif outcome.again:
                    self.tries_again += 1
                else:
                    self.told_to_drop.append(outcome.what)
            if outcome.acknowledged or not outcome.again:
                return
            self._stop.wait(wait * choice.uniform(0.5, 1.5))
            wait = min(PATIENCE, wait * 2)

    def count(self) -> int:
        """Spans acknowledged so far."""
        with self._lock:
            return len(self.acknowledged)

    def snapshot(self) -> set[int]:
        """The ids acknowledged so far."""
        with self._lock:
            return set(self.acknowledged)

    def stop(self) -> None:
        """End all senders; a request without an answer stays one that was not acknowledged."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender hangs: its request is never answered"


def request(spans: int, padding: int = 0) -> tuple[bytes, set[int]]:
    """A request, and the ids of its spans."""
    text = MARKER + "." * padding
    body = otlp_request("chaos", *[OK.with_(attributes={"gen_ai.prompt": text})] * spans)
    return body, {int.from_bytes(span.span_id, "big") for span in TraceBatch.parse(body)}


class GrpcSender:
    """One channel, one call at a time."""

    def __init__(self, port: int, compression: grpc.Compression) -> None:
        """Connect with the first call, on a connection of its own."""
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 500)]
        options.append(("grpc.initial_reconnect_backoff_ms", 50))
        self._channel = grpc.insecure_channel(f"localhost:{port}", options, compression=compression)
        self._call = self._channel.unary_unary(METHODS["traces"])

    def send(self, body: bytes) -> Outcome:
        """One try."""
        try:
            self._call(body, timeout=TIMEOUT)
        except grpc.RpcError as error:
            code = error.code()
            return Outcome(False, code.value[0] in RETRYABLE_GRPC, f"gRPC {code.name}: {error.details()}")
        return Outcome(True, False, "OK")

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class HttpSender:
    """One connection, kept while it can be."""

    def __init__(self, port: int, *, compressed: bool) -> None:
        """Connect with the first request."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._compressed = compressed

    def send(self, body: bytes) -> Outcome:
        """One try."""
        headers = {"Content-Type": "application/x-protobuf"}
        if self._compressed:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, 1)
        try:
            self._connection.request("POST", "/v1/traces", body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return Outcome(False, True, type(error).__name__)
        return Outcome(answer.status == 200, answer.status in RETRYABLE_HTTP, f"HTTP {answer.status}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

"""`tail_sampling` beside the Go Collector's, end to end. Run: python -m bench.tail_peers [--requests N]. A JSON line.

Both get the same stream over gRPC, requests of 512 spans of ten attributes in which no trace comes twice, with the same
policies, and send on what they keep. CPU is that of the server's process, user and system, from before the first
request until all is decided and has come out; the rounds take turns, and the medians count. The peer is built by
`python -m bench.peers.build otelcol`.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Semaphore
from typing import Any

import grpc

from bench.delivered import Sink
from bench.load import IN_FLIGHT
from bench.peers.found import missing, program
from bench.processes import Server, free_port, running
from bench.sink import EXPORT
from bench.tail_stream import POLICIES, Stream

SPANS = 512
WAIT_SECONDS = 5
ERRORS: dict[str, Any] = {"name": "failed", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}
"""What ours keeps by itself."""


def configuration(port: int, sink: int) -> dict[str, Any]:
    """One for both."""
    sampling = {"decision_wait": f"{WAIT_SECONDS}s", "num_traces": 10_000_000, "policies": [ERRORS, *POLICIES]}
    reader = {"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": free_port()}}}}
    target = {"endpoint": f"127.0.0.1:{sink}", "tls": {"insecure": True}, "compression": "none"}
    pipeline = {"receivers": ["otlp"], "processors": ["tail_sampling"], "exporters": ["otlp_grpc"]}
    return {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{port}"}}}},
        "processors": {"tail_sampling": sampling},
        "exporters": {"otlp_grpc": target},
        "service": {"pipelines": {"traces": pipeline}, "telemetry": {"metrics": {"readers": [reader]}}},
    }


def send(port: int, bodies: Sequence[bytes]) -> None:
    """Send all, a few at once. Raises RuntimeError where one is not taken."""
    room, failed = Semaphore(IN_FLIGHT), []

    def done(answer: grpc.Future) -> None:
        if answer.code() is not grpc.StatusCode.OK:
            failed.append(answer.code())
        room.release()

    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(EXPORT)
        for body in bodies:
            room.acquire()
            call.future(body, timeout=60).add_done_callback(done)
        for _ in range(IN_FLIGHT):
            room.acquire()
    if failed:
        raise RuntimeError(f"{len(failed)} requests failed: {failed[0]}")


class Contender:
    """A server under the load."""

    def __init__(self, server: Server, port: int, sink: Sink) -> None:
        """`server` listens on `port` and sends on to `sink`."""
        self.server, self._port, self._sink = server, port, sink
        self.us: list[float] = []
        self.kept: list[int] = []

    def round(self, bodies: Sequence[bytes]) -> None:
        """Send `bodies`, and wait until they are decided."""
        before, cpu = self._sink.arrived().spans, self.server.cpu_seconds(family=True)
        send(self._port, bodies)
        time.sleep(WAIT_SECONDS + 2)  # the Go Collector looks once a second
        while self._is_busy():
            pass
        self.us.append((self.server.cpu_seconds(family=True) - cpu) / len(bodies) / SPANS * 1e6)
        self.kept.append(self._sink.arrived().spans - before)

    def _is_busy(self) -> bool:
        """Whether it works for a tenth of the next second, or more."""
        before = self.server.cpu_seconds(family=True)
        time.sleep(1)
        return self.server.cpu_seconds(family=True) - before > 0.1


def commands(folder: Path, sink: int) -> dict[str, tuple[list[str], int]]:
    """By name: how it is started, and the port that it listens on. JSON is YAML."""
    found = {}
    peer = program("otelcol")
    if peer is None:
        print(missing("otelcol"), file=sys.stderr)
    for name, command in (
        ("spansieve", [sys.executable, "-m", "spansieve", "run"]),
        ("Go Collector", [str(peer)] if peer else None),
    ):
        port = free_port()
        (file := folder / f"{port}.yaml").write_text(json.dumps(configuration(port, sink)))
        if command:
            found[name] = [*command, "--config", str(file)], port
    return found


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--per-trace", type=int, default=20)
    given = parser.parse_args()
    with TemporaryDirectory(prefix="spansieve-bench-") as place, ExitStack() as stack:
        folder = Path(place)
        contenders = {}
        for name, (command, port) in commands(folder, (sink := Sink(folder, stack)).port).items():
            server = stack.enter_context(running(command, log=folder / f"{port}.log", port=port))
            contenders[name] = Contender(server, port, sink)
        stream = Stream(SPANS, given.per_trace)
        for _ in range(given.rounds + 1):
            bodies = list(stream.requests(given.requests))
            for contender in contenders.values():
                contender.round(bodies)
        found = {
            name: {
                "us_a_span": round(statistics.median(one.us[1:]), 2),  # the first one warms up
                "peak_mib": round(one.server.peak_mib()),
                "kept_spans": one.kept[1:],
            }
            for name, one in contenders.items()
        }
        print(json.dumps({"spans_a_trace": given.per_trace, "spans_a_round": given.requests * SPANS, **found}))


if __name__ == "__main__":
    main()

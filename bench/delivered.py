"""The sink as a process, and the wait until everything that was sent has come out of the other end."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path

import grpc

from bench.load import CONNECTIONS, Sent, drive
from bench.processes import Server, free_port, running
from bench.servers import BARE
from bench.sink import Arrived, arrived


class Lost(Exception):
    """Not everything that was sent has arrived; the text says how much."""


class Sink:
    """The process that everything is delivered to."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Start it; `stack` ends it."""
        self.port = free_port()
        command = [sys.executable, "-m", "bench.sink", str(self.port)]
        stack.enter_context(running(command, log=folder / "sink.log", port=self.port))
        self._channel = stack.enter_context(grpc.insecure_channel(f"127.0.0.1:{self.port}"))

    def arrived(self) -> Arrived:
        """Its totals."""
        return arrived(self._channel)

    def wait_for(self, spans: int, seconds: float = 15) -> int:
        """Spans in total, once it has `spans`, or nothing came for `seconds`."""
        seen, since = -1, time.monotonic()
        while (now := self.arrived().spans) < spans and time.monotonic() - since < seconds:
            if now != seen:
                seen, since = now, time.monotonic()
            time.sleep(0.02)
        return now


class Contender:
    """A running server, and the CPU seconds of a span in each round it has run."""

    def __init__(self, name: str, server: Server, port: int) -> None:
        """Take the server that `name` was started as, and where it listens."""
        self.name, self.server, self.port = name, server, port
        self.rounds: list[float] = []

    def run(
        self, sink: Sink, body: Path, requests: int, spans: int, rate: float = 0, *, connections: int = CONNECTIONS
    ) -> tuple[float, Sent]:
        """Send `body` of so many spans; CPU seconds of the server until all of it came out. Raises Lost."""
        before = sink.arrived().spans
        cpu = self._cpu_seconds()
        sent = drive(self.port, body, requests, rate, connections)
        wanted = requests * spans
        come = wanted if self.name == BARE else sink.wait_for(before + wanted) - before
        spent = self._cpu_seconds() - cpu
        if sent.failed or come != wanted:
            raise Lost(f"{sent.failed} requests failed, {come} of {wanted} spans arrived")
        return spent, sent

    def _cpu_seconds(self) -> float:
        code = self.server.process.poll()
        if code is not None:
            raise Lost(f"the server ended with exit code {code}")
        return self.server.cpu_seconds(family=True)

"""The real program as a process, and a real OTLP server that takes what it sends."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from click.testing import CliRunner, Result

from spansieve import pdata
from spansieve.cli import main
from spansieve.pdata import Signal

DEADLINE = 30.0
TESTERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
TESTER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = range(10_000 + TESTER, 32_000, TESTERS)
"""Ports for programs: below those that systems give to outgoing connections, and no two test processes share one."""
COMMAND = (sys.executable, "-m", "spansieve")
METHODS: dict[Signal, str] = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}


def eventually(condition: Callable[[], Any], what: str, seconds: float = DEADLINE) -> Any:  # noqa: ANN401
    """Wait until `condition()` is true; its value. It is asked the less often the longer it takes: asking costs the
    program that is waited for.
    """
    begin = time.monotonic()
    while not (value := condition()):
        waited = time.monotonic() - begin
        if waited > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(min(max(0.01, waited / 10), 0.1))
    return value


def free_ports(count: int) -> list[int]:
    """Ports of `PORTS` that nobody listens on now: others could be taken before the program listens there, or between
    its end and its next start.
    """
    sockets: list[socket.socket] = []
    while len(sockets) < count:
        with contextlib.suppress(OSError):
            sockets.append(socket.create_server(("127.0.0.1", random.choice(PORTS))))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Sink:
    """An OTLP gRPC server that keeps every body; while `down` it answers UNAVAILABLE."""

    def __init__(self, port: int = 0) -> None:
        self.bodies: list[tuple[Signal, bytes]] = []
        self.down = False
        self.asked = 0
        self._lock = threading.Lock()
        self._looked = 0
        self._counts: Counter[Signal] = Counter()
        self._span_ids: set[bytes] = set()
        self._server = grpc.server(
            ThreadPoolExecutor(8),
            options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1)],
        )
        handlers = {name: grpc.unary_unary_rpc_method_handler(self._taking(kind)) for kind, name in METHODS.items()}
        self._server.add_generic_rpc_handlers((Handlers(handlers),))
        self.port = self._server.add_insecure_port(f"localhost:{port}")
        self._server.start()

    def _taking(self, kind: Signal) -> Callable[[bytes, Any], bytes]:
        def take(body: bytes, context: Any) -> bytes:  # noqa: ANN401
            self.asked += 1
            if self.down:
                context.abort(grpc.StatusCode.UNAVAILABLE, "down")
            with self._lock:
                self.bodies.append((kind, body))
            return b""

        return take

    def count(self, kind: Signal = "traces") -> int:
        """Items that arrived."""
        return self._looked_at()[kind]

    def span_ids(self) -> set[bytes]:
        """The ids of all spans that arrived."""
        self._looked_at()
        return self._span_ids

    def _looked_at(self) -> Counter[Signal]:
        """How many items of each signal arrived; each body is looked at once, however often tests ask."""
        with self._lock:
            for kind, body in self.bodies[self._looked :]:
                batch = pdata.parse(kind, body)
                self._counts[kind] += len(batch)
                if isinstance(batch, pdata.TraceBatch):
                    self._span_ids.update(span.span_id for span in batch)
            self._looked = len(self.bodies)
        return self._counts

    def close(self) -> None:
        self._server.stop(0).wait()


class Handlers(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, handlers: Mapping[str, Any]) -> None:
        self._handlers = handlers

    def service(self, handler_call_details: Any) -> Any:  # noqa: ANN401
        return self._handlers.get(handler_call_details.method)


class Program:
    """`spansieve run` with a configuration in a file of its own."""

    def __init__(
        self,
        folder: Path,
        config: str,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """`{grpc}`, `{http}`, `{metrics}`, `{health}`, `{status}` and `{measured}` in `config` become free ports;
        `command` is what is run.
        """
        self.ports = dict(zip(("grpc", "http", "metrics", "health", "status", "measured"), free_ports(6), strict=True))
        self.config = folder / "config.yaml"
        self.write(config)
        self.output = folder / "output.txt"
        self.errors = folder / "errors.txt"
        self._command = [*command, "run", "--config", str(self.config), *arguments]
        self._env = {**os.environ, **(env or {})}
        self._folder = folder
        self.start()

    def start(self) -> "Program":
        """Start a process, after the former one's end; what it prints replaces what that one printed."""
        with self.output.open("wb") as out, self.errors.open("wb") as err:
            self.process = subprocess.Popen(self._command, stdout=out, stderr=err, env=self._env, cwd=self._folder)  # noqa: S603
        return self

    def write(self, config: str) -> None:
        """Write the configuration file, at once and whole."""
        for name, port in self.ports.items():
            config = config.replace("{" + name + "}", str(port))
        fresh = self.config.with_suffix(".new")
        fresh.write_text(config)
        fresh.replace(self.config)

    def log(self) -> str:
        """What it said on stderr."""
        return self.errors.read_text(errors="replace")

    def wait_ready(self) -> "Program":
        """Until it takes data."""

        def ready() -> bool:
            assert self.process.poll() is None, self.log()
            return "is ready" in self.log()

        eventually(ready, "the program is ready")
        return self

    def metrics(self) -> dict[str, float]:
        """Its own metrics, by name with labels."""
        with urllib.request.urlopen(f"http://localhost:{self.ports['metrics']}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}

    def check_books(self) -> None:
        """Accepted equals exported and the rest, for every pipeline and exporter, once nothing moves."""

        def balance() -> bool:
            sums: dict[tuple[str, str], float] = {}
            for name, value in self.metrics().items():
                if not name.startswith("spansieve_pipeline_"):
                    continue
                labels = dict(pair.split("=") for pair in name[name.index("{") + 1 : -1].split(","))
                pair = labels.get("pipeline", ""), labels.get("exporter", "")
                came = labels.get("outcome") in {'"accepted"', '"restored"'}
                sums[pair] = sums.get(pair, 0) + (value if came else -value)
            return bool(sums) and not any(sums.values())

        eventually(balance, "the books balance")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and wait for the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


@contextlib.contextmanager
def running(
    folder: Path,
    config: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
) -> Iterator[Program]:
    """A program that is ready; ended at the end whatever happens."""
    program = Program(folder, config, *arguments, env=env, command=command)
    try:
        yield program.wait_ready()
    finally:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait(10)


def post(url: str, body: bytes, content_type: str = "application/x-protobuf", **headers: str) -> tuple[int, bytes]:
    """POST `body`: status and answer."""
    request = urllib.request.Request(url, body, {"Content-Type": content_type, **headers})  # noqa: S310 (loopback)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def export(channel: grpc.Channel, kind: Signal, body: bytes, timeout: float = 30) -> bytes:
    """Send `body` by gRPC. Raises grpc.RpcError."""
    return bytes(channel.unary_unary(METHODS[kind])(body, timeout=timeout))


def spansieve(
    *arguments: str, folder: Path | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run another verb of the command to its end."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "spansieve", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
        env={**os.environ, **(env or {})},
    )


def typed(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    """What `spansieve` ends with and prints, without a process of its own: for where only the words matter."""
    return CliRunner().invoke(main, arguments, prog_name="spansieve", env=env)


def json_lines(path: Path) -> list[Any]:
    """What stands in a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]

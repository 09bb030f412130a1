"""`spansieve demo`: the real program, and a real agent's conversation through it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib import resources
from pathlib import Path

import click

from .client import courier
from .options import default_config
from .recording import Recorded, read
from .send import at_pace

START_SECONDS = 30.0
STORY = """
A billing desk's agent (pydantic-ai) at work: five turns, a trace each, as its OpenTelemetry exporter sent them.
It looks a customer up and charges a card at once; a tool fails and it goes on; an answer is cut off; a request is
too long for the model; and a tool fails the whole run.
"""


@click.command(short_help="See an agent's conversation pass through.")
@click.option("--keep", is_flag=True, help="Leave the collector running afterwards, until Ctrl-C.")
def demo(*, keep: bool) -> None:
    """Start the collector with its default configuration, send it a recorded conversation, show what comes out."""
    with tempfile.TemporaryDirectory(prefix="spansieve-demo-") as folder:
        ports = _free_ports(5)
        grpc, metrics = ports[0], ports[2]
        collector = _start(Path(folder), ports)
        try:
            _wait_ready(collector, ports[3])
            click.echo(STORY)
            recorded = _conversation()
            with courier(f"localhost:{grpc}") as post:
                for one in at_pace(recorded, speed=1000):
                    post.deliver(one)
            _wait_until_out(collector, metrics, sum(one.items for one in recorded if one.signal == "traces"))
            click.echo("\nThat was the debug exporter. Point your own agent at localhost:4317 and run: spansieve run")
            if keep:
                status = f"http://localhost:{ports[4]}"
                click.echo(f"(still listening on localhost:{grpc}; status page: {status}; Ctrl-C ends it)")
                collector.wait()
        except KeyboardInterrupt:
            pass
        finally:
            collector.send_signal(signal.SIGTERM)
            collector.wait(30)


def _conversation() -> list[Recorded]:
    with resources.as_file(resources.files("spansieve") / "cli" / "conversation") as folder:
        return [one._replace(source=Path(one.source).name) for one in read(folder)]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, so that the demo runs beside a collector."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _start(folder: Path, ports: list[int]) -> "subprocess.Popen[bytes]":
    settings = {
        "receivers.otlp.protocols.grpc.endpoint": f"localhost:{ports[0]}",
        "receivers.otlp.protocols.http.endpoint": f"localhost:{ports[1]}",
        "service.telemetry.metrics.readers": f"[{{pull: {{exporter: {{prometheus: {{port: {ports[2]}}}}}}}}}]",
        "extensions.health_check.endpoint": f"localhost:{ports[3]}",
        "extensions.zpages.endpoint": f"localhost:{ports[4]}",
        "exporters.file.path": str(folder / "telemetry.jsonl"),
        "service.telemetry.logs.level": "error",
    }
    command = [sys.executable, "-m", "spansieve", "run", "--no-watch", "--config", default_config()]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    return subprocess.Popen(command, env=os.environ | {"FORCE_COLOR": "1"} if sys.stdout.isatty() else None)  # noqa: S603


def _get(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (loopback, http)
            return bytes(answer.read())
    except OSError:
        return None


def _wait_ready(collector: "subprocess.Popen[bytes]", port: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while _get(f"http://localhost:{port}/") is None:
        if collector.poll() is not None or time.monotonic() > give_up:
            raise click.ClickException("the collector did not start; `spansieve run` says why")
        time.sleep(0.05)


def _wait_until_out(collector: "subprocess.Popen[bytes]", port: int, spans: int) -> None:
    """Until the debug exporter has shown all `spans`."""
    give_up = time.monotonic() + START_SECONDS
    while collector.poll() is None and time.monotonic() < give_up:
        for line in (_get(f"http://localhost:{port}/metrics") or b"").decode().splitlines():
            if (
                line.startswith('otelcol_exporter_sent_spans{exporter="debug"}')
                and float(line.rsplit(" ", 1)[1]) >= spans
            ):
                return
        time.sleep(0.05)
    raise click.ClickException(f"the {spans} spans did not all come out in time")

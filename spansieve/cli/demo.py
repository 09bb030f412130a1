"""`spansieve demo`: the real program, and a real agent's incident through it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from importlib import resources
from pathlib import Path

import click

from spansieve.pdata import TraceBatch, count

from .client import Courier, courier
from .demo_alerts import Receiver
from .demo_team import SERVICE, requests
from .options import default_config
from .recording import Recorded, read
from .send import at_pace

START_SECONDS = 30.0
END_SECONDS = 40.0
"""How long the alerts may take to end once all was sent."""
SHARE = 20
"""Per cent of the traces without an error that are kept."""
TEAM = """
First two weeks in a second: how a small team uses a shop's agents, made up, so that tasks, sessions and users who come
back have something to show. None of it fails, and none of it is kept.
"""
_AGO_NS = 600 * 1_000_000_000
"""How long before now the team's two weeks end: what they did last is settled by now."""
POLICIES = f"""
- name: share, without the team's
  type: and
  and:
    and_sub_policy:
      - name: not the team's
        type: string_attribute
        string_attribute: {{key: service.name, values: [{SERVICE}], invert_match: true}}
      - {{name: share, type: probabilistic, probabilistic: {{sampling_percentage: {SHARE}}}}}
"""
STORY = """
A billing desk's agent (pydantic-ai) books invoices, as its OpenTelemetry exporter sent it: 24 turns in 18 seconds.
After a while its tool can't reach the ledger: twice the agent tries again and it works, then turn after turn fails.
You see each trace that is kept (all errors, and {share} % of the rest), its spans named, its secrets taken out; and
what an on-call person would get, posted to a webhook: what broke, that it breaks often, and that it is over.
What takes minutes in earnest takes seconds here: a spike is more than 10 errors in 10 s, and silence of 12 s the end.
"""


@click.command(short_help="See an agent's incident, and the alerts that it raises.")
@click.option("--keep", is_flag=True, help="Leave the collector running afterwards, until Ctrl-C.")
def demo(*, keep: bool) -> None:
    """Start the collector with its default configuration, send it a recorded incident, show what comes out."""
    with tempfile.TemporaryDirectory(prefix="spansieve-demo-") as folder, Receiver() as receiver:
        ports = _free_ports(6)
        grpc, metrics = ports[0], ports[2]
        collector = _start(Path(folder), ports, receiver.url)
        try:
            _wait_ready(collector, ports[3])
            with courier(f"localhost:{grpc}") as post:
                click.echo(TEAM)
                before = _send_team(post, metrics)
                click.echo(STORY.format(share=SHARE))
                for one in at_pace(_incident(), speed=1):
                    post.deliver(one)
            click.echo("\nAll turns were sent, and the tool works again. Now the alerts end, one after the other:")
            _wait_until_over(collector, receiver)
            status = f"http://localhost:{ports[4]}"
            of = _decided(metrics) - before
            click.echo(f"\nOf {of.total()} traces {of[True]} were kept: each with an error, and a share of the others.")
            click.echo("\nWhat broke, as `spansieve errors` shows it:\n")
            _spansieve("errors", "--endpoint", status).wait()
            click.echo("\nAnd how all agents do, the team's too, as `spansieve top` shows it:\n")
            _spansieve("top", "--once", "--endpoint", status).wait()
            click.echo("\nPoint your own agent at localhost:4317, set ALERT_URL, and run: spansieve run")
            if keep:
                click.echo(f"(still listening on localhost:{grpc}; status page: {status}; Ctrl-C ends it)")
                collector.wait()
        except KeyboardInterrupt:
            pass
        finally:
            collector.send_signal(signal.SIGTERM)
            collector.wait(30)


def _incident() -> list[Recorded]:
    with resources.as_file(resources.files("spansieve") / "cli" / "incident") as folder:
        return [one._replace(source=Path(one.source).name) for one in read(folder)]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, so that the demo runs beside a collector."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _start(folder: Path, ports: list[int], alerts: str) -> "subprocess.Popen[bytes]":
    """The collector, on ports of its own; what takes minutes in earnest takes seconds here."""
    settings = {
        "receivers.otlp.protocols.grpc.endpoint": f"localhost:{ports[0]}",
        "receivers.otlp.protocols.http.endpoint": f"localhost:{ports[1]}",
        "service.telemetry.metrics.readers": f"[{{pull: {{exporter: {{prometheus: {{port: {ports[2]}}}}}}}}}]",
        "extensions.health_check.endpoint": f"localhost:{ports[3]}",
        "extensions.zpages.endpoint": f"localhost:{ports[4]}",
        "exporters.prometheus.endpoint": f"localhost:{ports[5]}",
        "extensions.storage.directory": str(folder / "storage"),
        "exporters.file.path": str(folder / "telemetry.jsonl"),
        "exporters.webhook": f"{{url: '{alerts}', group_by: ['...'], group_wait: 0s, group_interval: 1s}}",
        "processors.error_aggregation.spike.window": "10s",
        "processors.tail_sampling.policies": POLICIES,
        "processors.error_aggregation.resolve_after": "12s",
        "service.pipelines.alerts.exporters": "[webhook]",
        "service.pipelines.logs.exporters": "[file]",
        "service.telemetry.logs.level": "error",
    }
    sets = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    return _spansieve("run", "--no-watch", "--config", default_config(), *sets)


def _spansieve(*words: str, **environment: str) -> "subprocess.Popen[bytes]":
    """A command of this program, which writes to the same terminal."""
    color = {"FORCE_COLOR": "1"} if sys.stdout.isatty() else {}
    sys.stdout.flush()
    return subprocess.Popen([sys.executable, "-m", "spansieve", *words], env=os.environ | environment | color)  # noqa: S603


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


def _wait_until_over(collector: "subprocess.Popen[bytes]", receiver: Receiver) -> None:
    """Until all alerts have ended."""
    give_up = time.monotonic() + END_SECONDS
    while not receiver.is_over:
        if collector.poll() is not None or time.monotonic() > give_up:
            raise click.ClickException("the alerts did not all end in time")
        time.sleep(0.05)


def _decided(port: int) -> Counter[bool]:
    """How many traces were kept (True) and dropped so far, as the collector's own metrics say."""
    counts: Counter[bool] = Counter()
    for line in (_get(f"http://localhost:{port}/metrics") or b"").decode().splitlines():
        if line.startswith("otelcol_processor_tail_sampling_global_count_traces_sampled"):
            counts['sampled="true"' in line] += int(float(line.rsplit(" ", 1)[1]))
    return counts


def _send_team(post: Courier, port: int) -> Counter[bool]:
    """Send two weeks of a team; once all of it is decided, what was decided."""
    sent = [Recorded("a team", "traces", body, count("traces", body)) for body in requests(time.time_ns() - _AGO_NS)]
    for one in sent:
        post.deliver(one)
    traces = len({span.trace_id for one in sent for span in TraceBatch.parse(one.body)})
    give_up = time.monotonic() + START_SECONDS
    while (counts := _decided(port)).total() < traces:
        if time.monotonic() > give_up:
            raise click.ClickException("the collector did not decide on the team's traces in time")
        time.sleep(0.05)
    return counts

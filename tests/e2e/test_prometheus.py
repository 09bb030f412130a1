"""The exporter `prometheus` in the real program, and a real Prometheus that comes and takes."""

import json
import shutil
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.processes import running as running_peer
from spansieve.series import Exemplar, Meter, MetricsOut
from spansieve.testing import FakeClock, FakeHost

from .program import Program, eventually, free_ports, post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters: {prometheus: {endpoint: "localhost:{status}", metric_expiration: EXPIRATION}}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    metrics: {receivers: [otlp], exporters: [prometheus]}
"""


def config(expiration: str = "5m") -> str:
    return CONFIG.replace("EXPIRATION", expiration)


def body(at_ns: int) -> bytes:
    """Metrics as our processors make them."""
    host = FakeHost()
    host.clock = FakeClock(at_ns)
    meter = Meter(host, MetricsOut(), "spansieve.ai_metrics")
    tokens = meter.counter("ai_tokens_total", "Tokens.", unit="{token}", labels=("model", "type"))
    seconds = meter.histogram(
        "ai_operation_duration_seconds", "How long.", unit="s", labels=("model", "status"), buckets=[0.1, 0.5, 1, 2]
    )
    client = meter.histogram("gen_ai.client.operation.duration", "", unit="s", buckets=[0.01, 1])
    ratio = meter.gauge("context_window_utilization_ratio", "", unit="1", labels=("model",))
    tokens.cell("shop", "gpt", "prompt").add(17)
    for value in (0.05, 0.3, 0.7, 3):
        span = Exemplar(b"\x01" * 16, b"\x02" * 8, at_ns, is_error=False)
        seconds.cell("shop", "gpt", "success").record(value, span)
        client.cell("shop").record(value)
    ratio.cell("shop", "gpt").set(0.25)
    made = meter.collect()
    assert made is not None
    return made.encode()


def shown(program: Program, accept: str = "") -> str:
    request = urllib.request.Request(f"http://localhost:{program.ports['status']}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()  # type: ignore[no-any-return]


def send(program: Program) -> None:
    url = f"http://localhost:{program.ports['http']}/v1/metrics"
    assert post(url, body(1_700_000_000_000_000_000))[0] == 200


def test_what_is_taken_is_shown_and_the_books_balance(tmp_path: Path) -> None:
    with running(tmp_path, config()) as program:
        send(program)
        line = 'ai_tokens_total{job="shop",model="gpt",type="prompt"} 17'
        eventually(lambda: line in shown(program), "it is shown")
        program.check_books()
        assert program.stop() == 0
    assert "metrics are on http://localhost:" in program.log()


def test_a_reload_that_changes_it_keeps_it_on_its_port(tmp_path: Path) -> None:
    with running(tmp_path, config()) as program:
        program.write(config("1m"))
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: "is in force" in program.log(), "the new configuration is in force")
        send(program)
        eventually(lambda: "ai_tokens_total" in shown(program), "it is shown")
        assert program.stop() == 0


def test_a_reload_that_can_not_be_brings_it_back(tmp_path: Path) -> None:
    with running(tmp_path, config()) as program:
        former = program.ports["http"]
        with socket.create_server(("127.0.0.1", 0)) as taken:
            program.ports["http"] = taken.getsockname()[1]
            program.write(config("1m"))
            eventually(lambda: "was not taken" in program.log(), "the new configuration is refused")
        program.ports["http"] = former
        send(program)
        eventually(lambda: "ai_tokens_total" in shown(program), "it is shown")
        assert program.stop() == 0


def test_promtool_takes_the_text(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    with running(tmp_path, config()) as program:
        send(program)
        eventually(lambda: "ai_tokens_total" in shown(program), "it is shown")
        text = shown(program)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)  # noqa: S607
    complaints = [line for line in done.stderr.splitlines() if "no help text" not in line]
    assert complaints == []


@contextmanager
def scraping(folder: Path, target: int) -> Iterator[str]:
    """A Prometheus that scrapes `target`; its URL."""
    found = shutil.which("prometheus")
    if found is None:
        pytest.skip("no prometheus here: apt-get install prometheus")
    [port] = free_ports(1)
    job = {"job_name": "spansieve", "honor_labels": True, "static_configs": [{"targets": [f"localhost:{target}"]}]}
    settings = {"global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"}, "scrape_configs": [job]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
    command = [
        found,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ]
    with running_peer(command, log=folder / "prometheus.log", port=port):
        eventually(lambda: "Server is ready" in (folder / "prometheus.log").read_text(), "Prometheus is ready")
        yield f"http://127.0.0.1:{port}/api/v1"


def asked(url: str, path: str, **parameters: str) -> Any:  # noqa: ANN401
    with urllib.request.urlopen(f"{url}/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:  # noqa: S310
        return json.load(answer)["data"]


def test_a_real_prometheus_has_the_same_numbers_and_the_exemplars(tmp_path: Path) -> None:
    with running(tmp_path, config()) as program, scraping(tmp_path, program.ports["status"]) as url:
        post(f"http://localhost:{program.ports['http']}/v1/metrics", body(FakeHost().clock.time_ns()))

        def value(query: str) -> float | None:
            found = asked(url, "query", query=query)["result"]
            return float(found[0]["value"][1]) if found else None

        eventually(lambda: value("ai_tokens_total") is not None, "Prometheus has it")
        assert value('ai_tokens_total{job="shop",model="gpt",type="prompt"}') == 17
        assert value('ai_operation_duration_seconds_count{status="success"}') == 4
        assert value('ai_operation_duration_seconds_bucket{le="0.5"}') == 2
        assert value("histogram_quantile(0.5, sum by (le) (ai_operation_duration_seconds_bucket))") == 0.5
        assert value("gen_ai_client_operation_duration_seconds_sum") == pytest.approx(4.05)
        assert value("context_window_utilization_ratio") == 0.25
        assert asked(url, "targets")["activeTargets"][0]["lastError"] == ""
        kinds = {name: [one["type"] for one in found] for name, found in asked(url, "metadata").items()}
        assert kinds["ai_operation_duration_seconds"] == ["histogram"]
        found = asked(
            url, "query_exemplars", query="ai_operation_duration_seconds_bucket", start="1699999999", end="1700000001"
        )
        exemplars = [one for series in found for one in series["exemplars"]]
        assert {one["labels"]["trace_id"] for one in exemplars} == {"01" * 16}
        assert {float(one["value"]) for one in exemplars} == {0.05, 0.3, 0.7, 3}

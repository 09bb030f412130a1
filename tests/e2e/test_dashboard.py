"""The Grafana dashboard: a real Prometheus that reads the real program answers each of its queries with a number; and
the status page shows the same measures in a real browser.
"""

import json
import math
import shutil
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from bench.processes import free_port
from bench.processes import running as running_peer
from spansieve.cli.demo_team import requests
from spansieve.dashboard import MEASURES
from spansieve.dashboard.grafana import dashboard

from .browser import CHROMIUM, browser
from .program import Program, eventually, export, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors:
  ai_semantics: {}
  prompt_privacy: {}
  error_aggregation: {}
  ai_metrics: {interval: 1s, settle: 100ms}
  behavior: {interval: 1s, settle: 100ms}
  decisions: {interval: 1s}
  costs: {interval: 1s, settle: 100ms}
  tail_sampling:
    decision_wait: 1s
    policies: [{name: share, type: probabilistic, probabilistic: {sampling_percentage: 50}}]
  alert_rules: {}
exporters: {debug: {verbosity: basic}, prometheus: {endpoint: "localhost:{measured}"}}
extensions: {zpages: {endpoint: "localhost:{status}"}}
service:
  extensions: [zpages]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces:
      receivers: [otlp]
      processors:
        [ai_semantics, prompt_privacy, error_aggregation, ai_metrics, behavior, decisions, costs, tail_sampling]
      exporters: [debug]
    metrics:
      receivers: [ai_metrics, behavior, decisions, costs]
      processors: [alert_rules]
      exporters: [prometheus]
    alerts: {receivers: [error_aggregation, behavior, costs, alert_rules], exporters: [debug]}
"""
INCIDENT = Path(__file__).parents[2] / "spansieve" / "cli" / "incident"
EVERY_QUERY = sorted({target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", ())})


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("program"), CONFIG) as one:
        yield one


@pytest.fixture(scope="module")
def prometheus(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Prometheus that has read the program's numbers while a team's two weeks and an incident came."""
    found = shutil.which("prometheus")
    if found is None:
        pytest.skip("no prometheus here: apt-get install prometheus")
    with _prometheus(found, program, tmp_path_factory.mktemp("prometheus")) as url:
        bodies = [*requests(time.time_ns() - 600 * 10**9)]
        incident = [path.read_bytes() for path in sorted(INCIDENT.glob("*.traces.pb"))]
        half = len(bodies) // 2
        _send(program, [*bodies[:half], *incident[:-3]])
        told = 'ai_operation_duration_seconds_count{status!="success"} and on() spansieve_session_seconds_count'
        eventually(lambda: ask(url, told), "the first half is there")
        before = _total(url)
        _send(program, [*bodies[half:], *incident[-3:]])
        eventually(lambda: _total(url) > before, "the second half is there")
        eventually(lambda: ask(url, "spansieve_return_user_ratio"), "two weeks have passed")
        yield url


@contextmanager
def _prometheus(command: str, program: Program, folder: Path) -> Iterator[str]:
    targets = [f"localhost:{program.ports[port]}" for port in ("measured", "metrics")]
    jobs = [{"job_name": target, "honor_labels": True, "static_configs": [{"targets": [target]}]} for target in targets]
    scraping = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    (folder / "prometheus.yml").write_text(yaml.safe_dump({"global": scraping, "scrape_configs": jobs}))
    port = free_port()
    arguments = [
        command,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running_peer(arguments, log=folder / "log", port=port):
        yield f"http://127.0.0.1:{port}"


def _send(program: Program, bodies: Sequence[bytes]) -> None:
    with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for body in bodies:
            export(channel, "traces", body)


def _total(url: str) -> float:
    return sum(ask(url, "sum(spansieve_operations_total)") + ask(url, "sum(spansieve_errors_total)"))


def ask(url: str, query: str) -> list[float]:
    """The numbers that Prometheus answers."""
    asked = f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 (loopback)
        result: list[dict[str, Any]] = json.loads(answer.read())["data"]["result"]
    return [float(one["value"][1]) for one in result]


@pytest.mark.parametrize("query", EVERY_QUERY)
def test_each_query_has_an_answer(prometheus: str, query: str) -> None:
    def known() -> list[float]:
        return [value for value in ask(prometheus, query) if math.isfinite(value)]

    assert all(value >= 0 for value in eventually(known, query, seconds=10))


def test_the_status_page_shows_every_measure_and_fits_a_phone(
    prometheus: str, program: Program, tmp_path: Path
) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with browser(tmp_path / "profile") as chromium:
        chromium.see(1280)
        chromium.open(f"http://localhost:{program.ports['status']}/")
        titles = chromium.ask("[...document.querySelectorAll('.card h3')].map(one => one.textContent.trim())")
        assert titles == [one.title for one in MEASURES.values()]
        values = chromium.ask(
            "[...document.querySelectorAll('.card')].filter(one => !one.querySelector('.bars'))"
            ".map(one => one.querySelector('.value').textContent.trim())"
        )
        assert "-" not in values
        columns = "getComputedStyle(document.querySelector('.cards')).gridTemplateColumns.split(' ').length"
        assert chromium.ask(columns) == 3
        for width in (320, 390, 768):
            chromium.see(width)
            assert chromium.ask("document.documentElement.scrollWidth") <= width
        assert chromium.ask(columns) == 2
        assert [text for text in chromium.complaints if "favicon" not in text] == []

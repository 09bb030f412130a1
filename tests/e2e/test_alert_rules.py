"""Alert rules through the real program, and the file for Prometheus in a real Prometheus."""

import json
import shutil
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from bench.processes import free_port
from bench.processes import running as running_peer

from .program import eventually, export, running, typed
from .test_webhook import Hook, reader

OVERFLOWS = "spansieve_context_overflows_total"
QUICK = {"interval": "1s", "rules": [{"name": "context_overflow", "window": "3s", "keep_firing_for": "1s"}]}


@pytest.fixture
def hook() -> Iterator[Hook]:
    one = Hook()
    yield one
    one.close()


def configuration(hook: Hook) -> str:
    told = yaml.safe_dump(
        {
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "localhost:{grpc}"}}}},
            "processors": {"alert_rules": QUICK},
            "exporters": {
                "debug": {},
                "webhook": {"url": hook.url, "group_by": ["..."], "group_wait": "0s", "group_interval": "200ms"},
            },
            "extensions": {"zpages": {"endpoint": "localhost:{status}"}},
            "service": {
                "extensions": ["zpages"],
                "telemetry": {"metrics": {"readers": [reader()]}},
                "pipelines": {
                    "metrics": {"receivers": ["otlp"], "processors": ["alert_rules"], "exporters": ["debug"]},
                    "alerts": {"receivers": ["alert_rules"], "exporters": ["webhook"]},
                },
            },
        }
    )
    return told.replace("'{metrics}'", "{metrics}")


def overflows(count: int, start_ns: int) -> bytes:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name=OVERFLOWS)
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = 2, True  # type: ignore[assignment]
    metric.sum.data_points.add(as_int=count, start_time_unix_nano=start_ns, time_unix_nano=time.time_ns())
    return request.SerializeToString()


def test_metrics_that_come_raise_an_alert_and_end_it(tmp_path: Path, hook: Hook) -> None:
    with running(tmp_path, configuration(hook)) as program:
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            export(channel, "metrics", overflows(11, time.time_ns()))
        eventually(lambda: hook.taken, "it fires")
        url = f"http://localhost:{program.ports['status']}"
        with urllib.request.urlopen(f"{url}/api/v1/alert_rules", timeout=10) as answer:  # noqa: S310 (loopback)
            row = json.load(answer)["tables"]["rules"][0]
        assert (row["rule"], row["state"], row["value"]) == ("context_overflow", "firing", "11")
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert "context_overflow" in answer.read().decode()
        eventually(lambda: len(hook.taken) > 1, "it is over")
        program.check_books()
        assert program.stop() == 0
    first, last = hook.taken
    assert (first["type"], first["status"], first["count"], first["window_s"]) == ("context_overflow", "firing", 11, 3)
    assert first["summary"] == "11 model calls within 3s did not fit into the context window"
    assert (last["id"], last["status"]) == (first["id"], "resolved")


# --- a real Prometheus


class Target:
    """Something to scrape, with one counter."""

    def __init__(self) -> None:
        self.count = 0
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f"# TYPE {OVERFLOWS} counter\n{OVERFLOWS} {target.count}\n".encode()
                self.send_response(200)
                self.send_header("content-type", "text/plain; version=0.0.4")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def target() -> Iterator[Target]:
    one = Target()
    yield one
    one.close()


def is_ready(url: str) -> bool:
    """Whether a Prometheus takes questions; until then it answers all of them with 503."""
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=10):  # noqa: S310 (loopback)
            return True
    except urllib.error.HTTPError:
        return False


def asked(url: str, path: str, **query: str) -> Any:  # noqa: ANN401
    address = f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (loopback)
        return json.load(answer)["data"]


def test_a_real_prometheus_fires_and_ends_the_alert_of_the_file(tmp_path: Path, target: Target) -> None:
    prometheus = shutil.which("prometheus")
    if prometheus is None:
        pytest.skip("no prometheus here: apt-get install prometheus")
    pipeline = {"receivers": ["otlp"], "processors": ["alert_rules"], "exporters": ["debug"]}
    config = {
        "receivers": {"otlp": {"protocols": {"grpc": {}}}},
        "processors": {"alert_rules": QUICK},
        "exporters": {"debug": {}},
        "service": {"pipelines": {"metrics": pipeline}},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    (tmp_path / "rules.yaml").write_text(typed("rules", "prometheus", "--config", str(tmp_path / "config.yaml")).stdout)
    jobs = [{"job_name": "spansieve", "static_configs": [{"targets": [target.address]}]}]
    scraping = {"global": {"scrape_interval": "1s"}, "rule_files": ["rules.yaml"], "scrape_configs": jobs}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(scraping))
    port = free_port()
    command = [
        prometheus,
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running_peer(command, log=tmp_path / "prometheus.log", port=port):
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: is_ready(url), "it is ready")
        eventually(lambda: asked(url, "query", query=OVERFLOWS)["result"], "it scrapes")
        target.count = 11
        [alert] = eventually(lambda: asked(url, "alerts")["alerts"], "it fires")
        assert (alert["labels"]["alertname"], alert["state"]) == ("context_overflow", "firing")
        assert alert["annotations"]["summary"] == "11 model calls within 3s did not fit into the context window"
        eventually(lambda: not asked(url, "alerts")["alerts"], "it is over")
        health = {rule["name"]: rule["health"] for rule in asked(url, "rules")["groups"][0]["rules"]}
        assert {*health.values()} == {"ok"}

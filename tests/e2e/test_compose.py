"""Alerts as the compose file has them: posted to a real Alertmanager, which shows them while they last."""

import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.processes import free_port
from bench.processes import running as running_peer

from .program import eventually, running
from .test_error_alerts import STREAMS, send

DEPLOY = Path(__file__).parents[2] / "deploy"
COLLECTOR = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}}}}
extensions: {health_check: {endpoint: "localhost:{health}"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [error_aggregation], exporters: [debug]}
    alerts: {receivers: [error_aggregation], exporters: [webhook]}
"""


def test_alertmanager_shows_an_alert_and_its_end(tmp_path: Path) -> None:
    program = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
    if program is None:
        pytest.skip("no alertmanager here: apt-get install prometheus-alertmanager")
    port = free_port()
    command = [
        program,
        f"--config.file={DEPLOY / 'compose' / 'alertmanager.yaml'}",
        f"--storage.path={tmp_path / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    url = f"http://127.0.0.1:{port}/api/v2/alerts"
    config = yaml.safe_load((DEPLOY / "compose" / "collector-config.yaml").read_text())
    webhook = config["exporters"]["webhook"] | {"url": url, "group_interval": "1s"}
    case = STREAMS["dev-resolved"]
    parts = {
        "processors": {"error_aggregation": case["config"] | {"resolve_after": "3s"}},
        "exporters": {"debug": {"verbosity": "basic"}, "webhook": webhook},
    }

    def alerts() -> Any:  # noqa: ANN401
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())

    with (
        running_peer(command, log=tmp_path / "alertmanager.log", port=port),
        running(tmp_path, COLLECTOR + yaml.safe_dump(parts)) as collector,
    ):
        send(collector, case)
        [alert] = eventually(alerts, "the alert is shown")
        assert (alert["labels"]["alertname"], alert["labels"]["severity"]) == ("new_error_type", "warning")
        assert alert["annotations"]["summary"] == "New error: DNSError in fetch"
        eventually(lambda: not alerts(), "the alert is over")
        assert collector.stop() == 0

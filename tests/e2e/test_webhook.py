"""Alerts through the real program: to a webhook, to an OTLP backend, over a restart; and beside a real Alertmanager."""

import json
import shutil
import signal
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from bench.processes import free_port
from bench.processes import running as running_peer
from spansieve.alerts import alerts_of
from spansieve.pdata import LogBatch
from spansieve.testing import ERROR, otlp_request

from .program import Program, Sink, eventually, export, running

ALARM = '''
"""Raises an alert for each span, and one more with an address that nobody scrubbed."""
from spansieve.alerts import Alert, fingerprint_of, new_id, to_batch
from spansieve.failures import context_of
from spansieve.plugin import Config, Processor


class AlarmConfig(Config):
    pass


class Alarm(Processor[AlarmConfig]):
    config = AlarmConfig
    stateful = True
    emits = frozenset({"alerts"})

    def __init__(self, config, host):
        self.host, self.due = host, []

    def traces(self, batch):
        self.due += [context_of(span) for span in batch]

    def tick(self):
        now = self.host.clock.time_ns()
        alerts = [
            Alert(
                id=new_id(now),
                type="new_error_type",
                status="firing",
                severity="warning",
                fingerprint=fingerprint_of("new_error_type", one.span_id.hex()),
                starts_at_ns=now,
                updated_at_ns=now,
                ends_at_ns=None,
                summary="something broke",
                labels={"service": "agent"},
                example=one._replace(message=one.message + " for jane.doe@example.com"),
            )
            for one in self.due
        ]
        if alerts and self.host.emit("alerts", to_batch(alerts, self.host.scrub)):
            self.due = []
'''


class Hook:
    """A receiver of webhooks, which answers `status`."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], Any]] = []
        self.status = 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                hook.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(hook.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The alerts that came."""
        return [alert for _, body in self.requests for alert in body["alerts"]]


@pytest.fixture
def hook() -> Iterator[Hook]:
    one = Hook()
    yield one
    one.close()


def alarming(folder: Path) -> dict[str, str]:
    """A package with the processor `alarm`; the environment that it is found in."""
    (folder / "acme_alarm.py").write_text(ALARM)
    made = folder / "acme_alarm-1.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-alarm\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[spansieve.processors]\nalarm = acme_alarm:Alarm\n")
    return {"PYTHONPATH": str(folder)}


def configuration(hook: Hook, sink: Sink, **webhook: Any) -> str:  # noqa: ANN401
    """Errors make alerts, which go to the webhook and to a backend."""
    told = yaml.safe_dump(
        {
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "localhost:{grpc}"}}}},
            "processors": {"prompt_privacy": {}, "alarm": {}},
            "exporters": {
                "debug": {},
                "otlp": {"endpoint": f"http://localhost:{sink.port}"},
                "webhook": {
                    "url": hook.url,
                    "group_by": ["..."],
                    "group_wait": "0s",
                    "group_interval": "200ms",
                    **webhook,
                },
            },
            "extensions": {"storage": {"directory": "kept"}},
            "service": {
                "extensions": ["storage"],
                "telemetry": {"metrics": {"readers": [reader()]}},
                "pipelines": {
                    "traces": {
                        "receivers": ["otlp"],
                        "processors": ["prompt_privacy", "alarm"],
                        "exporters": ["debug"],
                    },
                    "alerts": {"receivers": ["alarm"], "exporters": ["webhook", "otlp"]},
                },
            },
        }
    )
    return told.replace("'{metrics}'", "{metrics}")


def reader() -> dict[str, Any]:
    return {"pull": {"exporter": {"prometheus": {"host": "localhost", "port": "{metrics}"}}}}


def send_errors(program: Program, count: int = 1) -> None:
    with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        export(channel, "traces", otlp_request("agent", *[ERROR] * count))


def test_alerts_reach_people_and_backends_and_were_scrubbed_once_more(tmp_path: Path, hook: Hook, sink: Sink) -> None:
    with running(tmp_path, configuration(hook, sink), env=alarming(tmp_path)) as program:
        send_errors(program, 3)
        eventually(lambda: len(hook.taken) == 3, "the alerts arrive")
        eventually(lambda: sink.count("logs") == 3, "and at the backend")
        program.check_books()
        metrics = program.metrics()
        assert program.stop() == 0
    endpoint = hook.url.split("/")[2]
    assert (
        metrics[f'spansieve_webhook_notifications_total{{endpoint="{endpoint}",exporter="webhook",result="sent"}}'] == 3
    )
    assert {body["schema"] for _, body in hook.requests} == {"spansieve.webhook/v1"}
    assert all(alert["example"]["error"]["message"].startswith("it broke for <EMAIL_") for alert in hook.taken)
    backend = [alert for _, body in sink.bodies for alert in alerts_of(LogBatch.parse(body))]
    assert {alert.id for alert in backend} == {alert["id"] for alert in hook.taken}
    assert not any(b"jane.doe" in body for _, body in sink.bodies)


def test_an_alert_waits_for_its_endpoint_over_a_restart_and_comes_once(tmp_path: Path, hook: Hook, sink: Sink) -> None:
    hook.status = 503
    config = configuration(hook, sink, sending_queue={"storage": "storage"})
    env = alarming(tmp_path)
    with running(tmp_path, config, env=env) as program:
        send_errors(program)
        eventually(lambda: hook.requests, "it was tried")
        program.check_books()
        assert program.stop() == 0
    hook.status = 204
    tried = len(hook.requests)
    program.start()
    try:
        program.wait_ready()
        eventually(lambda: len(hook.requests) > tried, "it arrives")
        send_errors(program)
        eventually(lambda: len({alert["id"] for alert in hook.taken}) == 2, "and so does another")
        program.check_books()
        assert program.stop() == 0
    finally:
        if program.process.poll() is None:
            program.process.kill()
    assert len(hook.requests) == tried + 2
    assert len({headers["webhook-id"] for headers, _ in hook.requests[: tried + 1]}) == 1


def test_an_alert_that_waits_goes_on_by_a_new_configuration(tmp_path: Path, hook: Hook, sink: Sink) -> None:
    hook.status = 503
    keys: dict[str, Any] = {"sending_queue": {"storage": "storage"}}
    with running(tmp_path, configuration(hook, sink, **keys), env=alarming(tmp_path)) as program:
        send_errors(program)
        eventually(lambda: hook.requests, "it was tried")
        program.write(configuration(hook, sink, **keys, headers={"x-new": "yes"}))
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: "is in force" in program.log(), "the new configuration is in force")
        hook.status = 204
        eventually(lambda: any("x-new" in headers for headers, _ in hook.requests), "it is sent by the new one")
        program.check_books()
        assert program.stop() == 0
    assert len({headers["webhook-id"] for headers, _ in hook.requests}) == 1


# --- a real Alertmanager


def alertmanager() -> str:
    """Its program."""
    found = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
    if found is None:
        pytest.skip("no alertmanager here: apt-get install prometheus-alertmanager")
    return found


@contextmanager
def peer(folder: Path, hook: Hook) -> Iterator[str]:
    """An Alertmanager that sends to `hook`; its URL."""
    port = free_port()
    route = {"receiver": "webhook", "group_by": ["alertname"], "group_wait": "1s", "group_interval": "1s"}
    receiver = {"name": "webhook", "webhook_configs": [{"url": hook.url, "max_alerts": 2}]}
    (folder / "alertmanager.yml").write_text(yaml.safe_dump({"route": route, "receivers": [receiver]}))
    command = [
        alertmanager(),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running_peer(command, log=folder / "alertmanager.log", port=port):
        yield f"http://127.0.0.1:{port}"


def shape(value: Any, key: str = "") -> Any:  # noqa: ANN401
    """The keys in their order, and what kind of value each has. Names of labels are everybody's own."""
    if isinstance(value, dict):
        if key in {"labels", "annotations", "groupLabels", "commonLabels", "commonAnnotations"}:
            return {type(item).__name__ for item in value.values()} <= {"str"}
        return [(name, shape(item, name)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    if key in {"startsAt", "endsAt"}:
        return datetime.fromisoformat(value).tzinfo is not None
    return type(value).__name__


def test_the_body_of_a_real_alertmanager_is_shaped_as_ours(tmp_path: Path, hook: Hook, sink: Sink) -> None:
    with peer(tmp_path, hook) as url:
        labels = [{"alertname": "new_error_type", "tool": tool, "severity": "warning"} for tool in ("a", "b", "c")]
        alerts = [{"labels": one, "annotations": {"summary": "s"}, "generatorURL": "http://x/"} for one in labels]
        request = urllib.request.Request(  # noqa: S310 (loopback)
            f"{url}/api/v2/alerts", json.dumps(alerts).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            eventually(lambda: hook.requests, "alertmanager sends")
    (headers, theirs), *_ = hook.requests
    hook.requests.clear()
    config = configuration(hook, sink, format="alertmanager", group_by=["type"], max_alerts=2)
    with running(tmp_path, config, env=alarming(tmp_path)) as program:
        send_errors(program, 3)
        eventually(lambda: hook.requests, "ours arrives")
        assert program.stop() == 0
    own_headers, ours = hook.requests[0]
    assert shape(ours) == shape(theirs)
    for key in ("receiver", "status", "version", "groupLabels", "truncatedAlerts"):
        assert ours[key] == theirs[key], key
    assert ours["alerts"][0]["endsAt"] == theirs["alerts"][0]["endsAt"]
    assert set(theirs["commonLabels"]) <= set(ours["commonLabels"])
    assert own_headers["content-type"] == headers["content-type"]

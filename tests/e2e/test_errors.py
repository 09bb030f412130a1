"""`spansieve errors` beside a running collector, and the errors on its status page."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spansieve.alerts.status import ErrorsStatus

from .program import COMMAND, Program, eventually, post, running, spansieve
from .sampling_cases import body, trace_id
from .test_status_page import page

CONFIG = """
receivers: {otlp: {protocols: {http: {endpoint: "localhost:{http}"}}}}
processors: {prompt_privacy: {}, error_aggregation: {cascade_wait: 100ms}}
exporters:
  debug: {verbosity: basic}
  webhook:
    url: http://localhost:1/hook
    group_wait: 0s
    links: [{name: look, jaeger: {base: "https://jaeger.example"}}]
    silences: [{matchers: ['type="error_spike"'], comment: "known since May"}]
extensions: {zpages: {endpoint: "localhost:{status}"}}
service:
  extensions: [zpages]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [prompt_privacy, error_aggregation], exporters: [debug]}
    alerts: {receivers: [error_aggregation], exporters: [webhook]}
"""
KEY = "TimeoutError:fetch"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with running(tmp_path, CONFIG) as one:
        yield one


def send(program: Program, count: int = 12) -> None:
    """Errors of one pattern, a trace each, of just now."""
    error = {"type": "TimeoutError", "message": "no answer for jane.doe@example.org", "stack": None}
    made = {"parent": None, "name": "execute_tool fetch", "dur_ms": 10, "t_s": -0.1, "status": "ERROR", "tool": "fetch"}
    spans = [{"trace": f"t{at}", "span": "1", "attrs": {}, "error": error, **made} for at in range(count)]
    request = body(spans, time.time_ns())
    assert post(f"http://localhost:{program.ports['http']}/v1/traces", request)[0] == 200


def shown(program: Program) -> ErrorsStatus:
    """What `--json` gives."""
    done = spansieve("errors", "--config", str(program.config), "--json")
    assert done.returncode == 0, done.stderr
    status: ErrorsStatus = json.loads(done.stdout)
    return status


def test_patterns_and_alerts_of_a_running_collector_are_shown_and_stand_on_its_page(program: Program) -> None:
    send(program)
    eventually(lambda: f">{KEY}<" in page(program) and "silenced" in page(program), "the page shows it")
    status = shown(program)
    assert [(one["key"], one["count"]) for one in status["patterns"]] == [(KEY, 12)]
    assert {(one["type"], one["status"]) for one in status["alerts"]} == {
        ("error_spike", "firing"),
        ("new_error_type", "firing"),
    }
    done = spansieve("errors", "--endpoint", f"localhost:{program.ports['status']}")
    assert "1 pattern, 2 alerts fire" in done.stdout
    assert KEY in done.stdout

    html = page(program)
    assert f"https://jaeger.example/trace/{trace_id('t11').hex()}" in html
    assert html.count('class="line"') >= 3
    assert "known since May" in html
    assert "An alert fires: New error: TimeoutError in fetch." in html
    for text in (html, done.stdout, json.dumps(status), page(program, "/api/v1/error_aggregation")):
        assert "jane.doe" not in text
        assert "&lt;email&gt;" in text or "<email>" in text


def test_a_terminal_follows_what_happens_until_ctrl_c(program: Program) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "errors", "--config", str(program.config), "--follow"]
    follower = subprocess.Popen(command, stdout=theirs, stderr=theirs, start_new_session=True)  # noqa: S603
    os.close(theirs)
    seen = b""

    def sees(words: bytes) -> bool:
        nonlocal seen
        seen += os.read(ours, 65536)
        return words in seen

    eventually(lambda: sees(b"0 patterns"), "it begins with nothing")
    send(program)
    eventually(lambda: sees(b"12"), "it shows the errors")
    program.process.send_signal(signal.SIGKILL)
    eventually(lambda: sees(b"nobody listens there"), "it says that the collector is away")
    follower.send_signal(signal.SIGINT)
    with os.fdopen(ours, "rb", buffering=0) as rest:
        try:
            while more := rest.read(65536):
                seen += more
        except OSError:  # the terminal's other side is closed
            pass
    assert follower.wait(10) == 0
    assert b"Traceback" not in seen


def test_where_there_is_no_collector_or_no_processor_one_line_says_what_to_do(program: Program) -> None:
    without = CONFIG.replace(", error_aggregation]", "]").partition("    alerts: {")[0]
    program.write(without)
    asked = ("errors", "--config", str(program.config))
    done = eventually(lambda: (one := spansieve(*asked)).returncode and one, "the reload took it away")
    assert "has no error_aggregation: write one under processors" in done.stderr

    program.stop()
    done = spansieve(*asked)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Start a collector with: spansieve run" in done.stderr

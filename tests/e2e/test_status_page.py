"""The status page of the real program: what it says after something happened, and how it looks in a real browser."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spansieve.testing import OK, otlp_request

from .browser import CHROMIUM, Browser, browser
from .program import Program, Sink, eventually, post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors: {resource: {attributes: [{key: from, value: here, action: upsert}]}, batch: {timeout: 10ms}}
exporters:
  otlp_grpc:
    endpoint: "localhost:SINK"
    tls: {insecure: true}
    headers: {authorization: "Bearer sk-very-secret"}
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}
    sending_queue: {queue_size: 20, num_consumers: 1}
  jaeger: {endpoint: "localhost:SINK", ui_url: "http://jaeger.example:16686"}
  otlp_grpc/off: {endpoint: "localhost:1", tls: {insecure: true}}
extensions: {health_check: {endpoint: "localhost:{health}"}, zpages: {endpoint: "localhost:{status}"}}
service:
  extensions: [health_check, zpages]
  shutdown_timeout: 1s
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [resource, batch], exporters: [otlp_grpc, jaeger]}
"""


@pytest.fixture
def program(tmp_path: Path, sink: Sink) -> Iterator[Program]:
    with running(tmp_path, CONFIG.replace("SINK", str(sink.port))) as one:
        yield one


def page(program: Program, path: str = "/") -> str:
    with urllib.request.urlopen(f"http://localhost:{program.ports['status']}{path}", timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def state(program: Program) -> dict[str, Any]:
    """Everything that the page shows, as JSON."""
    value: dict[str, Any] = json.loads(page(program, "/api/v1/spansieve"))
    return value


def send(program: Program, spans: int = 3) -> None:
    body = otlp_request("agent", *[OK.with_(name="secret-span-name")] * spans)
    assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200


def test_what_came_and_went_stands_in_the_books(program: Program, sink: Sink) -> None:
    send(program)
    eventually(lambda: sink.count() == 6, "both exporters have them")

    def books() -> bool:
        return all(one["reasons"].get("exported") == {"": 3} and not one["held"] for one in state(program)["books"])

    eventually(books, "the books say so")
    now = state(program)
    assert {(one["pipeline"], one["exporter"]) for one in now["books"]} == {
        ("traces", "otlp_grpc"),
        ("traces", "jaeger"),
    }
    assert now["process"]["ready"] is True
    assert now["pipelines"][0]["processors"] == ["resource", "batch"]
    assert now["faults"] == []
    assert "Nothing needs attention." in page(program)
    assert "http://jaeger.example:16686/trace/{trace_id}" in page(program)
    assert program.stop() == 0


def test_a_backend_that_is_down_shows_in_queue_and_errors_until_it_is_back(program: Program, sink: Sink) -> None:
    sink.down = True
    send(program)
    eventually(lambda: any(one["retrying"] for one in state(program)["queues"]), "it is tried again")
    for _ in range(4):  # the one call is under way, so these wait
        send(program)
    eventually(lambda: any(one["size"] for one in state(program)["queues"]), "others wait")
    now = state(program)
    [queue] = [one for one in now["queues"] if one["exporter"] == "otlp_grpc"]
    assert (queue["capacity"], queue["sizer"], queue["storage"]) == (20, "requests", "")
    assert queue["oldest"] > 0
    assert queue["held_bytes"] > 0
    [fault] = [one for one in now["faults"] if one["component"] == "exporters/otlp_grpc"]
    assert (fault["level"], fault["text"]) == ("warning", "UNAVAILABLE; trying again")
    assert "otlp_grpc (traces) did not take the last try" in page(program)

    sink.down = False
    eventually(lambda: sink.count() == 30, "all arrive")
    eventually(lambda: not any(one["retrying"] or one["oldest"] for one in state(program)["queues"]), "it is over")
    assert program.stop() == 0


def test_neither_a_secret_nor_anything_that_passed_is_shown(program: Program, sink: Sink) -> None:
    sink.down = True
    send(program)
    eventually(lambda: state(program)["faults"], "an error is seen")
    for text in (page(program), page(program, "/api/v1/spansieve"), page(program, "/api/v1/jaeger")):
        assert "sk-very-secret" not in text
        assert "secret-span-name" not in text
    assert "****" in page(program)


def test_reloads_are_told_and_a_refused_one_needs_attention(program: Program, sink: Sink) -> None:
    config = CONFIG.replace("SINK", str(sink.port))
    program.write(config.replace("shutdown_timeout", "shutdown_timeut"))
    eventually(lambda: state(program)["config"]["stale"], "the refusal is seen")
    assert "The last reload was refused" in page(program)

    program.write(config.replace("exporters: [otlp_grpc, jaeger]", "exporters: [otlp_grpc]"))
    eventually(lambda: state(program)["config"]["reloads"] == 1, "the reload is seen")
    now = state(program)
    assert (now["config"]["refused"], now["config"]["stale"]) == (1, False)
    assert now["pipelines"][0]["exporters"] == ["otlp_grpc"]
    assert [one["exporter"] for one in now["queues"]] == ["otlp_grpc"]
    assert json.loads(page(program, "/api/v1/")) == ["spansieve"]
    metrics = program.metrics()
    assert metrics['spansieve_service_reloads_total{outcome="taken"}'] == 1
    assert metrics['spansieve_service_reloads_total{outcome="refused"}'] == 1
    assert program.stop() == 0


def test_an_exporter_that_a_reload_took_away_is_shown_while_it_sends(program: Program, sink: Sink) -> None:
    sink.down = True
    send(program)
    eventually(lambda: any(one["retrying"] for one in state(program)["queues"]), "it is tried")
    config = CONFIG.replace("SINK", str(sink.port)).replace("exporters: [otlp_grpc, jaeger]", "exporters: [jaeger]")
    program.write(config)
    eventually(
        lambda: [one["exporter"] for one in state(program)["queues"] if one["leaving"]] == ["otlp_grpc"], "leaving"
    )
    sink.down = False
    eventually(lambda: [one["exporter"] for one in state(program)["queues"]] == ["jaeger"], "it has left")
    assert program.stop() == 0


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with browser(tmp_path / "profile") as one:
        yield one


def test_in_a_browser(program: Program, sink: Sink, chromium: Browser) -> None:
    sink.down = True
    for _ in range(4):
        send(program)
    eventually(lambda: all(one["retrying"] for one in state(program)["queues"]), "both exporters fail")
    home = f"http://localhost:{program.ports['status']}/"

    chromium.see(1280)
    chromium.open(home)
    assert chromium.ask("document.title") == "spansieve - taking data"
    light = chromium.ask("getComputedStyle(document.body).backgroundColor")
    assert light == "rgb(255, 255, 255)"  # the policy lets the page's own style through
    assert chromium.ask("document.querySelectorAll('.note.warn').length") == 2
    assert chromium.ask("getComputedStyle(document.querySelector('#queues thead')).position") == "static"
    chromium.see(1280, scheme="dark")
    assert chromium.ask("getComputedStyle(document.body).backgroundColor") != light

    for width in (320, 390, 768, 1280):
        chromium.see(width)
        assert chromium.ask("document.documentElement.scrollWidth") <= width, f"{width} px"
    chromium.see(390)
    label = "getComputedStyle(document.querySelector('#queues td'), '::before').content"
    assert chromium.ask(label) == '"Signal"'

    assert chromium.ask("document.querySelector('#config pre').checkVisibility()") is False
    chromium.ask("document.querySelector('#config summary').click()")
    assert chromium.ask("document.querySelector('#config pre').checkVisibility()") is True

    chromium.open(f"{home}debug/pipelinez")
    assert chromium.ask("location.hash") == "#pipelines"

    chromium.open(f"{home}?refresh")
    chromium.wait_loaded(chromium.loaded + 1)  # it came again by itself
    assert chromium.ask("location.search") == "?refresh"

    assert {url.split("/")[2] for url in chromium.requested} == {home.split("/")[2]}
    assert [text for text in chromium.complaints if "favicon" not in text] == []

"""What the program tells of itself, asked through a component's host."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from spansieve.config.load import load
from spansieve.links import LinkTemplate
from spansieve.service import Service
from spansieve.testing import FakeClock

CONFIG = """
receivers: {otlp: {protocols: {http: {endpoint: "localhost:0"}}}}
exporters:
  jaeger: {endpoint: "localhost:1", ui_url: "http://ui", sending_queue: {sizer: items, queue_size: 50}}
  otlp_http: {endpoint: "https://b.example", headers: {authorization: sk-secret}}
  jaeger/off: {endpoint: ""}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [jaeger, otlp_http, jaeger/off]}}
"""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def service(tmp_path: Path, clock: FakeClock) -> Iterator[Service]:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG)
    one = Service(load([str(file)]), clock)
    one.core.chain.start()
    yield one
    one.core.chain.stop()
    one.discard()


def test_everything_at_one_moment(service: Service, clock: FakeClock, tmp_path: Path) -> None:
    clock.advance(seconds=5)
    now = service.inspector.inspect()
    assert (now.process.uptime, now.process.ready) == (5.0, False)
    assert now.process.rss_bytes > 1_000_000
    [pipeline] = now.pipelines
    assert (pipeline.exporters, pipeline.off) == (("jaeger", "otlp_http", "jaeger/off"), ("jaeger/off",))
    assert [(one.exporter, one.signal, one.capacity, one.sizer) for one in now.queues] == [
        ("jaeger", "traces", 50, "items"),
        ("otlp_http", "traces", 1000, "requests"),
    ]
    assert now.listeners[0].endpoints == ("localhost:0",)
    assert now.tables == ("jaeger",)
    assert now.links == (LinkTemplate("Jaeger", "http://ui/trace/{trace_id}"),), "one that is off leads nowhere"
    assert now.config.files == (str(tmp_path / "config.yaml"),)
    assert "sk-secret" not in now.config.text


def test_a_component_s_table_is_made_on_the_chain_thread(service: Service) -> None:
    assert service.inspector.show("jaeger") == {
        "endpoint": "localhost:1",
        "trace_url_template": "http://ui/trace/{trace_id}",
    }
    with pytest.raises(LookupError):
        service.inspector.show("otlp_http")


def test_what_a_component_raises_is_told_by_its_place_alone(service: Service) -> None:
    def failing() -> object:
        raise ValueError("a prompt")

    host = next(iter(service._assembly.of_kind("exporters"))).host
    host.status("failing", failing)
    with pytest.raises(RuntimeError, match=r"the plugin failed: ValueError at .*test_inspector\.py") as told:
        host.show("failing")
    assert "prompt" not in str(told.value)
    assert "failing" in host.inspect().tables


def test_a_busy_chain_is_not_waited_for_for_ever(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.inspector.SNAPSHOT_SECONDS", 0.01)
    begun, go_on = threading.Event(), threading.Event()

    def busy() -> None:
        begun.set()
        go_on.wait(30)

    threading.Thread(target=lambda: service.core.chain.call(busy), daemon=True).start()
    assert begun.wait(10)
    with pytest.raises(TimeoutError, match="chain thread is busy"):
        service.inspector.show("jaeger")
    go_on.set()


def test_reloads_are_counted(service: Service, clock: FakeClock) -> None:
    began = clock.time_ns()
    clock.advance(seconds=1)
    service.inspector.reloaded("refused")
    now = service.inspector.inspect().config
    assert (now.reloads, now.refused, now.stale, now.since_ns) == (0, 1, True, began)
    service.inspector.reloaded("taken")
    now = service.inspector.inspect().config
    assert (now.reloads, now.refused, now.stale, now.since_ns) == (1, 1, False, clock.time_ns())

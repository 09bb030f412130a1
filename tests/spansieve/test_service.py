"""The service in one process: in which order it starts."""

import json
from pathlib import Path
from typing import Any

import pytest

from spansieve.config.load import load
from spansieve.processors.tail_sampling import TailSampling
from spansieve.service import Service
from tests.e2e.program import free_ports


def test_nothing_is_ticked_before_it_has_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a processor reads of its disk would be gone through, and leave, while it is read."""
    [port] = free_ports(1)
    pipeline = {"receivers": ["otlp"], "processors": ["tail_sampling"], "exporters": ["debug"]}
    config: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"localhost:{port}"}}}},
        "processors": {"tail_sampling": {}},
        "exporters": {"debug": {}},
        "service": {"pipelines": {"traces": pipeline}, "telemetry": {"metrics": {"level": "none"}}},
    }
    (file := tmp_path / "config.yaml").write_text(json.dumps(config))
    service = Service(load([str(file)]))
    ticked: list[bool] = []
    started: list[bool] = []

    def tick() -> None:
        service.core.chain.call(service.core.chain._tick)

    def start(_: TailSampling) -> None:
        tick()
        started.append(True)

    monkeypatch.setattr(TailSampling, "start", start)
    monkeypatch.setattr(TailSampling, "tick", lambda _: ticked.append(bool(started)))
    service.start()
    try:
        tick()
    finally:
        service.stop()
    assert set(ticked) == {True}

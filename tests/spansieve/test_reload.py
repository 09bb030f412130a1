"""A reload of what remembers: its successor begins where it ended, and nothing is told twice or missed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from spansieve.assembly import StartError
from spansieve.config.load import load
from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import MetricBatch
from spansieve.plugin import StorageError
from spansieve.processors.costs import Costs
from spansieve.service import Service
from tests.e2e.program import free_ports, post
from tests.spansieve.watching.watched import batch_of, chat

WATCHERS = ("ai_metrics", "behavior", "decisions", "costs")
STORING = ("behavior", "decisions", "costs")


class Running:
    """A service in this process, of which all that measures keeps spans for a minute."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._http = free_ports(1)[0]
        self._sent = 0
        self.service = Service(self.loaded())

    def loaded(self, **changed: Any) -> Any:  # noqa: ANN401
        """A configuration; `changed` are keys of what stores it, and of all that measures."""
        storage = changed.pop("storage", {})
        keys = {"settle": "60s", "temporality": "delta", **changed}
        processors: dict[str, Any] = {one: dict(keys) for one in WATCHERS}
        processors["ai_metrics"]["lag"] = "60s"
        for one in STORING:
            processors[one]["storage"] = "storage"
        processors["costs"]["budgets"] = [{"name": "all", "usd": 9, "per": "month"}]
        config = {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"localhost:{self._http}"}}}},
            "processors": processors,
            "exporters": {"file": {"path": str(self._folder / "numbers.jsonl")}},
            "extensions": {"storage": {"directory": str(self._folder / "storage"), **storage}},
            "service": {
                "extensions": ["storage"],
                "telemetry": {"metrics": {"level": "none"}},
                "pipelines": {
                    "traces": {"receivers": ["otlp"], "processors": [*WATCHERS], "exporters": ["file"]},
                    "metrics": {"receivers": [*WATCHERS], "exporters": ["file"]},
                },
            },
        }
        file = self._folder / "config.yaml"
        file.write_text(yaml.safe_dump(config, sort_keys=False))
        return load([str(file)])

    def send(self, *, again: bool = False) -> None:
        """A call of one token that cost a cent: a new one, or the last one again."""
        self._sent += not again
        body = batch_of(chat(f"call {self._sent}", taken=1, gen__ai_usage_cost=0.01)).encode()
        assert post(f"http://localhost:{self._http}/v1/traces", body)[0] == 200

    def told(self, metric: str) -> float:
        """The sum of all that was told of a metric."""
        lines = (self._folder / "numbers.jsonl").read_text().splitlines()
        requests = [to_protobuf("metrics", line.encode()) for line in lines if "resourceMetrics" in line]
        points = [point for one in requests for point in MetricBatch.parse(one)]
        return sum(float(point.value or 0) for point in points if point.metric.name == metric)

    def spent(self) -> float:
        """USD of the budget."""
        shown: Any = self.service.inspector.show("costs")
        return float(shown["tables"]["budgets"][0]["spent_usd"])


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    one = Running(folder)
    one.service.start()
    try:
        yield one
    finally:
        one.service.stop()


def test_what_waits_to_settle_is_counted_once_and_budgets_go_on(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.send()
        one.service.reload(one.loaded(interval="5s"))
        one.send()
        one.service.reload(one.loaded(interval="6s"))
        assert one.spent() == pytest.approx(0.02)
        one.send()
    assert one.told("ai_tokens_total") == 3
    assert one.told("spansieve_cost_usd_total") == pytest.approx(0.03)


def test_what_was_told_before_a_reload_and_comes_again_is_not_counted_again(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.send()
        one.service.reload(one.loaded(interval="5s"))
        one.send(again=True)
    assert one.told("ai_tokens_total") == 1
    assert one.told("spansieve_cost_usd_total") == pytest.approx(0.01)


def test_what_can_not_start_is_refused_and_the_former_configuration_goes_on_with_what_it_knew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Costs.start

    def fails(costs: Costs) -> None:
        if costs._settings.interval == 5:
            raise StorageError("the disk is full")
        start(costs)

    monkeypatch.setattr(Costs, "start", fails)
    with running(tmp_path) as one:
        one.send()
        with pytest.raises(StartError, match=r"processors\.costs: the disk is full"):
            one.service.reload(one.loaded(interval="5s"))
        one.send()
        one.service.reload(one.loaded(interval="6s"))
        assert one.spent() == pytest.approx(0.02)
    assert one.told("ai_tokens_total") == 2
    assert one.told("spansieve_cost_usd_total") == pytest.approx(0.02)


def test_who_stores_goes_on_where_the_storage_is_exchanged(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.send()
        one.service.reload(one.loaded(storage={"max_bytes": 10**8}))
        one.service.reload(one.loaded(storage={"max_bytes": 10**8}, interval="6s"))
        assert one.spent() == pytest.approx(0.01)
        one.service.reload(one.loaded(storage={"max_bytes": 10**9}, interval="7s"))
        assert one.spent() == pytest.approx(0.01)

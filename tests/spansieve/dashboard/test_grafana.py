"""The Grafana dashboard: the file is what the table of measures gives, and Grafana and Prometheus can read it."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from spansieve.cli import main
from spansieve.dashboard import GROUPS, MEASURES, Definition
from spansieve.dashboard.grafana import dashboard

ROOT = Path(__file__).parents[3]
FILE = ROOT / "dashboards" / "spansieve.json"
EVERYWHERE = {"row", "timeseries", "stat", "gauge", "bargauge", "table"}
"""Panels that every Grafana has."""

Json = dict[str, Any]


def panels() -> list[Json]:
    made: list[Json] = dashboard()["panels"]
    return [panel for panel in made if panel["type"] != "row"]


def queries() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_the_file_is_what_the_command_prints() -> None:
    done = CliRunner().invoke(main, ["dashboard"])
    assert done.exit_code == 0
    assert FILE.read_text("utf-8") == done.output, "make it anew: spansieve dashboard > dashboards/spansieve.json"


@pytest.mark.parametrize("name", MEASURES)
def test_each_measure_has_a_panel_that_asks_its_query(name: str) -> None:
    shown = [panel for panel in panels() if panel["description"].startswith(name)]
    assert {panel["title"] for panel in shown}
    assert MEASURES[name].queries[0].promql in {target["expr"] for panel in shown for target in panel["targets"]}


def test_rows_begin_with_the_three_groups() -> None:
    rows = [panel["title"] for panel in dashboard()["panels"] if panel["type"] == "row"]
    assert rows == [*GROUPS, "Errors and alerts", "Cost burn", "Sampling", "Collector"]
    assert len(MEASURES) == 18


def test_it_can_be_imported_anywhere() -> None:
    made = dashboard()
    assert (made["uid"], made["schemaVersion"] >= 36) == ("spansieve-ai", True)
    [variable] = made["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    assert {panel["type"] for panel in made["panels"]} <= EVERYWHERE
    for panel in panels():
        assert panel["targets"], panel["title"]
        for one in [panel, *panel["targets"]]:
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert Counter(panel["id"] for panel in made["panels"]).most_common(1)[0][1] == 1


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_an_error_rate_over_five_per_cent_is_red_and_a_tool_below_eighty_too() -> None:
    steps = {panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"] for panel in panels()}
    assert steps["Error rate"] == [{"color": "green", "value": None}, {"color": "red", "value": 0.05}]
    assert steps["Tool success rate"] == [{"color": "red", "value": None}, {"color": "green", "value": 0.8}]


def test_prometheus_can_read_each_query(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries())]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    command = ["promtool", "check", "rules", "rules.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603
    assert done.returncode == 0, done.stderr


def test_each_label_of_a_legend_is_one_of_its_query() -> None:
    for panel in panels():
        for target in panel["targets"]:
            for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                assert label in target["expr"] or "by" not in target["expr"], target


def test_the_file_holds_no_address() -> None:
    assert not re.search(r"https?://|localhost", json.dumps(dashboard()))


@pytest.mark.parametrize("one", MEASURES.values(), ids=MEASURES)
def test_each_measure_is_documented(one: Definition) -> None:
    rows = (ROOT / "docs" / "metrics.md").read_text("utf-8").splitlines()
    [row] = [row for row in rows if row.startswith(f"| `{one.name}` |")]
    assert f"| {one.title} | {one.definition}" in row
    assert f"`{one.queries[0].promql}`" in row

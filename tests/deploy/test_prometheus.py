"""The alerting rules: Prometheus takes them, they fire when they should, and name metrics and runbooks that exist."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import DEPLOY, ROOT

RULES = DEPLOY / "prometheus" / "spansieve.rules.yaml"


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def promtool(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    shutil.copy(RULES, folder)
    shutil.copy(Path(__file__).parent / "rules.test.yaml", folder)
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603, S607


def test_prometheus_takes_them(tmp_path: Path) -> None:
    done = promtool(tmp_path, "check", "rules", RULES.name)
    assert done.returncode == 0, done.stderr


def test_they_fire_when_they_should(tmp_path: Path) -> None:
    done = promtool(tmp_path, "test", "rules", "rules.test.yaml")
    assert done.returncode == 0, done.stderr


def test_each_has_a_runbook() -> None:
    page = (ROOT / "docs" / "operate.md").read_text()
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", page, re.M)
    }
    for rule in rules():
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert path == "docs/operate.md"
        assert anchor in anchors, rule["alert"]
        assert rule["alert"] in page


def test_each_metric_is_documented() -> None:
    pages = [ROOT / "docs" / "metrics.md", *ROOT.glob("*/*/README.md")]
    documented = {
        re.sub(r"_total$", "", name) for page in pages for name in re.findall(r"[a-z]+_[a-z_]+", page.read_text())
    }
    used = {name for rule in rules() for name in re.findall(r"\b(?:otelcol|spansieve)_[a-z_]+", rule["expr"])}
    variants = {re.sub(r"_(log_records|metric_points)$", "_spans", name) for name in used}
    assert {name for name in variants if re.sub(r"_total$", "", name) not in documented} == set()

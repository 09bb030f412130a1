"""docs/errors.md says what the code does: every configuration is taken, every alert is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from spansieve.config.load import load

PAGE = (Path(__file__).parents[3] / "docs" / "errors.md").read_text()
README = (Path(__file__).parents[3] / "processors" / "error_aggregation" / "README.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
BASE: dict[str, Any] = {
    "receivers": {"otlp": {"protocols": {"grpc": {}}}},
    "processors": {"error_aggregation": {}},
    "exporters": {"debug": {}, "webhook": {}},
    "service": {
        "pipelines": {
            "traces": {"receivers": ["otlp"], "processors": ["error_aggregation"], "exporters": ["debug"]},
            "alerts": {"receivers": ["error_aggregation"], "exporters": ["webhook"]},
        }
    },
}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_configuration_is_taken(block: str) -> None:
    load([f"yaml:{source}" for source in ([] if block == BLOCKS[0] else [json.dumps(BASE)]) + [block]])


def test_the_first_configuration_runs_without_a_warning() -> None:
    assert len(BLOCKS) > 4
    assert load([f"yaml:{BLOCKS[0]}"]).warnings == []


def test_every_alert_is_told_of() -> None:
    alerts = set(
        re.findall(r"^\| `(\w+)` \|", README.partition("| `type` | when")[2].partition("| key")[0], re.MULTILINE)
    )
    assert alerts == set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))

"""docs/alert-rules.md says what the code does: every configuration is taken."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from spansieve.config.load import load

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "alert-rules.md").read_text()
README = (ROOT / "processors" / "alert_rules" / "README.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
BASE: dict[str, Any] = {
    "receivers": {"otlp": {"protocols": {"grpc": {}}}},
    "processors": {"alert_rules": {}},
    "exporters": {"debug": {}},
    "service": {
        "pipelines": {
            "metrics": {"receivers": ["otlp"], "processors": ["alert_rules"], "exporters": ["debug"]},
            "alerts": {"receivers": ["alert_rules"], "exporters": ["debug"]},
        }
    },
}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_configuration_is_taken(block: str) -> None:
    load([f"yaml:{source}" for source in ([] if block == BLOCKS[0] else [json.dumps(BASE)]) + [block]])


def test_the_first_configuration_runs_without_a_warning() -> None:
    assert len(BLOCKS) == 4
    assert load([f"yaml:{BLOCKS[0]}"]).warnings == []


def test_the_links_lead_to_pages() -> None:
    links = [*re.findall(r"\]\((\.\./[^)#]+)", PAGE), *re.findall(r"\]\(\.\./(\.\./[^)#]+)", README)]
    assert len(links) > 3
    for link in links:
        assert (ROOT / "docs" / link).exists(), link

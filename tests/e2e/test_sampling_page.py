"""What docs/sampling.md shows is true: its configurations are valid, and its dry run runs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .program import spansieve

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sampling.md").read_text("utf-8")
CAPTURES = ROOT / "tests" / "fixtures" / "captures"
BLOCKS = [
    yaml.safe_load("\n".join(line[4:] for line in block.splitlines()))
    for block in re.findall(r"(?:^    .*\n)+", PAGE, re.MULTILINE)
    if block.lstrip().startswith(("receivers:", "processors:"))
]


def whole(block: dict[str, Any]) -> dict[str, Any]:
    """The configuration around a block that shows a processor alone."""
    return {**BLOCKS[0], **block, "service": BLOCKS[0]["service"]} | {
        "processors": {**BLOCKS[0]["processors"], **block["processors"]}
    }


@pytest.mark.parametrize("block", BLOCKS, ids=",".join)
def test_a_configuration_is_valid(tmp_path: Path, block: dict[str, Any]) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(whole(block)), "utf-8")
    done = spansieve("validate", "--config", str(config))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_configuration_is_tried_on_recorded_telemetry(tmp_path: Path) -> None:
    config = tmp_path / "my.yaml"
    config.write_text(yaml.safe_dump(BLOCKS[0]), "utf-8")
    files = sorted(map(str, CAPTURES.glob("*/*.traces.pb")))
    done = spansieve("sample", "--config", str(config), *files)
    assert done.returncode == 0, done.stderr
    assert "errors" in done.stdout

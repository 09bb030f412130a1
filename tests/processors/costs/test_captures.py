"""costs: what real agents spent, in tokens counted by hand and at list prices."""

import json
from pathlib import Path

import pytest

from spansieve.pdata import TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import CAPTURES, captured

from .house import House

pytest.importorskip("genai_prices", reason='needs the extra: pip install "spansieve[cost]"')
AGENTS = sorted(folder.name for folder in CAPTURES.iterdir() if (folder / "expect.json").exists())


@pytest.mark.parametrize("capture", AGENTS)
def test_every_token_of_an_agent_is_booked_once_and_has_a_price(capture: str) -> None:
    house, semantics = House(prices={}), AiSemantics(AiSemanticsConfig(), FakeHost())
    for file, signal, body in captured():
        if file.parent.name == capture and signal == "traces":
            batch = TraceBatch.parse(body)
            semantics.traces(batch)
            house.costs.traces(batch)
    house.pass_(5)
    rows = house.costs.snapshot()["tables"]["costs by model"]
    assert sum(float(row["tokens"] or 0) for row in rows) == tokens(CAPTURES / capture)
    assert all(row["usd"] and row["unpriced_calls"] == 0 for row in rows)


def tokens(folder: Path) -> int:
    """In and out, by hand."""
    expected = json.loads((folder / "expect.json").read_text())
    return int(expected["input_tokens"] + expected["output_tokens"])

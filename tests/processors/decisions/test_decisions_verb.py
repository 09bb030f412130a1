"""spansieve decisions: the table of a running collector."""

import json

from click.testing import CliRunner

from spansieve.processors.decisions.decisions import decisions
from tests.served import served

from .house import House, agent


def asked(*arguments: str) -> str:
    house = House()
    house.made(agent(events=[{"name": "ai.decision", "attrs": {"decisionType": "plan", "confidence": 0.75}}]))
    with served({"decisions": house.host.show("decisions")}) as endpoint:
        return CliRunner().invoke(decisions, ["--endpoint", endpoint, *arguments]).stdout


def test_a_person_sees_the_table() -> None:
    row = asked().splitlines()[-1].split()
    assert row == ["plan:0", "plan", "0", "1", "0", "1", "0.75", "0.75", "-"]


def test_a_program_gets_its_rows() -> None:
    [row] = json.loads(asked("--json"))
    assert (row["key"], row["count"], row["mean_confidence"], row["success_rate"]) == ("plan:0", 1, 0.75, None)

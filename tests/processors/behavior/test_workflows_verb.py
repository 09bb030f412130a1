"""spansieve workflows: what a running collector's table looks like in a terminal, and to programs."""

import json

from click.testing import CliRunner, Result

from spansieve.processors.behavior.workflows_verb import workflows
from tests.served import served

from .house import House, agent, tool


def asked(*arguments: str, times: int = 2) -> Result:
    house = House(workflows={"support": 2})
    for _ in range(times):
        house.send(agent(user__id="u1"), tool("search", at=1), tool("read", at=2))
        house.pass_(20)
    with served({"behavior": json.loads(json.dumps(house.host.show("behavior")))}) as endpoint:
        return CliRunner().invoke(workflows, ["--endpoint", endpoint, *arguments])


def test_a_person_sees_each_sequence_with_how_often_it_came_and_succeeded() -> None:
    lines = [line.split() for line in asked().stdout.splitlines()]
    assert ["TOOLS", "LENGTH", "SUPPORT", "SUCCESS", "RATE"] in lines
    assert ["search", "→", "read", "2", "2", "1"] in lines


def test_programs_get_rows() -> None:
    [row] = json.loads(asked("--json").stdout)
    assert row == {"tools": "search → read", "length": 2, "support": 2, "success_rate": 1.0}


def test_before_any_is_frequent_it_says_so() -> None:
    assert "nothing yet" in asked(times=1).stdout


def test_a_collector_without_it_is_told_apart() -> None:
    with served({"costs": {}}) as endpoint:
        result = CliRunner().invoke(workflows, ["--endpoint", endpoint])
    assert "has no behavior: write one under processors" in result.stderr

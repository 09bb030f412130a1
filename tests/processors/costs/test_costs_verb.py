"""spansieve costs: what a running collector's tables look like in a terminal, and to programs."""

import json
from typing import Any

from click.testing import CliRunner, Result
from rich.console import Console

from spansieve.cli.screen import Screen
from spansieve.cli.tables import drawn
from spansieve.processors.costs.costs import costs
from tests.served import served

from .house import House, chat


def status(*, shows_users: bool = True) -> dict[str, Any]:
    house = House(budgets=[{"name": "all", "usd": 10, "per": "day"}])
    house.send(chat("t", "a", usd=1.25, attrs={"user.id": "user-a"}), chat("u", "b", usd=0.5))
    house.pass_(5)
    shown: dict[str, Any] = json.loads(json.dumps(house.host.show("costs")))
    return shown if shows_users else {key: value for key, value in shown.items() if key != "private"}


def asked(*arguments: str, shows_users: bool = True) -> Result:
    with served({"costs": status(shows_users=shows_users)}) as endpoint:
        return CliRunner().invoke(costs, ["--endpoint", endpoint, *arguments])


def test_a_person_sees_tables_with_what_was_spent() -> None:
    lines = [line.split() for line in asked().stdout.splitlines()]
    assert ["WINDOW", "USD", "PER", "HOUR", "TOKENS", "PER", "MINUTE"] in lines
    assert ["all", "total", "2023-11-14", "10", "1.75", "0.175"] in lines
    assert ["small", "2023-11-14", "1.75", "0", "2", "3000", "0"] in lines


def test_one_table_is_shown_by_itself() -> None:
    lines = asked("--by", "user").stdout.splitlines()
    assert lines[2] == "costs by user"
    assert [line.split()[0] for line in lines[3:]] == ["USER", "user-a"]


def test_programs_get_rows_of_one_table_or_all_that_is_shown() -> None:
    [row] = json.loads(asked("--by", "user", "--json").stdout)
    assert (row["user"], row["usd"]) == ("user-a", 1.25)
    assert json.loads(asked("--json").stdout)["measures"][0]["name"] == "costPerOperation"


def test_where_users_are_not_shown_the_key_that_shows_them_is_named() -> None:
    result = asked("--by", "user", shows_users=False)
    assert result.exit_code == 1
    assert "show_users: true" in result.stderr


def test_a_collector_without_costs_is_told_apart() -> None:
    with served({"decisions": {}}) as endpoint:
        result = CliRunner().invoke(costs, ["--endpoint", endpoint])
    assert "has no costs: write one under processors" in result.stderr


def test_as_many_rows_are_drawn_as_there_is_room_for() -> None:
    rows: list[dict[str, str | int | float | bool | None]] = [{"user": f"u{at}", "usd": None} for at in range(50)]
    out = Console(width=80, record=True)
    with out.capture() as captured:
        out.print(drawn("costs", [("costs by user", rows), ("empty", [])], Screen(80, 20, "ascii", True)))
    assert len(captured.get().splitlines()) < 20
    assert "and 36 more" in captured.get()


def test_before_anything_was_spent_it_says_so() -> None:
    out = Console(width=80)
    with out.capture() as captured:
        out.print(drawn("costs", [("costs by user", [])], Screen(80, None, "utf-8", False)))
    assert captured.get().splitlines() == ["costs", "nothing yet"]

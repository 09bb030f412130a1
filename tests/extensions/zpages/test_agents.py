"""The page as HTML: what processors measure of agents, as cards and tables."""

from typing import Any

import pytest

from spansieve.dashboard import MEASURES
from spansieve.dashboard.testing import a_busy_hour, measure, status
from spansieve.extensions.zpages.agents import without_users
from spansieve.extensions.zpages.history import History
from spansieve.extensions.zpages.page import Pages

from .conftest import inspection
from .reading import Reader, plain, read, text

MARKUP = "<img src=x onerror=alert(1)>\"'&{{ 7*7777 }}"


def seen(**components: Any) -> str:  # noqa: ANN401
    return text(inspection(), components)


def test_each_measure_has_a_card_below_its_group() -> None:
    shown = seen(**a_busy_hour())
    places = [shown.index(f"{one.title} ") for one in MEASURES.values()]
    assert places == sorted(places)
    assert [shown.index(name) for name in ("Health", "User experience", "Cost and efficiency")]


def test_a_card_has_its_value_the_last_hour_a_line_and_its_shares() -> None:
    one = measure("p95Latency", 4.21, 3.7, trend=[1.0, 4.0], shares={"chat": 3.1, "": 0.45})
    reader = read(inspection(), {"ai_metrics": status(one)})
    shown = plain(reader)
    assert "Latency, p95 4.21 s from 1 to 4, now 4 5 min · 1 h: 3.7 s chat 3.1 s (none) 450 ms" in shown
    assert reader.tags.count("meter") == 2 + 1  # and the queue's
    assert reader.tags.count("svg") == 1


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("errorRate", 0.051, "5.1 % above 5 %"),
        ("errorRate", 0.05, "5 % 5 min"),
        ("toolSuccessRate", 0.79, "79 % below 80 %"),
        ("toolSuccessRate", 0.8, "80 % 5 min"),
        ("errorRate", None, "Error rate - 5 min"),
    ],
)
def test_what_is_beyond_its_limit_says_so(name: str, value: float | None, says: str) -> None:
    assert says in seen(ai_metrics=status(measure(name, value)))


def test_shares_beyond_five_open() -> None:
    shares = {f"tool-{at}": 1.0 / (at + 1) for at in range(9)}
    reader = read(inspection(), {"ai_metrics": status(measure("toolUsageDistribution", None, shares={**shares}))})
    assert "Tools by use 1 h tool-0 100 %" in plain(reader)
    assert "4 more tool-5" in plain(reader)


def test_a_measure_of_two_components_names_both() -> None:
    shown = seen(**{"costs": status(measure("tokensPerUser", 5.0)), "costs/b": status(measure("tokensPerUser", 7.0))})
    assert "Tokens a user costs 5 1 d" in shown
    assert "Tokens a user costs/b 7 1 d" in shown


def test_a_measure_that_nobody_knows_is_left_to_the_json() -> None:
    assert "novel" not in seen(x=status(measure("novel", 1.0)))


def test_moments_in_tables_are_told_to_the_second() -> None:
    rule = {"rule": "high_error_rate", "since": "2026-05-04T03:02:01.431759737Z"}
    shown = seen(alert_rules=status() | {"tables": {"rules": [rule]}})
    assert "high_error_rate 2026-05-04 03:02:01 UTC" in shown


def test_tables_stand_below_the_component_that_shows_them() -> None:
    shown = seen(**a_busy_hour())
    assert "behavior workflows steps count success rate search_orders → python → send_mail 212 0.97" in shown
    assert "Components" not in shown


def test_tables_about_users_are_shown_only_where_that_is_asked_for() -> None:
    shown = seen(**a_busy_hour())
    assert "PERSON" not in shown
    assert "Not shown, as they are about users: costs by user." in shown
    assert "Not shown" not in seen(costs=status(private={"costs by user": []}))

    reader = Reader()
    reader.feed(Pages(show_users=True).status(inspection(), History(), a_busy_hour(), {}, refresh=False))
    assert "costs by user user calls usd <PERSON_ltlmnlpj> 40 0.91" in plain(reader)
    assert "Not shown" not in plain(reader)


def test_a_long_table_is_cut_and_says_so() -> None:
    rows: list[dict[str, Any]] = [{"model": f"m{at}"} for at in range(25)]
    shown = seen(costs=status(tables={"costs by model": rows}))
    assert "m19 5 more rows are not shown." in shown


def test_json_without_tables_about_users_is_as_it_was_otherwise() -> None:
    one = status(private={"users": []}, tables={"models": []})
    assert without_users(one) == status(tables={"models": []})
    assert without_users([1]) == [1]


def test_what_needs_attention_comes_first_and_the_collector_last() -> None:
    shown = seen(**a_busy_hour())
    order = ["Nothing needs attention.", "Latency, p95", "Cost a run", "costs by model", "Up for", "Queues Exporter"]
    assert [shown.index(part) for part in order] == sorted(shown.index(part) for part in order)


def test_no_name_becomes_markup() -> None:
    one = status(
        measure("toolUsageDistribution", None, shares={MARKUP: 1.0}),
        tables={MARKUP: [{MARKUP: MARKUP}]},
        private={MARKUP: [{}]},
    )
    reader = read(inspection(), {MARKUP: one, "b": one})
    assert "img" not in reader.tags
    assert "54439" not in "".join(reader.texts)
    assert "".join(reader.texts).count(MARKUP) >= 10

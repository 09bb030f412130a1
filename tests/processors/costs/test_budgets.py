"""costs: what is spent of budgets, and which levels are told."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.processors.costs import CostsConfig
from spansieve.processors.costs.budgets import Budget, Budgets
from spansieve.processors.costs.call import Calls, Whose
from spansieve.processors.costs.config import BudgetConfig
from spansieve.processors.costs.money import dollars

from .calls import DAY, HOUR, NOW, call


def budget(**changes: Any) -> Budget:  # noqa: ANN401
    return Budget(BudgetConfig(**{"name": "b", "usd": 10, "per": "day", **changes}))


def told(of: Budget, calls: Iterable[Calls]) -> list[tuple[str, float]]:
    return [(one.value, one.level) for each in calls for one in of.add(each)]


def test_each_level_is_told_once_when_spending_reaches_it() -> None:
    of = budget()
    assert told(of, [call(4.99)]) == []
    assert told(of, [call(0.01)]) == [("", 0.5)]
    assert told(of, [call(2.9)]) == []
    assert told(of, [call(0.1), call(1)]) == [("", 0.8)]
    assert told(of, [call(1), call(500)]) == [("", 1.0)]


def test_a_call_that_passes_several_levels_tells_each() -> None:
    assert told(budget(), [call(11), call(11)]) == [("", 0.5), ("", 0.8), ("", 1.0)]


def test_a_new_period_begins_with_nothing_and_a_late_call_belongs_to_its_own() -> None:
    of = budget(per="hour")
    assert told(of, [call(6), call(6, time_ns=NOW + HOUR)]) == [("", 0.5), ("", 0.5)]
    assert told(of, [call(2)]) == [("", 0.8)]
    newest = of.newest()
    assert newest is not None
    assert dollars(newest.spent.top()[0].amount) == 6


def test_what_is_later_than_the_periods_that_are_kept_is_counted_as_late() -> None:
    of = budget()
    told(of, [call(1, time_ns=NOW + days * DAY) for days in (5, 6, 7)])
    assert told(of, [call(50)]) == []
    assert of.late == 1


def test_each_user_has_the_budget_for_himself_and_a_call_without_user_has_none() -> None:
    of = budget(scope="user", warn_at=[1])
    assert told(of, [call(6, user="a"), call(6, user="b"), call(60)]) == []
    assert told(of, [call(4, user="b")]) == [("b", 1)]


def test_only_what_fits_the_pattern_is_limited() -> None:
    of = budget(scope="model", match="^gpt-4o$", warn_at=[1])
    assert told(of, [call(50, model="gpt-4o-mini"), call(10, model="gpt-4o")]) == [("gpt-4o", 1)]


@pytest.mark.parametrize("scope", ["user", "tenant", "operation", "model"])
def test_a_budget_can_be_of_each_scope(scope: str) -> None:
    whose = Whose("shop", "a model", "an operation", "a user", "a tenant", "a thread", NOW // HOUR)
    [(value, level)] = told(budget(scope=scope, warn_at=[1]), [call(10)._replace(whose=whose)])
    assert (value.partition(" ")[2], level) == (scope, 1)


def test_an_unknown_cost_spends_nothing() -> None:
    assert told(budget(warn_at=[0.000001]), [call(None), call(0)]) == []


@given(
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 2)), max_size=40),
    st.lists(st.integers(1, 150), min_size=1, max_size=5),
    st.integers(0, 40),
)
def test_over_any_calls_and_a_restart_a_level_is_told_once_if_it_was_reached(
    spent: list[tuple[int, int]], percents: list[int], restart: int
) -> None:
    config = BudgetConfig(name="b", usd=10, per="day", scope="user", warn_at=[percent / 100 for percent in percents])
    budgets, found, sums = Budgets([config]), [], [0, 0, 0]
    for at, (cents, user) in enumerate(spent):
        if at == restart:
            saved = json.loads(json.dumps(budgets.state()))
            budgets = Budgets([config])
            budgets.load(saved)
        found += [(one.value, one.level) for one in budgets.add(call(cents / 100, user=f"u{user}"))]
        sums[user] += cents
    reached = [(f"u{user}", level) for user in range(3) for level in config.levels if sums[user] >= level * 1000 > 0]
    assert sorted(found) == sorted(reached)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"budgets": [{"name": "b", "usd": 1, "per": "day", "match": "x"}]}, "leave match out"),
        ({"budgets": [{"name": "b", "usd": 1, "per": "day"}] * 2}, "two budgets are called b"),
        ({"budgets": [{"name": "b", "usd": 1, "per": "week"}]}, "'hour', 'day' or 'month'"),
        ({"budgets": [{"name": "b", "usd": 0, "per": "day"}]}, "greater than 0"),
        ({"budgets": [{"name": "b", "usd": 1, "per": "day", "warn_at": [0]}]}, "greater than 0"),
        ({"budgets": [{"name": "b", "usd": 1, "per": "day", "scope": "user", "match": "("}]}, r"match"),
    ],
)
def test_a_budget_that_can_not_be_is_refused_with_the_mend(given_: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        CostsConfig(**given_)

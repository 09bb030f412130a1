"""Sequences of tools."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.behavior.times import HOUR_NS
from spansieve.processors.behavior.workflows import AN_HOUR, Folded, ToolUsed, Workflows, folded, grams

NOW = 500_000 * HOUR_NS + 1
names = st.lists(st.sampled_from("abcd"), max_size=12)


def used(tools: str, failed: str = "") -> list[ToolUsed]:
    return [(tool, tool not in failed) for tool in tools]


@given(names)
def test_every_run_of_two_to_five_tools_is_counted_once(tools: list[str]) -> None:
    found = grams(Folded(tuple(tools), (True,) * len(tools)))
    assert set(found) == {
        tuple(tools[at : at + length]) for length in range(2, 6) for at in range(len(tools) - length + 1)
    }


def test_a_sequence_that_stands_in_a_longer_one_is_left_out() -> None:
    workflows = Workflows()
    for _ in range(10):
        workflows.add(used("abc"), NOW)
    for _ in range(5):
        workflows.add(used("ab"), NOW)
    for _ in range(10):
        workflows.add(used("xy", failed="y"), NOW)
    assert [(one.tools, one.support, one.success_rate) for one in workflows.frequent(10, NOW)] == [
        (("a", "b", "c"), 10, 1.0),
        (("x", "y"), 10, 0.0),
    ]


def test_what_is_a_day_old_is_forgotten() -> None:
    workflows = Workflows()
    workflows.add(used("ab"), NOW)
    assert workflows.frequent(1, NOW + 23 * HOUR_NS)
    assert not workflows.frequent(1, NOW + 24 * HOUR_NS)
    workflows.add(used("ab"), NOW + 24 * HOUR_NS)
    assert not workflows.frequent(2, NOW + 24 * HOUR_NS)


def test_days_keep_no_more_hours_than_a_day_has() -> None:
    workflows = Workflows()
    for hour in range(50):
        workflows.add(used("ab"), NOW + hour * HOUR_NS)
    assert len(workflows.hours()) == 24


@given(names)
def test_a_tool_that_follows_itself_is_taken_once_and_succeeds_when_each_call_does(tools: list[str]) -> None:
    found = folded(used("".join(tools), failed="d"))
    assert all(one != other for one, other in pairwise(found.tools))
    assert set(found.tools) == set(tools)
    assert found.succeeded == tuple(tool != "d" for tool in found.tools)


def test_many_different_sequences_are_bounded_and_none_is_counted_too_often() -> None:
    workflows = Workflows()
    for number in range(3 * AN_HOUR):
        workflows.add([(f"a{number}", True), ("b", True)], NOW)
        if number % 3 == 0:
            workflows.add(used("xy"), NOW)
    assert [one.tools for one in workflows.frequent(10, NOW)] == [("x", "y")]
    assert len(workflows.state(NOW // HOUR_NS)) == AN_HOUR


@given(st.lists(names, max_size=8))
def test_hours_are_the_same_when_they_were_saved(traces: list[list[str]]) -> None:
    workflows, again = Workflows(), Workflows()
    for number, tools in enumerate(traces):
        workflows.add(used("".join(tools), failed="d"), NOW - number % 3 * HOUR_NS)
    for hour in workflows.hours():
        again.load(hour, workflows.state(hour))
    assert {*again.frequent(2, NOW)} == {*workflows.frequent(2, NOW)}

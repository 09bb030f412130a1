"""Sequences of tools."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.behavior.times import HOUR_NS
from spansieve.processors.behavior.workflows import AN_HOUR, Folded, Workflows, grams

NOW = 500_000 * HOUR_NS + 1
names = st.lists(st.sampled_from("abcd"), max_size=12)


def sequence(tools: str, failed: str = "") -> Folded:
    return Folded(tuple(tools), tuple(tool not in failed for tool in tools))


@given(names)
def test_every_run_of_two_to_five_tools_is_counted_once(tools: list[str]) -> None:
    found = grams(sequence("".join(tools)))
    assert set(found) == {
        tuple(tools[at : at + length]) for length in range(2, 6) for at in range(len(tools) - length + 1)
    }


def test_a_sequence_that_stands_in_a_longer_one_is_left_out() -> None:
    workflows = Workflows()
    for _ in range(10):
        workflows.add(sequence("abc"), NOW, NOW)
    for _ in range(5):
        workflows.add(sequence("ab"), NOW, NOW)
    for _ in range(10):
        workflows.add(sequence("xy", failed="y"), NOW, NOW)
    assert [(one.tools, one.support, one.success_rate) for one in workflows.frequent(10, NOW)] == [
        (("a", "b", "c"), 10, 1.0),
        (("x", "y"), 10, 0.0),
    ]


def test_what_is_a_day_old_is_forgotten() -> None:
    workflows = Workflows()
    workflows.add(sequence("ab"), NOW, NOW)
    assert workflows.frequent(1, NOW + 23 * HOUR_NS)
    assert not workflows.frequent(1, NOW + 24 * HOUR_NS)
    workflows.add(sequence("ab"), NOW + 24 * HOUR_NS, NOW + 24 * HOUR_NS)
    assert workflows.hours() == [(NOW + 24 * HOUR_NS) // HOUR_NS]


def test_many_different_sequences_are_bounded_and_none_is_counted_too_often() -> None:
    workflows = Workflows()
    for number in range(3 * AN_HOUR):
        workflows.add(Folded((f"a{number}", "b"), (True, True)), NOW, NOW)
        if number % 3 == 0:
            workflows.add(sequence("xy"), NOW, NOW)
    assert [one.tools for one in workflows.frequent(10, NOW)] == [("x", "y")]
    assert len(workflows.state(NOW // HOUR_NS)) == AN_HOUR


@given(st.lists(names, max_size=8))
def test_hours_are_the_same_when_they_were_saved(traces: list[list[str]]) -> None:
    workflows, again = Workflows(), Workflows()
    for number, tools in enumerate(traces):
        workflows.add(sequence("".join(tools), failed="d"), NOW - number % 3 * HOUR_NS, NOW)
    for hour in workflows.hours():
        again.load(hour, workflows.state(hour))
    assert {*again.frequent(2, NOW)} == {*workflows.frequent(2, NOW)}

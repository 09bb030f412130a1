"""`ottl_condition`: what it understands, and what becomes of what can't be evaluated."""

from typing import Any

import pytest

from spansieve.config.mistakes import Mistakes
from spansieve.processors.tail_sampling.policies import PolicyError
from spansieve.processors.tail_sampling.policies.conditions import compiled

from .traces import Sampler, Spec, policy

FULL = Spec(
    {"k": "v", "n": 5, "d": 5.0, "list": ["a", 1], "map": {"x": 1}},
    {"service.name": "agent"},
    name="chat",
    status=2,
    trace_state="a=b",
    events=[("first", {}), ("second", {"e": True})],
)


@pytest.mark.parametrize(
    "condition",
    [
        'name == "chat" and span.name == "chat" and not (kind != SPAN_KIND_UNSPECIFIED)',
        'kind.string == "Unspecified" and status.code == STATUS_CODE_ERROR and status.message == ""',
        'attributes["missing"] == nil and attributes["n"] == attributes["d"] and attributes["n"] != "5"',
        'not (attributes["k"] < 5) and attributes["d"] >= 5 and attributes["n"] <= 5.5 or false',
        'resource.attributes["service.name"] == "agent" and instrumentation_scope.name == ""',
        'instrumentation_scope.version == "" and start_time_unix_nano < end_time_unix_nano',
        'trace_id.string == "000102030405060708090a0b0c0d0e0f" and span_id.string == "0101010101010101"',
        'parent_span_id.string == "0000000000000000" and trace_state["a"] == "b" and IsRootSpan()',
        'IsMatch(attributes["k"], "^v") and HasPrefix(name, "ch") and HasSuffix(name, "at")',
        'Len(attributes["list"]) == 2 and Len(name) == 4 and Len(attributes["map"]) == 1',
        'ContainsValue(attributes["list"], "a") and not ContainsValue(attributes["list"], "b")',
        'IsString(name) and IsInt(kind) and IsDouble(attributes["d"]) and not IsBool(name)',
        'IsList(attributes["list"]) and IsMap(attributes["map"]) and Int("5") == 5 and Double("5") == 5',
        'Concat([name, String(5)], "-") == "chat-5" and Substring(name, 0, 2) == "ch"',
        'ToLowerCase("A") == "a" and ToUpperCase(name) == "CHAT" and IsMatch(name, "a") == true',
    ],
)
def test_a_condition_is_true_for_a_span(condition: str) -> None:
    assert Sampler(policy("ottl_condition", span=[condition]), errors={"keep": False}).keeps(FULL)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ('name == "second" and spanevent.attributes["e"] == true', True),
        ("event_index == 1 and time_unix_nano > 0", True),
        ("event_index == 2", False),
        ('span.name == "chat" and span.attributes["k"] == "v" and spanevent.name == "first"', True),
        ('name == "chat"', False),
        ('resource.attributes["service.name"] == "agent"', True),
    ],
)
def test_a_condition_is_true_for_a_span_event(condition: str, kept: bool) -> None:
    sampler = Sampler(policy("ottl_condition", spanevent=[condition]))
    assert sampler.keeps(Spec(), FULL) is kept
    assert not sampler.keeps(Spec(name="chat"))  # it has none


@pytest.mark.parametrize(
    ("context", "condition", "said"),
    [
        ("span", "Now() == 1", "tail_sampling has no function Now (column 1)"),
        ("span", 'ParseJSON(name)["a"] == 1', "tail_sampling has no function ParseJSON (column 1)"),
        ("span", 'isMatch(name, "a")', "tail_sampling has no function isMatch (column 1)"),
        ("span", "links == nil", "tail_sampling has no path links here (column 1)"),
        ("span", "1 == trace_id", "tail_sampling has no path trace_id here (column 6)"),
        ("span", 'cache["a"] == 1', "tail_sampling has no path cache here (column 1)"),
        ("span", 'spanevent.name == "a"', "tail_sampling has no path spanevent.name here (column 1)"),
        ("span", "event_index == 1", "tail_sampling has no path event_index here (column 1)"),
        ("span", "attributes == nil", "attributes needs a key here (column 1)"),
        ("span", "kind + 1 == 2", "tail_sampling has no arithmetic in conditions (column 1)"),
        ("span", 'attributes["a"] == {"a": 1}', "tail_sampling has no maps in conditions (column 20)"),
        ("span", "name == 0x00", "tail_sampling has no bytes in conditions (column 9)"),
        ("span", 'name = "a"', "unexpected = (column 6)"),
        ("span", "STATUS_CODE_BAD == kind", "unknown enum STATUS_CODE_BAD in context span (column 1)"),
        ("span", 'IsMatch(name, "(")', "IsMatch, pattern: no RE2 regular expression: missing ): ( (column 15)"),
        ("spanevent", "kind == 1", "tail_sampling has no path kind here (column 1)"),
        ("spanevent", "IsRootSpan()", "IsRootSpan works in context span alone (column 1)"),
    ],
)
def test_what_is_not_understood_is_refused_at_start(context: str, condition: str, said: str) -> None:
    lists: dict[str, list[str]] = {"span": [], "event": []}
    lists["span" if context == "span" else "event"] = ["true", condition]
    with pytest.raises(Mistakes) as caught:
        compiled(**lists)
    (found,) = caught.value.mistakes
    assert (found.path, found.text) == ((context, 1), said)


FAILING = ['Len(attributes["n"]) == 1', 'Len(attributes["missing"]) == 1', 'IsMatch(attributes["missing"], ".*")']


@pytest.mark.parametrize("condition", FAILING)
def test_with_propagate_a_policy_that_fails_casts_no_vote(condition: str) -> None:
    sampler = Sampler(policy("ottl_condition", span=[condition]), policy("always_sample", "all"))
    outcome = sampler.decide(FULL)
    assert (outcome.policy, outcome.failed) == ("all", ("p",))
    assert outcome.asked == ("all",)


@pytest.mark.parametrize("condition", FAILING)
@pytest.mark.parametrize(("mode", "lines"), [("ignore", 1), ("silent", 0)])
def test_otherwise_the_next_condition_is_asked(condition: str, mode: str, lines: int) -> None:
    sampler = Sampler(policy("ottl_condition", error_mode=mode, span=[condition, 'name == "chat"']))
    assert sampler.keeps(FULL)
    assert not sampler.decide(Spec({"n": 5})).failed
    assert len(sampler.warnings) == lines
    assert "chat" not in "".join(sampler.warnings)


def test_what_fails_is_logged_once_a_minute() -> None:
    sampler = Sampler(policy("ottl_condition", error_mode="ignore", spanevent=['Len(attributes["n"]) == 1']))
    for _ in range(5):
        sampler.decide(FULL)
        sampler.clock.advance(seconds=16)
    assert sampler.warnings == ["policy p: Len: a text, list or map is expected, found nil"] * 2


def _both(*specs: Spec) -> Any:  # noqa: ANN401
    sampler = Sampler(policy("ottl_condition", span=['Len(attributes["t"]) == 1']))
    return sampler.verdict(*specs).vote.value


def test_what_came_first_counts_a_true_condition_or_a_failure() -> None:
    fits, fails, other = Spec({"t": "x"}), Spec({"t": 1}), Spec({"t": "xx"})
    assert _both(other, fits, fails) == "sample"
    assert _both(other) == "not_sample"
    for specs in ((fails, fits), (other, fails), (fails,)):
        with pytest.raises(PolicyError):
            _both(*specs)


def test_within_a_span_a_true_condition_hides_those_behind() -> None:
    sampler = Sampler(policy("ottl_condition", span=['name == "op"', "Len(kind) == 1"]))
    assert sampler.keeps(Spec())
    with pytest.raises(PolicyError):
        sampler.verdict(Spec(name="other"))

"""decisions: what is seen of what agents decide, and how it is shown."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disk import Disk

from .house import House, Spec, agent, model, span, tool

TOKENS = {"gen_ai.usage.input_tokens": 2500, "gen_ai.usage.output_tokens": 10}
OFFERED = {"gen_ai.tool.definitions": json.dumps([{"type": "function", "name": name} for name in ("grep", "bash")])}


def decision(**attrs: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": "ai.decision", "attrs": attrs}


SPELLINGS = [
    {"decisionType": "plan", "optionCount": 3, "selectedIndex": 1, "confidence": 0.8, "reasoningHash": "ab12"},
    {"decision_type": "plan", "option_count": 3, "selected_index": 1, "confidence": 0.8, "reasoning_hash": "ab12"},
    {
        "ai.decision.type": "plan",
        "ai.decision.option_count": 3,
        "ai.decision.selectedIndex": "1",
        "ai.decision.confidence": "0.8",
        "ai.decision.reasoningHash": "ab12",
    },
    {
        "spansieve.ai.decision.type": "plan",
        "spansieve.ai.decision.option_count": 3,
        "spansieve.ai.decision.selected_index": 1,
        "spansieve.ai.decision.confidence": 0.8,
        "spansieve.ai.decision.reasoning_hash": "ab12",
    },
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("is_on_span", [False, True])
def test_a_reported_decision_is_read_in_every_spelling(spelling: dict[str, Any], is_on_span: bool) -> None:
    if is_on_span and not any("." in key for key in spelling):
        spelling = {f"ai.decision.{key}": value for key, value in spelling.items()}
    house = House()
    house.made(agent(attrs=spelling) if is_on_span else agent(events=[decision(**spelling)]))
    row = house.rows()["plan:0"]
    assert (row["count"], row["inferred"], row["mean_confidence"]) == (1, 0, 0.8)
    assert (row["selected_index"], row["reasoning_hashes"]) == ("1:1", "ab12:1")
    assert house.series("spansieve_decisions_total") == {("plan", "false"): (1, None)}
    assert house.series("spansieve_decision_options") == {("plan",): (1, 3)}
    assert house.series("spansieve_decision_confidence") == {("plan",): (1, 0.8)}


def test_an_event_that_the_span_repeats_is_one_decision_and_several_events_are_several() -> None:
    repeated = {"spansieve.ai.decision.type": "plan", "spansieve.ai.decision.confidence": 0.5}
    several = [decision(decisionType="a"), decision(decisionType="b", confidence=1)]
    counted = {"spansieve.ai.decision.count": 2}
    house = House()
    made = house.made(
        agent(events=[decision(decisionType="plan")], attrs=repeated),
        agent("other", trace="u", events=several, attrs=counted),
    )
    assert made == {"plan:0": 1, "a:0": 1, "b:0": 1}
    assert house.rows()["plan:0"]["mean_confidence"] == 0.5


def test_an_event_that_has_its_name_in_an_attribute_counts() -> None:
    event = {"name": "", "attrs": {"event.name": "ai.decision", "decisionType": "plan"}}
    assert House().made(agent(events=[event])) == {"plan:0": 1}


def test_reasoning_leaves_as_a_keyed_hash_and_equal_reasoning_is_equal() -> None:
    house = House()
    secret = "the customer is Ann"
    [left] = house.send(agent(events=[decision(decisionType="plan", reasoning=secret), decision(reasoning=secret)]))
    hashes = [str(event.attributes["spansieve.ai.decision.reasoning_hash"]) for event in left.events]
    assert b"Ann" not in left.encode()
    assert len(set(hashes)) == 1
    assert len(hashes[0]) == 16
    house.pass_(15)
    assert house.rows()["plan:0"]["reasoning_hashes"] == f"{hashes[0]}:1"


def test_reasoning_on_the_span_goes_and_a_producers_hash_is_kept() -> None:
    attrs = {"ai.decision.type": "plan", "ai.decision.reasoning": "text", "ai.decision.reasoningHash": "ab"}
    [left] = House().send(agent(attrs=attrs))
    assert "ai.decision.reasoning" not in left.attributes
    assert left.attributes["ai.decision.reasoningHash"] == "ab"
    assert "spansieve.ai.decision.reasoning_hash" not in left.attributes


def test_another_key_gives_another_hash() -> None:
    def hashed(house: House) -> object:
        [left] = house.send(agent(events=[decision(reasoning="text")]))
        return left.events[0].attributes["spansieve.ai.decision.reasoning_hash"]

    assert hashed(House()) == hashed(House()) != hashed(House(hash={"key": "00" * 32}))


def test_an_answer_that_calls_tools_is_one_choice_whose_outcome_is_that_of_the_tool() -> None:
    house = House()
    call = model("m1", 1, calls=("bash", "grep"), attrs={**TOKENS, **OFFERED, "spansieve.ai.finish": "tool_call"})
    last = model("m2", 4, calls=(), attrs={"spansieve.ai.finish": "stop"})
    assert house.made(agent(), call, tool("bash", 2), tool("grep", 3), last) == {
        "tool_choice:2000": 1,
        "finish:2000": 1,
    }
    row = house.rows()["tool_choice:2000"]
    assert (row["inferred"], row["mean_confidence"], row["success_rate"], row["selected_index"]) == (1, None, 1, "1:1")
    assert house.series("spansieve_decisions_total") == {
        ("tool_choice", "true"): (1, None),
        ("finish", "true"): (1, None),
    }
    assert house.series("spansieve_decision_options") == {("tool_choice",): (1, 2)}


def test_without_the_answer_the_tool_that_ran_next_was_chosen() -> None:
    house = House()
    failed = tool("bash", 2, status="ERROR")
    assert house.made(agent(), model("m1", 1, attrs={"spansieve.ai.finish": "tool_call"}), failed) == {
        "tool_choice:0": 1
    }
    assert house.rows()["tool_choice:0"]["success_rate"] == 0


def test_a_tool_below_plumbing_is_still_that_of_its_agent() -> None:
    def plain(name: str, start: int) -> dict[str, Any]:
        return span(name, "x", start) | {"attrs": {}}

    spans = [
        agent(),
        plain("http1", 1),
        model("m1", 1, parent="http1"),
        plain("http2", 2),
        plain("http3", 2) | {"parent": "http2"},
        tool("bash", 2, parent="http3"),
    ]
    assert House().made(*spans) == {"tool_choice:0": 1}


def test_an_answer_that_calls_nothing_chose_no_tool_whatever_runs_next() -> None:
    last = model("m1", 1, calls=(), attrs={"spansieve.ai.finish": "stop"})
    assert House().made(agent(), last, tool("bash", 2)) == {"finish:0": 1}


def test_one_call_in_two_instrumentations_decides_once() -> None:
    outer = model("outer", 1, calls=("bash",), attrs={**TOKENS, "spansieve.ai.finish": "tool_call"}, dur_ms=900)
    inner = model("inner", 1, calls=("bash",), attrs={**TOKENS, "spansieve.ai.finish": "tool_call"}, parent="outer")
    house = House()
    assert house.made(agent(), outer, inner, tool("bash", 2)) == {"tool_choice:2000": 1}
    assert house.rows()["tool_choice:2000"]["success_rate"] == 1


def test_a_failed_call_that_another_model_takes_over_is_a_fallback() -> None:
    house = House()
    spans = [
        agent(),
        model("m1", 1, status="ERROR"),
        model("m2", 2, attrs={"gen_ai.request.model": "claude", "spansieve.ai.finish": "stop"}),
    ]
    assert house.made(*spans) == {"model_fallback:0": 1, "finish:0": 1}
    row = house.rows()["model_fallback:0"]
    assert (row["success_rate"], row["selected_index"]) == (1, "1:1")


def test_an_agent_below_another_is_a_handoff_and_so_is_a_span_that_says_so() -> None:
    spans = [
        agent(),
        agent("child", "root", start=1),
        agent("second", "root", start=2, status="ERROR"),
        span("to billing", "step", 3, attrs={"gen_ai.operation.name": "handoff"}),
    ]
    house = House()
    assert house.made(*spans) == {"handoff:0": 3}
    assert house.rows()["handoff:0"]["success_rate"] == 0.666667


def test_a_handoff_without_a_known_agent_and_plumbing_in_a_circle_count_all_the_same() -> None:
    handoff = {"gen_ai.operation.name": "handoff"}
    circle = [span(name, "x", 1, parent) | {"attrs": {}} for name, parent in (("p", "q"), ("q", "p"))]
    below = span("to billing", "step", 1, "p", attrs=handoff)
    alone = span("to sales", "step", 1, None, attrs=handoff, trace="u")
    assert House().made(*circle, below) == {"handoff:0": 1}
    assert House().made(alone) == {"handoff:0": 1}


def test_routers_route_and_so_do_models_of_another_family_than_was_asked() -> None:
    routed = {"gen_ai.request.model": "openrouter/auto", "gen_ai.response.model": "claude-sonnet-4"}
    same = {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "spansieve.ai.finish": "stop",
    }
    house = House(families=["^gpt", "^claude"])
    spans = [agent(), span("semantic_router", "task", 1), model("m1", 2, attrs=routed), model("m2", 3, attrs=same)]
    assert house.made(*spans) == {"routing:0": 2, "finish:0": 1}


def test_what_a_span_reports_goes_before_what_it_shows() -> None:
    call = model("m1", 1, calls=("bash",), events=[decision(decisionType="tool_selection", confidence=0.9)])
    assert House().made(agent(), call, tool("bash", 2)) == {"tool_selection:0": 1}


def test_the_context_is_that_of_the_deciding_call_or_of_the_newest_before() -> None:
    spans = [
        agent(),
        model("m1", 1, calls=(), attrs={"gen_ai.usage.input_tokens": 1500}),
        span("plan", "planning", 2, events=[decision(decisionType="plan")]),
        model("m2", 3, calls=(), attrs={"gen_ai.usage.input_tokens": 9000}),
        span("early", "planning", 0, events=[decision(decisionType="early")]),
    ]
    assert House().made(*spans) == {"plan:1000": 1, "early:9000": 1}


def test_a_confidence_that_is_missing_is_none_or_zero_as_configured() -> None:
    events = [decision(decisionType="plan", confidence=0.8), decision(decisionType="plan"), decision(confidence="high")]
    default, seeds = House(), House(missing_as_zero=True)
    for house in (default, seeds):
        house.made(agent(events=events))
    assert default.rows()["plan:0"]["mean_confidence"] == 0.8
    assert seeds.rows()["plan:0"]["mean_confidence"] == 0.4
    assert default.rows()["unknown:0"]["mean_confidence"] is None
    row = default.rows()["plan:0"]
    assert (row["confidence_count"], row["total_confidence"]) == (1, 0.8)


def test_a_trace_without_root_is_looked_at_once_nothing_more_comes() -> None:
    house = House()
    house.send(model("m1", 1, calls=("bash",)))
    house.pass_(8)
    house.send(tool("bash", 2))
    house.pass_(11)
    assert house.rows() == {}
    house.pass_(2)
    assert house.rows()["tool_choice:0"]["success_rate"] == 1


def test_where_too_many_wait_the_most_silent_trace_goes_first_and_is_counted() -> None:
    house = House(max_spans=2)
    for trace in ("a", "b", "c"):
        house.send(model("m1", 1, trace=trace, attrs={"spansieve.ai.finish": "stop"}))
    house.pass_(3)
    assert house.rows()["finish:0"]["count"] == 1
    assert house.host.counts["spansieve_decision_traces_early",] == 1


def test_what_waits_at_the_stop_is_looked_at_and_known_again_after_a_restart() -> None:
    disk = Disk()
    house = House(disk)
    house.send(agent(events=[decision(decisionType="plan", confidence=0.5, reasoningHash="ab", selectedIndex=2)]))
    house.decisions.shutdown()
    again = House(disk)
    again.made(agent(trace="u", events=[decision(decisionType="plan", confidence=1, reasoningHash="ab")]))
    row = again.rows()["plan:0"]
    assert (row["count"], row["mean_confidence"], row["reasoning_hashes"]) == (2, 0.75, "ab:2")
    assert row["selected_index"] == "2:1"


def test_a_table_that_another_version_wrote_is_left_out() -> None:
    disk = Disk()
    disk.kept = {"patterns": b'[["plan:0", {}]]'}
    assert House(disk).made(agent(events=[decision(decisionType="plan")])) == {"plan:0": 1}


ONE_TRACE = [
    agent(events=[decision(decisionType="plan")]),
    model("m1", 1, attrs={**TOKENS, "spansieve.ai.finish": "tool_call"}),
    tool("bash", 2),
    tool("grep", 3, status="ERROR"),
    model("m2", 4, status="ERROR", attrs={"gen_ai.request.model": "small"}),
    model("m3", 5, calls=(), attrs={**TOKENS, "spansieve.ai.finish": "stop"}),
    agent("child", "root", start=6),
    model("m4", 7, parent="child", attrs={"spansieve.ai.finish": "length"}),
]


@settings(max_examples=20, deadline=None)
@given(st.permutations(ONE_TRACE), st.integers(1, len(ONE_TRACE)))
def test_the_same_is_decided_in_whatever_order_and_requests_a_trace_comes(spans: list[Spec], size: int) -> None:
    house = House()
    for at in range(0, len(spans), size):
        house.send(*spans[at : at + size])
    assert house.made() == {
        "plan:2000": 1,
        "tool_choice:2000": 1,
        "model_fallback:2000": 1,
        "finish:2000": 2,
        "handoff:2000": 1,
    }

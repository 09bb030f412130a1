"""decisions: what spans show together, and what they do not."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .house import House, Spec, agent, model, span, tool

OTHER = {"gen_ai.request.model": "claude"}
FAILED: dict[str, Any] = {"status": "ERROR"}


def plain(name: str, start: int, parent: str) -> Spec:
    """A span that is none of an agent's."""
    return span(name, "x", start, parent) | {"attrs": {}}


def workflow(name: str, **changes: Any) -> Spec:  # noqa: ANN401
    return span(name, "workflow", 0, None, dur_ms=100_000, **changes)


# --- tool choice


def test_each_call_has_the_tools_up_to_the_next_one() -> None:
    house = House()
    calls = [model(name, at, calls=("bash",)) for name, at in (("m1", 1), ("m2", 4), ("m3", 7))]
    assert house.made(agent(), *calls, tool("bash", 2), tool("bash", 8, **FAILED)) == {"tool_choice:0": 3}
    assert house.rows()["tool_choice:0"]["success_rate"] == 0.5


@pytest.mark.parametrize(
    "around",
    [
        [span("a", "task", 1), model("m1", 1, parent="a"), span("b", "task", 2), tool("bash", 2, parent="b")],
        [model("m1", 1), span("b", "batch", 2), tool("bash", 2, parent="b")],
        [plain("a", 1, "root"), plain("b", 1, "a"), model("m1", 1, parent="b"), tool("bash", 2, parent="a")],
        [model("m1", 1), tool("bash", 2, parent="m1")],
    ],
)
def test_what_wraps_calls_and_tools_is_looked_through(around: list[Spec]) -> None:
    assert House().made(agent(), *around) == {"tool_choice:0": 1}


@pytest.mark.parametrize(
    "ran",
    [
        tool("bash", 2, parent="other"),  # another agent's
        tool("bash", 1),  # while the model was still answering
        span("search", "retrieval", 2),
    ],
)
def test_what_an_answer_can_not_have_caused_is_no_choice(ran: Spec) -> None:
    assert House().made(agent(), agent("other", trace="u"), model("m1", 1), ran) == {}


def test_a_failed_call_without_an_answer_chose_nothing() -> None:
    assert House().made(agent(), model("m1", 1, **FAILED), tool("bash", 2)) == {}


# --- hand-off


@pytest.mark.parametrize(
    "spans",
    [
        [agent(), agent("child", "root", start=1, attrs={"gen_ai.agent.name": "root"})],  # seen twice
        [agent(), tool("ask", 1), agent("child", "ask1", start=1)],  # a tool call
        [workflow("root"), agent("a", "root", start=1), agent("b", "root", start=2)],
        [agent("root", "root", attrs={"gen_ai.agent.name": ""})],  # above itself
    ],
)
def test_what_is_no_hand_off(spans: list[Spec]) -> None:
    assert House().made(*spans) == {}


def test_a_run_below_steps_of_another_is_a_hand_off() -> None:
    spans = [agent(), span("a", "task", 1), plain("b", 1, "a"), agent("child", "b", start=1)]
    assert House().made(*spans) == {"handoff:0": 1}


# --- model fallback


@pytest.mark.parametrize(
    "second",
    [
        model("m2", 2),  # the same model: a retry
        model("m2", 2, parent="other", attrs=OTHER),
        model("m2", 1, attrs=OTHER),  # began before the failure
        model("m2", 62, attrs=OTHER),
        model("m2", 2, attrs={"gen_ai.request.model": ""}),
        span("m2", "embedding", 2, attrs={"gen_ai.operation.name": "embeddings", **OTHER}),
    ],
)
def test_what_is_no_fallback(second: Spec) -> None:
    assert House().made(agent(), model("m1", 1, **FAILED), second) == {}


def test_a_call_that_ran_beside_the_failed_one_does_not_hide_the_one_that_took_over() -> None:
    beside = model("m2", 1, dur_ms=900)
    assert House().made(agent(), model("m1", 1, **FAILED), beside, model("m3", 2, attrs=OTHER)) == {
        "model_fallback:0": 1
    }


# --- whatever a trace looks like

KINDS = st.sampled_from(("tool", "model", "agent", "task", "workflow", "x"))


@st.composite
def traces(draw: st.DrawFn) -> list[Spec]:
    """Spans under whatever parents, at whatever times."""
    count = draw(st.integers(1, 10))
    parents, starts = st.integers(0, count + 1).map(str), st.integers(0, 9)
    spans = [span(str(at), draw(KINDS), draw(starts), draw(parents)) for at in range(count)]
    for one in spans:
        one["attrs"]["gen_ai.request.model"] = draw(st.sampled_from(("", "a", "b")))
        one["status"] = draw(st.sampled_from(("UNSET", "ERROR")))
    return spans


@settings(max_examples=20, deadline=None)
@given(traces(), st.randoms(use_true_random=False))
def test_the_order_of_spans_does_not_matter_whatever_they_are(spans: list[Spec], chance: random.Random) -> None:
    shuffled = spans[:]
    chance.shuffle(shuffled)
    assert House().made(*shuffled) == House().made(*spans)


def test_a_deep_chain_ends() -> None:
    kinds = ("task", "model", "task", "tool")
    chain = [span(f"{at}", kinds[at % 4], at, f"{at - 1}") for at in range(2_000)]
    assert House().made(*chain) == {"tool_choice:0": 1}

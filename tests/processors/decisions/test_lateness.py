"""decisions: what belongs together though it comes in requests minutes apart."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .house import House, Spec, agent, model, span, tool

CLAUDE = {"gen_ai.request.model": "claude"}
ASKED = {"spansieve.ai.finish": "tool_call"}


def come(*requests: tuple[int, Spec], **config: Any) -> House:  # noqa: ANN401
    """A processor that got spans, each so many seconds after the one before."""
    house = House(**config)
    for seconds, one in requests:
        house.pass_(seconds)
        house.send(one)
    house.pass_(15)
    return house


def counts(house: House) -> dict[str, Any]:
    return {key: row["count"] for key, row in house.rows().items()}


@pytest.mark.parametrize("later", [12, 70, 590])
def test_a_model_takes_over_from_a_failed_one_though_its_call_comes_later(later: int) -> None:
    house = come((0, model("m1", 1, status="ERROR")), (later, model("m2", 13, attrs=CLAUDE)))
    assert counts(house) == {"model_fallback:0": 1}
    row = house.rows()["model_fallback:0"]
    assert (row["success_rate"], row["selected_index"]) == (1, "1:1")


def test_several_models_take_over_one_from_another() -> None:
    house = come(
        (0, model("m1", 1, status="ERROR")),
        (20, model("m2", 13, status="ERROR", attrs=CLAUDE)),
        (20, model("m3", 30)),
    )
    assert counts(house) == {"model_fallback:0": 2}
    assert house.rows()["model_fallback:0"]["success_rate"] == 0.5


@pytest.mark.parametrize(
    "second",
    [
        model("m2", 13),  # the same model: a retry
        model("m2", 62, attrs=CLAUDE),
        model("m2", 13, parent="other", attrs=CLAUDE),
    ],
)
def test_what_comes_later_and_takes_nothing_over(second: Spec) -> None:
    assert counts(come((0, model("m1", 1, status="ERROR")), (20, second))) == {}


def test_a_model_that_comes_after_more_than_ten_minutes_takes_nothing_over() -> None:
    assert counts(come((0, model("m1", 1, status="ERROR")), (620, model("m2", 13, attrs=CLAUDE)))) == {}


def test_a_failed_call_that_says_why_it_stopped_decides_that_unless_another_model_takes_over() -> None:
    refused = model("m1", 1, status="ERROR", attrs={"spansieve.ai.finish": "content_filter"})
    assert counts(come((0, refused), (20, model("m2", 13, attrs=CLAUDE)))) == {"model_fallback:0": 1}
    assert counts(come((0, refused), (20, agent()))) == {"finish:0": 1}
    assert counts(come((0, refused), (20, model("m2", 13)))) == {"finish:0": 1}
    assert counts(come((0, refused), (620, agent(trace="u")))) == {"finish:0": 1}


@pytest.mark.parametrize("later", [30, 540])
def test_a_run_hands_over_though_it_ends_long_after_the_other(later: int) -> None:
    house = come((0, agent("child", "root", start=1, status="ERROR")), (later, agent()))
    assert counts(house) == {"handoff:0": 1}
    assert house.rows()["handoff:0"]["success_rate"] == 0


def test_a_run_hands_over_to_what_ends_after_it() -> None:
    assert counts(come((0, agent("root", "server")), (30, agent("child", "root", start=1)))) == {"handoff:0": 1}


def test_what_stands_between_two_runs_may_come_between_them() -> None:
    child, step = agent("child", "step", start=1), span("step", "task", 1, "root")
    assert counts(come((0, child), (30, step), (30, agent()))) == {"handoff:0": 1}
    called = tool("ask", 1, span="step")
    assert counts(come((0, child), (30, called), (30, agent()))) == {}


def test_a_router_is_one_until_it_turns_out_to_be_handed_over_to() -> None:
    router = agent("router", "root", start=1)
    assert counts(come((0, router), (30, agent()))) == {"handoff:0": 1}
    assert counts(come((0, router), (620, agent(trace="u")))) == {"routing:0": 1}


@pytest.mark.parametrize("later", [30, 540])
def test_how_a_chosen_tool_went_is_added_when_it_comes(later: int) -> None:
    house = come((0, model("m1", 1, calls=("bash",))))
    assert (counts(house), house.rows()["tool_choice:0"]["success_rate"]) == ({"tool_choice:0": 1}, None)
    house.pass_(later)
    house.send(tool("grep", 2), tool("bash", 3, status="ERROR"))
    house.pass_(15)
    assert (counts(house), house.rows()["tool_choice:0"]["success_rate"]) == ({"tool_choice:0": 1}, 0)


def test_a_tool_that_comes_after_the_next_call_is_that_of_the_call_before_it() -> None:
    house = come(
        (0, model("m1", 1, calls=("bash",))),
        (20, model("m2", 5, calls=("bash",))),
        (20, tool("bash", 2, status="ERROR")),
        (20, tool("bash", 6)),
    )
    assert (counts(house), house.rows()["tool_choice:0"]["success_rate"]) == ({"tool_choice:0": 2}, 0.5)


def test_without_the_answer_a_tool_that_comes_later_was_chosen() -> None:
    house = come((0, model("m1", 1, attrs=ASKED)))
    assert counts(house) == {}
    house.pass_(60)
    house.send(tool("bash", 2))
    house.pass_(15)
    assert (counts(house), house.rows()["tool_choice:0"]["success_rate"]) == ({"tool_choice:0": 1}, 1)


@pytest.mark.parametrize("after", [agent(), model("m2", 3, calls=())])
def test_without_the_answer_and_a_tool_a_call_stopped(after: Spec) -> None:
    assert counts(come((0, model("m1", 1, attrs=ASKED)), (20, after))) == {"finish:0": 1}


def test_calls_and_tools_below_steps_that_come_later_are_those_of_one_agent() -> None:
    house = come(
        (0, model("m1", 1, parent="step1", attrs=ASKED)),
        (20, span("step1", "task", 1)),
        (20, tool("bash", 2, parent="step2")),
        (20, span("step2", "task", 2)),
    )
    assert counts(house) == {"tool_choice:0": 1}


def test_the_context_is_that_of_the_newest_call_though_it_came_in_a_request_before() -> None:
    plan = {"name": "ai.decision", "attrs": {"decisionType": "plan"}}
    first = model("m1", 1, calls=(), attrs={"gen_ai.usage.input_tokens": 1500})
    second = model("m2", 8, calls=(), attrs={"gen_ai.usage.input_tokens": 9000})
    between, after = (span(name, "planning", at, events=[plan]) for name, at in (("p1", 3), ("p2", 9)))
    house = come((0, first), (20, between), (20, second), (20, after))
    assert counts(house) == {"plan:1000": 1, "plan:9000": 1}


def test_of_too_many_the_most_silent_trace_is_forgotten_and_that_is_counted() -> None:
    requests = [(12, model("m1", 1, status="ERROR", trace=trace)) for trace in ("a", "b", "c", "d")]
    house = come(*requests, max_spans=4)
    assert house.host.counts["spansieve_decision_traces_forgotten",] == 2
    house.send(*[model("m2", 2, trace=trace, attrs=CLAUDE) for trace in ("a", "b", "c", "d")])
    house.pass_(15)
    assert counts(house) == {"model_fallback:0": 2}


def test_what_waits_for_what_may_follow_is_decided_at_the_stop() -> None:
    house = come((0, model("m1", 1, attrs=ASKED)))
    house.decisions.shutdown()
    assert counts(house) == {"finish:0": 1}


def test_a_run_below_a_web_server_ends_what_waits_in_it() -> None:
    server = span("server", "x", 0, None, dur_ms=100_000) | {"attrs": {}}
    house = House()
    house.send(agent("root", "server"), model("m1", 1, attrs=ASKED))
    house.send(server)
    house.pass_(15)
    assert counts(house) == {"finish:0": 1}


def test_of_a_trace_that_is_over_nothing_is_remembered() -> None:
    house = come(*[(12, agent(trace=trace)) for trace in ("a", "b", "c", "d")], max_spans=1)
    assert house.host.counts["spansieve_decision_traces_forgotten",] == 0


# --- whatever runs do, in order of their ends, as they are exported


@st.composite
def runs(draw: st.DrawFn) -> list[Spec]:
    """A run of calls, tools, steps and other runs, one after another."""
    spans: list[Spec] = []
    clock = iter(range(1, 10_000))

    def below(parent: str, depth: int) -> None:
        for kind in draw(st.lists(st.sampled_from(("model", "tool", "step", "agent")), max_size=4)):
            start = next(clock)
            name = f"{kind}{start}"
            failed = {"status": "ERROR"} if draw(st.booleans()) else {}
            if kind == "model":
                asked = {"gen_ai.request.model": draw(st.sampled_from(("gpt-4o", "claude")))}
                calls = draw(st.sampled_from((None, (), ("bash",), ("grep", "bash"))))
                spans.append(model(name, start, parent=parent, calls=calls, attrs=asked, **failed))
            elif kind == "tool":
                spans.append(tool(draw(st.sampled_from(("bash", "grep"))), start, parent=parent, **failed))
            elif depth < 3:
                below(name, depth + 1)
                made = agent(name, parent, start=start) if kind == "agent" else span(name, "task", start, parent)
                spans.append({**made, **failed, "dur_ms": (next(clock) - start) * 1000})

    below("root", 0)
    return [*spans, {**agent(), "dur_ms": next(clock) * 1000}]


@settings(max_examples=30, deadline=None)
@given(runs(), st.data())
def test_the_same_is_decided_however_far_apart_the_requests_of_a_run_are(
    spans: list[Spec], data: st.DataObject
) -> None:
    together = House()
    together.made(*spans)
    apart = House()
    for one in spans:
        apart.send(one)
        if data.draw(st.booleans()):
            apart.pass_(15)
    apart.made()
    assert _shown(apart) == _shown(together)


def _shown(house: House) -> dict[str, tuple[object, ...]]:
    return {key: (row["count"], row["success_rate"], row["selected_index"]) for key, row in house.rows().items()}

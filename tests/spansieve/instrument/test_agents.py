"""agent, decision and conversation: what a recording SDK sees."""

import asyncio

import pytest
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.trace import SpanKind, StatusCode

from spansieve.instrument import agent, conversation, decision, model_call, tool

from .conftest import Spans, attributes, digest, events


def test_an_agent_is_the_parent_of_what_it_does(spans: Spans) -> None:
    with agent("support", agent_id="a1"):
        with model_call("m"):
            pass
        with tool("search"):
            pass

    span = spans.named("invoke_agent support")
    assert span.kind is SpanKind.INTERNAL
    assert attributes(span) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "support",
        "gen_ai.agent.id": "a1",
    }
    assert spans.parent("chat m") == spans.parent("execute_tool search") == "invoke_agent support"


def test_an_agent_is_a_decorator_too_and_fails_as_its_function_does(spans: Spans) -> None:
    @agent("support")
    async def answer(question: str) -> str:
        if not question:
            raise ValueError("asked nothing")
        return question

    async def main() -> None:
        assert await asyncio.gather(*map(answer, ["a", "b"])) == ["a", "b"]
        with pytest.raises(ValueError, match="asked nothing"):
            await answer("")

    asyncio.run(main())
    assert [span.status.status_code for span in spans.all()] == [StatusCode.UNSET, StatusCode.UNSET, StatusCode.ERROR]


@pytest.mark.parametrize("selected", [1, "refund"])
def test_a_decision_is_an_event_of_the_span_it_is_taken_in(spans: Spans, selected: int | str) -> None:
    with agent("support"):
        decision("tool_selection", ["search", "refund"], selected, confidence=0.8, reasoning="They want it back.")
    assert events(spans.one()) == {
        "ai.decision": {
            "decisionType": "tool_selection",
            "optionCount": 2,
            "selectedIndex": 1,
            "confidence": 0.8,
            "reasoningLength": 18,
            "reasoningHash": digest("They want it back."),
        }
    }


def test_a_decision_outside_has_a_span_of_its_own(spans: Spans) -> None:
    decision("routing", ["a", "b"], "neither")
    assert spans.one().name == "decision routing"
    assert events(spans.one()) == {"ai.decision": {"decisionType": "routing", "optionCount": 2}}


def test_options_and_reasoning_leave_only_where_it_is_said(spans: Spans) -> None:
    decision("routing", ["a", "b"], 0, reasoning="because", capture_content=True)
    event = events(spans.one())["ai.decision"]
    assert (event["options"], event["reasoning"]) == (("a", "b"), "because")


def test_user_and_thread_are_on_every_span_inside_and_on_none_outside(spans: Spans) -> None:
    async def main() -> None:
        async with conversation(user="u1", thread="t1"):
            with agent("support"), tool("search"):
                pass
            with conversation(thread="t2"), model_call("m"):
                pass

    asyncio.run(main())
    decision("later")
    whose = {
        span.name: (attributes(span).get("user.id"), attributes(span).get("gen_ai.conversation.id"))
        for span in spans.all()
    }
    assert whose == {
        "invoke_agent support": ("u1", "t1"),
        "execute_tool search": ("u1", "t1"),
        "chat m": ("u1", "t2"),
        "decision later": (None, None),
    }


def test_user_and_thread_reach_another_service_by_its_headers(spans: Spans) -> None:
    headers: dict[str, str] = {}
    with conversation(user="u1", thread="t 1"), agent("here"):
        propagate.inject(headers)

    token = context.attach(propagate.extract(headers))
    with tool("there"):
        pass
    decision("there")
    context.detach(token)
    there = [attributes(span) for span in spans.all()[1:]]
    assert [(one["user.id"], one["gen_ai.conversation.id"]) for one in there] == [("u1", "t 1"), ("u1", "t 1")]
    assert spans.parent("execute_tool there") == "invoke_agent here"


def test_the_former_baggage_comes_back() -> None:
    with conversation(user="u1"):
        assert baggage.get_baggage("user.id") == "u1"
    assert baggage.get_all() == {}


def test_a_trace_that_was_sampled_out_stays_out_and_reads_no_content(spans: Spans) -> None:
    class Untouchable:
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(name)

    unsampled = trace.SpanContext(trace_id=1, span_id=2, is_remote=True, trace_flags=trace.TraceFlags(0))
    token = context.attach(trace.set_span_in_context(trace.NonRecordingSpan(unsampled)))
    with agent("support"), tool("search", arguments=Untouchable()) as call:
        call.result(Untouchable())
        assert trace.get_current_span().get_span_context().trace_id == 1
        with model_call("m", prompt=Untouchable()) as asked:
            asked.usage(input=1)
            asked.first_token()
            asked.response(id="x")
            asked.finish("stop", output=Untouchable())
        decision("routing", ["a"], 0)
    context.detach(token)
    assert spans.all() == []

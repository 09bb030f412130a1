"""What an error says, and what surrounded it."""

from collections.abc import Iterator

import pytest

from spansieve.failures import context_of, details_of
from spansieve.pdata import Span, Value

from .building import BASE_NS, SECOND_NS, TRACE, Made, sid, span, spans


@pytest.mark.parametrize(
    ("made", "type_"),
    [
        ({"exceptions": [{"exception.type": "A"}, {"exception.type": "B"}], "attributes": {"error.type": "C"}}, "B"),
        ({"exceptions": [{}], "attributes": {"error.type": "C"}}, "C"),
        ({"attributes": {"exception.type": "A", "error.type": "C"}}, "A"),
        ({"attributes": {"error.type": "C", "spansieve.error.class": "timeout"}}, "C"),
        ({"attributes": {"spansieve.error.class": "timeout", "http.response.status_code": 504}}, "timeout"),
        ({"attributes": {"error.type": "_OTHER", "spansieve.error.class": "unknown"}, "message": "Boom: x"}, "Boom"),
        ({"attributes": {"http.response.status_code": 503}, "message": "Boom: x"}, "http_503"),
        ({"attributes": {"http.status_code": "404"}}, "http_404"),
        ({"attributes": {"http.response.status_code": 200, "rpc.grpc.status_code": 14}}, "grpc_14"),
        ({"attributes": {"http.response.status_code": 200, "rpc.grpc.status_code": 0}}, "unknown"),
        ({"message": "ValueError: bad: worse"}, "ValueError"),
        ({"message": "TimeoutError"}, "TimeoutError"),
        ({"message": "it broke: badly"}, "unknown"),
        ({"message": "notes.txt: not found"}, "unknown"),
        ({"message": ": x"}, "unknown"),
        ({}, "unknown"),
        ({"attributes": {"error.type": "E" * 300}}, "E" * 256),
    ],
)
def test_the_type_is_the_first_that_is_there(made: dict[str, object], type_: str) -> None:
    assert details_of(span(status=2, **made)).type == type_


def test_the_message_is_the_first_that_is_there() -> None:
    raised = [{"exception.message": "first"}, {"exception.message": "last"}]
    attributes = {"error.message": "attribute"}
    assert details_of(span(exceptions=raised, attributes=attributes, message="status")).message == "last"
    assert details_of(span(exceptions=[{}], attributes=attributes, message="status")).message == "attribute"
    assert details_of(span(status=2, message="status")).message == "status"
    assert details_of(span(status=2)).message == ""


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀"])
def test_a_message_is_cut_at_2_kib_between_characters(letter: str) -> None:
    message = details_of(span(status=2, message=letter * 3000)).message
    assert message == letter * (2048 // len(letter.encode()))


def test_a_stack_is_cut_in_the_middle_at_16_kib() -> None:
    stack = "first\n" + "é" * 20_000 + "\nlast"
    kept = details_of(span(exceptions=[{"exception.stacktrace": stack}])).stack
    assert len(kept.encode()) <= 16 * 1024
    assert kept.startswith("first\né")
    assert "é\n...\né" in kept
    assert kept.endswith("é\nlast")
    whole = details_of(span(exceptions=[{"exception.stacktrace": "short"}])).stack
    assert whole == "short"


def test_the_time_is_that_of_the_last_exception_or_else_the_end() -> None:
    assert details_of(span(exceptions=[{}, {}])).time_ns == BASE_NS + 1
    assert details_of(span(status=2, end=2.0)).time_ns == BASE_NS + 2 * SECOND_NS


AGENT: dict[str, Value] = {"gen_ai.agent.id": "a1", "user.id": "u1", "gen_ai.conversation.id": "c1"}


def test_agent_user_and_thread_may_stand_on_an_ancestor() -> None:
    top, middle, failed = spans(
        Made(1, attributes=AGENT | {"gen_ai.agent.name": "boss"}),
        Made(2, 1, attributes={"agent.id": "coder", "enduser.id": "u2"}),
        Made(3, 2, status=2, name="execute_tool bash"),
    )
    context = context_of(failed, [middle, top])
    assert (context.agent, context.user_id, context.thread_id) == ("coder", "u2", "c1")
    assert (context.trace_id, context.span_id, context.tool) == (TRACE, sid(3), "bash")


def test_the_own_ones_come_first_then_the_resource_s() -> None:
    (failed,) = spans(Made(attributes={"user.id": "own"}), resource={"user.id": "sender", "session.id": "s"})
    above = span(attributes=AGENT)
    context = context_of(failed, [above])
    assert (context.agent, context.user_id, context.thread_id) == ("a1", "own", "s")


def test_ancestors_are_read_until_all_is_known() -> None:
    def ancestors() -> Iterator[Span]:
        yield from spans(Made(1, attributes=AGENT), Made(2))
        raise AssertionError("all is known")

    assert context_of(span(), ancestors()).agent == "a1"


def test_a_thread_of_the_operating_system_is_no_conversation() -> None:
    assert context_of(span(attributes={"thread.id": 4711})).thread_id == ""
    assert context_of(span(attributes={"thread.id": "t-1"})).thread_id == "t-1"
    assert context_of(span(attributes={"user.id": 42, "session.id": 7}))[8:10] == ("42", "7")


def test_metadata_is_what_else_is_scalar_and_no_content() -> None:
    attributes: dict[str, Value] = AGENT | {
        "gen_ai.tool.name": "bash",
        "error.type": "E",
        "error.message": "text",
        "gen_ai.input.messages": "a secret",
        "llm.input_messages.0.message.content": "a secret",
        "gen_ai.tool.call.arguments": "a secret",
        "gen_ai.request.model": "m" * 300,
        "http.response.status_code": 503,
        "ratio": 0.5,
        "cached": True,
        "tags": ["a"],
        "none": None,
    }
    assert context_of(span(attributes=attributes)).metadata == {
        "gen_ai.request.model": "m" * 256,
        "http.response.status_code": 503,
        "ratio": 0.5,
        "cached": True,
    }


def test_metadata_has_32_entries_at_most() -> None:
    metadata = context_of(span(attributes={f"k{number}": number for number in range(40)})).metadata
    assert list(metadata) == [f"k{number}" for number in range(32)]

"""The marks of real agents' traces, held against what is known of them."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from spansieve.pdata import Span, StatusCode, TraceBatch
from spansieve.structure import Mark, Step, marks
from tests.captures import CAPTURES, captured

AGENTS = sorted(folder.name for folder in CAPTURES.iterdir() if folder.is_dir())
KINDS = {
    "chat": "model",
    "embeddings": "embedding",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "tool_batch": "batch",
}


def requests(agent: str) -> Iterator[dict[bytes, list[Step]]]:
    """The steps of each request by trace, the kinds as the truth has them."""
    kinds = json.loads((CAPTURES / agent / "expect.json").read_text())["span_kinds"]
    for file, signal, body in captured():
        if file.parent.name == agent and signal == "traces":
            by_trace: dict[bytes, list[Step]] = {}
            for span in TraceBatch.parse(body):
                kind = KINDS.get(kinds.get(span.span_id.hex())) or _kind(span)
                by_trace.setdefault(span.trace_id, []).append(_step(span, kind))
            yield by_trace


def _kind(span: Span) -> str:
    """Of what the truth does not count: steps of LangGraph, workflows of Traceloop; the rest is plumbing."""
    if span.attributes.get("openinference.span.kind") == "CHAIN":
        return "task"
    return "workflow" if span.name.endswith(".workflow") else ""


def _step(span: Span, kind: str) -> Step:
    known = span.attributes
    name = known.get("gen_ai.request.model") if kind == "model" else known.get("gen_ai.tool.name")
    return Step(
        span.span_id,
        span.parent_span_id,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        kind,
        str(name or span.name),
        failed=span.status.code == StatusCode.ERROR,
        usage="gen_ai.usage.input_tokens" in known,
    )


def written(agent: str) -> Iterator[tuple[Step, Mark]]:
    """Each marked span of the capture, with its marks, when whole traces are held."""
    traces: dict[bytes, list[Step]] = {}
    for request in requests(agent):
        for trace, steps in request.items():
            traces.setdefault(trace, []).extend(steps)
    for steps in traces.values():
        yield from ((steps[place], mark) for place, mark in marks(steps).items())


@pytest.mark.parametrize("agent", AGENTS)
def test_the_one_parallel_batch_of_a_conversation_is_found(agent: str) -> None:
    batches = Counter(
        str(mark["spansieve.ai.batch.id"]) for _, mark in written(agent) if "spansieve.ai.batch.id" in mark
    )
    assert list(batches.values()) == [2]


@pytest.mark.parametrize(
    ("agent", "kind", "tools"),
    [
        ("gemini", "batch", ["read_file", "run_shell_command"]),
        ("langchain_openinference", "agent", ["charge_card", "lookup_customer"]),
        ("openai_semconv", "agent", ["charge_card", "lookup_customer"]),
        ("openai_traceloop", "agent", ["charge_card", "lookup_customer"]),
        ("pydantic_ai", "agent", ["charge_card", "lookup_customer"]),
        ("codex", "agent", ["exec_command", "exec_command"]),  # through the plumbing that is their parent
    ],
)
def test_its_size_and_tools_are_told_on_the_span_that_holds_it(agent: str, kind: str, tools: list[str]) -> None:
    held = [(one.kind, mark) for one, mark in written(agent) if "spansieve.ai.batch.size" in mark]
    assert [kind_ for kind_, _ in held] == [kind]
    assert held[0][1]["spansieve.ai.batch.size"] == 2
    assert sorted(held[0][1]["spansieve.ai.batch.tools"]) == tools  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agent", "recovered"),
    [
        ("langchain_openinference", 1),
        ("openai_semconv", 1),
        ("openai_traceloop", 1),
        ("pydantic_ai", 0),  # the client library repeats the call inside one span
        ("gemini", 0),  # each call is a trace of its own
        ("codex", 0),  # no span has a status
    ],
)
def test_the_call_that_was_answered_429_and_repeated_is_a_retry(agent: str, recovered: int) -> None:
    found = list(written(agent))
    tries = [
        (one.kind, mark["spansieve.ai.retry.attempt"]) for one, mark in found if "spansieve.ai.retry.attempt" in mark
    ]
    assert tries == [("model", 2)] * recovered
    assert sum("spansieve.ai.retry.recovered" in mark for _, mark in found) == recovered


@pytest.mark.parametrize("agent", AGENTS)
def test_no_call_of_these_is_a_loop_or_repeats_another(agent: str) -> None:
    keys = {key for _, mark in written(agent) for key in mark}
    assert not keys & {"spansieve.ai.loop.count", "spansieve.ai.rollup"}


@pytest.mark.parametrize("agent", AGENTS)
def test_what_a_request_alone_shows_is_what_the_whole_trace_shows(agent: str) -> None:
    whole = {one.span_id: mark for one, mark in written(agent)}
    for request in requests(agent):
        for steps in request.values():
            for place, mark in marks(steps).items():
                assert mark.items() <= whole[steps[place].span_id].items()

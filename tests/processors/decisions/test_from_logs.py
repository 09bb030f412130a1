"""decisions with `count_from: logs`: what agents decided that send log records and no traces, counted by hand."""

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import LogBatch, parse
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.testing import FakeHost
from tests.log_truth import Requests, tagged

from .house import House, agent

DECIDED = {
    "codex": {"tool_choice:1000": 3},  # two commands at once, one, and a tool that there is not
    "gemini": {"tool_choice:1000": 3, "finish:1000": 3},
    "claude_code": {"tool_choice:0": 2},
    "claude_code_subagent": {"tool_choice:0": 4},  # the agent and a command; its command; a file; an edit
}
WENT_WELL = {"codex": 1 / 3, "gemini": 1 / 3, "claude_code": 1 / 2, "claude_code_subagent": 3 / 4}

SAID = {"session.id": "s-1", "spansieve.dialect": "gemini_cli"}
CALL = {
    **SAID,
    "spansieve.ai.kind": "model",
    "gen_ai.usage.input_tokens": 7,
    "gen_ai.response.finish_reasons": ["STOP"],
}
TOOL = {**SAID, "spansieve.ai.kind": "tool", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "build"}


def record(made: House, event: str, **said: Any) -> LogBatch:  # noqa: ANN401
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=made.host.clock.time_ns())
    [one] = batch = LogBatch.parse(request.SerializeToString())
    one.attributes.update({"event.name": event, **said})
    return LogBatch.parse(batch.encode())


def house(sent: Requests) -> House:
    made = House(count_from="logs")
    for signal, body in sent:
        getattr(made.decisions, signal)(parse(signal, body))
    made.pass_(15)
    return made


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("capture", DECIDED)
def test_an_agent_chose_its_tools_and_stopped_as_often_as_it_did(capture: str, times: int) -> None:
    rows = house(tagged(capture) * times).rows()
    assert {key: row["count"] for key, row in rows.items()} == DECIDED[capture]
    [chosen] = (row for key, row in rows.items() if key.startswith("tool_choice"))
    assert chosen["success_rate"] == pytest.approx(WENT_WELL[capture], abs=1e-4)


def test_without_its_answers_gemini_chose_the_tools_that_ran_next() -> None:
    privacy = PromptPrivacy(PromptPrivacyConfig.model_validate({"content": "drop"}), FakeHost())
    privacy.start()
    sent: Requests = []
    for signal, body in tagged("gemini"):
        if signal == "logs":
            batch = parse(signal, body)
            privacy.logs(batch)  # type: ignore[arg-type]
            sent.append((signal, batch.encode()))
    assert b"functionCall" not in b"".join(body for _, body in sent)
    assert {key: row["count"] for key, row in house(sent).rows().items()} == DECIDED["gemini"]


def test_a_tool_that_ran_long_was_chosen_by_the_answer_that_calls_it() -> None:
    answer = '[{"candidates": [{"content": {"role": "model", "parts": [{"functionCall": {"name": "build"}}]}}]}]'
    made = House(count_from="logs")
    made.decisions.logs(record(made, "gemini_cli.api_response", response_text=answer, **CALL))
    made.pass_(100)
    assert {key: row["count"] for key, row in made.rows().items()} == {"tool_choice:0": 1}
    made.decisions.logs(record(made, "gemini_cli.tool_call", duration_ms=90_000, **TOOL))
    made.pass_(15)
    assert made.rows()["tool_choice:0"]["success_rate"] == 1


def test_reasoning_does_not_go_on_in_spans_that_are_not_counted() -> None:
    made = House(count_from="logs")
    [left] = made.send(agent(attrs={"ai.decision.type": "plan", "ai.decision.reasoning": "text"}))
    assert "ai.decision.reasoning" not in left.attributes
    assert len(str(left.attributes["spansieve.ai.decision.reasoning_hash"])) == 16
    made.pass_(10)
    assert made.rows() == {}

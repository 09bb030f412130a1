"""decisions: what real agents decided, counted by hand from what they were asked and did."""

import pytest

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import captured

from .house import House

DECIDED = {
    "codex": {},
    "gemini": {"tool_choice:1000": 3},
    "langchain_openinference": {"tool_choice:0": 2, "finish:0": 3},
    "openai_semconv": {"tool_choice:0": 2, "finish:0": 3},
    "openai_traceloop": {"tool_choice:0": 2, "finish:0": 3},
    "pydantic_ai": {"tool_choice:0": 3, "finish:0": 3},
}


@pytest.mark.parametrize("capture", DECIDED)
def test_an_agent_chose_its_tools_and_stopped_as_often_as_it_did(capture: str) -> None:
    house, semantics = House(), AiSemantics(AiSemanticsConfig(), FakeHost())
    for file, signal, body in captured():
        if file.parent.name == capture and signal == "traces":
            batch = TraceBatch.parse(body)
            semantics.traces(batch)
            house.decisions.traces(batch)
        elif file.parent.name == capture and signal == "logs":
            records = LogBatch.parse(body)
            semantics.logs(records)
            house.decisions.logs(records)
    assert house.made() == DECIDED[capture]

"""What real agents sent: tools, their failures and tokens are those that were counted by hand."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from spansieve.watching import AiSpan
from tests.captures import CAPTURES, as_protobuf, signal_of
from tests.spansieve.watching.watched import Watched

AGENTS = CAPTURES.parent / "agents"
FOLDERS = sorted(file.parent for top in (CAPTURES, AGENTS) for file in top.glob("*/expect.json"))


@cache
def semantics() -> AiSemantics:
    """One for all, since it is stateless."""
    return AiSemantics(AiSemanticsConfig(), FakeHost())


def told_of(folder: Path) -> list[AiSpan]:
    watched = Watched()
    for file in sorted(folder.glob("[0-9]*")):
        if signal_of(file) == "traces":
            batch = TraceBatch.parse(as_protobuf(file))
            semantics().traces(batch)
            watched.watch.see(batch)
        elif signal_of(file) == "logs":
            records = LogBatch.parse(as_protobuf(file))
            semantics().logs(records)
            watched.watch.hear(records)
    return watched.after(2)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_tools_failures_and_tokens_are_those_that_were_counted_by_hand(folder: Path) -> None:
    expect = json.loads((folder / "expect.json").read_text())
    accept = expect["accept"]
    told = told_of(folder)
    counted = [span.tokens for span in told if span.is_counted]
    executions = [span for span in told if span.is_execution]
    calls = Counter(span.traits.tool for span in executions)
    errors = Counter(span.traits.tool for span in executions if span.outcome != "success")
    tools = {name: {"calls": calls[name], "errors": errors[name]} for name in calls}
    assert sum(one.input for one in counted) in {expect["input_tokens"], *accept.get("input_tokens", [])}
    assert sum(one.output for one in counted) in {expect["output_tokens"], *accept.get("output_tokens", [])}
    assert tools in [expect["tools"], *accept.get("tools", [])]
    sessions = set(expect["sessions"]).union(*accept.get("sessions", []))
    assert {span.thread for span in told} - {""} <= sessions


def test_a_command_whose_code_stands_in_a_log_record_alone_failed() -> None:
    failed = [span for span in told_of(CAPTURES / "codex") if span.is_execution and span.outcome == "error"]
    assert [(span.traits.tool, span.error_class, span.failure and span.failure.source) for span in failed] == [
        ("exec_command", "tool_error", "logs"),
        ("no_such_tool", "tool_error", "agent"),
    ]

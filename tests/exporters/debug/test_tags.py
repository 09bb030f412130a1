"""debug: what `ai_semantics` found out about a span stands in its line."""

import pytest

from spansieve.exporters.debug import Debug, DebugConfig
from spansieve.pdata import TraceBatch
from spansieve.testing import ERROR, OK, FakeHost, SpanSpec, otlp_request

MODEL = {"spansieve.ai.kind": "model", "gen_ai.request.model": "gpt-4o-mini"}
TOKENS = {"gen_ai.usage.input_tokens": 402, "gen_ai.usage.output_tokens": 41}
TOOL = {"spansieve.ai.kind": "tool", "gen_ai.tool.name": "grep"}
FAILED = {"spansieve.error.class": "tool_error", "spansieve.error.source": "content"}
SOFT = FAILED | {"spansieve.error.soft": True}
INTERRUPT = {"spansieve.error.class": "none", "spansieve.error.source": "event"}


def printed(capsys: pytest.CaptureFixture[str], *spans: SpanSpec) -> list[str]:
    """The lines of a request in `normal`, without what draws the tree and without durations."""
    exporter = Debug(DebugConfig(verbosity="normal"), FakeHost())
    exporter.start()
    capsys.readouterr()
    exporter.traces(TraceBatch.parse(otlp_request("desk", *spans)))
    return [line.split("\u2500 ")[-1] for line in capsys.readouterr().out.splitlines()]


def words(capsys: pytest.CaptureFixture[str], span: SpanSpec) -> list[str]:
    """What the line of a span says behind name and duration."""
    return printed(capsys, span)[1].split("  ")[2:]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (OK.with_(name="chat gpt-4o-mini", attributes=MODEL | TOKENS), ["model", "402 in / 41 out tokens"]),
        (OK.with_(name="llm_call", attributes=MODEL), ["model gpt-4o-mini"]),
        (OK.with_(name="tool_call", attributes=TOOL), ["tool grep"]),
        (OK.with_(name="execute_tool grep", attributes=TOOL), ["tool"]),
        (OK.with_(name="read", attributes=TOOL | {"spansieve.ai.kind": "approval"}), ["approval", "tool grep"]),
        (OK.with_(name="run", attributes={"spansieve.ai.kind": "agent", "gen_ai.agent.name": "desk"}), ["agent desk"]),
        (OK.with_(name="cycle", attributes={"spansieve.ai.kind": "step", "gen_ai.system": "strands"}), ["step"]),
    ],
)
def test_the_kind_is_said_with_what_it_is_of(
    span: SpanSpec, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert words(capsys, span) == said


def test_tokens_that_repeat_those_below_are_told_from_a_calls_own(capsys: pytest.CaptureFixture[str]) -> None:
    attributes = {"spansieve.ai.kind": "agent", "spansieve.ai.rollup": True} | TOKENS
    assert words(capsys, OK.with_(name="run", attributes=attributes)) == ["agent", "402 in / 41 out tokens in all"]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (ERROR.with_(message="no route", attributes=TOOL | FAILED), "ERROR tool_error: no route"),
        (ERROR.with_(message="exit 1", attributes=TOOL | SOFT), "ERROR tool_error: exit 1"),
        (OK.with_(attributes=TOOL | FAILED), "tool_error (content)"),
        (OK.with_(attributes=TOOL | SOFT), "tool_error (soft, content)"),
        (ERROR.with_(message="wait for a person", attributes=INTERRUPT), "no error (event): wait for a person"),
    ],
)
def test_a_failure_is_said_with_its_class_and_where_it_hid(
    span: SpanSpec, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words(capsys, span)[-1] == said


def test_hidden_failures_count_as_errors_soft_ones_and_control_flow_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    spans = [OK.with_(attributes=TOOL | marks) for marks in (FAILED, SOFT)]
    heading = printed(capsys, *spans, ERROR, ERROR.with_(attributes=INTERRUPT))[0]
    assert heading.endswith("  2 errors")


def test_marks_of_another_type_than_ours_are_no_marks(capsys: pytest.CaptureFixture[str]) -> None:
    attributes = {"spansieve.ai.kind": 1, "spansieve.error.class": 2, "spansieve.ai.rollup": "yes"} | TOKENS
    assert words(capsys, OK.with_(attributes=attributes)) == ["402 in / 41 out tokens"]

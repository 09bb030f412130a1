"""Log records that are AI spans: what is read of them, and that it is told as of spans."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import LogBatch, Value
from spansieve.testing import FakeHost
from spansieve.watching import AiSpan, Watch, is_prompt
from spansieve.watching.reading import Reader
from spansieve.watching.recorded import RecordReader
from tests.spansieve.watching.watched import batch_of as spans_of
from tests.spansieve.watching.watched import chat

NOW_NS = 1_700_000_000_000_000_000
CALL: dict[str, Value] = {
    "event.name": "claude_code.api_request",
    "spansieve.dialect": "claude_code",
    "spansieve.ai.kind": "model",
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "claude",
    "gen_ai.conversation.id": "c-1",
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 2,
    "user.id": "u-1",
}
TOOL: dict[str, Value] = {
    "event.name": "codex.tool_result",
    "spansieve.ai.kind": "tool",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "shell",
}
SOFT: dict[str, Value] = {"spansieve.error.class": "tool_error", "spansieve.error.soft": True}


def batch_of(*said: dict[str, Value]) -> LogBatch:
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    for _ in said:
        scope.log_records.add(time_unix_nano=NOW_NS)
    batch = LogBatch.parse(request.SerializeToString())
    for record, attributes in zip(batch, said, strict=True):
        record.attributes.update(attributes)
        record.resource.attributes["service.name"] = "desk"
    return LogBatch.parse(batch.encode())


def read(*said: dict[str, Value]) -> list[AiSpan | None]:
    reader = RecordReader(Reader())
    return [reader.read(record) for record in batch_of(*said)]


def test_a_call_is_read_as_if_a_span_had_said_it() -> None:
    [call] = read({**CALL, "duration_ms": "1500"})
    assert call is not None
    assert (call.traits.operation, call.traits.model, call.tokens[:2]) == ("chat", "claude", (10, 2))
    assert (call.service, call.thread, call.user, call.duration_s) == ("desk", "c-1", "u-1", 1.5)
    assert call.end_ns == NOW_NS


@pytest.mark.parametrize(
    "changes",
    [
        {"spansieve.ai.kind": "message"},
        {"spansieve.ai.kind": "approval", "gen_ai.operation.name": "approve"},
        {"event.name": "gen_ai.client.inference.operation.details"},
    ],
)
def test_what_is_no_call_no_tool_and_no_run_or_repeats_a_span_is_none(changes: dict[str, Value]) -> None:
    assert read({**CALL, **changes}) == [None]


@pytest.mark.parametrize(("reasons", "finish"), [(["STOP"], "stop"), (["stop", "MAX_TOKENS"], "length"), ([], "")])
def test_a_call_stopped_for_the_worst_of_the_reasons_that_its_record_says(reasons: Value, finish: str) -> None:
    [call] = read({**CALL, "gen_ai.response.finish_reasons": reasons})
    assert call is not None
    assert call.traits.finish == finish


def test_a_record_that_ai_semantics_did_not_know_is_none() -> None:
    assert read({"event.name": "codex.tool_result", "tool_name": "shell"}) == [None]


def test_what_a_user_asked_for_is_given_with_the_rest_and_told_of_no_more() -> None:
    asked = {"event.name": "user_prompt", "spansieve.ai.kind": "message", "gen_ai.conversation.id": "c-1"}
    host, told = FakeHost("behavior"), list[AiSpan]()
    watch = Watch.of(host, told.extend, settle=2, count_from="logs")
    [(_, prompt), (_, call)] = watch.hear(batch_of({**asked, "prompt.id": "p-1"}, {**CALL, "prompt_id": "p-1"}))
    host.clock.advance(seconds=2)
    watch.tick()
    assert told == [call]
    assert (is_prompt(prompt), is_prompt(call)) == (True, False)
    assert prompt.trace_id == call.trace_id
    assert prompt.prompt_id == call.prompt_id == "p-1"


def test_records_stand_below_a_span_that_nobody_has_and_await_nothing() -> None:
    host, told = FakeHost("costs"), list[AiSpan]()
    watch = Watch.of(host, told.extend, settle=2, count_from="logs")
    watch.hear(batch_of(CALL, TOOL))
    host.clock.advance(seconds=2)
    watch.tick()
    assert [(one.is_root, one.awaits, one.is_enclosed) for one in told] == [(False, b"", False)] * 2
    assert all(watch.plumbing(one.trace_id, one.parent_span_id) == b"" for one in told)


def test_no_span_is_seen_where_records_are_counted() -> None:
    watch = Watch.of(FakeHost("costs"), lambda _: None, settle=2, count_from="logs")
    sent = spans_of(chat("a"))
    assert not watch.see(sent)
    assert not watch.ids(sent)
    assert not Watch.of(FakeHost("costs"), lambda _: None, settle=2).hear(batch_of(CALL))


def test_a_request_is_no_call_and_a_failed_or_cancelled_one_is() -> None:
    request = {key: value for key, value in CALL.items() if "usage" not in key}
    sent, failed, cancelled = read(
        request,
        {**request, "spansieve.error.class": "rate_limited"},
        {**request, "spansieve.error.class": "cancelled"},
    )
    assert sent is None
    assert failed is not None
    assert (failed.outcome, failed.error_class) == ("error", "rate_limited")
    assert cancelled is not None
    assert cancelled.outcome == "success"


def test_what_may_be_a_normal_outcome_fails_a_tool_and_no_call() -> None:
    tool, call = read({**TOOL, **SOFT}, {**CALL, **SOFT})
    assert tool is not None
    assert call is not None
    assert (tool.outcome, call.outcome) == ("error", "success")


@given(st.one_of(st.floats(), st.integers(-(2**63), 2**63 - 1), st.text(), st.booleans(), st.none()))
def test_a_duration_of_any_sort_leaves_a_span_that_begins_at_its_end_or_before(said: Value) -> None:
    [call] = read({**CALL, "duration_ms": said})
    assert call is not None
    assert 0 < call.start_ns <= call.end_ns == NOW_NS
    assert math.isfinite(call.duration_s)


def test_those_who_share_a_pipeline_are_told_of_each_record_once() -> None:
    first, host = FakeHost("ai_metrics"), FakeHost("costs")
    host.common, host.clock = first.common, first.clock
    told: list[list[AiSpan]] = [[], []]
    watches = [
        Watch.of(one, mine.extend, settle=2, count_from="logs") for one, mine in zip((first, host), told, strict=True)
    ]
    for sent in (batch_of(CALL, TOOL), batch_of(CALL)):
        for watch in watches:
            watch.hear(sent)
    first.clock.advance(seconds=2)
    watches[0].tick()
    assert [len(mine) for mine in told] == [2, 2]
    assert told[0][0].is_counted
    assert told[0][1].is_execution

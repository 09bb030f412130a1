"""How spans went, and what log records tell of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.pdata import Value
from tests.spansieve.watching.watched import Sent, Watched, batch_of, chat, keys, records_of, settled, tool

CLASS, CALL = "spansieve.error.class", "gen_ai.tool.call.id"
FAILED_TOOL: dict[str, Value] = {CLASS: "tool_error", CALL: "c1", "spansieve.ai.kind": "tool"}
EXITED: dict[str, Value] = {**FAILED_TOOL, "spansieve.error.soft": True}


def went(**more: Value) -> tuple[str, str, str]:
    """Outcome, class and type of a model call."""
    (span,) = settled([Sent("a", "", {"gen_ai.operation.name": "chat", **keys(more)})]).values()
    return span.outcome, span.error_class, span.error_type


def test_a_span_without_an_error_is_a_success() -> None:
    assert went() == ("success", "", "")
    assert went(spansieve_error_class="none") == ("success", "", "")
    assert went(spansieve_error_class="cancelled") == ("success", "", "")
    assert went(spansieve_error_class="tool_error", spansieve_error_soft=True) == ("success", "", "")


@pytest.mark.parametrize(
    ("type_", "class_", "outcome"),
    [
        ("RateLimitError", "rate_limited", "error"),
        ("openai.APITimeoutError", "timeout", "timeout"),
        ("DEADLINE_EXCEEDED", "timeout", "timeout"),
        ("AuthenticationError", "auth", "error"),
        ("context_length_exceeded", "context_overflow", "error"),
        ("content_filter", "content_filter", "error"),
        ("BadRequestError", "invalid_request", "error"),
        ("InternalServerError", "server_error", "error"),
        ("429", "rate_limited", "error"),
        ("408", "timeout", "timeout"),
        ("403", "auth", "error"),
        ("418", "invalid_request", "error"),
        ("529", "server_error", "error"),
        ("Oops", "unknown", "error"),
    ],
)
def test_without_a_class_type_and_code_tell_it(type_: str, class_: str, outcome: str) -> None:
    assert went(error_type=type_) == (outcome, class_, type_)


def test_codes_count_where_they_stand_in_attributes_of_their_own() -> None:
    assert went(http_response_status__code=504) == ("timeout", "timeout", "http_504")
    assert went(http_status__code=503) == ("error", "server_error", "http_503")
    assert went(rpc_grpc_status__code=4) == ("timeout", "timeout", "grpc_4")
    assert went(rpc_grpc_status__code=8)[:2] == ("error", "rate_limited")
    assert went(rpc_grpc_status__code=13)[:2] == ("error", "server_error")


def test_the_class_that_a_span_has_wins() -> None:
    assert went(spansieve_error_class="context_overflow", error_type="400")[:2] == ("error", "context_overflow")
    assert went(spansieve_error_class="timeout")[:2] == ("timeout", "timeout")


def test_a_status_and_an_exception_are_errors_too() -> None:
    raised = Sent("a", "", {"gen_ai.operation.name": "chat"}, events=[("exception", 5, {"exception.type": "x.Late"})])
    failed = Sent("b", "", {"gen_ai.operation.name": "chat"}, status=2)
    told = settled([raised, failed])
    assert [(told[one].outcome, told[one].error_type) for one in "ab"] == [("error", "x.Late"), ("error", "unknown")]


@given(st.text(max_size=20), st.text(max_size=20), st.integers(-1, 700))
def test_whatever_an_error_says_it_has_an_outcome_and_a_class(type_: str, class_: str, code: int) -> None:
    outcome, named, _ = went(error_type=type_, spansieve_error_class=class_, http_response_status__code=code)
    assert (outcome == "success") == (named == "")


def heard(record: dict[str, Value], *, span: str = "a", before: bool = True, severity: int = 0, kind: str = "") -> str:
    """The outcome of a tool whose call is `c1`, when a record is heard a second before or after it came."""
    watched = Watched()
    if before:
        watched.watch.hear(records_of(span, record, severity=severity))
    watched.after(1)
    watched.watch.see(batch_of(tool("a", said={CALL: "c1", **({"spansieve.ai.kind": kind} if kind else {})})))
    told = watched.after(1)
    if not before:
        watched.watch.hear(records_of(span, record, severity=severity))
    told += watched.after(1)
    (found,) = told
    return found.outcome


@pytest.mark.parametrize("before", [True, False])
def test_a_failure_that_only_a_record_knows_is_that_of_the_call_that_it_names(before: bool) -> None:
    assert heard(FAILED_TOOL, span="x", before=before) == "error"
    assert heard({CLASS: "tool_error"}, before=before) == "error"
    assert heard({}, before=before, severity=17) == "error"
    assert heard({CLASS: "timeout", CALL: "c1"}, span="", before=before) == "timeout"


def test_a_record_of_another_call_or_span_or_kind_of_step_is_nothing_to_it() -> None:
    assert heard({**FAILED_TOOL, CALL: "c2"}) == "success"
    assert heard({CLASS: "tool_error"}, span="x") == "success"
    assert heard({CLASS: "rate_limited", "spansieve.ai.kind": "model"}, kind="tool") == "success"
    assert heard({CLASS: "none", CALL: "c1"}) == "success"


def test_a_command_that_ended_with_another_code_than_0_failed_where_its_record_names_the_call() -> None:
    assert heard(EXITED) == "error"
    assert heard({CLASS: "tool_error", "spansieve.error.soft": True}) == "success"


def test_a_span_that_knows_its_failure_learns_a_class_at_most() -> None:
    watched = Watched()
    watched.watch.see(batch_of(chat("a", error_type="Oops"), chat("b", error_type="429")))
    for span in "ab":
        watched.watch.hear(records_of(span, {CLASS: "server_error"}))
    told = watched.after(2)
    assert [(one.error_class, one.error_type) for one in told] == [("server_error", "Oops"), ("rate_limited", "429")]


def test_records_are_forgotten_after_a_minute() -> None:
    watched = Watched()
    watched.watch.hear(records_of("", FAILED_TOOL))
    watched.after(58.5)
    watched.watch.see(batch_of(chat("b")))
    watched.after(2)
    watched.watch.see(batch_of(tool("a", said={CALL: "c1"})))
    assert [span.outcome for span in watched.after(2)] == ["success"]


def test_of_too_many_records_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.records.MAX_RECORDS", 1)
    watched = Watched()
    watched.watch.hear(records_of("", FAILED_TOOL, {**FAILED_TOOL, CALL: "c2"}))
    calls = [tool("a", said={CALL: "c1"}), tool("b", said={CALL: "c2"})]
    watched.watch.see(batch_of(*calls))
    assert [span.outcome for span in watched.after(2)] == ["success", "error"]
    assert watched.host.counts["watch_evictions", "records"] == 1

"""What is an error, and what is none."""

from typing import Any

import pytest

from spansieve.failures import SOURCES, Failure, Rules, Source, failure_of, failure_of_record
from spansieve.pdata import Value

from .building import record, span

RULES = Rules()
ERROR, OK = 2, 1


def source(rules: Rules = RULES, **made: Any) -> str | None:  # noqa: ANN401
    found = failure_of(span(**made), rules)
    return None if found is None else found.source


@pytest.mark.parametrize(
    ("key", "value", "is_error"),
    [
        ("error.type", "APIError", True),
        ("error.type", "_OTHER", True),
        ("error.type", "", False),
        ("error.type", 500, False),
        ("error", True, True),
        ("error", False, False),
        ("error", "true", False),
        ("error", 1, False),
        ("http.response.status_code", 500, True),
        ("http.response.status_code", 599, True),
        ("http.response.status_code", 429, True),
        ("http.response.status_code", 499, False),
        ("http.response.status_code", 404, False),
        ("http.response.status_code", 200, False),
        ("http.response.status_code", 503.0, True),
        ("http.response.status_code", "503", True),  # proxies send their tags as texts
        ("http.response.status_code", "200", False),
        ("http.response.status_code", "down", False),
        ("http.response.status_code", "9" * 5000, False),
        ("http.response.status_code", True, False),
        ("http.response.status_code", [500], False),
        ("http.status_code", 502, True),
        ("http.status_code", 428, False),
        ("rpc.grpc.status_code", 0, False),
        ("rpc.grpc.status_code", 1, False),
        ("rpc.grpc.status_code", 2, True),
        ("rpc.grpc.status_code", 14, True),
        ("rpc.grpc.status_code", "14", True),
        ("rpc.grpc.status_code", "0", False),
        ("rpc.grpc.status_code", "UNAVAILABLE", False),
        ("rpc.grpc.status_code", float("nan"), False),
        ("errors", True, False),
        ("exception.type", "ValueError", False),
    ],
)
def test_an_attribute_tells_of_an_error(key: str, value: Value, is_error: bool) -> None:
    assert source(attributes={key: value}) == ("attributes" if is_error else None)


@pytest.mark.parametrize("status", [0, OK])
def test_a_status_without_error_is_none_and_an_error_is_one(status: int) -> None:
    assert source(status=status) is None
    assert source(status=ERROR) == "status"


@pytest.mark.parametrize("status", [0, OK])
def test_an_exception_event_is_an_error_whatever_the_status(status: int) -> None:
    assert source(status=status, exceptions=[{}]) == "exception"


def test_an_event_of_another_name_that_mentions_an_exception_is_none() -> None:
    one = span()
    one.add_event("log", 1, {"text": "exception"})
    assert failure_of(one, RULES) is None


def test_a_class_found_upstream_is_an_error() -> None:
    assert source(attributes={"spansieve.error.class": "tool_error"}) == "agent"


@pytest.mark.parametrize(
    ("first", "made"),
    [
        ("status", {"status": ERROR}),
        ("exception", {"exceptions": [{}]}),
        ("attributes", {"attributes": {"error": True}}),
        ("agent", {"attributes": {"spansieve.error.class": "timeout"}}),
    ],
)
def test_a_source_counts_only_where_it_is_asked_for(first: Source, made: dict[str, object]) -> None:
    others = [one for one in SOURCES if one != first]
    assert source(Rules(sources=[first]), **made) == first
    assert source(Rules(sources=others), **made) is None


def test_the_first_source_is_named_and_all_classes() -> None:
    one = span(
        status=ERROR,
        attributes={"error.type": "429", "spansieve.error.class": "rate_limited"},
        exceptions=[{"exception.type": "KeyError"}, {"exception.type": "openai.RateLimitError"}, {}],
    )
    assert failure_of(one, RULES) == Failure("status", ("rate_limited", "429", "openai.RateLimitError", "KeyError"))


@pytest.mark.parametrize(
    "made",
    [
        {"attributes": {"spansieve.error.class": "cancelled"}},
        {"attributes": {"error.type": "Cancelled"}},
        {"exceptions": [{"exception.type": "ValueError"}, {"exception.type": "CANCELLED"}]},
    ],
)
def test_an_ignored_class_takes_the_status_with_it(made: dict[str, Any]) -> None:
    assert source(status=ERROR, **made) is None
    assert source(Rules(ignore_classes=()), status=ERROR, **made) == "status"


def test_ignored_classes_may_be_in_any_case() -> None:
    assert source(Rules(ignore_classes=["TimeOut"]), attributes={"error.type": "timeout"}) is None


def test_an_exception_that_another_one_followed_is_not_what_is_ignored() -> None:
    raised = [{"exception.type": "cancelled"}, {"exception.type": "ValueError"}]
    assert source(exceptions=raised) == "exception"


def test_control_flow_that_was_raised_is_no_error_whatever_else_is_said() -> None:
    marked = {"spansieve.error.class": "none", "error.type": "GraphInterrupt"}
    raised = [{"exception.type": "GraphInterrupt"}]
    rules = Rules(soft=True, ignore_classes=())
    assert source(rules, status=ERROR, attributes=marked, exceptions=raised) is None


SOFT: dict[str, Value] = {"spansieve.error.class": "tool_error", "spansieve.error.soft": True}


def test_a_soft_error_is_none_unless_asked_for() -> None:
    assert source(attributes=SOFT) is None
    assert source(attributes=SOFT | {"error.type": "exit"}, status=OK) is None
    assert failure_of(span(attributes=SOFT), Rules(soft=True)) == Failure("agent", ("tool_error",), soft=True)


def test_the_status_makes_a_soft_error_a_hard_one() -> None:
    assert failure_of(span(attributes=SOFT, status=ERROR), RULES) == Failure("status", ("tool_error",))


def test_an_exception_makes_a_soft_error_count_and_it_stays_soft() -> None:
    assert failure_of(span(attributes=SOFT, exceptions=[{}]), RULES) == Failure("exception", ("tool_error",), soft=True)


def test_a_soft_error_with_a_status_counts_by_the_sources_that_are_asked_for() -> None:
    assert source(Rules(sources=["agent"]), attributes=SOFT, status=ERROR) == "agent"
    assert source(Rules(sources=["logs"]), attributes=SOFT, status=ERROR) is None


def test_the_mark_of_soft_errors_alone_says_nothing() -> None:
    assert source(Rules(soft=True), attributes={"spansieve.error.soft": True}) is None


def test_a_mark_that_is_not_true_is_none() -> None:
    assert source(attributes=SOFT | {"spansieve.error.soft": False}) == "agent"


@pytest.mark.parametrize(
    ("severity", "attributes", "is_error"),
    [
        (17, {}, True),
        (24, {}, True),
        (16, {}, False),
        (9, {"exception__type": "ValueError"}, True),
        (9, {"exception__type": ""}, False),
        (9, {"exception__message": "boom"}, False),
        (9, {"error__type": "ValueError"}, False),  # it is no span
        (9, {"spansieve__error__class": "timeout"}, True),
        (9, {"spansieve__error__class": "tool_error", "spansieve__error__soft": True}, False),
        (17, {"spansieve__error__class": "tool_error", "spansieve__error__soft": True}, True),
        (17, {"spansieve__error__class": "none"}, False),
        (17, {"spansieve__error__class": "Cancelled"}, False),
        (17, {"error__type": "cancelled"}, False),
        (9, {"exception__type": "cancelled"}, False),
    ],
)
def test_a_log_record_tells_of_an_error(severity: int, attributes: dict[str, Value], is_error: bool) -> None:
    found = failure_of_record(record(severity, **attributes), RULES)
    assert (found is not None) == is_error
    assert found is None or found.source == "logs"
    assert failure_of_record(record(severity, **attributes), Rules(sources=["status"])) is None


def test_a_soft_record_counts_where_it_is_asked_for() -> None:
    soft = record(spansieve__error__class="tool_error", spansieve__error__soft=True)
    assert failure_of_record(soft, Rules(soft=True)) == Failure("logs", ("tool_error",), soft=True)


def test_the_classes_of_a_record_are_known() -> None:
    one = record(17, exception__type="E", error__type="T", spansieve__error__class="timeout")
    assert failure_of_record(one, RULES) == Failure("logs", ("timeout", "T", "E"))


def test_a_value_that_can_not_be_read_hides_no_error() -> None:
    one = span(attributes={"error": True})
    one.attributes.write("error.type", b"\x0a\x0aerror.type\x12\x02\x0a\xff")
    assert failure_of(one, RULES) == Failure("attributes")

"""Alerts outside: as log records and back, as JSON, their names, and what of them does not leave."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.alerts import (
    MAX_STACK_BYTES,
    WITHHELD,
    Alert,
    Severity,
    alert_of,
    alerts_of,
    as_json,
    fingerprint_of,
    new_id,
    rfc3339,
    time_ns_of,
    to_batch,
    to_the_second,
)
from spansieve.links import FilledLink
from spansieve.pdata import LogBatch
from tests.spansieve.alerts.samples import EXAMPLE, NOW_NS, PATTERN, SPIKE, alerts, times

KEYS = [key for record in to_batch([SPIKE]) for key in record.attributes]
SCHEMA = Path(__file__).parents[3] / "docs" / "alert-v1.schema.json"


def checked(body: Mapping[str, Any]) -> None:
    """Hold a JSON alert against the published schema, and against it without room for unknown keys."""
    schema = json.loads(SCHEMA.read_text())
    text = json.dumps(body, allow_nan=False)
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    jsonschema.Draft202012Validator({**schema, "additionalProperties": False}).validate(json.loads(text))


@given(st.lists(alerts, max_size=3))
def test_alerts_come_back_from_log_records_as_they_went(given_alerts: list[Alert]) -> None:
    body = to_batch(given_alerts).encode()
    assert alerts_of(LogBatch.parse(body)) == given_alerts


@given(alerts)
def test_json_is_what_the_schema_says(alert: Alert) -> None:
    checked(as_json(alert, [FilledLink(name="trace", url="https://jaeger.example/trace/1")]))


def test_json_has_the_fields_in_their_order() -> None:
    said = as_json(SPIKE, [FilledLink(name="trace", url="https://j.example/t")])
    assert " ".join(said) == (
        "schema id type status severity fingerprint starts_at updated_at ends_at summary count window_s labels "
        "pattern example path links"
    )
    assert " ".join(said["pattern"]) == (
        "key fingerprint type tool template frames count first_seen last_seen rate_per_minute recovered state"
    )
    assert " ".join(said["example"]) == "trace_id span_id timestamp error context metadata"
    assert list(said["example"]["error"]) == ["type", "message", "stack"]
    assert list(said["example"]["context"]) == ["tool", "agent", "user_id", "thread_id"]
    assert said["starts_at"] == "2023-11-14T22:13:20Z"
    assert said["ends_at"] is None
    assert said["example"]["trace_id"] == "000102030405060708090a0b0c0d0e0f"


def test_json_stays_json_where_an_attribute_is_no_finite_number() -> None:
    example = EXAMPLE._replace(metadata={"a": float("nan"), "b": float("-inf")})
    said = as_json(replace(SPIKE, example=example, pattern=replace(PATTERN, rate_per_minute=float("inf"))))
    checked(said)
    assert said["example"]["metadata"] == {"a": "nan", "b": "-inf"}


def test_a_log_record_says_of_an_alert_what_backends_look_for() -> None:
    batch = to_batch([SPIKE])
    [record] = batch
    assert record.event_name == "spansieve.alert"
    assert record.body == SPIKE.summary
    assert (record.trace_id, record.span_id) == (EXAMPLE.trace_id, EXAMPLE.span_id)
    assert record.time_unix_nano == SPIKE.updated_at_ns
    assert record.resource.attributes["service.name"] == "shop"
    assert record.attributes["alert.type"] == "error_spike"
    assert record.attributes["alert.status"] == "firing"
    assert record.attributes["alert.fingerprint"] == SPIKE.fingerprint
    assert record.attributes["alert.labels.tool"] == "bash"
    assert record.attributes["alert.pattern.key"] == "TimeoutError:bash"
    assert record.attributes["alert.example.error.message"] == "no answer within 30s"


@pytest.mark.parametrize(("severity", "number"), [("critical", 21), ("error", 17), ("warning", 13), ("info", 9)])
def test_a_severity_has_its_number(severity: Severity, number: int) -> None:
    [record] = to_batch([replace(SPIKE, severity=severity)])
    assert record.severity_number == number


def test_an_alert_without_a_service_has_a_resource_all_the_same() -> None:
    [record] = to_batch([replace(SPIKE, labels={})])
    assert record.resource.attributes["service.name"] == "unknown_service"
    assert alert_of(record) == replace(SPIKE, labels={})


def test_what_is_no_alert_is_left_out() -> None:
    batch = to_batch([SPIKE, SPIKE, SPIKE, SPIKE, SPIKE])
    other, odd, timeless, nameless, _ = batch
    other.event_name = "exception"
    odd.attributes["alert.status"] = "on fire"
    timeless.attributes["alert.starts_at"] = 7
    nameless.attributes.remove(["alert.id"])
    assert alerts_of(batch) == [SPIKE]


@given(st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_no_attribute_breaks_the_reader(values: dict[str, Any]) -> None:
    batch = to_batch([SPIKE])
    for record in batch:
        for key, value in values.items():
            record.attributes[key] = value if not isinstance(value, int) else value % 2**63
    assert len(alerts_of(batch)) <= 1


def test_a_long_stack_keeps_its_ends() -> None:
    stack = "first line\n" + "x" * 20_000 + "\nlast line"
    [alert] = alerts_of(to_batch([replace(SPIKE, example=EXAMPLE._replace(stack=stack))]))
    assert alert.example is not None
    assert len(alert.example.stack.encode()) <= MAX_STACK_BYTES == 4096
    assert alert.example.stack.startswith("first line")
    assert alert.example.stack.endswith("last line")


def test_texts_are_scrubbed_before_a_stack_is_cut() -> None:
    seen: list[tuple[str, bytes]] = []

    def scrub(text: str, trace_id: bytes) -> str:
        seen.append((text, trace_id))
        return text.replace("secret", "<SECRET>")

    example = EXAMPLE._replace(message="a secret", stack="x" * 2038 + "secret" + "x" * 5000)
    [alert] = alerts_of(to_batch([replace(SPIKE, example=example)], scrub))
    assert alert.example is not None
    assert alert.example.message == "a <SECRET>"
    assert "secret" not in alert.example.stack
    assert {text for text, _ in seen} == {example.message, example.stack, PATTERN.template}
    assert {trace_id for _, trace_id in seen} == {EXAMPLE.trace_id}


def test_a_text_that_can_not_be_scrubbed_is_withheld_and_the_others_are_not() -> None:
    def scrub(text: str, trace_id: bytes) -> str:
        if "\n" in text:
            raise RuntimeError(text)
        return text

    [alert] = alerts_of(to_batch([SPIKE], scrub))
    assert alert.example is not None
    assert (alert.example.stack, alert.example.message) == (WITHHELD, EXAMPLE.message)


@given(times)
def test_a_moment_is_written_to_the_nanosecond(time_ns: int) -> None:
    assert time_ns_of(rfc3339(time_ns)) == time_ns


@pytest.mark.parametrize(
    "text", ["", "2023-11-14", "2023-11-14T22:13:20", "2023-13-14T22:13:20Z", "2023-11-14T22:13:20.Z"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whichever)
        time_ns_of(text)


def test_people_read_a_moment_to_the_second_and_any_other_text_as_it_is() -> None:
    assert to_the_second("2023-11-14T22:13:20.431759737Z") == "2023-11-14 22:13:20 UTC"
    assert to_the_second("2023-11-14T22:13:20Z") == "2023-11-14 22:13:20 UTC"
    assert to_the_second("2023-11-14") == "2023-11-14"


def test_ids_sort_by_time_and_never_repeat() -> None:
    ids = [new_id(NOW_NS + at * 1_000_000) for at in range(100)]
    assert sorted(ids) == ids
    assert len({new_id(NOW_NS) for _ in range(100)}) == 100
    assert new_id(0).startswith("al_0000000000")
    assert new_id((2**48 - 1) * 10**6).startswith("al_7ZZZZZZZZZ")
    assert len(new_id(NOW_NS)) == 29


def test_a_fingerprint_depends_on_type_and_subject_alone() -> None:
    assert fingerprint_of("error_spike", "shop") == SPIKE.fingerprint
    assert len({fingerprint_of(*pair) for pair in (("a", "b"), ("a", "c"), ("c", "b"))}) == 3
    assert len(SPIKE.fingerprint) == 16

"""What Prometheus calls an OTLP metric."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.prometheus_names import label_name, metric_name, plain_name


@pytest.mark.parametrize(
    ("name", "unit", "kind", "wanted"),
    [
        ("ai_tokens_total", "{token}", "counter", "ai_tokens_total"),
        ("ai_operation_duration_seconds", "s", "", "ai_operation_duration_seconds"),
        ("gen_ai.client.operation.duration", "s", "", "gen_ai_client_operation_duration_seconds"),
        ("gen_ai.client.token.usage", "{token}", "", "gen_ai_client_token_usage"),
        ("http.server.requests", "1", "counter", "http_server_requests_total"),
        ("disk.io", "By/s", "", "disk_io_bytes_per_second"),
        ("disk.io.bytes.per.second", "By/s", "", "disk_io_bytes_per_second"),
        ("total.errors", "", "counter", "errors_total"),
        ("used", "1", "gauge", "used_ratio"),
        ("2xx", "", "counter", "_2xx_total"),
    ],
)
def test_units_and_total_are_added_where_they_are_missing(name: str, unit: str, kind: str, wanted: str) -> None:
    assert metric_name(name, unit, is_counter=kind == "counter", is_gauge=kind == "gauge") == wanted


def test_a_plain_name_has_no_more_than_the_metrics_own() -> None:
    assert plain_name("gen_ai.client.operation.duration") == "gen_ai_client_operation_duration"


def test_a_label_has_letters_digits_and_underscores() -> None:
    assert (label_name("gen_ai.request.model"), label_name("1st")) == ("gen_ai_request_model", "key_1st")


@given(st.text(), st.text(), st.booleans())
def test_any_name_becomes_one_that_stays_what_it_is(name: str, unit: str, is_counter: bool) -> None:
    made = metric_name(name, unit, is_counter=is_counter)
    assert metric_name(made, "", is_counter=is_counter) == made

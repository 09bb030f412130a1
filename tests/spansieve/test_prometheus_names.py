"""What Prometheus calls an OTLP metric."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.prometheus_names import Kind, label_name, metric_name


@pytest.mark.parametrize(
    ("name", "unit", "kind", "wanted"),
    [
        ("ai_tokens_total", "{token}", "counter", "ai_tokens_total"),
        ("ai_operation_duration_seconds", "s", "histogram", "ai_operation_duration_seconds"),
        ("gen_ai.client.operation.duration", "s", "histogram", "gen_ai_client_operation_duration_seconds"),
        ("gen_ai.client.token.usage", "{token}", "histogram", "gen_ai_client_token_usage"),
        ("http.server.requests", "1", "counter", "http_server_requests_total"),
        ("disk.io", "By/s", "gauge", "disk_io_bytes_per_second"),
        ("disk.io.bytes.per.second", "By/s", "gauge", "disk_io_bytes_per_second"),
        ("total.errors", "", "counter", "errors_total"),
        ("used", "1", "gauge", "used_ratio"),
        ("2xx", "", "counter", "_2xx_total"),
        ("?", "", "counter", ""),
    ],
)
def test_units_and_total_are_added_where_they_are_missing(name: str, unit: str, kind: Kind, wanted: str) -> None:
    assert metric_name(name, unit, kind, "", suffixes=True) == wanted


def test_without_suffixes_a_name_has_no_more_than_the_metrics_own() -> None:
    assert metric_name("gen_ai.client.operation.duration", "s", "histogram", "", suffixes=False) == (
        "gen_ai_client_operation_duration"
    )


def test_a_label_has_letters_digits_and_underscores() -> None:
    found = [label_name(key) for key in ("gen_ai.request.model", "1st", "__name__")]
    assert found == ["gen_ai_request_model", "key_1st", "key__name__"]


@given(st.text(), st.text(), st.sampled_from(["counter", "gauge", "histogram"]))
def test_any_name_becomes_one_that_stays_what_it_is(name: str, unit: str, kind: Kind) -> None:
    made = metric_name(name, unit, kind, "", suffixes=True)
    assert metric_name(made, "", kind, "", suffixes=True) == made

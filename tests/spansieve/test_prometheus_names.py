"""What Prometheus calls an OTLP metric: as its own translator does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.prometheus_names import Kind, label_name, metric_name


@pytest.mark.parametrize(
    ("name", "unit", "kind", "expected"),
    [
        ("ai_tokens_total", "{token}", "counter", "ai_tokens_total"),
        ("ai_operation_duration_seconds", "s", "histogram", "ai_operation_duration_seconds"),
        ("context_window_utilization_ratio", "1", "gauge", "context_window_utilization_ratio"),
        ("context_memory_bytes", "By", "gauge", "context_memory_bytes"),
        ("tool_executions_total", "", "counter", "tool_executions_total"),
        ("gen_ai.client.token.usage", "{token}", "histogram", "gen_ai_client_token_usage"),
        ("gen_ai.client.operation.duration", "s", "histogram", "gen_ai_client_operation_duration_seconds"),
        ("http.server.request.body.size", "By", "histogram", "http_server_request_body_size_bytes"),
        ("process.cpu.time", "s", "counter", "process_cpu_time_seconds_total"),
        ("system.network.io", "By/s", "gauge", "system_network_io_bytes_per_second"),
        ("rate.bytes.per.second", "By/s", "gauge", "rate_bytes_per_second"),
        ("queue.items", "{item}/s", "gauge", "queue_items_per_second"),
        ("fill", "1", "gauge", "fill_ratio"),
        ("fill", "1", "counter", "fill_total"),
        ("fill", "%", "gauge", "fill_percent"),
        ("total.requests", "", "counter", "requests_total"),
        ("a--b..c__d", "", "gauge", "a_b_c_d"),
        ("_hidden_", "", "gauge", "hidden"),
        ("2xx", "", "gauge", "_2xx"),
        ("latenz.größe", "", "gauge", "latenz_gr_e"),
        ("::", "", "gauge", "::"),
        ("fish", "fish", "gauge", "fish"),
        ("pond", "fish per tick", "gauge", "pond_fish_per_tick"),
        ("...", "s", "gauge", ""),
        ("", "s", "counter", ""),
    ],
)
def test_names_with_suffixes(name: str, unit: str, kind: Kind, expected: str) -> None:
    assert metric_name(name, unit, kind, "", suffixes=True) == expected


@pytest.mark.parametrize(
    ("name", "namespace", "expected"),
    [
        ("process.cpu.time", "", "process_cpu_time"),
        ("a..b__c", "", "a_b__c"),
        ("2xx", "", "_2xx"),
        ("2xx", "ns", "ns_2xx"),
        ("x", "my space", "my_space_x"),
        ("___", "ns", ""),
    ],
)
def test_names_without_suffixes(name: str, namespace: str, expected: str) -> None:
    assert metric_name(name, "s", "counter", namespace, suffixes=False) == expected


@given(st.text(max_size=30), st.text(max_size=8), st.sampled_from(["counter", "gauge", "histogram"]))
def test_any_name_becomes_one_that_stays_what_it_is(name: str, unit: str, kind: Kind) -> None:
    made = metric_name(name, unit, kind, "", suffixes=True)
    assert metric_name(made, "", kind, "", suffixes=True) == made


@given(st.text(max_size=30), st.text(max_size=8), st.sampled_from(["counter", "gauge", "histogram"]))
def test_whatever_it_was_called_a_name_is_valid_or_there_is_none(name: str, unit: str, kind: Kind) -> None:
    for suffixes in (True, False):
        made = metric_name(name, unit, kind, "", suffixes=suffixes)
        assert made == "" or re.fullmatch("[a-zA-Z_:][a-zA-Z0-9_:]*", made)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("model", "model"),
        ("gen_ai.request.model", "gen_ai_request_model"),
        ("2nd", "key_2nd"),
        ("_private", "key_private"),
        ("__name__", "key__name__"),
        ("größe", "gr__e"),
        ("", "key"),
    ],
)
def test_labels(key: str, expected: str) -> None:
    assert label_name(key) == expected


@given(st.text(max_size=30))
def test_whatever_it_was_called_a_label_is_valid(key: str) -> None:
    assert re.fullmatch("(?!__)[a-zA-Z_][a-zA-Z0-9_]*", label_name(key))

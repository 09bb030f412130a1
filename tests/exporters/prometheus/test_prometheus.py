"""prometheus: what is to be seen on /metrics for what came."""

import http.client
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from pydantic import ValidationError

from spansieve.exporters.prometheus import Prometheus, PrometheusConfig
from spansieve.exporters.prometheus.exporter import form_of, takes_gzip
from spansieve.exporters.prometheus.store import Store
from spansieve.exporters.prometheus.text import Form
from spansieve.pdata import MetricBatch
from spansieve.plugin import Permanent
from spansieve.series import Exemplar, Meter, MetricsOut
from spansieve.testing import FakeHost, LoopHost

from .conftest import CUMULATIVE, OPENMETRICS, SECOND, T0, Shown, batch, counter, gauge, histogram, labelled

Started = Callable[..., Shown]


def test_a_counter_is_shown_with_its_type_its_job_and_its_scope(started: Started) -> None:
    shown = started()
    shown.exporter.metrics(batch(counter("calls", 3, model="gpt"), service_name="shop", service_instance_id="1"))
    kind, body = shown.get()
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert body.splitlines() == [
        "# HELP calls_total Some.",
        "# TYPE calls_total counter",
        'calls_total{instance="1",job="shop",model="gpt",otel_scope_name="lib"} 3',
        "# HELP target_info Target metadata",
        "# TYPE target_info gauge",
        'target_info{instance="1",job="shop"} 1',
    ]


def test_a_histogram_adds_its_buckets_up(started: Started) -> None:
    shown = started(without_scope_info=True)
    shown.exporter.metrics(batch(histogram("wait", [1, 2, 3], [0.5, 1], 7.25), service_name="shop"))
    assert shown.text() == [
        'wait_seconds_bucket{job="shop",le="0.5"} 1',
        'wait_seconds_bucket{job="shop",le="1"} 3',
        'wait_seconds_bucket{job="shop",le="+Inf"} 6',
        'wait_seconds_sum{job="shop"} 7.25',
        'wait_seconds_count{job="shop"} 6',
    ]


def test_an_exponential_histogram_shows_how_many_and_how_much(started: Started) -> None:
    shown = started(without_scope_info=True)
    metric = Metric(name="wait")
    metric.exponential_histogram.aggregation_temporality = CUMULATIVE  # type: ignore[assignment]
    metric.exponential_histogram.data_points.add(time_unix_nano=T0, count=4, sum=2.5, scale=3)
    shown.exporter.metrics(batch(metric))
    assert shown.text() == ['wait_bucket{le="+Inf"} 4', "wait_sum 2.5", "wait_count 4"]


def test_a_summary_shows_its_quantiles(started: Started) -> None:
    shown = started(without_scope_info=True)
    metric = Metric(name="wait")
    point = metric.summary.data_points.add(time_unix_nano=T0, count=4, sum=2.5)
    point.quantile_values.add(quantile=0.5, value=0.25)
    shown.exporter.metrics(batch(metric))
    assert shown.text() == ['wait{quantile="0.5"} 0.25', "wait_sum 2.5", "wait_count 4"]


def test_a_sum_that_may_fall_is_a_gauge(started: Started) -> None:
    shown = started(without_scope_info=True)
    shown.exporter.metrics(batch(counter("open", -2, rises=False)))
    assert "# TYPE open gauge\nopen -2\n" in shown.get()[1]


def test_openmetrics_is_given_to_who_asks_with_exemplars(started: Started) -> None:
    shown = started(without_scope_info=True)
    wait, calls = histogram("wait", [1, 1], [1], 3), counter("calls", 2)
    for point in (wait.histogram.data_points[0], calls.sum.data_points[0]):
        point.exemplars.add(as_double=0.5, time_unix_nano=T0 + SECOND // 2, trace_id=b"\x0a" * 16, span_id=b"\x0b" * 8)
    shown.exporter.metrics(batch(wait, calls))
    kind, body = shown.get(OPENMETRICS)
    ids = f'trace_id="{"0a" * 16}",span_id="{"0b" * 8}"'
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert body.splitlines() == [
        "# HELP calls Some.",
        "# TYPE calls counter",
        f"calls_total 2 # {{{ids}}} 0.5 1700000000.500",
        "# HELP wait_seconds ",
        "# TYPE wait_seconds histogram",
        f'wait_seconds_bucket{{le="1.0"}} 1 # {{{ids}}} 0.5 1700000000.500',
        'wait_seconds_bucket{le="+Inf"} 2',
        "wait_seconds_sum 3",
        "wait_seconds_count 2",
        "# EOF",
    ]
    assert "trace_id" not in shown.get()[1]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "text"),
        ("*/*", "text"),
        ("text/plain", "text"),
        (OPENMETRICS, "openmetrics"),
        ("application/openmetrics-text; version=1.0.0; q=0.5,text/plain;q=0.9", "text"),
        ("application/openmetrics-text;q=0", "text"),
        ("application/openmetrics-text;q=x", "text"),
        ("Application/OpenMetrics-Text", "openmetrics"),
    ],
)
def test_what_is_answered_follows_accept(accept: str, form: Form) -> None:
    assert form_of(accept) == form


@pytest.mark.parametrize(
    ("accept", "taken"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("", False)],
)
def test_what_is_packed_follows_accept_encoding(accept: str, taken: bool) -> None:
    assert takes_gzip(accept) is taken


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_who_takes_gzip_gets_the_same_page_packed_also_when_something_changed_or_ended(
    started: Started, accept: str
) -> None:
    shown = started(metric_expiration="10s")
    for step in range(4):
        if step < 2:
            shown.exporter.metrics(batch(counter("calls", 3), service_name="shop"))
        shown.exporter.metrics(batch(gauge("level", step, 1 + step), service_name="shop"))
        page = shown.get(accept)[1]
        assert shown.packed(accept) == page
        assert f'\nlevel{{job="shop",otel_scope_name="lib"}} {step}\n' in page
        assert ("calls" in page) is (step < 3)
        shown.host.clock.advance(seconds=6)


def test_openmetrics_can_be_switched_off(started: Started) -> None:
    assert started(enable_open_metrics=False).get(OPENMETRICS)[0].startswith("text/plain")


def test_timestamps_are_shown_where_asked_for(started: Started) -> None:
    shown = started(without_scope_info=True, send_timestamps=True)
    for at in (1, 2):
        shown.exporter.metrics(batch(gauge("x", 1, at)))
        assert shown.text() == [f"x 1 170000000{at}000"]
        assert f"x 1 170000000{at}.000" in shown.openmetrics()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "calls_total"),
        ({"add_metric_suffixes": False}, "calls"),
        ({"translation_strategy": "UnderscoreEscapingWithoutSuffixes"}, "calls"),
        ({"translation_strategy": "UnderscoreEscapingWithSuffixes", "add_metric_suffixes": False}, "calls_total"),
    ],
)
def test_suffixes_can_be_switched_off(started: Started, settings: dict[str, Any], name: str) -> None:
    shown = started(without_scope_info=True, **settings)
    shown.exporter.metrics(batch(counter("calls", 1)))
    assert shown.text() == [f"{name} 1"]
    assert "calls_total 1" in shown.openmetrics()  # which has no counters without


def test_there_is_one_page_and_it_is_for_reading(started: Started) -> None:
    shown = started()
    for method, path, status in (("GET", "/", 404), ("POST", "/metrics", 405), ("HEAD", "/metrics", 200)):
        connection = http.client.HTTPConnection("127.0.0.1", shown.port, timeout=10)
        connection.request(method, path)
        assert connection.getresponse().status == status
        connection.close()


def test_a_port_that_is_taken_is_said_with_the_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = LoopHost("prometheus")
        config = PrometheusConfig(endpoint=f"127.0.0.1:{taken.getsockname()[1]}")
        exporter = Prometheus(config, host)
        with pytest.raises(OSError, match=r"exporters\.prometheus\.endpoint: can't listen"):
            exporter.start()
        exporter.shutdown()
        host.close()


def test_what_is_no_otlp_is_given_back_to_be_mended(started: Started) -> None:
    shown = started()
    broken = batch(gauge("x", 1, model="y")).encode().replace(b"\x0a\x05model", b"\x0a\x7fmodel")
    with pytest.raises(Permanent) as raised:
        shown.exporter.metrics(MetricBatch.parse(broken))
    assert raised.value.undecodable


def test_text_that_stands_ready_is_made_anew_when_numbers_change(started: Started) -> None:
    shown = started(without_scope_info=True)
    for value in (1, 1, 2):
        shown.exporter.metrics(batch(gauge("x", value, value)))
        assert shown.text() == [f"x {value}"]
        assert f"x {value}" in shown.openmetrics()


def test_what_is_measured_here_is_the_same_on_both_ways_out(started: Started) -> None:
    shown = started()
    host = FakeHost()
    meter = Meter(host, MetricsOut(), "spansieve.ai_metrics")
    tokens = meter.counter("ai_tokens_total", "Tokens.", unit="{token}", labels=("model", "type"))
    seconds = meter.histogram("ai_operation_duration_seconds", "", unit="s", labels=("model",), buckets=[0.1, 1])
    errors = meter.counter("model_api_errors_total", "", labels=("model",))
    span = Exemplar(b"\x01" * 16, b"\x02" * 8, T0, is_error=True)
    tokens.cell("shop", "gpt", "prompt").add(17)
    seconds.cell("shop", "gpt").record(0.5, span)
    errors.cell("shop", "gpt").add(1, span)
    emitted = meter.collect()
    assert emitted is not None
    assert shown.exporter.metrics(emitted) is None
    ids = f'trace_id="{"01" * 16}",span_id="{"02" * 8}"'
    lines = shown.openmetrics()
    assert 'ai_tokens_total{job="shop",model="gpt",type="prompt"} 17' in lines
    assert (
        f'ai_operation_duration_seconds_bucket{{job="shop",model="gpt",le="1.0"}} 1 # {{{ids}}} 0.5 {T0 // SECOND}.000'
        in lines
    )
    assert f'model_api_errors_total{{job="shop",model="gpt"}} 1 # {{{ids}}} 1 {T0 // SECOND}.000' in lines


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(allow_nan=False)


@given(
    st.dictionaries(texts, texts, max_size=4),
    st.text(max_size=12),
    numbers,
    st.lists(st.integers(0, 9), min_size=2, max_size=5),
)
@settings(max_examples=60, deadline=None)
def test_both_formats_are_read_by_prometheus_own_library(
    labels: dict[str, str], description: str, value: float, counts: list[int]
) -> None:
    store = Store(PrometheusConfig(), lambda *_: None)
    level, wait = gauge("level", value), histogram("wait", counts, [float(at) for at in range(len(counts) - 1)], 1.5)
    level.description = wait.description = description
    labelled(level.gauge.data_points[0], labels)
    labelled(wait.histogram.data_points[0], labels)
    store.take(batch(level, wait, counter("calls", 7), service_name="shop"), 0)

    for parsed in (
        {family.name: family for family in parse_text(store.render("text").decode())},
        {
            family.name: family
            for family in parse_openmetrics(store.render("openmetrics").decode())  # type: ignore[no-untyped-call]
        },
    ):
        assert parsed["level"].samples[0].value == value
        assert len(labels) != 1 or set(labels.values()) <= {*parsed["level"].samples[0].labels.values(), "shop"}
        assert parsed["wait_seconds"].samples[-1].value == sum(counts)
        assert parsed["calls"].samples[0].value == 7


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"endpoint": "localhost"}, "has no port"),
        ({"translation_strategy": "NoTranslation"}, "translation_strategy"),
        ({"metric_expiration": "0s"}, "greater than 0"),
    ],
)
def test_what_can_not_be_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        PrometheusConfig.model_validate(settings)

"""prometheus: what becomes of points that follow each other, and of those that can't be shown."""

from collections.abc import Callable

import pytest

from spansieve.exporters.prometheus import PrometheusConfig
from spansieve.exporters.prometheus.store import Store
from spansieve.pdata import MetricBatch
from spansieve.plugin import Rejected
from spansieve.series import Meter, MetricsOut
from spansieve.testing import FakeHost

from .conftest import DELTA, Shown, batch, counter, gauge, histogram

Started = Callable[..., Shown]


def test_deltas_are_added_up(started: Started) -> None:
    shown = started(without_scope_info=True)
    for start, end, value in ((0, 1, 3), (1, 2, 4), (5, 6, 1)):
        shown.exporter.metrics(
            batch(
                counter("calls", value, end, kind=DELTA, start=start),
                histogram("wait", [1, value], [1], value, end, kind=DELTA, start=start),
            )
        )
    assert shown.text() == [
        "calls_total 8",
        'wait_seconds_bucket{le="1"} 3',
        'wait_seconds_bucket{le="+Inf"} 11',
        "wait_seconds_sum 8",
        "wait_seconds_count 11",
    ]


def test_deltas_with_other_buckets_begin_anew(started: Started) -> None:
    shown = started(without_scope_info=True)
    shown.exporter.metrics(batch(histogram("wait", [1, 1], [1], 2, 1, kind=DELTA)))
    shown.exporter.metrics(batch(histogram("wait", [1, 0], [2], 1, 2, kind=DELTA, start=1)))
    assert shown.text()[0] == 'wait_seconds_bucket{le="2"} 1'


def test_a_delta_that_comes_twice_counts_once(started: Started) -> None:
    shown = started(without_scope_info=True)
    for _ in range(2):
        answer = shown.exporter.metrics(batch(counter("calls", 3, 1, kind=DELTA)))
    assert answer == Rejected(1, "not shown")
    assert shown.text() == ["calls_total 3"]
    assert shown.host.counts["rejected_points", "overlap"] == 1


def test_an_older_value_does_not_replace_a_newer_one(started: Started) -> None:
    shown = started(without_scope_info=True)
    assert shown.exporter.metrics(batch(gauge("x", 2, 2))) is None
    assert shown.exporter.metrics(batch(gauge("x", 1, 1))) is None
    assert shown.text() == ["x 2"]


@pytest.mark.parametrize("kind", [0, 9])
def test_sums_that_do_not_say_what_they_tell_of_are_rejected(started: Started, kind: int) -> None:
    shown = started()
    assert shown.exporter.metrics(batch(counter("calls", 1, kind=kind))) == Rejected(1, "not shown")
    assert shown.host.counts["rejected_points", "temporality"] == 1


def test_deltas_of_a_sum_that_may_fall_are_rejected(started: Started) -> None:
    shown = started()
    shown.exporter.metrics(batch(counter("open", 1, kind=DELTA, rises=False)))
    assert shown.host.counts["rejected_points", "temporality"] == 1


def test_of_two_types_under_one_name_the_first_is_shown_and_the_log_says_so_once(
    started: Started, caplog: pytest.LogCaptureFixture
) -> None:
    shown = started(without_scope_info=True)
    shown.exporter.metrics(batch(gauge("calls_total", 1)))
    for _ in range(2):
        assert shown.exporter.metrics(batch(counter("calls", 3), gauge("other", 2))) == Rejected(1, "not shown")
    assert shown.text() == ["calls_total 1", "other 2"]
    assert shown.host.counts["rejected_points", "type_conflict"] == 2
    assert [record.getMessage() for record in caplog.records if "calls" in record.getMessage()] == [
        "points of the metric 'calls' are not shown: type_conflict (see the README)"
    ]


def test_a_point_whose_counts_and_bounds_do_not_fit_and_one_without_a_name_are_rejected(started: Started) -> None:
    shown = started()
    shown.exporter.metrics(batch(histogram("wait", [1], [1, 2], 1), gauge("...", 1)))
    assert shown.host.counts["rejected_points", "malformed"] == 1
    assert shown.host.counts["rejected_points", "name"] == 1


def test_no_more_series_are_kept_than_allowed(started: Started) -> None:
    shown = started(without_scope_info=True, max_series=2)
    for number in range(4):
        shown.exporter.metrics(batch(gauge("x", number, model=str(number))))
        shown.exporter.metrics(batch(gauge("x", number, 2, model="0")))
    assert shown.text() == ['x{model="0"} 3', 'x{model="1"} 1']
    assert shown.host.counts["rejected_points", "max_series"] == 2


def test_series_that_nobody_updates_are_gone_after_their_time_and_their_place_is_free(started: Started) -> None:
    shown = started(without_scope_info=True, metric_expiration="5m", max_series=1)
    shown.exporter.metrics(batch(gauge("x", 1)))
    shown.host.clock.advance(seconds=299)
    assert shown.text() == ["x 1"]
    shown.host.clock.advance(seconds=2)
    assert shown.text() == []
    assert shown.exporter.metrics(batch(counter("x_total", 1))) is None


def test_a_series_that_says_its_end_is_gone(started: Started) -> None:
    shown = started()
    shown.exporter.metrics(batch(gauge("x", 1)))
    ended = gauge("x", 0, 2)
    ended.gauge.data_points[0].flags = 1
    shown.exporter.metrics(batch(ended))
    assert shown.text() == []


@pytest.mark.parametrize("temporality", ["cumulative", "delta"])
def test_both_temporalities_show_the_same_totals(started: Started, temporality: str) -> None:
    shown, host = started(), FakeHost()
    meter = Meter(host, MetricsOut.model_validate({"temporality": temporality, "interval": "10s"}), "spansieve.x")
    calls = meter.counter("calls_total", "", labels=("model",))
    for second in range(100):
        if second % 7 == 0:
            calls.cell("shop", str(second % 3)).add(1)
        host.clock.advance(seconds=1)
        meter.tick()
    meter.flush()
    for _, emitted in host.emitted:
        assert isinstance(emitted, MetricBatch)
        assert shown.exporter.metrics(emitted) is None
    assert sorted(shown.text()) == [f'calls_total{{job="shop",model="{model}"}} 5' for model in range(3)]


def test_series_in_which_nothing_changed_are_not_made_text_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(PrometheusConfig(), lambda *_: None)
    meter = Meter(FakeHost(), MetricsOut(), "spansieve.x")
    seconds = meter.histogram("seconds", "", labels=("model", "from"), buckets=[0.1, 0.5, 1, 2, 5, 10, 30, 60])
    for number in range(2_000):
        seconds.cell("shop", str(number % 50), str(number // 50)).record(1.5)
    emitted = meter.collect()
    assert emitted is not None
    store.take(emitted, 0)
    first = store.render("text")
    assert first.count(b"\n") == 2_000 * 11 + 2

    monkeypatch.delattr("spansieve.exporters.prometheus.store.lines")
    store.take(MetricBatch.parse(emitted.encode()), 1)
    assert store.render("text") == first

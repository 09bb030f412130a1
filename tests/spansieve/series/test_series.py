"""series: what is measured, and what leaves for it."""

from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.pdata import DataPoint, MetricBatch
from spansieve.series import CounterCell, Exemplar, GaugeCell, Meter, MetricsOut
from spansieve.series.cells import better
from spansieve.testing import FakeHost

NOW_NS = FakeHost().clock.time_ns()


def made(**config: object) -> tuple[FakeHost, Meter]:
    host = FakeHost()
    return host, Meter(host, MetricsOut.model_validate(config), "spansieve.test")


def span(seconds: float = 0, *, is_error: bool = False, name: bytes = b"s") -> Exemplar:
    return Exemplar(b"t" * 16, name * 8, NOW_NS + round(seconds * 1e9), is_error)


def points(batch: MetricBatch | None) -> dict[tuple[object, ...], DataPoint]:
    """By service, metric and the attributes' values."""
    assert batch is not None
    return {
        (
            point.resource.attributes["service.name"],
            point.metric.name,
            *(value for _, value in point.attributes.items()),
        ): point
        for point in MetricBatch.parse(batch.encode())
    }


def sent(host: FakeHost) -> list[dict[tuple[object, ...], DataPoint]]:
    found = [points(batch) for _, batch in host.emitted if isinstance(batch, MetricBatch)]
    host.emitted.clear()
    return found


def test_a_counter_leaves_as_a_monotonic_sum_since_its_first_value_by_service() -> None:
    host, meter = made()
    tokens = meter.counter("ai_tokens_total", "Tokens.", unit="{token}", labels=("model", "type"))
    tokens.cell("shop", "gpt", "prompt").add(3)
    tokens.cell("shop", "gpt", "prompt").add(4)
    tokens.cell("bank", "gpt", "completion").add(1)
    host.clock.advance(seconds=5)

    left = points(meter.collect())

    assert {key: point.value for key, point in left.items()} == {
        ("shop", "ai_tokens_total", "gpt", "prompt"): 7,
        ("bank", "ai_tokens_total", "gpt", "completion"): 1,
    }
    point = left["shop", "ai_tokens_total", "gpt", "prompt"]
    assert dict(point.attributes.items()) == {"model": "gpt", "type": "prompt"}
    assert (point.start_time_unix_nano, point.time_unix_nano) == (NOW_NS, NOW_NS + 5_000_000_000)
    assert (point.metric.type, point.metric.is_monotonic, point.metric.aggregation_temporality) == ("sum", True, 2)
    assert (point.metric.unit, point.metric.description) == ("{token}", "Tokens.")
    assert point.scope.name == "spansieve.test"


def test_metrics_leave_every_interval_and_not_between() -> None:
    host, meter = made(interval="10s")
    meter.counter("calls_total", "").cell("shop").add(1)
    for _ in range(199):
        host.clock.advance(seconds=0.1)
        meter.tick()
    assert len(sent(host)) == 1


def test_a_histogram_counts_a_value_on_a_bound_below_it() -> None:
    _, meter = made()
    cell = meter.histogram("seconds", "", buckets=[1, 5]).cell("shop")
    for value in (0.5, 1, 1.5, 5, 7):
        cell.record(value)
    point = points(meter.collect())["shop", "seconds"]
    assert point.explicit_bounds == (1, 5)
    assert point.bucket_counts == (2, 2, 1)
    assert (point.count, point.sum) == (5, 15)


def test_a_gauge_shows_its_last_value_and_nothing_where_none_is_known() -> None:
    _, meter = made()
    ratio = meter.gauge("ratio", "", unit="1", labels=("model",))
    ratio.cell("shop", "a").set(0.5)
    ratio.cell("shop", "a").set(0.25)
    ratio.cell("shop", "b").set(1)
    ratio.cell("shop", "b").set(None)
    left = points(meter.collect())
    assert {key: point.value for key, point in left.items()} == {("shop", "ratio", "a"): 0.25}
    assert left["shop", "ratio", "a"].metric.type == "gauge"


def test_nothing_measured_is_nothing_sent() -> None:
    host, meter = made()
    meter.gauge("ratio", "").cell("shop").set(None)
    assert meter.collect() is None
    assert meter.flush()
    assert host.emitted == []


def test_an_absent_label_is_left_out_and_an_empty_one_is_not() -> None:
    _, meter = made()
    family = meter.counter("calls_total", "", labels=("model", "error.type"))
    family.cell("shop", "", None).add(1)
    (point,) = points(meter.collect()).values()
    assert dict(point.attributes.items()) == {"model": ""}


def test_ten_thousand_tools_leave_two_hundred_and_other_and_the_difference_is_counted() -> None:
    host, meter = made()
    tools = meter.counter("tool_executions_total", "", labels=("tool", "status"))
    for _ in range(2):
        for number in range(10_000):
            tools.cell("shop", f"tool {number}", "success").add(1)
    left = points(meter.collect())
    assert len(left) == 201
    assert left["shop", "tool_executions_total", "other", "success"].value == 2 * 9_800
    assert sum(int(point.value or 0) for point in left.values()) == 20_000
    assert host.counts["spansieve_metric_overflow", "tool", "tool_executions_total"] == 9_800


@pytest.mark.parametrize(
    ("label", "limit"), [("model", 100), ("operation", 50), ("error_type", 30), ("anything", 100), ("tool", 200)]
)
def test_each_label_has_its_limit(label: str, limit: int) -> None:
    _, meter = made()
    family = meter.counter("calls_total", "", labels=(label,))
    for number in range(limit + 5):
        family.cell("shop", str(number)).add(1)
    assert len(family.cells()) == limit + 1


def test_services_are_limited_as_well_and_less_as_a_label_than_as_whose_it_is() -> None:
    host, meter = made()
    family, labelled = meter.counter("calls_total", ""), meter.counter("asks_total", "", labels=("service",))
    for number in range(510):
        family.cell(f"service {number}").add(1)
        labelled.cell("shop", f"service {number}").add(1)
    left = points(meter.collect())
    assert len(left) == 501 + 51
    assert left["other", "calls_total"].value == 10
    assert left["shop", "asks_total", "other"].value == 460
    assert host.counts["spansieve_metric_overflow", "service.name", "calls_total"] == 10
    assert host.counts["spansieve_metric_overflow", "service", "asks_total"] == 460


def test_a_metric_has_two_thousand_series_and_one_for_the_rest() -> None:
    host, meter = made()
    family = meter.counter("calls_total", "", labels=("model", "from"))
    for model in range(100):
        for source in range(50):
            family.cell("shop", f"m{model}", f"s{source}").add(1)
    left = points(meter.collect())
    assert len(left) == 2_001
    assert left["shop", "calls_total", "other", "other"].value == 3_000
    assert host.counts["spansieve_metric_overflow", "series", "calls_total"] == 3_000


def test_labels_are_cleaned_and_what_is_the_same_then_is_one_series() -> None:
    _, meter = made()
    family = meter.counter("calls_total", "", labels=("model",))
    family.cell("shop", "a\x00b\nc\u2028" + "x" * 200).add(1)
    family.cell("shop", "abc" + "x" * 300).add(1)
    ((_, _, model),) = points(meter.collect())
    assert model == "abc" + "x" * 117


def test_a_wrong_number_of_labels_is_said() -> None:
    _, meter = made()
    with pytest.raises(ValueError, match="calls_total has the labels model, type"):
        meter.counter("calls_total", "", labels=("model", "type")).cell("shop", "gpt")


def test_a_series_that_nobody_updates_is_gone_after_its_time_and_begins_anew() -> None:
    host, meter = made(series_ttl="1h")
    family = meter.counter("calls_total", "", labels=("model",))
    family.cell("shop", "old").add(5)
    family.cell("shop", "new").add(1)
    meter.collect()
    host.clock.advance(seconds=3599)
    family.cell("shop", "new").add(1)
    host.clock.advance(seconds=1)
    assert list(points(meter.collect())) == [("shop", "calls_total", "new")]

    family.cell("shop", "old").add(1)
    point = points(meter.collect())["shop", "calls_total", "old"]
    assert point.value == 1
    assert point.start_time_unix_nano == host.clock.time_ns()


def test_a_label_that_is_gone_makes_room_for_another() -> None:
    host, meter = made(series_ttl="1h")
    family = meter.counter("calls_total", "", labels=("model",))
    for number in range(100):
        family.cell("shop", f"old {number}").add(1)
    family.cell("shop", "new").add(1)
    meter.collect()
    host.clock.advance(seconds=4000)
    meter.collect()
    family.cell("shop", "new").add(1)
    assert list(points(meter.collect())) == [("shop", "calls_total", "new")]


def keep_counter(meter: Meter) -> Callable[[], object]:
    cell = meter.counter("x", "").cell("shop")
    return lambda: cell.add(1)


def keep_histogram(meter: Meter) -> Callable[[], object]:
    cell = meter.histogram("x", "", buckets=[2]).cell("shop")
    return lambda: cell.record(1)


def keep_gauge(meter: Meter) -> Callable[[], object]:
    cell = meter.gauge("x", "").cell("shop")
    return lambda: cell.set(1)


@pytest.mark.parametrize("keep", [keep_counter, keep_histogram, keep_gauge])
def test_what_is_added_to_a_cell_that_was_kept_for_too_long_is_not_lost(
    keep: Callable[[Meter], Callable[[], object]],
) -> None:
    host, meter = made(series_ttl="1h")
    update = keep(meter)
    update()
    meter.collect()
    host.clock.advance(seconds=4000)
    assert meter.collect() is None
    for _ in range(2):
        update()
        meter.collect()
    point = points(meter.collect())["shop", "x"]
    assert (point.value if point.metric.type != "histogram" else point.count) in {1, 2}
    assert point.metric.type == "gauge" or (point.value or point.count) == 2


def test_deltas_tell_what_came_since_the_last_and_only_of_what_came() -> None:
    host, meter = made(temporality="delta", interval="10s")
    calls = meter.counter("calls_total", "", labels=("model",))
    seconds = meter.histogram("seconds", "", buckets=[1])
    calls.cell("shop", "a").add(5)
    calls.cell("shop", "b").add(1)
    seconds.cell("shop").record(0.5)
    host.clock.advance(seconds=10)
    meter.tick()
    host.clock.advance(seconds=10)
    meter.tick()
    host.clock.advance(seconds=10)
    calls.cell("shop", "a").add(2)
    seconds.cell("shop").record(3)
    meter.tick()

    first, second = sent(host)

    assert first["shop", "calls_total", "a"].value == 5
    assert first["shop", "calls_total", "a"].metric.aggregation_temporality == 1
    assert list(second) == [("shop", "calls_total", "a"), ("shop", "seconds")]
    point = second["shop", "calls_total", "a"]
    assert point.value == 2
    assert point.start_time_unix_nano == first["shop", "calls_total", "a"].time_unix_nano
    histogram = second["shop", "seconds"]
    assert (histogram.count, histogram.sum, histogram.bucket_counts) == (1, 3, (0, 1))


def test_while_there_is_no_room_deltas_wait_and_none_is_lost() -> None:
    host, meter = made(temporality="delta", interval="10s")
    cell = meter.counter("calls_total", "").cell("shop")
    host.full = True
    for _ in range(5):
        cell.add(1)
        host.clock.advance(seconds=10)
        meter.tick()
    host.full = False
    meter.tick()
    assert meter.flush()
    values = [next(iter(each.values())).value for each in sent(host)]
    assert values == [1, 4]


def test_deltas_that_waited_for_room_for_longer_than_series_live_are_not_lost() -> None:
    host, meter = made(temporality="delta", interval="10s", series_ttl="60s")
    calls = meter.counter("calls_total", "", labels=("tool",))
    host.full = True
    for tool in ("before", "meanwhile"):
        calls.cell("shop", tool).add(2)
        for _ in range(20):
            host.clock.advance(seconds=10)
            meter.tick()
    host.full = False
    for _ in range(2):
        host.clock.advance(seconds=10)
        meter.tick()
    told = [(key[2], point.value) for each in sent(host) for key, point in each.items()]
    assert sorted(told) == [("before", 2), ("meanwhile", 2)]


def test_while_there_is_no_room_a_round_of_cumulative_numbers_is_missed_and_the_next_says_all() -> None:
    host, meter = made(interval="10s")
    cell = meter.counter("calls_total", "").cell("shop")
    for full in (True, True, False):
        host.full = full
        cell.add(1)
        host.clock.advance(seconds=10)
        meter.tick()
        meter.tick()
    assert [point.value for each in sent(host) for point in each.values()] == [3]


def many(meter: Meter, count: int = 1_700) -> list[GaugeCell | CounterCell]:
    """So many series, of two metrics."""
    seen, calls = meter.gauge("seen", "", labels=("a", "b")), meter.counter("calls_total", "", labels=("a", "b"))
    keys = [(str(number % 50), str(number // 50)) for number in range(count // 2)]
    return [family.cell("shop", *key) for family in (seen, calls) for key in keys]


def touch(cells: list[GaugeCell | CounterCell]) -> None:
    for cell in cells:
        if isinstance(cell, GaugeCell):
            cell.set(1)
        else:
            cell.add(1)


def rounds(host: FakeHost, meter: Meter, seconds: float) -> list[dict[tuple[object, ...], DataPoint]]:
    """What leaves within `seconds`, by tick."""
    for _ in range(round(seconds * 10)):
        host.clock.advance(seconds=0.1)
        meter.tick()
    return sent(host)


def test_many_series_leave_in_parts_each_with_its_time_and_each_once() -> None:
    host, meter = made(interval="10s")
    touch(many(meter))
    parts = rounds(host, meter, 19)
    assert [len(part) for part in parts] == [500, 500, 500, 200]
    assert len({key for part in parts for key in part}) == 1_700
    times = [{point.time_unix_nano for point in part.values()} for part in parts]
    assert [len(one) for one in times] == [1] * 4
    assert [max(one) - max(times[0]) for one in times] == [0, 100_000_000, 200_000_000, 300_000_000]
    assert len(rounds(host, meter, 10)) == 4


def test_a_round_fills_half_its_interval_at_most() -> None:
    host, meter = made(interval="400ms")
    touch(many(meter))
    assert [len(part) for part in rounds(host, meter, 0.7)] == [850, 850]


def test_deltas_in_parts_add_up_whatever_changes_and_finds_no_room_between() -> None:
    host, meter = made(interval="10s", temporality="delta")
    cells = many(meter)
    counts: dict[tuple[object, ...], float] = defaultdict(float)
    for step in range(300):
        host.full = step % 7 < 4
        if step % 9 == 0:
            touch(cells)
        for part in rounds(host, meter, 0.1):
            for key, point in part.items():
                counts[key] += float(point.value or 0) if key[1] == "calls_total" else 0
    host.full = False
    assert meter.flush()
    for part in sent(host):
        for key, point in part.items():
            counts[key] += float(point.value or 0) if key[1] == "calls_total" else 0
    assert {count for key, count in counts.items() if key[1] == "calls_total"} == {34}


def test_a_series_that_ends_within_a_round_is_left_out_of_the_rest() -> None:
    host, meter = made(interval="10s")
    calls = meter.counter("calls_total", "", labels=("a", "b"))
    for number in range(600):
        calls.cell(f"shop {number // 300}", str(number % 50), str(number // 50)).add(1)
    parts = rounds(host, meter, 10)
    calls.drop("shop 1")
    assert [len(part) for part in parts] == [500]
    assert rounds(host, meter, 1) == []


def test_a_stop_within_a_round_sends_the_rest_and_all_that_there_is() -> None:
    host, meter = made(interval="10s", temporality="delta")
    cells = many(meter)
    touch(cells)
    left = rounds(host, meter, 10)
    touch(cells)
    assert meter.flush()
    left += sent(host)
    assert sum(point.value or 0 for part in left for key, point in part.items() if key[1] == "calls_total") == 1_700


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 50)), max_size=60))
def test_rounded_counts_of_weighted_values_never_run_back(values: list[tuple[float, float]]) -> None:
    _, meter = made()
    cell = meter.histogram("x", "", buckets=[1, 2, 5]).cell("shop")
    before = cell.rounded()
    for value, weight in values:
        cell.record(value, weight=weight)
        after = cell.rounded()
        assert all(old <= new for old, new in zip(before, after, strict=True))
        before = after
    assert sum(before) == pytest.approx(sum(weight for _, weight in values), abs=2)


@given(st.lists(st.floats(0, 100)), st.lists(st.floats(0, 100)))
def test_two_halves_added_up_are_the_whole(one: list[float], other: list[float]) -> None:
    _, meter = made()
    family = meter.histogram("x", "", buckets=[1, 10], labels=("half",))
    first, second, whole = (family.cell("shop", half) for half in ("1", "2", "whole"))
    for cell, values in ((first, one), (second, other), (whole, one + other)):
        for value in values:
            cell.record(value)
    first.absorb(second)
    assert first.counts == whole.counts
    assert first.total == pytest.approx(whole.total)


def test_the_newest_exemplar_stands_in_its_bucket_with_the_value_and_the_span() -> None:
    host, meter = made()
    cell = meter.histogram("seconds", "", buckets=[1]).cell("shop")
    cell.record(0.5, span(0, name=b"a"))
    cell.record(0.6, span(2, name=b"b"))
    cell.record(3, span(1, name=b"c"))
    host.clock.advance(seconds=2)
    found = points(meter.collect())["shop", "seconds"].exemplars
    assert [(one.value, one.span_id, one.trace_id) for one in found] == [
        (0.6, b"b" * 8, b"t" * 16),
        (3, b"c" * 8, b"t" * 16),
    ]
    assert [one.time_unix_nano - NOW_NS for one in found] == [2_000_000_000, 1_000_000_000]


def test_no_exemplar_is_of_a_time_to_come() -> None:
    _, meter = made()
    meter.histogram("seconds", "", buckets=[1]).cell("shop").record(0.5, span(10**9))
    (found,) = points(meter.collect())["shop", "seconds"].exemplars
    assert found.time_unix_nano == NOW_NS


def test_a_counter_has_one_exemplar() -> None:
    _, meter = made()
    meter.counter("errors_total", "").cell("shop").add(2, span(is_error=True))
    (found,) = points(meter.collect())["shop", "errors_total"].exemplars
    assert found.value == 2


@pytest.mark.parametrize(
    ("old", "new", "wins"),
    [
        (span(0), span(0.9), "old"),
        (span(0), span(1), "new"),
        (span(5), span(0), "old"),
        (span(3600), span(0), "new"),
        (span(0), span(0.1, is_error=True), "new"),
        (span(5), span(0, is_error=True), "new"),
        (span(0, is_error=True), span(299), "old"),
        (span(0, is_error=True), span(300), "new"),
        (span(0, is_error=True), span(0.5, is_error=True), "old"),
        (span(0, is_error=True), span(1, is_error=True), "new"),
    ],
)
def test_which_of_two_exemplars_stays(old: Exemplar, new: Exemplar, wins: str) -> None:
    assert better((1.0, old), (2.0, new)) == ((1.0, old) if wins == "old" else (2.0, new))


def test_windows_know_what_came_in_five_minutes_and_in_an_hour_over_all_services() -> None:
    host, meter = made()
    calls = meter.counter("calls_total", "", labels=("status",), windowed=True)
    calls.cell("shop", "success").add(10)
    for _ in range(4):
        host.clock.advance(seconds=100)
        meter.tick()
    calls.cell("shop", "success").add(1)
    calls.cell("bank", "success").add(2)
    calls.cell("bank", "error").add(4)

    assert calls.increase(300) == {("success",): 3, ("error",): 4}
    assert calls.increase(3600) == {("success",): 13, ("error",): 4}
    trend = calls.trend(lambda labels: labels == ("success",))
    assert len(trend) == 60
    assert (sum(trend), trend[-1]) == (13, 3)

    host.clock.advance(seconds=3700)
    meter.tick()
    assert calls.increase(3600) == {}


def test_windows_of_a_histogram_tell_counts_and_sums() -> None:
    _, meter = made()
    retries = meter.histogram("retries", "", buckets=[0, 1], windowed=True)
    retries.cell("shop").record(2)
    retries.cell("shop").record(3)
    assert retries.increase(300) == {(): 2}
    assert retries.sums(300) == {(): 5}
    assert sum(retries.trend_of_sums()) == 5


def test_a_family_without_windows_says_so() -> None:
    _, meter = made()
    with pytest.raises(ValueError, match="windowed=True"):
        meter.counter("calls_total", "").increase(300)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 9)), max_size=30))
def test_a_window_holds_what_is_as_old_as_its_length_to_a_step(given: list[tuple[int, int]]) -> None:
    host, meter = made()
    calls = meter.counter("calls_total", "", windowed=True)
    at = 0
    for second, amount in sorted(given):
        host.clock.advance(seconds=second - at)
        meter.tick()
        at = second
        calls.cell("shop").add(amount)
    for length, step in ((300, 10), (3600, 60)):
        least = sum(amount for second, amount in given if at - second <= length - step)
        most = sum(amount for second, amount in given if at - second <= length)
        assert least <= sum(calls.increase(length).values()) <= most


def test_gauges_that_are_set_only_when_somebody_looks_are_refreshed_then() -> None:
    host, meter = made(interval="10s")
    gauge = meter.gauge("pending", "").cell("spansieve")
    meter.refresh = lambda: gauge.set(host.clock.monotonic())
    host.clock.advance(seconds=10)
    meter.tick()
    assert [point.value for each in sent(host) for point in each.values()] == [host.clock.monotonic()]


def test_a_name_twice_and_bounds_that_fall_are_refused() -> None:
    _, meter = made()
    meter.counter("calls_total", "")
    with pytest.raises(ValueError, match="exists already"):
        meter.gauge("calls_total", "")
    with pytest.raises(ValueError, match="rise"):
        meter.histogram("seconds", "", buckets=[1, 1])


def test_a_ttl_below_the_interval_is_refused_with_the_mend() -> None:
    with pytest.raises(ValidationError, match="Set series_ttl to interval or more"):
        MetricsOut.model_validate({"interval": "1m", "series_ttl": "10s"})


def test_a_sum_too_large_for_an_integer_is_a_double() -> None:
    _, meter = made()
    cell = meter.counter("tokens_total", "").cell("shop")
    cell.add(2**63 - 1)
    cell.add(2**63 - 1)
    assert points(meter.collect())["shop", "tokens_total"].value == pytest.approx(2.0**64)


@given(st.lists(st.floats(0, 20), max_size=30))
def test_many_values_at_once_count_as_one_after_another(values: list[float]) -> None:
    _, meter = made()
    family = meter.histogram("took_seconds", "Time.", buckets=(1, 5, 10), labels=("how",))
    once, singly = family.cell("shop", "once"), family.cell("shop", "singly")
    once.record_all(values, lambda at: span(0, name=str(at % 10).encode()), 2.0)
    for at, value in enumerate(values):
        singly.record(value, span(at, name=str(at % 10).encode()), 2.0)
    assert once.counts == singly.counts
    assert once.total == pytest.approx(singly.total)
    shown = [[one and (one[0], one[1].span_id) for one in cell.exemplars] for cell in (once, singly)]
    assert shown[0] == shown[1], "the last one of each bucket"

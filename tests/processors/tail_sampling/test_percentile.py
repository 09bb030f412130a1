"""latency_percentile: slow for its own operation."""

from spansieve.processors.tail_sampling.facts import TraceFacts
from spansieve.processors.tail_sampling.policies.base import Vote
from spansieve.processors.tail_sampling.policies.own_config import LatencyPercentileConfig
from spansieve.processors.tail_sampling.policies.percentile import (
    MAX_OPERATIONS,
    OTHER,
    Durations,
    LatencyPercentile,
    operation_of,
)
from spansieve.testing import FakeClock
from tests.processors.tail_sampling.whole_traces import NOT_SAMPLE, NOW, SAMPLE, Part, spans_of, trace_of


def taking(ms: float, name: str = "op") -> TraceFacts:
    return trace_of(Part(name=name, duration_ms=ms))


def votes(policy: LatencyPercentile, *traces: TraceFacts) -> list[Vote]:
    return [policy.vote(trace, NOW).vote for trace in traces]


def test_nothing_is_slow_before_enough_was_seen() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(min_samples=10))
    assert votes(policy, *[taking(10)] * 9, taking(500), taking(500)) == [NOT_SAMPLE] * 10 + [SAMPLE]


def test_a_trace_is_judged_by_those_before_it_and_then_counts() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(percentile=50, min_samples=1))
    assert votes(policy, taking(10), taking(20), taking(20), taking(20), taking(20)) == [
        NOT_SAMPLE,
        SAMPLE,
        SAMPLE,
        NOT_SAMPLE,
        NOT_SAMPLE,
    ]


def test_traces_that_all_take_the_same_are_never_slow() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(min_samples=1))
    assert votes(policy, *[taking(100)] * 20) == [NOT_SAMPLE] * 20


def test_what_is_shorter_than_the_least_is_not_slow() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(min_samples=5, min_ms=50))
    assert votes(policy, *[taking(1)] * 5, taking(49), taking(50)) == [NOT_SAMPLE] * 6 + [SAMPLE]


def test_each_operation_is_judged_by_itself() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(min_samples=5))
    votes(policy, *[taking(10, "quick")] * 5, *[taking(1000, "long")] * 5)
    assert votes(policy, taking(100, "long"), taking(100, "quick")) == [NOT_SAMPLE, SAMPLE]


def test_all_spans_of_the_trace_count_for_its_duration() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(min_samples=1))
    late = trace_of(Part("a", duration_ms=5), Part("b", "a", start_ms=80, duration_ms=5, name="tool"))
    assert votes(policy, taking(50), late) == [NOT_SAMPLE, SAMPLE]


def test_what_is_older_than_the_window_counts_no_more() -> None:
    clock = FakeClock()
    policy = LatencyPercentile("p", clock, LatencyPercentileConfig.model_validate({"min_samples": 5, "window": "600s"}))
    votes(policy, *[taking(10)] * 5)
    clock.advance(seconds=599)
    assert votes(policy, taking(100)) == [SAMPLE]
    clock.advance(seconds=601)
    assert votes(policy, taking(100)) == [NOT_SAMPLE]


def test_half_a_window_is_always_remembered() -> None:
    clock = FakeClock()
    policy = LatencyPercentile("p", clock, LatencyPercentileConfig.model_validate({"min_samples": 5, "window": "600s"}))
    clock.advance(seconds=299)
    votes(policy, *[taking(10)] * 5)
    clock.advance(seconds=299)
    assert votes(policy, taking(100)) == [SAMPLE]


def test_operations_beyond_the_most_share_one() -> None:
    durations = Durations(FakeClock(), 600)
    for number in range(MAX_OPERATIONS):
        durations.add((str(number),), 10)
    durations.add(("one more",), 10)
    assert durations.exceeds(("and one more",), 100, 0.95, 1)
    assert durations.exceeds(OTHER, 100, 0.5, 1)
    assert durations.exceeds(("0",), 100, 0.95, 1)
    assert not durations.exceeds(("0",), 100, 0.95, 2)


LATE = NOW._replace(late=True)


def test_a_trace_whose_root_comes_late_counts_once_as_what_it_is_then() -> None:
    policy = LatencyPercentile("p", FakeClock(), LatencyPercentileConfig(percentile=50, min_samples=2))
    early = [trace_of(Part("b", "a", name="child"), trace_id=number * 16) for number in (b"1", b"2")]
    votes(policy, *early)
    for trace in early:
        trace.join(trace_of(Part("a", name="root", duration_ms=20), trace_id=trace.trace_id))
        policy.vote(trace, LATE)
    assert votes(policy, taking(500, "child")) == [NOT_SAMPLE]
    assert votes(policy, taking(500, "root")) == [SAMPLE]


def test_what_is_counted_no_more_is_gone_from_each_half_of_the_window_that_has_it() -> None:
    clock = FakeClock()
    durations = Durations(clock, 600)
    for halves in range(4):
        durations.add(("op",), 10)
        seen = durations.add(("op",), 20)
        clock.advance(seconds=halves * 300)
        durations.remove(seen)
        assert durations.exceeds(("op",), 15, 0.9, 1) == (halves < 2)  # 10 alone is left, or nothing


def test_the_root_tells_the_operation_and_else_the_earliest_span() -> None:
    early = Part("b", "a", name="early", start_ms=0)
    root = Part("a", name="root", start_ms=5, attributes={"agent": "billing", "n": 3}, resource={"service.name": "x"})
    assert operation_of(spans_of(early, root), ["name"]) == ("root",)
    assert operation_of(spans_of(early, Part("c", "a", start_ms=1)), ["name"]) == ("early",)
    per = ["name", "agent", "n", "service.name", "missing"]
    assert operation_of(spans_of(early, root), per) == ("root", "billing", "3", "x", "")

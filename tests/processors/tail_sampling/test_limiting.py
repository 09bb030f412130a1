"""Limiters: what passes, and how likely it was."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.tail_sampling.policies import Vote
from spansieve.processors.tail_sampling.policies.limiting import Bucket
from spansieve.processors.tail_sampling.probability import rounded, threshold_of_share

from .traces import Sampler, Spec, policy

SPAN = Spec()


def test_a_bucket_starts_full_and_a_trace_pays_for_all_its_spans_or_none() -> None:
    sampler = Sampler(policy("rate_limiting", spans_per_second=1, burst_capacity=5))
    assert not sampler.keeps(*[SPAN] * 6)  # never, and it costs nothing
    assert sampler.keeps(*[SPAN] * 3)
    assert not sampler.keeps(*[SPAN] * 3)
    assert sampler.keeps(*[SPAN] * 2)
    sampler.clock.advance(seconds=0.5)
    assert not sampler.keeps(SPAN)
    sampler.clock.advance(seconds=0.5)
    assert sampler.keeps(SPAN)
    sampler.clock.advance(seconds=100)
    assert sampler.keeps(*[SPAN] * 5)
    assert not sampler.keeps(SPAN)


def test_the_burst_is_two_seconds_worth_by_default() -> None:
    sampler = Sampler(policy("rate_limiting", spans_per_second=2))
    assert sampler.keeps(*[SPAN] * 4)
    assert not sampler.keeps(SPAN)


def test_bytes_are_those_of_the_spans_on_the_wire() -> None:
    size = Sampler(policy("always_sample")).facts(SPAN).size_bytes
    sampler = Sampler(policy("bytes_limiting", bytes_per_second=1, burst_capacity=2 * size))
    assert [sampler.keeps(SPAN) for _ in range(3)] == [True, True, False]


def test_a_late_trace_is_not_asked_about_again() -> None:
    sampler = Sampler(policy("rate_limiting", spans_per_second=1))
    assert not sampler.keeps(SPAN, late=True)
    assert sampler.keeps(SPAN, SPAN)  # nothing was spent


def test_the_threshold_is_the_share_of_spans_that_passed_in_ten_seconds() -> None:
    sampler = Sampler(policy("rate_limiting", spans_per_second=0.1, burst_capacity=2))
    assert sampler.verdict(SPAN) == (Vote.SAMPLE, 0, "", None)
    assert sampler.verdict(*[SPAN] * 6).vote is Vote.NOT_SAMPLE
    assert sampler.verdict(SPAN).threshold == rounded(threshold_of_share(2 / 8))
    sampler.clock.advance(seconds=10)
    assert sampler.verdict(SPAN).threshold == 0


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 20)), max_size=30), st.floats(0.1, 10), st.integers(1, 20))
def test_no_bucket_gives_more_than_its_burst_and_rate(asked: list[tuple[float, int]], rate: float, burst: int) -> None:
    bucket, now, passed = Bucket(rate, burst), 0.0, 0
    for wait, cost in asked:
        now += wait
        passed += cost if bucket.take(cost, now) else 0
        assert passed <= burst + rate * now + 1e-6


def test_a_clock_that_runs_back_refills_nothing() -> None:
    bucket = Bucket(1, 1)
    assert bucket.take(1, 10.0)
    assert not bucket.take(1, 5.0)
    assert bucket.take(1, 6.0)

"""rare_error: the first of each pattern, then a share."""

from spansieve.processors.tail_sampling.facts import TraceFacts
from spansieve.processors.tail_sampling.policies.base import Verdict
from spansieve.processors.tail_sampling.policies.own_config import RareErrorConfig
from spansieve.processors.tail_sampling.policies.rare import MAX_PATTERNS, RareError, Sightings
from spansieve.sampling import ALL_RANDOMNESS, probability_of
from spansieve.testing import FakeClock
from tests.processors.tail_sampling.whole_traces import NOT_SAMPLE, NOW, SAMPLE, TRACE_ID

KEY = "TimeoutError:bash"


def trace(randomness: int = 0) -> TraceFacts:
    facts = TraceFacts(TRACE_ID, 0.0)
    facts.sampled_before(f"ot=rv:{randomness:014x}")
    return facts


def policy(clock: FakeClock, *patterns: str, first: int = 2, every: int = 4) -> RareError:
    config = RareErrorConfig.model_validate({"first": first, "then_every": every, "window": "60s"})
    return RareError("r", clock, config, lambda _: patterns)


def test_the_first_are_kept_surely_and_then_a_share_with_its_threshold() -> None:
    rare = policy(FakeClock(), KEY)
    assert [rare.vote(trace(), NOW) for _ in range(3)] == [Verdict(SAMPLE), Verdict(SAMPLE), Verdict(NOT_SAMPLE)]
    vote, threshold, *_ = rare.vote(trace(ALL_RANDOMNESS), NOW)
    assert (vote, probability_of(threshold)) == (SAMPLE, 0.25)
    assert rare.vote(trace(threshold), NOW).vote == SAMPLE
    assert rare.vote(trace(threshold - 1), NOW).vote == NOT_SAMPLE


def test_a_trace_without_an_error_is_none_of_its_business() -> None:
    assert policy(FakeClock()).vote(trace(ALL_RANDOMNESS), NOW) == Verdict(NOT_SAMPLE)


def test_one_rare_cause_among_several_is_enough_and_each_counts_once_a_trace() -> None:
    causes = [KEY, KEY]
    rare = RareError("r", FakeClock(), RareErrorConfig(first=2), lambda _: causes)
    assert [rare.vote(trace(), NOW).vote for _ in range(3)] == [SAMPLE, SAMPLE, NOT_SAMPLE]
    causes.append("KeyError:read")
    assert rare.vote(trace(), NOW) == Verdict(SAMPLE)


def test_a_late_root_is_no_sighting_of_what_was_seen_of_the_trace_before() -> None:
    causes = [KEY]
    rare = RareError("r", FakeClock(), RareErrorConfig(first=2), lambda _: causes)
    late = NOW._replace(late=True)
    assert [rare.vote(trace(), now).vote for now in (NOW, late, late)] == [SAMPLE] * 3
    assert [rare.vote(trace(), now).vote for now in (NOW, NOW, late)] == [SAMPLE, NOT_SAMPLE, NOT_SAMPLE]
    causes.append("KeyError:read")
    assert rare.vote(trace(), late) == Verdict(SAMPLE)


def test_one_of_one_is_all_and_a_first_of_none_is_the_share_alone() -> None:
    assert policy(FakeClock(), KEY, first=0, every=1).vote(trace(), NOW) == Verdict(SAMPLE)
    assert policy(FakeClock(), KEY, first=0).vote(trace(), NOW) == Verdict(NOT_SAMPLE)


def test_only_what_was_seen_in_the_window_counts() -> None:
    clock = FakeClock()
    seen = Sightings(clock, first=2, window=60)
    assert [seen.is_rare("a"), seen.is_rare("a"), seen.is_rare("a")] == [True, True, False]
    clock.advance(seconds=59)
    assert not seen.is_rare("a")
    clock.advance(seconds=1.5)
    assert seen.is_rare("a")
    assert not seen.is_rare("a")


def test_patterns_are_counted_apart_and_the_longest_unseen_is_forgotten() -> None:
    seen = Sightings(FakeClock(), first=1, window=60)
    names = [str(number) for number in range(MAX_PATTERNS)]
    assert all(map(seen.is_rare, names))
    assert not seen.is_rare("0")
    assert seen.is_rare("one more")
    assert not seen.is_rare("0")
    assert seen.is_rare("1")

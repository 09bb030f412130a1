"""The final decision: whose vote counts, and what is told of it."""

from typing import Any

import pytest

from spansieve.processors.tail_sampling.decide import Outcome

from .test_combining import ALL, FAILS, HASH, HIGH, MOST, NONE, limited
from .traces import Sampler, Spec, policy, text

DROPS = policy("drop", "drops", drop_sub_policy=[text("d", "drop")])
VETO = text("veto", "bot", invert_match=True)
ALLOW = text("allow", "missing", invert_match=True)
DROPPED, VETOED = Spec({"drop": "v"}), Spec({"bot": "v"})
OFF = {"errors": {"keep": False}}


def told(outcome: Outcome) -> tuple[bool, str, str]:
    """What people see of it."""
    return outcome.kept, outcome.policy, outcome.reason


@pytest.mark.parametrize(
    ("policies", "spans", "kept", "by"),
    [
        ([ALL, DROPS], [DROPPED], False, "drops"),
        ([ALL, DROPS], [Spec()], True, "all"),
        ([ALL, VETO], [VETOED], False, "veto"),
        ([NONE, ALL, policy("always_sample", "more")], [Spec()], True, "all"),
        ([ALLOW], [Spec()], True, "allow"),
        ([ALLOW, NONE], [Spec()], False, ""),
        ([ALLOW, DROPS], [Spec()], False, ""),  # `drops` voted not_sample
        ([ALLOW, ALL], [Spec()], True, "all"),
        ([NONE], [Spec()], False, ""),
        ([FAILS, ALLOW], [Spec()], True, "allow"),
        ([FAILS], [Spec()], False, ""),
    ],
)
def test_the_first_row_that_applies_decides(policies: list[Any], spans: list[Spec], kept: bool, by: str) -> None:
    assert told(Sampler(*policies, **OFF).decide(*spans)) == (kept, by, "policy")


def test_after_a_drop_no_further_policy_is_asked() -> None:
    sampler = Sampler(limited(1), DROPS)
    outcome = sampler.decide(DROPPED)
    assert [*outcome.asked] == ["drops"]
    assert outcome.vetoed
    assert sampler.keeps()
    assert not sampler.decide().vetoed


def test_limiters_are_asked_though_an_earlier_policy_samples() -> None:
    sampler = Sampler(ALL, limited(1), text("k"))
    assert [*sampler.decide().asked] == ["all", "limited", "k"]
    assert [vote.value for vote in sampler.decide().votes] == ["sample", "not_sample", "not_sample"]


def test_on_first_match_those_behind_are_not_asked_but_drops_are_first() -> None:
    sampler = Sampler(NONE, ALL, limited(1), VETO, DROPS, sample_on_first_match=True)
    outcome = sampler.decide(VETOED)
    assert [*outcome.asked] == ["drops", "none", "all"]
    assert outcome.kept
    assert not sampler.keeps(DROPPED)


def test_on_first_match_a_veto_before_it_still_counts() -> None:
    assert not Sampler(VETO, ALL, sample_on_first_match=True).keeps(VETOED)


def test_an_error_is_kept_whatever_other_policies_want_but_a_drop() -> None:
    sampler = Sampler(NONE, VETO, ALL, DROPS)
    assert told(sampler.decide(VETOED, is_error=True)) == (True, "errors", "error")
    assert told(sampler.decide(DROPPED, is_error=True)) == (False, "drops", "policy")
    assert told(Sampler(VETO, DROPS, **OFF).decide(VETOED, is_error=True)) == (False, "veto", "policy")
    assert told(Sampler().decide(is_error=True)) == (True, "errors", "error")
    assert told(Sampler().decide()) == (False, "", "policy")


def test_over_drop_an_error_is_kept_although_it_is_to_be_dropped() -> None:
    sampler = Sampler(DROPS, ALL, errors={"over_drop": True})
    outcome = sampler.decide(DROPPED, is_error=True)
    assert told(outcome) == (True, "errors", "error")
    assert not outcome.vetoed
    assert not sampler.keeps(DROPPED)


def test_the_built_in_policy_votes_behind_drops_and_before_all_others() -> None:
    outcome = Sampler(ALL, DROPS).decide(is_error=True)
    assert [*outcome.asked] == ["drops", "errors", "all"]
    first = Sampler(ALL, DROPS, sample_on_first_match=True).decide(is_error=True)
    assert [*first.asked] == ["drops", "errors"]


@pytest.mark.parametrize(
    ("policies", "more", "threshold"),
    [
        ([MOST], {}, 1 << 54),
        ([MOST, policy("probabilistic", "half", sampling_percentage=50)], {}, 1 << 54),
        ([MOST, ALL], {}, 0),
        ([MOST, NONE], {}, 1 << 54),
        ([MOST, ALLOW], {}, 1 << 54),
        ([MOST], {"is_error": True}, 0),
        ([ALLOW], {}, 0),
    ],
)
def test_the_threshold_is_the_least_of_those_that_sampled(policies: list[Any], more: Any, threshold: int) -> None:  # noqa: ANN401
    assert Sampler(*policies).decide(HIGH, **more).threshold == threshold


def test_after_a_decision_by_hash_the_randomness_is_told() -> None:
    trace_id = next(bytes([at]) * 16 for at in range(99) if Sampler(HASH).keeps(trace_id=bytes([at]) * 16))
    alone = Sampler(HASH).decide(trace_id=trace_id)
    assert alone.randomness is not None
    assert alone.randomness >= alone.threshold == 1 << 55
    assert Sampler(HASH, ALL).decide(trace_id=trace_id)._replace(asked=(), votes=()) == alone._replace(
        threshold=0, asked=(), votes=()
    )
    assert Sampler(ALL, HASH).decide(trace_id=trace_id).randomness is None
    assert Sampler(HASH).decide(trace_id=trace_id, is_error=True).randomness is None


def test_policies_that_fail_are_told() -> None:
    outcome = Sampler(FAILS, ALL).decide()
    assert (outcome.failed, outcome.policy) == (("fails",), "all")

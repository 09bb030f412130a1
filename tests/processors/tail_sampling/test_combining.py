"""Policies of policies."""

import pytest

from spansieve.processors.tail_sampling.policies import PolicyError, Vote

from .traces import Sampler, Spec, policy, text

ALL = policy("always_sample", "all")
NONE = policy("probabilistic", "none", sampling_percentage=0)
FAILS = policy("ottl_condition", "fails", span=["Len(kind) == 1"])
HALF = policy("probabilistic", "half", sampling_percentage=50, mode="consistent")
MOST = policy("probabilistic", "most", sampling_percentage=75, mode="consistent")
HASH = policy("probabilistic", "hash", sampling_percentage=50, mode="hash")
HIGH = Spec(trace_state="ot=rv:ffffffffffffff")


def limited(spans: int, name: str = "limited") -> dict[str, object]:
    """A limiter that gets nothing back soon."""
    return policy("rate_limiting", name, spans_per_second=0.001, burst_capacity=spans)


def test_and_samples_what_all_sample_over_all_spans() -> None:
    sampler = Sampler(policy("and", and_sub_policy=[text("a", "k", "v"), text("b", "l", "w")]))
    assert sampler.keeps(Spec({"k": "v"}), Spec({"l": "w"}))
    assert not sampler.keeps(Spec({"k": "v"}))


def test_and_asks_no_more_once_one_does_not_sample() -> None:
    sampler = Sampler(policy("and", and_sub_policy=[text(), limited(1)]))
    assert not sampler.keeps(Spec())
    assert sampler.keeps(Spec({"k": "v"}))
    assert not sampler.keeps(Spec({"k": "v"}))


def test_the_threshold_of_and_is_the_greatest_of_its_parts() -> None:
    assert Sampler(policy("and", and_sub_policy=[MOST, HALF, ALL])).verdict(HIGH) == (Vote.SAMPLE, 1 << 55, "", None)


def test_and_hands_on_the_randomness_of_a_hash() -> None:
    sampler = Sampler(policy("and", and_sub_policy=[ALL, HASH]))
    verdicts = [sampler.verdict(trace_id=bytes([at]) * 16) for at in range(20)]
    sampled = [verdict for verdict in verdicts if verdict.vote is Vote.SAMPLE]
    assert sampled
    assert all(verdict.randomness is not None and verdict.threshold == 1 << 55 for verdict in sampled)


def test_not_samples_what_another_does_not() -> None:
    sampler = Sampler(policy("not", not_sub_policy=text()))
    assert sampler.verdict() == (Vote.SAMPLE, 0, "", None)
    assert sampler.verdict(Spec({"k": "v"})).vote is Vote.NOT_SAMPLE
    assert Sampler(policy("not", not_sub_policy=[NONE])).keeps()  # a list of one will do


def test_drop_drops_what_all_sample_and_else_says_nothing() -> None:
    sampler = Sampler(
        policy("drop", drop_sub_policy=[text("a"), policy("not", "b", not_sub_policy=text("c", "l", "w"))])
    )
    assert sampler.verdict(Spec({"k": "v"})).vote is Vote.DROP
    assert sampler.verdict(Spec({"k": "v", "l": "w"})).vote is Vote.NOT_SAMPLE


@pytest.mark.parametrize(("attributes", "samples"), [({"k": "v"}, False), ({}, True)])
def test_inside_another_policy_inverted_votes_are_plain(attributes: dict[str, str], samples: bool) -> None:
    inverted = text("i", invert_match=True)
    for kind, plain in (
        (policy("and", and_sub_policy=[inverted]), Vote.SAMPLE),
        (policy("drop", drop_sub_policy=[inverted]), Vote.DROP),
        (policy("composite", composite_sub_policy=[inverted], max_total_spans_per_second=9), Vote.SAMPLE),
    ):
        assert Sampler(kind).verdict(Spec(attributes)).vote is (plain if samples else Vote.NOT_SAMPLE)
    opposite = Sampler(policy("not", not_sub_policy=inverted)).verdict(Spec(attributes))
    assert opposite.vote is (Vote.NOT_SAMPLE if samples else Vote.SAMPLE)


@pytest.mark.parametrize(
    "outer",
    [
        policy("and", and_sub_policy=[ALL, FAILS]),
        policy("not", not_sub_policy=FAILS),
        policy("drop", drop_sub_policy=[FAILS]),
        policy("composite", composite_sub_policy=[FAILS, ALL], max_total_spans_per_second=9),
    ],
)
def test_what_holds_a_policy_that_fails_casts_no_vote(outer: dict[str, object]) -> None:
    with pytest.raises(PolicyError):
        Sampler(outer).verdict()


def shares(*order: str, total: int = 10, percents: dict[str, float] | None = None) -> Sampler:
    """A composite of `vip` and `rest`, with these shares."""
    return Sampler(
        policy(
            "composite",
            max_total_spans_per_second=total,
            policy_order=list(order),
            composite_sub_policy=[policy("always_sample", "rest"), text("vip")],
            rate_allocation=[{"policy": name, "percent": percent} for name, percent in (percents or {}).items()],
        )
    )


VIP = Spec({"k": "v"})


def test_sub_policies_are_asked_in_policy_order_and_the_others_behind() -> None:
    assert shares("vip", "rest").decide(VIP).sub == "vip"
    assert shares("vip").decide(Spec()).sub == "rest"
    assert shares().decide(VIP).sub == "rest"


def test_the_first_that_samples_takes_the_trace_or_nobody_does() -> None:
    sampler = shares("vip", "rest", percents={"vip": 20, "rest": 80})
    assert [sampler.keeps(VIP) for _ in range(3)] == [True, True, False]  # though `rest` has room
    assert sampler.keeps(*[Spec()] * 8)
    sampler.clock.advance(seconds=1)
    assert sampler.keeps(VIP)


def test_a_trace_that_is_too_large_leaves_room_for_smaller_ones() -> None:
    sampler = shares("vip", percents={"vip": 30, "rest": 0})
    assert not sampler.keeps(*[VIP] * 4)
    assert sampler.keeps(*[VIP] * 3)


def test_without_percent_each_gets_an_equal_share_of_the_total() -> None:
    for percents in (None, {"vip": 90.0, "rest": 0.0}):
        sampler = shares("vip", percents=percents)
        assert sampler.keeps(*[Spec()] * 5)
        assert not sampler.keeps(Spec())


def test_seconds_are_those_of_the_wall_clock() -> None:
    sampler = shares(total=2)
    sampler.clock.advance(seconds=0.9)
    assert sampler.keeps()
    assert not sampler.keeps()
    sampler.clock.advance(seconds=0.1)
    assert sampler.keeps()


def test_a_late_trace_spends_nothing_of_a_share() -> None:
    sampler = shares(total=2)
    assert not sampler.keeps(late=True)
    assert sampler.keeps()


def test_names_of_no_sub_policy_are_warned_about() -> None:
    sampler = shares("vip", "vipp", percents={"vip": 1, "other": 2})
    assert sorted(sampler.warnings) == [
        "policy p: other is none of its sub-policies, and has no effect",
        "policy p: vipp is none of its sub-policies, and has no effect",
    ]

"""A share of traces: which ones, and what their trace state says of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.tail_sampling.policies import Vote
from spansieve.processors.tail_sampling.probability import (
    fnv1a,
    hash_bound,
    randomness_of_hash,
    rewritten,
    rounded,
    salted,
    threshold_of_share,
)
from spansieve.sampling import NEVER, TraceState, members_of, tvalue_of

from .traces import TRACE_ID, Sampler, Spec, policy

HALF = 1 << 55


@pytest.mark.parametrize(
    ("content", "value"),
    [(b"", 0xCBF29CE484222325), (b"a", 0xAF63DC4C8601EC8C), (b"foobar", 0x85944171F73967E8)],
)
def test_the_hash_is_fnv1a_of_64_bits(content: bytes, value: int) -> None:
    assert fnv1a(content) == value  # from the test vectors of FNV's authors


def test_the_salt_is_hashed_first_and_has_a_default() -> None:
    assert fnv1a(TRACE_ID, salted("salt")) == fnv1a(b"salt" + TRACE_ID)
    assert salted("") == salted("default-hash-seed")


@pytest.mark.parametrize(
    ("percentage", "bound"),
    [(50, 2**63 - 1), (25, 2**62 - 1), (100, 2**64 - 1), (150, 2**64 - 1), (0, 0), (-50, 0)],
)
def test_the_bound_is_the_share_of_all_hashes_in_64_significant_bits(percentage: float, bound: int) -> None:
    assert hash_bound(percentage) == bound


@given(st.floats(0.0001, 99.9999))
def test_the_bound_is_the_floor_of_the_product_but_for_its_rounding(percentage: float) -> None:
    numerator, denominator = (percentage / 100).as_integer_ratio()
    assert hash_bound(percentage) - numerator * (2**64 - 1) // denominator in {0, 1}


@given(st.binary(min_size=16, max_size=16), st.floats(0.01, 99.99), st.text(max_size=5))
def test_a_hash_keeps_what_the_randomness_written_after_it_keeps(trace_id: bytes, percentage: float, salt: str) -> None:
    sampler = Sampler(policy("probabilistic", sampling_percentage=percentage, hash_salt=salt))
    verdict = sampler.verdict(Spec(), trace_id=trace_id)
    value = fnv1a((salt or "default-hash-seed").encode() + trace_id)
    if verdict.vote is Vote.SAMPLE:
        assert value <= hash_bound(percentage)
        assert verdict.randomness == randomness_of_hash(value) >= verdict.threshold
    else:
        assert value > hash_bound(percentage)
        assert verdict.randomness is None


@pytest.mark.parametrize(
    ("percentage", "text"),
    [
        *((50, "8"), (25, "c"), (10, "e666"), (99, "028f"), (90, "199a"), (75, "4")),
        *((1, "fd70a"), (0.1, "ffbe77"), (0.001, "ffff583a"), (6.25, "f"), (6.24, "f0069")),
    ],
)
def test_thresholds_have_four_digits_behind_the_leading_f(percentage: float, text: str) -> None:
    assert tvalue_of(rounded(threshold_of_share(percentage / 100))) == text


@given(st.floats(1e-18, 1))
def test_a_rounded_threshold_is_near_and_keeps_something(share: float) -> None:
    exact = threshold_of_share(share)
    digits = tvalue_of(rounded(exact))
    assert rounded(exact) < NEVER
    assert len(digits.lstrip("f")) <= 4
    assert math.isclose(NEVER - rounded(exact), NEVER - exact, rel_tol=2**-12)


@pytest.mark.parametrize(("randomness", "kept"), [("7fffffffffffff", False), ("80000000000000", True)])
@pytest.mark.parametrize("mode", ["auto", "consistent"])
def test_a_trace_with_rv_is_sampled_by_it(randomness: str, mode: str, kept: bool) -> None:
    sampler = Sampler(policy("probabilistic", sampling_percentage=50, mode=mode))
    verdict = sampler.verdict(Spec(), Spec(trace_state=f"a=b,ot=rv:{randomness}"))
    assert (verdict.vote is Vote.SAMPLE) is kept
    assert verdict.randomness is None


def test_the_bound_is_exact_and_what_is_written_is_rounded_but_never_above_the_randomness() -> None:
    tenth = Sampler(policy("probabilistic", sampling_percentage=10, mode="consistent"))
    assert tenth.verdict(Spec(trace_state="ot=rv:e6666666666665")).vote is Vote.NOT_SAMPLE
    assert tenth.verdict(Spec(trace_state="ot=rv:e6666666666666")) == (Vote.SAMPLE, 0xE666 << 40, "", None)
    most = Sampler(policy("probabilistic", sampling_percentage=90, mode="consistent"))  # 199a is rounded up
    assert most.verdict(Spec(trace_state="ot=rv:1999a000000000")).threshold == 0x1999A << 36


def test_modes_choose_between_the_hash_and_the_trace_id() -> None:
    low = bytes(9) + b"\xff" * 7  # its own randomness is the largest
    by_hash = fnv1a(low, salted("")) <= hash_bound(50)
    votes = {
        mode: Sampler(policy("probabilistic", sampling_percentage=50, mode=mode)).verdict(
            Spec(trace_state=state), trace_id=low
        )
        for mode, state in (("consistent", ""), ("hash", "ot=th:0"), ("auto", ""))
    }
    assert votes["consistent"] == (Vote.SAMPLE, HALF, "", None)
    assert (votes["hash"].vote is Vote.SAMPLE) is (votes["auto"].vote is Vote.SAMPLE) is by_hash
    with_th = Sampler(policy("probabilistic", sampling_percentage=50)).verdict(
        Spec(trace_state="ot=th:0"), trace_id=low
    )
    assert with_th == votes["consistent"]


def test_all_and_none_need_no_chance() -> None:
    for percentage, kept in ((100, True), (150, True), (0, False), (-1, False)):
        verdict = Sampler(policy("probabilistic", sampling_percentage=percentage)).verdict()
        assert (verdict.vote is Vote.SAMPLE, verdict.threshold, verdict.randomness) == (kept, 0, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "ot=th:8"),
        ("a=b", "ot=th:8,a=b"),
        ("a=b, ot=x:1;th:4;rv:00000000000001 ,c=d", "ot=rv:00000000000001;th:8;x:1,a=b,c=d"),
        ("ot=th:c", "ot=th:c"),
        ("ot=th:0", "ot=th:8"),
        ("ot=th:xyz", None),
        ("ot=rv:1", None),
        ("no member", None),
        ("a=b,a=c", None),
        ("ot=th:4,ot=th:c", None),
    ],
)
def test_a_trace_state_tells_the_greater_threshold_and_keeps_the_rest(before: str, after: str | None) -> None:
    assert rewritten(before, HALF) == after


def test_randomness_is_written_where_there_is_none() -> None:
    assert rewritten("a=b", HALF, 0xABC) == "ot=rv:00000000000abc;th:8,a=b"
    assert rewritten("ot=rv:11111111111111", HALF, 0xABC) == "ot=rv:11111111111111;th:8"


def test_the_last_member_gives_way_to_ot_where_there_would_be_too_many() -> None:
    members = [f"a{at}=1" for at in range(32)]
    assert rewritten(",".join(members), 0) == ",".join(["ot=th:0", *members[:31]])


_MEMBERS = st.lists(
    st.tuples(
        st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True), st.from_regex(r"[!-+\--<>-~]{1,6}", fullmatch=True)
    ),
    max_size=4,
    unique_by=lambda member: member[0],
).map(lambda members: [f"{key}={value}" for key, value in members if key != "ot"])


@given(_MEMBERS, st.integers(0, NEVER - 1), st.integers(0, NEVER - 1), st.none() | st.integers(0, NEVER - 1))
def test_what_is_written_can_be_read_back(members: list[str], incoming: int, threshold: int, value: int | None) -> None:
    before = ",".join([*members, f"ot=th:{tvalue_of(incoming)}"])
    after = rewritten(before, threshold, value)
    assert after is not None
    state, whole = TraceState.parse(after)
    assert whole
    assert (state.threshold, state.randomness, list(state.members)) == (max(incoming, threshold), value, members)
    assert rewritten(after, threshold, value) == after


@given(st.text(max_size=30) | st.from_regex(r"(ot=(th|rv):[0-9a-f]{1,15}|a=b)(,(ot|c)=.)?", fullmatch=True))
def test_any_text_is_rewritten_or_left_alone(text: str) -> None:
    after = rewritten(text, HALF)
    assert (after is None) or (after.startswith("ot=") and members_of(after) is not None)

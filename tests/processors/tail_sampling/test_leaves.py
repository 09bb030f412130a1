"""Policies that look at one thing: what each samples."""

from typing import Any

import pytest

from spansieve.pdata import Value

from .traces import Sampler, Spec, policy, text


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        *((1, False), (2, True), (4, True), (5, False), (2.0, True), (1.999, False), (4.001, False)),
        *(("3", False), (True, False), (float("nan"), False), ([3], False), (None, False)),
    ],
)
def test_a_number_is_within_bounds_that_are_inclusive(value: Value, kept: bool) -> None:
    sampler = Sampler(policy("numeric_attribute", key="n", min_value=2, max_value=4))
    assert sampler.keeps(Spec({"n": value})) is kept
    assert sampler.keeps(Spec(), Spec(resource={"n": value})) is kept


@pytest.mark.parametrize(
    ("bounds", "kept", "dropped"),
    [
        ({"min_value": 0}, 0, -1),
        ({"max_value": 0}, -5, 1),
        ({"min_value": 0, "max_value": 0}, 0, 1),
        ({"min_value": 0.5}, 0.5, 0),
        ({"max_value": 2**62}, 2**62, 2**62 + 1),
    ],
)
def test_a_missing_bound_is_open_and_zero_is_a_bound(bounds: dict[str, float], kept: float, dropped: float) -> None:
    sampler = Sampler(policy("numeric_attribute", key="n", **bounds))
    assert sampler.keeps(Spec({"n": kept}))
    assert not sampler.keeps(Spec({"n": dropped}))


@pytest.mark.parametrize(
    ("value", "kept"), [("v", True), ("w", True), ("", False), ("V", False), ("vv", False), (["v"], False), (1, False)]
)
def test_a_text_equals_a_value(value: Value, kept: bool) -> None:
    sampler = Sampler(text("s", "k", "v", "w", ""))
    assert sampler.keeps(Spec({"k": value})) is kept
    assert sampler.keeps(Spec(resource={"k": value})) is kept
    assert not sampler.keeps(Spec({"other": value}))


@pytest.mark.parametrize(
    ("pattern", "value", "kept"),
    [("mini|haiku", "gpt-4o-mini", True), ("^mini$", "gpt-4o-mini", False), (".*", "", False), ("ü", "Tür", True)],
)
def test_an_expression_is_found_anywhere_in_a_text_that_is_not_empty(pattern: str, value: str, kept: bool) -> None:
    sampler = Sampler(text("s", "k", pattern, enabled_regex_matching=True, cache_max_size=2))
    for _ in range(2):
        assert sampler.keeps(Spec({"k": value})) is kept


def test_more_texts_come_than_are_remembered() -> None:
    sampler = Sampler(text("s", "k", "[13]", enabled_regex_matching=True, cache_max_size=2))
    for _ in range(2):
        assert [at for at in range(5) if sampler.keeps(Spec({"k": f"{at}"}))] == [1, 3]


def test_a_long_text_is_compared_whole() -> None:
    sampler = Sampler(text("s", "k", "x" * 5_000))
    assert sampler.keeps(Spec({"k": "x" * 5_000}))
    assert not sampler.keeps(Spec({"k": "x" * 4_999 + "y"}))


def test_a_boolean_is_no_text() -> None:
    sampler = Sampler(policy("boolean_attribute", key="b", value=True))
    assert sampler.keeps(Spec({"b": True}))
    assert not any(sampler.keeps(Spec({"b": value})) for value in (False, "true", 1))
    assert Sampler(policy("boolean_attribute", key="b")).keeps(Spec({"b": False}))  # as in Go


@pytest.mark.parametrize("codes", [["ERROR"], ["OK", "UNSET"]])
def test_a_status_is_one_of_those_listed(codes: list[str]) -> None:
    sampler = Sampler(policy("status_code", status_codes=codes), errors={"keep": False})
    kept = {name for number, name in enumerate(("UNSET", "OK", "ERROR", "newer")) if sampler.keeps(Spec(status=number))}
    assert kept == set(codes)


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("k=v", True),
        ("a=b, k=v ,c=d", True),
        ("k=vv", False),
        ("a=k,b=v", False),
        ("", False),
        ("k=v,k=v", False),
        ("k=v,=", False),
        (",".join(["k=v", *(f"a{at}=1" for at in range(32))]), False),
    ],
)
def test_a_member_of_the_trace_state_counts_where_all_of_it_can_be_read(state: str, kept: bool) -> None:
    assert Sampler(policy("trace_state", key="k", values=["v"])).keeps(Spec(), Spec(trace_state=state)) is kept


def test_the_sampled_flag_is_one_bit() -> None:
    sampler = Sampler(policy("trace_flags"))
    assert sampler.keeps(Spec(), Spec(flags=0x301))
    assert not sampler.keeps(Spec(flags=0x302))


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        ({"threshold_ms": 299}, True),
        ({"threshold_ms": 300}, False),
        ({"threshold_ms": 100, "upper_threshold_ms": 300}, True),
        ({"threshold_ms": 100, "upper_threshold_ms": 299}, False),
    ],
)
def test_a_trace_lasts_from_its_first_start_to_its_last_end(bounds: dict[str, int], kept: bool) -> None:
    sampler = Sampler(policy("latency", **bounds))
    assert sampler.keeps(Spec(start=200, end=300.9), Spec(start=0.1, end=50)) is kept


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [({"min_spans": 2}, {2, 3, 4}), ({"max_spans": 2}, {1, 2}), ({"min_spans": 2, "max_spans": 3}, {2, 3})],
)
def test_spans_are_counted_inclusively(bounds: dict[str, int], kept: set[int]) -> None:
    sampler = Sampler(policy("span_count", **bounds))
    assert {count for count in range(1, 5) if sampler.keeps(*[Spec()] * count)} == kept


def test_all_are_sampled_by_always_sample() -> None:
    assert Sampler(policy("always_sample")).decide().policy == "p"


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        ("string_attribute", {"key": "k", "values": ["v"]}),
        ("numeric_attribute", {"key": "n", "min_value": 1}),
        ("boolean_attribute", {"key": "b", "value": True}),
    ],
)
def test_inverted_a_match_vetoes_and_a_missing_key_allows(kind: str, section: dict[str, Any]) -> None:
    matching = Spec({"k": "v", "n": 1, "b": True})
    always = policy("always_sample", "all")
    inverted = policy(kind, **section, invert_match=True)
    assert Sampler(inverted).keeps(Spec())
    assert not Sampler(always, inverted).keeps(Spec(), matching)
    assert not Sampler(inverted, policy("latency", "slow", threshold_ms=999)).keeps(Spec())


def test_equal_leaves_share_a_watcher_whatever_they_make_of_it() -> None:
    sampler = Sampler(
        text("a"),
        text("b", invert_match=True),
        policy("and", "c", and_sub_policy=[text("d"), policy("trace_flags"), policy("trace_flags", "e")]),
        text("f", "k", "other"),
    )
    assert len(sampler.policies.watchers) == 3


def test_what_is_inverted_is_told_once_with_what_to_write_instead() -> None:
    sampler = Sampler(
        text("a", invert_match=True), text("b"), policy("and", "c", and_sub_policy=[text("d", invert_match=True)])
    )
    (warning,) = sampler.warnings
    assert warning.startswith("invert_match is deprecated. Write a policy of type drop")
    assert (
        '  a: {"name": "a", "type": "drop", "drop": {"drop_sub_policy": [{"name": "a", "type": "string_attribute", '
        '"string_attribute": {"key": "k", "values": ["v"]}}]}}'
    ) in warning
    assert '  d: {"name": "d", "type": "not", "not": {"not_sub_policy": {"name": "d",' in warning
    assert "b:" not in warning

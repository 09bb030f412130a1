"""Merging: what only looks like words may differ; words, names and codes may not."""

import json

import pytest

from spansieve.failures.grouping import Group, Grouper
from spansieve.failures.grouping.merging import MAX_ALIKE, Merging, loosened


def group(grouper: Grouper, message: str, tool: str = "t") -> Group:
    return grouper.group("E", message, "", tool)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no capacity for model gpt-4o in this region", "no capacity for model o3-mini in this region"),
        ("cannot reach the host web1 of the cluster", "cannot reach the host web22 of the cluster"),
        ("shards of index main on a7f3 do not answer", "shards of index main on b91c do not answer"),
        ("cannot take value 5 for the field price", "cannot take value 'x y' for the field price"),
        ("the job was on id=a7f3 for too long", "the job was on id=712 for too long"),
    ],
)
def test_templates_that_differ_in_what_is_no_word_merge(one: str, other: str) -> None:
    grouper = Grouper()
    first, second = group(grouper, one), group(grouper, other)
    assert second.fingerprint == first.fingerprint
    assert "<*>" in second.template
    assert group(grouper, one).template == second.template


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the daily quota of requests is spent for now", "the daily quota of tokens is spent for now"),
        ("call of the service failed with status 404 again", "call of the service failed with status 500 again"),
        ("the model says that code E0308 is no good", "the model says that code E0425 is no good"),
        ("the column of the table is 'price' for all", "the column of the table is 'amount' for all"),
        ("cannot reach the host at https://a.io/x for now", "cannot reach the host at https://b.io/x for now"),
        ("cannot use the dtype float32 in this very place", "cannot use the dtype int64 in this very place"),
        ("a7f3 is the shard that does not answer now", "b91c is the shard that does not answer now"),
        ("shard a7f3 does not answer in the time given", "shard b91c does not answer in the time given"),
        ("model gpt-4o is gone", "model o3-mini is gone"),
        ("it says a7f3 and b91c", "it says c82d and d44e"),
        ("no model gpt-4o in this region", "no model o3-mini in this region now"),
    ],
)
def test_words_names_codes_first_words_and_too_many_differences_do_not_merge(one: str, other: str) -> None:
    grouper = Grouper()
    assert group(grouper, one).fingerprint != group(grouper, other).fingerprint


def test_only_equal_keys_and_frames_merge() -> None:
    grouper = Grouper()
    first = group(grouper, "no capacity for model gpt-4o in this region", tool="a")
    assert group(grouper, "no capacity for model o3-mini in this region", tool="b").fingerprint != first.fingerprint


def test_nothing_merges_where_that_is_switched_off() -> None:
    grouper = Grouper(similarity=None)
    first = group(grouper, "no capacity for model gpt-4o in this region")
    assert group(grouper, "no capacity for model o3-mini in this region").fingerprint != first.fingerprint


def test_the_share_of_equal_words_is_as_configured() -> None:
    grouper = Grouper(similarity=0.95)
    first = group(grouper, "no capacity for model gpt-4o in this region")
    assert group(grouper, "no capacity for model o3-mini in this region").fingerprint != first.fingerprint


def test_what_was_merged_survives_a_restart_as_json() -> None:
    before = Grouper()
    first = group(before, "no capacity for model gpt-4o in this region")
    wide = group(before, "no capacity for model o3-mini in this region")
    after = Grouper()
    after.load(json.loads(json.dumps(before.state())))
    assert after.state() == before.state()
    again = group(after, "no capacity for model o3-mini in this region")
    assert again == wide
    assert again.fingerprint == first.fingerprint


@pytest.mark.parametrize("state", [{"patterns": [[1]]}, {"patterns": 3, "aliases": []}, {"x": []}])
def test_a_state_that_is_none_is_refused_and_changes_nothing(state: dict[str, list[list[object]]]) -> None:
    grouper = Grouper()
    group(grouper, "no capacity for model gpt-4o in this region")
    known = grouper.state()
    with pytest.raises(ValueError, match="state"):
        grouper.load(state)
    assert grouper.state() == known


def test_a_pattern_that_is_forgotten_takes_its_aliases_along() -> None:
    grouper = Grouper()
    first = group(grouper, "no capacity for model gpt-4o in this region")
    group(grouper, "no capacity for model o3-mini in this region")
    grouper.forget(first.fingerprint)
    grouper.forget("unknown")
    assert grouper.state() == {"patterns": [], "aliases": []}
    second = group(grouper, "no capacity for model o3-mini in this region")
    assert second.fingerprint != first.fingerprint
    assert group(grouper, "no capacity for model gpt-4o in this region").fingerprint == second.fingerprint


def test_patterns_and_those_of_one_shape_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.failures.grouping.merging.MAX_PATTERNS", 50)
    merging = Merging(0.7)
    for number in range(80):
        merging.joined(f"{number}", ("key", ()), f"a b {'c' * number}")
    assert [one[0] for one in merging.state()["patterns"]] == [f"{number}" for number in range(30, 80)]
    alike = Merging(1.0)
    for number in range(MAX_ALIKE * 3):
        alike.joined(f"{number}", ("key", ()), f"a b {number}x")
    assert len(alike.state()["patterns"]) == MAX_ALIKE


@pytest.mark.parametrize(
    "token",
    ["price", "'price'", "snake_case", "429", "[Errno", "13]", "-32601:", "E0308", "42P01", "*", "128.", "code=5."],
)
def test_words_names_and_codes_have_no_hole(token: str) -> None:
    assert loosened(token) == token

"""cohort: listed users, tenants and tags, wherever they stand."""

from collections.abc import Sequence

import pytest

from spansieve.pdata import Span, Value
from spansieve.processors.tail_sampling.policies.base import no_pseudonyms
from spansieve.processors.tail_sampling.policies.cohort import CohortWatcher, tags_of
from spansieve.processors.tail_sampling.policies.own_config import CohortConfig
from tests.processors.tail_sampling.whole_traces import Part, spans_of


def watcher(**lists: list[str]) -> CohortWatcher:
    return CohortWatcher(CohortConfig(**lists), no_pseudonyms)


def sees(watcher: CohortWatcher, **attributes: Value) -> bool:
    """Keys are written with `__` for a dot; spans and resources must be seen alike."""
    pairs = {key.replace("__", "."): value for key, value in attributes.items()}
    (span,) = spans_of(Part(attributes=pairs))
    (other,) = spans_of(Part(resource=pairs))
    assert watcher.span(span) == watcher.resource(other.resource)
    assert not watcher.span(other)
    return watcher.span(span)


def test_a_value_is_found_under_each_of_its_keys_and_no_other() -> None:
    users = watcher(users=["u1", "42"])
    assert [sees(users, user__id="u1"), sees(users, enduser__id="u1")] == [True, True]
    assert [sees(users, user__id=42), sees(users, user__id=True), sees(users, user__id="U1")] == [True, False, False]
    assert [sees(users, tenant__id="u1"), sees(users, tags="u1"), sees(users, other="u1")] == [False] * 3
    assert sees(watcher(tenants=["t"]), customer__id="t")
    assert sees(watcher(tenants=["t"], tenant_keys=["org"]), org="t")
    assert not sees(watcher(tenants=["t"], tenant_keys=["org"]), customer__id="t")


@pytest.mark.parametrize(
    "value", ["vip", ["beta", "vip"], '["beta", "vip"]', ' ["vip"]', ["vip", 3, None], '["vip", {}, 3]']
)
def test_a_tag_is_found_in_texts_arrays_and_arrays_as_json(value: Value) -> None:
    found = [sees(watcher(tags=["vip"]), **{key: value}) for key in ("tags", "tag__tags", "langfuse__trace__tags")]
    assert found == [True] * 3


@pytest.mark.parametrize("value", ["vip2", "[vip", '["vip2"]', "[" * 5000, "[1e999]", {"vip": 1}, 5.0, None, b"vip"])
def test_what_only_looks_like_a_tag_is_none(value: Value) -> None:
    assert not sees(watcher(tags=["vip"]), tags=value)


def test_an_empty_value_is_nobody() -> None:
    assert not sees(watcher(users=[""]), user__id="")
    assert not sees(watcher(users=[""]), user__id=[1])


def test_what_is_malformed_matches_nothing_and_harms_nothing() -> None:
    (span,) = spans_of(Part(attributes={"user.id": "u"}))
    for broken in (b"\x0a\x07user.id\x12\x03\x0a\x09x", b"\xff\xff"):
        span._message.attributes[0] = broken
        assert not watcher(users=["u"]).span(Span(span._message, span.scope))


def test_a_text_that_looks_like_json_is_a_tag_itself() -> None:
    assert list(tags_of("[x]")) == ["[x]"]
    assert list(tags_of('["a", 7]')) == ['["a", 7]', "a", "7"]


def test_values_are_found_as_their_pseudonyms_too() -> None:
    asked: list[str] = []

    def pseudonyms(value: str, keys: Sequence[str]) -> list[str]:
        assert "user.id" in keys or "tags" in keys
        asked.append(value)
        return [f"<USER_{value}>", f"k1:{value}"]

    made = CohortWatcher(CohortConfig(users=["ann"], tags=["vip"]), pseudonyms)
    assert asked == []
    assert sees(made, user__id="<USER_ann>")
    assert sees(made, user__id="ann")
    assert sees(made, tags=["k1:vip"])
    assert not sees(made, user__id="<USER_bob>")
    assert sorted(asked) == ["ann", "vip"]


def test_a_key_may_name_users_and_hold_tags() -> None:
    both = watcher(users=["u"], tags=["vip"], user_keys=["who"], tag_keys=["who"])
    assert [sees(both, who="u"), sees(both, who=["vip"]), sees(both, who="x")] == [True, True, False]


def test_watchers_of_equal_lists_are_equal() -> None:
    assert watcher(users=["a", "b"]) == watcher(users=["b", "a"])
    assert len({watcher(users=["a"]), watcher(users=["a"]), watcher(tenants=["a"])}) == 2


def test_a_span_that_does_not_hold_what_all_keys_hold_need_not_be_looked_at() -> None:
    assert watcher(users=["a"]).needle == b"user.id"
    assert watcher(tags=["a"]).needle == b"tags"
    assert watcher(tenants=["a"]).needle == b""
    assert watcher(users=["a"], tags=["b"]).needle == b""

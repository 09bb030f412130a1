"""The configuration: what a Go configuration says means the same, and what is wrong is refused with what to do."""

from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.config.mistakes import Mistakes
from spansieve.processors.tail_sampling.config import TailSamplingConfig
from spansieve.processors.tail_sampling.policies.config import PolicyConfig

from .traces import Sampler, policy, text


def read(**keys: Any) -> TailSamplingConfig:  # noqa: ANN401
    return TailSamplingConfig.model_validate(keys)


def said(keys: dict[str, Any]) -> list[tuple[str, str]]:
    """Where a mistake is, and what is said of it with what to do."""
    with pytest.raises(ValidationError) as caught:
        read(**keys)
    found = []
    for error in caught.value.errors():
        raised = error.get("ctx", {}).get("error")
        if isinstance(raised, Mistakes):
            found += [(_dotted((*error["loc"], *one.path)), f"{one.text}. {one.hint}") for one in raised.mistakes]
        else:
            found.append((_dotted(error["loc"]), error["msg"]))
    return found


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path))


GO = {
    "decision_wait": "10s",
    "num_traces": 100,
    "expected_new_traces_per_sec": 10,
    "decision_cache": {"sampled_cache_size": 100_000, "non_sampled_cache_size": 100_000},
    "sample_on_first_match": True,
    "num_shards": 4,
    "policies": [
        policy("always_sample", "1"),
        policy("latency", "2", threshold_ms=5000, upper_threshold_ms=10000),
        policy("numeric_attribute", "3", key="key1", min_value=50, max_value=100),
        policy("probabilistic", "4", sampling_percentage=10, hash_salt="x"),
        policy("status_code", "5", status_codes=["ERROR", "UNSET"]),
        text("6", "key2", "value1", "val*", enabled_regex_matching=True, cache_max_size=10),
        policy("rate_limiting", "8", spans_per_second=35),
        policy("bytes_limiting", "9", bytes_per_second=1024000, burst_capacity=2048000),
        policy("span_count", "10", min_spans=2, max_spans=20),
        policy("trace_state", "11", key="key3", values=["value1", "value2"]),
        policy("boolean_attribute", "12", key="key4", value=True),
        policy(
            "ottl_condition",
            "13",
            error_mode="ignore",
            span=['attributes["a"] == "b"', 'attributes["c"] != "b"'],
            spanevent=['name != "n"', 'attributes["d"] != "e"'],
        ),
        policy("and", "14", and_sub_policy=[text("15"), policy("trace_flags", "16")]),
        policy("drop", "17", drop_sub_policy=[policy("not", "18", not_sub_policy=text("19"))]),
        policy(
            "composite",
            "20",
            max_total_spans_per_second=1000,
            policy_order=["a", "b", "c"],
            composite_sub_policy=[text("a"), policy("and", "b", and_sub_policy=[text()]), policy("always_sample", "c")],
            rate_allocation=[{"policy": "a", "percent": 50}, {"policy": "b", "percent": 25}],
        ),
    ],
}


def test_a_configuration_of_the_go_collector_is_taken_as_it_is() -> None:
    sampler = Sampler(*GO["policies"], **{key: value for key, value in GO.items() if key != "policies"})  # type: ignore[misc]
    policies = [*sampler.policies.drops, *sampler.policies.others]
    assert [one.name for one in policies][:2] == ["17", "1"]
    assert len(policies) == len(sampler.config.policies) == 15
    assert not sampler.warnings


def test_without_a_key_all_is_as_documented() -> None:
    config = read()
    assert (config.decision_wait, config.num_traces, config.max_buffer_bytes) == (30.0, 50_000, 268_435_456)
    assert config.errors.model_dump() == {
        "keep": True,
        "early": True,
        "over_drop": False,
        "soft": False,
        "ignore_classes": ["cancelled"],
        "sources": ["status", "exception", "attributes", "agent", "logs"],
    }
    assert config.late.model_dump() == {
        "reopen_on": ["error", "root"],
        "window": 600.0,
        "max_bytes": 67_108_864,
        "spill": "memory",
    }
    assert (config.tracestate, config.record, config.budget, config.storage) == ("write", "root", None, None)


def test_a_budget_has_sizes_with_units_and_exempts_errors() -> None:
    budget = read(budget={"spans_per_second": 500, "bytes_per_day": "20GB"}).budget
    assert budget is not None
    assert (budget.spans_per_second, budget.bytes_per_day, budget.exempt) == (500, 20 * 10**9, ["errors"])
    assert (budget.interval, budget.min_probability) == (10.0, 0.001)
    assert read(budget={"spans_per_second": 1, "exempt": ["a"]}, policies=[policy("always_sample", "a")]).budget


OWN = {
    "error": ({}, {"classes": [], "exclude_classes": [], "include_recovered": True}),
    "cohort": (
        {"users": ["u"]},
        {
            "users": ["u"],
            "tenants": [],
            "tags": [],
            "user_keys": ["user.id", "enduser.id"],
            "tenant_keys": ["tenant.id", "customer.id"],
            "tag_keys": ["tag.tags", "langfuse.trace.tags", "tags"],
        },
    ),
    "tokens": ({"min_total": 1}, {"min_total": 1, "min_input": None, "min_output": None}),
    "cost": ({"min_usd": 0.5}, {"min_usd": 0.5}),
    "latency_percentile": (
        {},
        {"percentile": 95.0, "min_samples": 100, "window": 600.0, "min_ms": 0.0, "per": ["name"]},
    ),
    "rare_error": ({}, {"first": 20, "then_every": 100, "window": 3600.0}),
    "session": (
        {},
        {
            "keys": ["gen_ai.conversation.id", "session.id"],
            "when": ["error"],
            "lookback": True,
            "window": 1800.0,
            "max_sessions": 10_000,
        },
    ),
}


@pytest.mark.parametrize("kind", OWN)
def test_policies_of_our_own_have_their_defaults_and_stand_anywhere(kind: str) -> None:
    given, defaults = OWN[kind]
    one = policy(kind, **given)  # type: ignore[arg-type]
    config = read(
        policies=[
            one,
            policy("and", "a", and_sub_policy=[one]),
            policy("not", "n", not_sub_policy=one),
            policy("drop", "d", drop_sub_policy=[one]),
            policy("composite", "c", composite_sub_policy=[one]),
        ]
    )
    settings = config.policies[0].settings
    assert settings is not None
    assert settings.model_dump(exclude={"sources"}) == defaults


@pytest.mark.parametrize(
    ("keys", "where", "words"),
    [
        ({"errors": {"keep": False}}, "policies", "a policy is missing, since errors.keep is false"),
        ({"sampling_strategy": "span-ingest"}, "sampling_strategy", "errors.early"),
        ({"tail_storage": "x"}, "tail_storage", "Name a storage extension under storage"),
        ({"late": {"spill": "storage"}}, "late.spill", "Name a storage extension under storage."),
        ({"budget": {}}, "budget", "Set spans_per_second, bytes_per_day, or both"),
        (
            {"budget": {"spans_per_second": 1, "exempt": ["vipp"]}, "policies": [policy("always_sample", "vip")]},
            "budget.exempt.0",
            "there is no policy vipp. Did you mean vip?",
        ),
        ({"max_buffer_bytes": "1 furlong"}, "max_buffer_bytes", "a text such as 256MiB or 20GB"),
        ({"decision_wait": 5}, "decision_wait", "a duration needs a unit"),
        ({"decision_wiat": "5s"}, "decision_wiat", "Extra inputs are not permitted"),
        ({"record": "some"}, "record", "'root', 'all' or 'none'"),
        ({"errors": {"sources": ["statsu"]}}, "errors.sources.0", "'status'"),
    ],
)
def test_what_can_not_be_is_refused_with_what_to_do(keys: dict[str, Any], where: str, words: str) -> None:
    ((place, text_of_it),) = said(keys)
    assert place == where
    assert words in text_of_it


@pytest.mark.parametrize(
    ("one", "where", "words"),
    [
        (policy("always_sample", ""), "name", "at least 1 character"),
        (policy("always_sample", "errors"), "name", "errors, session, late and names with a / are reserved"),
        (policy("always_sample", "a/b"), "name", "reserved. Choose another."),
        (policy("allways"), "type", "'always_sample'"),
        ({"name": "p", "type": "latency", "latency": {"treshold_ms": 1}}, "latency.treshold_ms", "Extra inputs"),
        (policy("status_code", status_codes=["Error"]), "status_code.status_codes.0", "'OK', 'ERROR' or 'UNSET'"),
        (policy("status_code", status_codes=[]), "status_code.status_codes", "at least 1 item"),
        (policy("status_code"), "", "its section status_code is missing. Write status_code: {status_codes: ...}."),
        (policy("cohort"), "", "its section cohort is missing. Write cohort: {...}."),
        (policy("numeric_attribute", key="k"), "numeric_attribute", "Set min_value, max_value, or both"),
        (policy("numeric_attribute", key="k", min_value=3, max_value=2), "numeric_attribute", "so that no number fits"),
        (
            text("s", "k", "ok", "(", enabled_regex_matching=True),
            "string_attribute.values.1",
            "no RE2 regular expression: missing )",
        ),
        (text("s", "k", "(?=x)", enabled_regex_matching=True), "string_attribute.values.0", "no RE2"),
        (policy("ottl_condition"), "", "its section ottl_condition is missing. Write ottl_condition: {...}."),
        (policy("ottl_condition", span=[]), "ottl_condition", "Write one under span or spanevent"),
        (policy("ottl_condition", span=["true", "Now()"]), "ottl_condition.span.1", "has no function Now"),
        (policy("and", and_sub_policy=[policy("drop")]), "and.and_sub_policy.0.type", "can't stand inside another"),
        (policy("not", not_sub_policy=policy("composite")), "not.not_sub_policy.type", "can't stand inside another"),
        (
            policy("composite", composite_sub_policy=[policy("composite", "c")]),
            "composite.composite_sub_policy.0.type",
            "can't stand inside another",
        ),
        (
            policy("composite", composite_sub_policy=[text("a"), text("a")]),
            "composite.composite_sub_policy.1.name",
            "Give each policy a name of its own",
        ),
        (policy("tokens", min_input=None), "tokens", "Set min_total, min_input or min_output"),
        (policy("drop", drop_sub_policy=[]), "drop.drop_sub_policy", "at least 1 item"),
    ],
)
def test_a_policy_that_can_not_be_is_refused_where_it_stands(one: dict[str, Any], where: str, words: str) -> None:
    ((place, text_of_it),) = said({"policies": [policy("trace_flags", "first"), one]})
    assert place == f"policies.1.{where}".rstrip(".")
    assert words in text_of_it


def test_names_are_unique() -> None:
    found = said({"policies": [text("a"), text("b"), text("a")]})
    assert found == [("policies.2.name", "the name 'a' is there already. Give each policy a name of its own.")]


def test_a_section_of_another_type_has_no_effect_and_is_warned_about() -> None:
    sampler = Sampler({"name": "p", "type": "always_sample", "latency": {"threshold_ms": 1}})
    assert sampler.warnings == ["policy p: the section latency has no effect, since the type is always_sample"]


def test_a_policy_without_its_section_has_its_defaults() -> None:
    config = PolicyConfig.model_validate({"name": "p", "type": "latency"})
    assert config.settings is not None
    assert config.settings.model_dump() == {"threshold_ms": 0, "upper_threshold_ms": 0}

"""alert_rules: what a configuration may say of rules, and what it is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.alerts.matching import Matcher
from spansieve.processors.alert_rules import AlertRulesConfig
from spansieve.processors.alert_rules.rule import Rule
from spansieve.processors.alert_rules.selector import Selector, selector


def rules(*own: dict[str, Any], **config: Any) -> dict[str, Rule]:  # noqa: ANN401
    return {rule.id: rule for rule in AlertRulesConfig.model_validate({"rules": [*own], **config}).compiled()}


def told(rule: Rule) -> tuple[Any, ...]:
    [leg] = rule.legs
    return (leg.seconds, rule.op, leg.threshold, leg.clear, rule.severity, rule.for_seconds, rule.min_samples)


def test_the_built_in_rules_have_the_values_of_the_table() -> None:
    found = rules(budget_tokens_per_minute=1000)
    assert {name: told(rule) for name, rule in found.items()} == {
        "high_error_rate": (300, ">", 0.05, 0.04, "critical", 60, 50),
        "token_budget_exceeded": (300, ">", 1000, 900, "warning", 120, 1),
        "context_overflow": (600, ">", 10, 5, "warning", 0, 1),
        "tool_degradation": (300, "<", 0.8, 0.85, "critical", 120, 20),
        "user_frustration_spike": (900, ">", 0.3, 0.25, "warning", 300, 20),
    }
    assert {rule.keep_seconds for rule in found.values()} == {60}
    assert {name: (rule.kind, str(rule.part), str(rule.whole)) for name, rule in found.items()} == {
        "high_error_rate": (
            "ratio",
            'ai_operation_duration_seconds_count{status!="success"}',
            "ai_operation_duration_seconds_count",
        ),
        "token_budget_exceeded": ("rate", "ai_tokens_total", "ai_tokens_total"),
        "context_overflow": (
            "increase",
            "spansieve_context_overflows_total",
            "spansieve_context_overflows_total",
        ),
        "tool_degradation": ("ratio", 'tool_executions_total{status="success"}', "tool_executions_total"),
        "user_frustration_spike": ("ratio", "spansieve_user_retries_total", "spansieve_user_requests_total"),
    }


def test_without_a_budget_the_rule_of_tokens_is_off_and_a_threshold_of_its_own_switches_it_on() -> None:
    assert "token_budget_exceeded" not in rules()
    found = rules({"name": "token_budget_exceeded", "threshold": 50})
    assert told(found["token_budget_exceeded"])[2:4] == (50, 45)


def test_a_built_in_rule_changes_in_the_keys_that_are_given_alone() -> None:
    found = rules(
        {"name": "high_error_rate", "threshold": 0.1, "for": "5m"}, {"name": "context_overflow", "by": ["model"]}
    )
    assert told(found["high_error_rate"]) == (300, ">", 0.1, 0.04, "critical", 300, 50)
    assert told(found["context_overflow"]) == told(rules()["context_overflow"])
    assert found["context_overflow"].by == ("model",)
    assert "tool_degradation" not in rules({"name": "tool_degradation", "enabled": False})


def test_a_threshold_that_passes_where_a_built_in_rule_clears_takes_that_along() -> None:
    found = rules({"name": "context_overflow", "threshold": 2}, {"name": "tool_degradation", "threshold": 0.9})
    assert [told(found[name])[2:4] for name in ("context_overflow", "tool_degradation")] == [(2, 2), (0.9, 0.9)]


def test_a_built_in_rule_may_count_something_else() -> None:
    found = rules({"name": "context_overflow", "rate": "x_total"})["context_overflow"]
    assert (found.kind, found.part.metric, found.legs[0].threshold) == ("rate", "x_total", 10)


def test_an_own_rule_has_plain_defaults() -> None:
    found = rules({"name": "own", "rate": {"metric": "x_total", "matchers": ['a="b"']}, "threshold": 3})["own"]
    assert told(found) == (300, ">", 3, 3, "warning", 0, 1)
    assert str(found.part) == 'x_total{a="b"}'


def test_a_burn_rate_makes_a_rule_of_each_pair_of_windows() -> None:
    found = rules({"name": "slo", "numerator": "bad_total", "denominator": "all_total", "burn_rate": {}}, burn_rate={})
    for name in ("slo", "error_budget_burn"):
        legs = [found[f"{name}/burn{number}"].legs for number in (1, 2)]
        assert [[(leg.seconds, leg.threshold) for leg in pair] for pair in legs] == [
            [(3600, 0.144), (300, 0.144)],
            [(21600, 0.06), (1800, 0.06)],
        ]
    assert [found[f"slo/burn{number}"].severity for number in (1, 2)] == ["critical", "warning"]


OWN = {"name": "own", "increase": "x_total", "threshold": 1}


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ({**OWN, "tresh": 1}, "Extra inputs"),
        ({"name": "own", "threshold": 1}, "it gives nothing to count Give numerator and denominator, or rate"),
        ({**OWN, "rate": "y"}, "it gives rate, increase Give numerator and denominator"),
        ({"name": "own", "numerator": "x", "threshold": 1}, "it gives numerator Give numerator and denominator"),
        ({"name": "own", "rate": "x"}, "it has no threshold Give threshold"),
        ({**OWN, "clear": 2}, "clear is 2, above the threshold 1: it would be over before it begins Set clear to 1"),
        ({**OWN, "op": "<", "clear": 0.5}, "clear is 0.5, below the threshold 1"),
        ({**OWN, "by": ["a", "b", "c"]}, "at most 2 items"),
        ({**OWN, "by": ["a-b"]}, "should match pattern"),
        ({**OWN, "message": "{vlaue} of it"}, r"for {vlaue} Did you mean value\? Known: value, threshold, window"),
        ({**OWN, "by": ["tool"], "labels": {"tool": "x"}}, "tool can't be a label of the alert"),
        ({**OWN, "labels": {"severity": "x"}}, "severity can't be a label of the alert"),
        ({**OWN, "increase": "gen_ai.client"}, "'gen_ai.client' is no metric. Write its name as Prometheus has it"),
        ({**OWN, "increase": 'x{gen_ai.model="a"}'}, "gen_ai.model is no label as .* Write gen_ai_model"),
        ({**OWN, "increase": 'x{a="b}'}, "its value has no end"),
        ({**OWN, "increase": 'x{a=~"("}'}, "holds no valid expression"),
        ({**OWN, "increase": "x{a}"}, "'a' is no matcher"),
        ({**OWN, "burn_rate": {}}, "a burn rate is that of a share of failures"),
        ({**OWN, "threshold": float("nan")}, "finite number"),
        ({**OWN, "window": "0s"}, "greater than 0"),
    ],
)
def test_a_mistake_is_told_with_the_mend(own: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        rules(own)


def test_two_rules_of_one_name_and_a_short_window_that_is_longer_are_refused() -> None:
    with pytest.raises(ValidationError, match="there are two rules own Give each a name of its own"):
        rules(OWN, OWN)
    with pytest.raises(ValidationError, match="short is longer than long Exchange them"):
        rules(burn_rate={"windows": [{"long": "5m", "short": "1h", "factor": 2}]})


names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
matchers = st.builds(Matcher, names, st.text(max_size=12), st.booleans(), st.none())


@given(names, st.lists(matchers, max_size=3))
def test_what_a_selector_is_written_as_is_read_back(metric: str, given_: list[Matcher]) -> None:
    one = Selector(metric, tuple(given_))
    assert selector(str(one)) == one
    assert selector(f" {metric} {{ }} ") == Selector(metric)

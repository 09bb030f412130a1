"""ai_semantics, rules of users: they have the shape of the shipped table, and come before it."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from spansieve.pdata import Value
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.processors.ai_semantics import rules_conditions as conditions
from spansieve.processors.ai_semantics import rules_config as config
from spansieve.processors.ai_semantics import rules_examples as examples
from spansieve.processors.ai_semantics import rules_signals as signals
from spansieve.processors.ai_semantics import rules_sources as sources
from spansieve.processors.ai_semantics import rules_words as words
from spansieve.processors.ai_semantics.merge import Origin, merge
from spansieve.processors.ai_semantics.providers import Providers
from spansieve.processors.ai_semantics.rules_config import Rules
from spansieve.processors.ai_semantics.values import TYPES
from spansieve.semconv import raw_mapping
from spansieve.testing import FakeHost, SpanSpec, otlp_request, through
from tests.test_layout import table

ROOT = Path(__file__).parents[3]
ACME = {"dialects": [{"id": "acme", "detect": [{"attr_prefix": "acme."}]}]}
TOOL = {"operations": {"acme": [{"kind": "tool", "usage": "none"}]}}


def shipped() -> dict[str, Any]:
    """The sections of the shipped table that users may add to, without words that only explain."""
    mapping = deepcopy(raw_mapping())
    del mapping["operations"]["structural_rollup"]
    del mapping["span_events"]["event_name_in_attribute"]
    for event in mapping["span_events"].values():
        event.pop("on_many", None)
    for attribute in mapping["attributes"]:
        attribute.pop("present", None)
        attribute.pop("table", None)
        for source in attribute["sources"]:
            source.pop("cost", None)
    for record in mapping["logs"]:
        record.pop("usage", None)
    mapping["errors"] = {name: mapping["errors"][name] for name in signals.Errors.model_fields}
    mapping["providers"] = {"values": mapping["providers"]["values"]}
    mapping["finish_reasons"] = {"classes": mapping["finish_reasons"]["classes"]}
    return {name: mapping[name] for name in Rules.model_fields if name in mapping}


def tagged(rules: Mapping[str, Any], attributes: Mapping[str, Value], **others: object) -> dict[str, Value]:
    """What is added to a span with these attributes."""
    processor = AiSemantics(AiSemanticsConfig.model_validate({"rules": rules, **others}), FakeHost())
    before = dict(attributes)
    [span] = through(processor, otlp_request("shop", SpanSpec("work", attributes=before)))
    return {key: value for key, value in span.attributes.items() if key not in before}


def test_the_shipped_table_has_the_shape_of_rules_and_none_of_it_is_lost() -> None:
    rules = Rules.model_validate(shipped())
    assert rules.model_dump(by_alias=True, exclude_defaults=True) == shipped()


def test_the_words_of_rules_are_those_of_the_engine() -> None:
    mapping = raw_mapping()
    assert list(get_args(words.Kind)) == mapping["kinds"]
    assert list(get_args(words.ErrorClass)) == mapping["errors"]["order"]
    assert list(get_args(words.FinishClass)) == mapping["finish_reasons"]["severity"]
    assert get_args(words.Type) == TYPES
    assert {*words.TABLES} == {*Providers(mapping["providers"]).tables(), "output_type"}


DOCUMENTED: list[tuple[str, type[BaseModel]]] = [
    ("dialects", config.Dialect),
    ("Conditions", conditions.Rule),
    ("operations", config.Operation),
    ("attributes", sources.Attribute),
    ("sources", sources.Source),
    ("when", sources.When),
    ("any_less", sources.AnyLess),
    ("add_json", sources.AddJson),
    ("errors.signals", signals.Signal),
    ("patterns", signals.Pattern),
    ("errors.not_errors", signals.NotError),
    ("span_events", config.SpanEvent),
    ("logs", config.Log),
    ("inherit", config.Inherit),
    ("lift", config.Lift),
    ("examples", examples.Example),
    ("span", examples.ExampleSpan),
    ("events", examples.ExampleEvent),
    ("log", examples.ExampleLog),
]


@pytest.mark.parametrize(("heading", "model"), DOCUMENTED, ids=[heading for heading, _ in DOCUMENTED])
def test_every_key_of_a_rule_is_documented_in_its_own_words(heading: str, model: type[BaseModel]) -> None:
    page = (ROOT / "docs" / "semantics-rules.md").read_text()
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    fields = {field.alias or name: field.description for name, field in model.model_fields.items()}
    if model in {config.Operation, sources.When}:
        fields = {key: text for key, text in fields.items() if key.rstrip("_") not in {"not", *_CONDITIONS}}
    assert table(section, r"\| key \| meaning \|") == fields


_CONDITIONS = conditions.Conditions.model_fields


def example_of_the_readme() -> dict[str, Any]:
    text = (ROOT / "processors" / "ai_semantics" / "README.md").read_text()
    written: dict[str, Any] = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    section: dict[str, Any] = written["processors"]["ai_semantics"]
    return section


def test_the_example_of_the_readme_runs_as_it_stands() -> None:
    section = example_of_the_readme()
    assert len(section["rules"]["examples"]) == 2
    AiSemantics(AiSemanticsConfig.model_validate(section), FakeHost())


def test_rules_of_a_users_dialect_come_before_all_shipped_ones() -> None:
    added = tagged({**ACME, **TOOL}, {"acme.x": 1, "openinference.span.kind": "LLM"})
    assert added["spansieve.dialect"] == "acme"
    assert added["spansieve.ai.kind"] == "tool"


def test_a_dialect_may_ask_to_come_later() -> None:
    late = {"dialects": [{**ACME["dialects"][0], "priority": 99}]}
    assert tagged(late, {"acme.x": 1, "openinference.span.kind": "LLM"})["spansieve.dialect"] == "openinference"


def test_rules_for_a_shipped_dialect_come_before_its_own() -> None:
    rules = {"operations": {"openinference": [{"attr": {"acme.x": "*"}, "kind": "guardrail", "usage": "none"}]}}
    assert tagged(rules, {"openinference.span.kind": "LLM", "acme.x": 1})["spansieve.ai.kind"] == "guardrail"
    assert tagged(rules, {"openinference.span.kind": "LLM"})["spansieve.ai.kind"] == "model"


def test_sources_come_before_the_shipped_ones_of_the_same_target() -> None:
    rules = {"attributes": [{"target": "gen_ai.tool.name", "sources": [{"key": "acme.tool"}]}]}
    span = {"openinference.span.kind": "TOOL", "tool.name": "old", "acme.tool": "new"}
    assert tagged(rules, span)["gen_ai.tool.name"] == "new"
    assert "gen_ai.tool.name" not in tagged(rules, {**span, "gen_ai.tool.name": "said"})


def test_a_new_target_is_filled_in_with_its_type() -> None:
    target = {"target": "acme.cost", "type": "double", "sources": [{"key": "acme.price"}]}
    assert tagged({**ACME, **TOOL, "attributes": [target]}, {"acme.price": "0.5"})["acme.cost"] == 0.5


def test_a_target_with_content_is_only_filled_in_where_content_is_wanted() -> None:
    target = {"target": "acme.note", "type": "string", "content": True, "sources": [{"key": "acme.text"}]}
    rules = {**ACME, **TOOL, "attributes": [target]}
    assert "acme.note" not in tagged(rules, {"acme.text": "hello"})
    assert tagged(rules, {"acme.text": "hello"}, content=True)["acme.note"] == "hello"


def test_words_for_providers_and_finish_reasons_win_over_the_shipped_ones() -> None:
    rules = {
        "providers": {"values": {"Acme-Gateway": "openai", "claude": "acme"}},
        "finish_reasons": {"classes": {"stop": ["incomplete"], "error": ["Acme Broke"]}},
    }
    span: dict[str, Value] = {"gen_ai.operation.name": "chat", "gen_ai.system": "acme_gateway"}
    assert tagged(rules, span)["gen_ai.provider.name"] == "openai"
    assert tagged(rules, {**span, "gen_ai.system": "claude"})["gen_ai.provider.name"] == "acme"
    span["gen_ai.response.finish_reasons"] = ["incomplete"]
    assert tagged(rules, span)["spansieve.ai.finish"] == "stop"
    span["gen_ai.response.finish_reasons"] = ["acme-broke"]
    assert tagged(rules, span)["spansieve.error.class"] == "server_error"


def test_a_sign_of_an_error_says_its_class_before_the_shipped_ones() -> None:
    sign = {"where": "span", "key": "acme.out", "value": "late", "as": "timeout"}
    added = tagged({**ACME, **TOOL, "errors": {"signals": [sign]}}, {"acme.out": "late"})
    assert (added["spansieve.error.class"], added["spansieve.error.source"]) == ("timeout", "attribute")


def test_a_finish_class_is_judged_as_the_user_says() -> None:
    sign = {"where": "finish", "class": ["content_filter"], "as": "invalid_request"}
    span: dict[str, Value] = {"gen_ai.operation.name": "chat", "gen_ai.response.finish_reasons": ["refusal"]}
    added = tagged({"errors": {"signals": [sign]}}, span)
    assert added["spansieve.error.class"] == "invalid_request"
    assert "spansieve.error.soft" not in added


def test_what_tools_give_back_is_searched_where_the_shipped_table_searches() -> None:
    sign = {"where": "content", "patterns": [{"re": "^ACME-FAIL"}]}
    span = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": "ACME-FAIL 7"}
    assert tagged({"errors": {"signals": [sign]}}, span)["spansieve.error.class"] == "tool_error"


def test_control_flow_of_ones_own_is_no_error() -> None:
    rules = {**ACME, **TOOL, "errors": {"not_errors": [{"attr": {"acme.wait": "*"}, "kind": "approval"}]}}
    added = tagged(rules, {"acme.wait": "person", "error.type": "Interrupt"})
    assert (added["spansieve.error.class"], added["spansieve.ai.kind"]) == ("none", "approval")


def test_log_records_and_span_events_are_read_by_rules() -> None:
    rules = {
        "logs": [{"event": "acme.call", "kind": "tool", "op": "execute_tool", "attrs": {"t": "gen_ai.tool.name"}}],
        "span_events": {"acme.tokens": {"attrs": {"n": "gen_ai.usage.input_tokens", "m": "gen_ai.request.model"}}},
        "examples": [
            {
                "log": {"event_name": "acme.call", "attributes": {"t": "find"}, "body": {"a": [1]}},
                "expect": {"spansieve.ai.kind": "tool", "gen_ai.tool.name": "find"},
            },
            {
                "span": {
                    "name": "chat",
                    "attributes": {"gen_ai.operation.name": "chat"},
                    "events": [
                        {"name": "acme.tokens", "attributes": {"n": 3, "m": "a"}},
                        {"name": "acme.tokens", "attributes": {"n": 4, "m": "b"}},
                    ],
                },
                "expect": {"gen_ai.usage.input_tokens": 7, "gen_ai.request.model": "b"},
            },
            {"log": {"event_name": "acme.other"}, "unrecognised": True},
            {"span": {"name": "GET /"}, "unrecognised": True},
        ],
    }
    AiSemanticsConfig.model_validate({"rules": rules})


def test_the_shipped_table_stays_as_it_is() -> None:
    before = deepcopy(raw_mapping())
    rules = Rules.model_validate(example_of_the_readme()["rules"])
    merged = merge(raw_mapping(), [Origin("rules.", rules), Origin("b.yaml: ", Rules.model_validate(shipped()))])
    assert raw_mapping() == before
    assert merged is not raw_mapping()
    assert merge(raw_mapping(), []) is raw_mapping()


def test_places_of_rules_are_those_where_they_were_written() -> None:
    rules = Rules.model_validate({"operations": {"plain": [{"kind": "tool", "usage": "none"}]}})
    plain = merge(raw_mapping(), [Origin("acme.yaml: ", rules)])["operations"]["plain"]
    assert [rule["at"] for rule in plain[:2]] == ["acme.yaml: operations.plain[0]", "operations.plain[0]"]


def places(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every way into a tree."""
    steps: list[tuple[Any, Any]] = []
    if isinstance(tree, dict | list):
        steps = [*tree.items()] if isinstance(tree, dict) else [*enumerate(tree)]
    return [path, *(below for step, child in steps for below in places(child, (*path, step)))]


def replaced(tree: Any, path: tuple[str | int, ...], value: object) -> Any:  # noqa: ANN401
    """The tree with another value at the end of `path`."""
    if not path:
        return value
    copy = tree.copy()
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


RULES = example_of_the_readme()["rules"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(places(RULES)), VALUES)
def test_rules_with_anything_in_them_are_taken_or_refused(path: tuple[str | int, ...], value: object) -> None:
    try:
        config_with = AiSemanticsConfig.model_validate({"rules": replaced(RULES, path, value)})
    except ValidationError:
        return
    AiSemantics(config_with, FakeHost())

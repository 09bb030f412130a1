"""tokens, cost: each token of a trace is counted once."""

import json
from collections import defaultdict
from functools import cache
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.pdata import Span, TraceBatch, Value
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.processors.tail_sampling.policies.own_config import CostConfig, TokensConfig
from spansieve.processors.tail_sampling.policies.tokens import Cost, Tokens, cost_of, spent, tokens_of
from spansieve.structure.spending import Spent
from spansieve.testing import FakeHost
from tests.captures import CAPTURES, as_protobuf
from tests.processors.tail_sampling.whole_traces import NOT_SAMPLE, NOW, SAMPLE, Part, spans_of, trace_of

AGENTS = CAPTURES.parent / "agents"
FOLDERS = sorted(file.parent for top in (CAPTURES, AGENTS) for file in top.glob("*/expect.json"))
OP, KIND = "gen_ai.operation.name", "spansieve.ai.kind"
IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
ROLLUP, EXCLUDES = "spansieve.ai.rollup", "spansieve.ai.input_excludes_cache"


def used(*parts: Part) -> tuple[float, float]:
    return spent(spans_of(*parts), tokens_of)


def part(id_: str, parent: str = "", count: int = 0, **more: Value) -> Part:
    """A span with `count` input tokens; `kind`, `op`, `rollup` stand for their attributes."""
    names = {"kind": KIND, "op": OP, "rollup": ROLLUP}
    attributes: dict[str, Value] = {names[key]: value for key, value in more.items()}
    return Part(id_, parent, {**attributes, IN: count} if count else attributes)


def test_input_and_output_of_all_model_calls_are_summed() -> None:
    calls = [Part(str(n), "a", {OP: op, IN: 10, OUT: 1}) for n, op in enumerate(("chat", "text_completion"))]
    calls += [Part("g", "a", {OP: "generate_content", IN: 10, OUT: 1}), Part("e", "a", {OP: "embeddings", IN: 10})]
    assert used(Part("a", "", {OP: "invoke_agent"}), *calls) == (40, 3)


@pytest.mark.parametrize("kind", ["model", "tool", "step", "agent", "decision"])
def test_a_span_of_any_kind_counts(kind: str) -> None:
    assert used(part("a", count=7, kind=kind, op="x")) == (7, 0)


@pytest.mark.parametrize("op", ["invoke_agent", "execute_tool", "invoke_workflow", "x"])
def test_without_a_kind_only_operations_of_models_count(op: str) -> None:
    assert used(part("a", count=7, op=op)) == (0, 0)


def test_a_rollup_never_counts() -> None:
    assert used(part("a", count=7, kind="agent", rollup=True), part("b", "a", 3, kind="model")) == (3, 0)
    assert used(part("a", count=7, op="chat", rollup=True)) == (0, 0)
    assert used(part("a", count=7, rollup=True)) == (0, 0)
    assert used(part("a", count=7, op="chat", rollup=False)) == (7, 0)


def test_of_nested_model_calls_only_the_innermost_that_bears_tokens_counts() -> None:
    outer, middle = part("a", count=9, op="chat"), part("b", "a", 8, kind="model", op="chat")
    assert used(outer, middle, part("c", "b", 7, op="chat")) == (7, 0)
    assert used(outer, middle, part("c", "b", 0, op="chat")) == (8, 0)
    assert used(outer, Part("t", "a", {OP: "execute_tool"}), part("c", "t", 7, op="chat")) == (7, 0)
    assert used(outer, part("c", "a", 2, op="chat"), part("d", "a", 3, op="chat")) == (5, 0)


def test_an_embedding_below_a_model_call_is_another_call() -> None:
    assert used(part("a", count=9, op="chat"), part("b", "a", 2, op="embeddings")) == (11, 0)


def test_a_span_without_an_operation_counts_if_nothing_below_bears_tokens() -> None:
    assert used(part("a", count=9)) == (9, 0)
    assert used(part("a", count=9), Part("b", "a", {OP: "chat"})) == (9, 0)
    assert used(part("a", count=9), Part("b", "a"), part("c", "b", 2, op="chat")) == (2, 0)
    assert used(part("a", count=9), part("b", "a", 4), part("c", "b", 2, op="chat")) == (2, 0)


@pytest.mark.parametrize("kind", ["agent", "workflow"])
def test_a_run_that_repeats_its_children_is_not_added_and_its_own_tokens_are(kind: str) -> None:
    below = [part("b", "a", 4, op="chat"), part("c", "a", 5, op="chat")]
    assert used(part("a", count=9, kind=kind, op="x"), *below) == (9, 0)
    assert used(part("a", count=3, kind=kind, op="x"), *below) == (12, 0)


def test_cached_tokens_are_added_where_the_producer_left_them_out() -> None:
    cached: dict[str, Value] = {
        "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.cache_creation.input_tokens": 10,
    }
    call: dict[str, Value] = {OP: "chat", IN: 5, **cached}
    assert used(Part("a", "", call)) == (5, 0)
    assert used(Part("a", "", {**call, EXCLUDES: True})) == (115, 0)
    assert used(Part("a", "", {**call, EXCLUDES: True, "gen_ai.usage.cache_write.input_tokens": 10})) == (115, 0)


@pytest.mark.parametrize("odd", ["12", True, -5, None, [1], inf, nan])
def test_what_is_no_number_of_tokens_is_none(odd: Value) -> None:
    assert used(Part("a", "", {OP: "chat", IN: odd, OUT: 1})) == (0, 1)


def test_a_span_that_came_twice_counts_once_as_it_ended() -> None:
    early, late = Part("a", "", {OP: "chat", IN: 1}), Part("a", "", {OP: "chat", IN: 5}, duration_ms=20)
    assert used(early, late) == used(late, early) == (5, 0)


def test_spans_without_ids_all_count() -> None:
    assert used(Part("", "", {OP: "chat", IN: 1}), Part("", "", {OP: "chat", IN: 5})) == (6, 0)


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["chat", "", "invoke_agent"])), max_size=10))
@settings(max_examples=150)
def test_any_shape_is_summed_whatever_the_order_and_nothing_is_counted_twice(shape: list[tuple[int, str]]) -> None:
    """Parents in circles, one's own and missing ones included."""
    parts = [part(f"s{n}", f"s{parent}", 2**n, op=op) for n, (parent, op) in enumerate(shape)]
    total = used(*parts)
    assert total == used(*reversed(parts))
    assert total[0] <= sum(2**n for n, (_, op) in enumerate(shape) if op != "invoke_agent")


def test_a_deep_trace_is_no_deeper_a_stack() -> None:
    parts = [part(f"{n:05}", f"{n - 1:05}" if n else "", 1, op="chat") for n in range(3000)]
    assert used(*parts) == (1, 0)


def test_any_bound_reached_is_enough_and_bounds_are_inclusive() -> None:
    trace = trace_of(Part("a", "", {OP: "chat", IN: 60, OUT: 40}))

    def vote(**bounds: int) -> object:
        return Tokens("t", TokensConfig(**bounds)).vote(trace, NOW).vote

    assert [vote(min_total=100), vote(min_total=101)] == [SAMPLE, NOT_SAMPLE]
    assert [vote(min_input=60), vote(min_input=61)] == [SAMPLE, NOT_SAMPLE]
    assert [vote(min_output=40), vote(min_output=41)] == [SAMPLE, NOT_SAMPLE]
    assert vote(min_total=1000, min_output=40) == SAMPLE


def test_cost_is_summed_by_the_same_rules_ours_before_the_producers() -> None:
    parts = [
        Part("a", "", {KIND: "agent", OP: "invoke_agent", ROLLUP: True, "spansieve.cost.usd": 9.0}),
        Part("b", "a", {OP: "chat", "spansieve.cost.usd": 0.5, "gen_ai.usage.cost": 7.0}),
        Part("c", "a", {OP: "chat", "gen_ai.usage.cost": 0.25}),
        Part("d", "c", {OP: "chat", IN: 5}),
    ]
    assert spent(spans_of(*parts), cost_of) == Spent(0.75)


def test_cost_reaches_its_bound_whatever_binary_fractions_do() -> None:
    trace = trace_of(*(Part(id_, "", {OP: "chat", "gen_ai.usage.cost": usd}) for id_, usd in (("a", 0.7), ("b", 0.1))))
    assert Cost("c", CostConfig(min_usd=0.8)).vote(trace, NOW).vote == SAMPLE
    assert Cost("c", CostConfig(min_usd=0.81)).vote(trace, NOW).vote == NOT_SAMPLE


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_agents_sent_adds_up_to_what_they_used(folder: Path) -> None:
    expect = json.loads((folder / "expect.json").read_text())
    sums = [spent(spans, tokens_of) for spans in traces_of(folder).values()]
    for key, total in (("input_tokens", sum(s.first for s in sums)), ("output_tokens", sum(s.second for s in sums))):
        assert total in {expect[key], *expect["accept"].get(key, [])}


def traces_of(folder: Path) -> dict[bytes, list[Span]]:
    """All traces of a capture, spans in the order in which they came, tagged request by request."""
    traces: dict[bytes, list[Span]] = defaultdict(list)
    for file in sorted(folder.glob("*.traces.*")):
        batch = TraceBatch.parse(as_protobuf(file))
        semantics().traces(batch)
        for span in batch:
            traces[span.trace_id].append(span)
    return traces


@cache
def semantics() -> AiSemantics:
    """One for all captures, since it is stateless."""
    return AiSemantics(AiSemanticsConfig(), FakeHost())

"""What is read of a span."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.pdata import Value
from spansieve.watching import AiSpan, Tokens
from tests.spansieve.watching.watched import MS, START_NS, Sent, Watched, agent, batch_of, chat, settled, tool

IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"


def read(attributes: dict[str, Value], **more: Any) -> AiSpan:  # noqa: ANN401
    (span,) = settled([Sent("a", "", {"gen_ai.operation.name": "chat", **attributes}, **more)]).values()
    return span


def test_spans_with_an_operation_or_a_kind_are_told_of_and_no_others() -> None:
    spans = [Sent("a", "", {"gen_ai.operation.name": "x"}), Sent("b", "", {"spansieve.ai.kind": "step"}), Sent("c")]
    told = settled(spans)
    assert [(span.traits.operation, span.traits.kind, span.traits.label) for span in told.values()] == [
        ("x", "", "x"),
        ("", "step", "step"),
    ]


def test_what_many_spans_have_in_common() -> None:
    traits = read(
        {
            "spansieve.ai.kind": "model",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-5",
            "gen_ai.response.model": "gpt-5-2025",
            "gen_ai.agent.name": "desk",
            "gen_ai.workflow.name": "flow",
            "spansieve.ai.finish": "length",
            "spansieve.ai.rollup": True,
            "gen_ai.request.stream": True,
            "server.address": "api.example.org",
            "server.port": 443,
        },
        name="chat gpt-5",
    ).traits
    assert traits.name == "chat gpt-5"
    assert (traits.kind, traits.operation, traits.provider) == ("model", "chat", "openai")
    assert (traits.model, traits.response_model) == ("gpt-5", "gpt-5-2025")
    assert (traits.agent, traits.workflow, traits.finish) == ("desk", "flow", "length")
    assert (traits.is_rollup, traits.streams, traits.is_tool, traits.is_run) == (True, True, False, False)
    assert (traits.server_address, traits.server_port) == ("api.example.org", 443)
    assert read({"gen_ai.response.model": "m"}).traits.model == "m"


def test_names_are_no_longer_than_anybody_reads() -> None:
    span = read({"gen_ai.request.model": "m" * 1_000_000, "gen_ai.agent.name": "a" * 1_000_000}, name="n" * 1_000_000)
    assert {len(text) for text in (span.traits.model, span.traits.agent, span.traits.name, span.cost_of)} == {256}


def test_times_ids_and_what_only_some_spans_have() -> None:
    span = read(
        {
            "spansieve.ai.input.bytes": 4_000,
            "spansieve.ai.context.window": 128_000,
            "spansieve.ai.context.utilization": 0.25,
            "gen_ai.response.time_to_first_chunk": 0.5,
            "gen_ai.usage.cost": 7.0,
            "spansieve.cost.usd": 0.5,
            "spansieve.ai.prompt.hash": "k1:ab",
            "spansieve.ai.prompt.simhash": "00ff",
            "spansieve.ai.tool.args_hash": "k1:cd",
            "gen_ai.tool.definitions": '[{"name":"x"}]',
        },
        start_ms=5,
        end_ms=1505,
    )
    assert (span.input_bytes, span.window, span.utilization, span.first_token_s) == (4_000, 128_000, 0.25, 0.5)
    assert (span.cost_usd, span.duration_s, span.is_root, span.service) == (0.5, 1.5, True, "desk")
    assert (span.prompt_hash, span.prompt_simhash, span.args_hash) == ("k1:ab", "00ff", "k1:cd")
    assert span.tools_hash == read({"gen_ai.tool.definitions": '[{"name":"x"}]'}).tools_hash != ""
    assert read({"gen_ai.usage.cost": 7}).cost_usd == 7
    assert read({}, end_ms=-5).duration_s == 0


def test_tokens_include_cached_ones_whatever_the_producer_counts() -> None:
    cache: dict[str, Value] = {
        "gen_ai.usage.cache_read.input_tokens": 100_000,
        "gen_ai.usage.cache_creation.input_tokens": 10,
        "gen_ai.usage.cache_write.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 3,
    }
    assert read({IN: 100_020, OUT: 7, **cache}).tokens == Tokens(100_020, 7, 100_000, 10, 3)
    apart = {IN: 5, "spansieve.ai.input_excludes_cache": True, **cache}
    assert read(apart).tokens == Tokens(100_015, 0, 100_000, 10, 3)


@pytest.mark.parametrize("odd", ["x", "", True, -5, [1], float("inf"), float("nan"), 2**63 - 1, 1e300])
def test_what_is_no_number_of_tokens_is_none(odd: Value) -> None:
    span = read({IN: odd})
    assert (span.tokens, span.is_counted) == (Tokens(), False)


def test_a_span_that_does_not_say_when_it_began_took_no_time() -> None:
    assert read({}, start_ms=-START_NS / MS).duration_s == 0


def test_numbers_that_a_tracer_wrote_as_texts_count() -> None:
    span = read({IN: "211", OUT: "57"})
    assert (span.tokens, span.is_counted) == (Tokens(211, 57), True)


@given(st.dictionaries(st.sampled_from([IN, OUT]), st.integers(0, 10**9)))
@settings(max_examples=50)
def test_counts_are_read_as_they_were_written(counts: dict[str, int]) -> None:
    span = read({**counts})
    assert (span.tokens.input, span.tokens.output) == (counts.get(IN, 0), counts.get(OUT, 0))
    assert (span.has_tokens, span.is_counted) == (bool(counts), any(counts.values()))


@pytest.mark.parametrize("name", ["First Token Stream Event", "ai.stream.firstChunk", "llm.content.completion.chunk"])
def test_an_event_tells_when_the_first_token_came(name: str) -> None:
    events: list[tuple[str, float, dict[str, Value]]] = [("other", 1, {}), (name, 30, {}), (name, 20, {})]
    assert read({}, events=events).first_token_s == 0.02
    assert read({"gen_ai.response.time_to_first_chunk": 0.5}, events=events).first_token_s == 0.5
    assert read({}, events=[("token budget", 5, {})]).first_token_s is None


def test_for_whom_a_span_was_it_says_itself_or_its_resource_or_what_encloses_it() -> None:
    sender = {"user.id": "by-resource", "tenant.id": "t"}
    enclosing = agent("r", user_id="u", gen__ai_conversation_id="c", customer_id="k")
    told = settled([enclosing, Sent("p", "r"), chat("a", "p"), chat("b", "p", session_id="own")])
    assert [(told[one].user, told[one].tenant, told[one].thread) for one in "rab"] == [
        ("u", "k", "c"),
        ("u", "k", "c"),
        ("u", "k", "own"),
    ]
    span = read({}, resource=sender)
    assert (span.user, span.tenant, span.thread) == ("by-resource", "t", "")
    assert read({"user.id": 17, "thread.id": 5}).user == "17"
    assert read({"user.id": 17, "thread.id": 5}).thread == ""


def test_costs_are_booked_under_the_nearest_run_else_under_the_operation() -> None:
    run, flow = agent("r", gen__ai_agent_name="desk"), Sent("w", "", {"spansieve.ai.kind": "workflow"})
    calls = [chat("a", "r"), chat("b", "w"), chat("c", "r", gen__ai_agent_name="own")]
    told = settled([run, flow, *calls, tool("t", "w")])
    booked = {label: span.cost_of for label, span in told.items()}
    assert booked == {"r": "desk", "a": "desk", "w": "workflow", "b": "chat", "c": "own", "t": "execute_tool"}


def test_a_workflow_below_an_agent_is_a_run_of_its_own() -> None:
    flow = Sent("w", "r", {"spansieve.ai.kind": "workflow", "gen_ai.workflow.name": "triage"})
    told = settled([agent("r", gen__ai_agent_name="desk"), flow, chat("a", "w")])
    assert {label: span.cost_of for label, span in told.items()} == {"r": "desk", "w": "triage", "a": "triage"}


def test_an_enclosing_span_that_was_told_of_before_still_says_for_whom_it_was() -> None:
    told = settled([agent("r", user_id="u", gen__ai_agent_name="desk")], [chat("a", "r")], gap=5)
    assert (told["a"].user, told["a"].cost_of) == ("u", "desk")


def test_nothing_is_kept_of_a_trace_beyond_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.settling.MAX_KNOWN", 10)
    watched = Watched()
    for number in range(1, 50):
        watched.watch.see(batch_of(Sent("a", trace_id=number.to_bytes(16, "big"))))
    assert watched.watch.known <= 12
    assert watched.host.counts["watch_evictions", "traces"] > 40


def test_of_a_trace_that_never_ends_the_older_spans_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.trace.MAX_LINKS", 10)
    watched = Watched()
    for number in range(50):
        watched.watch.see(batch_of(agent(f"s{number}", f"s{number - 1}")))
        assert watched.after(2)
    assert watched.watch.known <= 12


def test_too_many_that_wait_are_told_of_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.settling.MAX_WAITING", 3)
    watched = Watched()
    watched.watch.see(batch_of(chat("a"), chat("b")))
    watched.watch.see(batch_of(chat("c"), chat("d")))
    assert len(watched.after(0)) == 2
    assert watched.host.counts["watch_evictions", "waiting"] == 2


def test_of_what_was_counted_below_spans_that_never_come_the_oldest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spansieve.watching.beneath.MAX_IDS", 2)
    watched = Watched()
    for number in range(1, 4):
        watched.watch.see(batch_of(replace(chat("i", "o", 5), trace_id=number.to_bytes(16, "big"))))
        watched.after(2)
    assert watched.host.counts["watch_evictions", "counted"] == 1
    for number in (1, 3):
        watched.watch.see(batch_of(replace(chat("o", "", 5), trace_id=number.to_bytes(16, "big"))))
    assert [span.is_counted for span in watched.after(2)] == [True, False]

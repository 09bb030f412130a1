"""One call seen by several instrumentations has one hash: what real agents sent."""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spansieve.messages.calls import conversation, conversation_of_events, said_by_record
from spansieve.messages.chain import hashes
from spansieve.messages.fingerprints import Fingerprints
from spansieve.pdata import LogBatch, Span, TraceBatch, decode_pair, parse
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import signal_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
KEY = bytes(range(32))
PROMPT = "spansieve.ai.prompt.hash"

OPENAI_CHAT = (
    *("agents/openai_openinference_0114", "agents/openai_traceloop_040", "agents/langfuse", "agents/logfire_openai"),
    *("agents/mlflow", "agents/litellm"),
)
ANTHROPIC = ("agents/anthropic_openinference", "agents/anthropic_traceloop", "agents/anthropic_twice")
FRAMEWORKS = (
    *("agents/agent_framework", "agents/llama_index_openinference", "agents/openai_agents_openinference"),
    *("agents/openai_agents_traceloop", "agents/pydantic_ai_v2", "agents/strands"),
)


@cache
def tagged(capture: str, signal: str, *, content: bool = False) -> list[Any]:
    """The spans or log records of a capture, behind `ai_semantics`."""
    semantics = AiSemantics(AiSemanticsConfig(content=content), FakeHost())
    found: list[Any] = []
    for file in sorted((FIXTURES / capture).glob(f"[0-9]*.{signal}.pb")):
        batch = parse(signal_of(file), file.read_bytes())
        assert isinstance(batch, TraceBatch | LogBatch)
        getattr(semantics, signal)(batch)
        found += batch
    return found


def models(capture: str, *, content: bool = False) -> list[Span]:
    spans = tagged(capture, "traces", content=content)
    return [span for span in spans if span.attributes.get("spansieve.ai.kind") == "model"]


def of(span: Span) -> dict[str, Any]:
    spoken = conversation(span.attributes, [(event.name, event.attributes) for event in span.events])
    return dict(hashes(spoken, KEY, "k1"))


@cache
def told(capture: str) -> list[dict[str, Any]]:
    """The hashes of the model calls of a capture, in their order."""
    return [of(span) for span in models(capture)]


def prompts(capture: str, length: int = 0) -> set[str]:
    """The hashes of all prompts, or of those of so many entries."""
    counted = "spansieve.ai.prompt.message_count"
    return {each[PROMPT] for each in told(capture) if PROMPT in each and length in (0, each[counted])}


@pytest.mark.parametrize(("entries", "shared"), [(2, 2), (6, 1)])
def test_fifteen_instrumentations_of_one_conversation_agree(entries: int, shared: int) -> None:
    # of system and user: the two questions that all asked; of six: one with two calls and their results
    found = [prompts(capture, entries) for capture in (*OPENAI_CHAT, *ANTHROPIC, *FRAMEWORKS)]
    assert len(found) == 15
    assert len(set.intersection(*found)) == shared


@pytest.mark.parametrize("group", [OPENAI_CHAT, ANTHROPIC], ids=["OpenAI's API", "Anthropic's API"])
def test_instrumentations_of_one_api_agree_on_every_prompt_that_they_all_saw(group: tuple[str, ...]) -> None:
    assert len(set.intersection(*map(prompts, group))) == 6


def test_three_instrumentations_of_the_long_conversation_agree_on_every_prompt_and_answer() -> None:
    names = ("captures/langchain_openinference", "captures/openai_semconv", "captures/openai_traceloop")
    asked = [prompts(name) for name in names]
    assert asked[0] == asked[1] == asked[2]
    assert len(asked[0]) >= 6
    completion = "spansieve.ai.completion.hash"
    answers = [{each[completion] for each in told(name) if completion in each} for name in names]
    assert answers[1] == answers[2]
    assert answers[1] <= answers[0]  # LangChain has a form for the answers that failed calls did not give


def test_the_versions_of_the_ai_sdk_agree() -> None:
    assert prompts("agents/vercel_ai_v5") == prompts("agents/vercel_ai_v6")
    assert len(prompts("agents/vercel_ai_v5") & prompts("agents/vercel_ai_v7")) >= 4


@pytest.mark.parametrize(
    ("logs", "spans"), [("agent_framework", "agent_framework"), ("pydantic_ai_v1", "pydantic_ai_v2")]
)
def test_log_records_of_a_call_give_the_hash_of_its_span(logs: str, spans: str) -> None:
    calls: dict[bytes, list[Any]] = defaultdict(list)
    for record in tagged(f"agents/{logs}", "logs"):
        name = str(record.attributes.get("event.name") or record.event_name)
        calls[record.span_id].append((name, said_by_record(record.body, record.attributes)))
    said = {hashes(conversation_of_events(events), KEY, "k1")[PROMPT] for events in calls.values()}
    assert len(said & prompts(f"agents/{spans}")) >= 5


@pytest.mark.parametrize("capture", ["anthropic_openinference", "langsmith", "openai_traceloop_040", "strands"])
def test_hashes_do_not_depend_on_what_ai_semantics_writes(capture: str) -> None:
    assert told(f"agents/{capture}") == [of(span) for span in models(f"agents/{capture}", content=True)]


@pytest.mark.parametrize("capture", ["openai_semconv_20b0", "anthropic_sdk", "google_genai_semconv", "google_adk"])
def test_agents_that_send_no_content_get_no_hashes(capture: str) -> None:
    assert told(f"agents/{capture}")
    assert not any(told(f"agents/{capture}"))


@pytest.mark.parametrize("capture", ["captures/openai_semconv", "captures/langchain_openinference", "agents/strands"])
def test_spans_that_say_the_same_get_the_same_pairs_from_memory(capture: str) -> None:
    fingerprints = Fingerprints(KEY, "k1")
    for _ in range(2):
        for span, expected in zip(models(capture), told(capture), strict=True):
            pairs = fingerprints.of(span.attributes, span.events)
            assert {key: decode_pair(raw) for key, raw in pairs.items()} == expected

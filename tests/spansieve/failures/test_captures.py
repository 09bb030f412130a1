"""The errors of real agents, held against what is known of them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from spansieve.failures import Rules, failure_of, failure_of_record, root_causes, traced_errors
from spansieve.pdata import LogBatch, Span, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import CAPTURES, captured

AGENTS = sorted(folder.name for folder in CAPTURES.iterdir() if folder.is_dir())
RULES = Rules()


def truth(agent: str) -> Any:  # noqa: ANN401
    return json.loads((CAPTURES / agent / "expect.json").read_text())


def spans_of(agent: str, tagger: AiSemantics | None = None) -> Iterator[Span]:
    for file, signal, body in captured():
        if file.parent.name == agent and signal == "traces":
            batch = TraceBatch.parse(body)
            if tagger is not None:
                tagger.traces(batch)
            yield from batch


def failed_traces(agent: str, tagger: AiSemantics | None = None) -> set[str]:
    return {span.trace_id.hex() for span in spans_of(agent, tagger) if failure_of(span, RULES)}


def logged_traces(agent: str, tagger: AiSemantics) -> Iterator[str]:
    """The traces of which a log record tells of an error."""
    for file, signal, body in captured():
        if file.parent.name == agent and signal == "logs":
            batch = LogBatch.parse(body)
            tagger.logs(batch)
            yield from (record.trace_id.hex() for record in batch if failure_of_record(record, RULES))


@pytest.mark.parametrize("agent", AGENTS)
def test_spans_as_they_were_sent_show_the_errors_that_have_a_status(agent: str) -> None:
    assert failed_traces(agent) == set(truth(agent)["error_traces_by_status"])


@pytest.mark.parametrize("agent", AGENTS)
def test_behind_ai_semantics_every_failed_trace_is_found_and_no_other(agent: str) -> None:
    tagger = AiSemantics(AiSemanticsConfig(), FakeHost())
    found = failed_traces(agent, tagger) | set(logged_traces(agent, tagger))
    assert found == set(truth(agent)["error_traces"])


CAUSES: dict[str, list[tuple[str, tuple[str, ...], bool]]] = {
    "openai_semconv": [
        ("RateLimitError:unknown", ("model:gpt-4o-mini",), True),
        ("LedgerError:sync_ledger", ("tool:sync_ledger",), False),
        ("BadRequestError:unknown", ("model:gpt-4o-mini", "agent:billing_desk"), False),
    ],
    "pydantic_ai": [
        ("ToolRetryError:sync_ledger", ("tool:sync_ledger",), False),
        ("ModelContextWindowExceededError:unknown", ("model:gpt-4o-mini", "agent:billing_desk"), False),
        ("LedgerError:archive", ("tool:archive", "agent:billing_desk"), False),
    ],
    "openai_traceloop": [
        ("RateLimitError:unknown", ("model:gpt-4o-mini",), True),
        ("LedgerError:sync_ledger", ("tool:sync_ledger",), False),
        (
            "BadRequestError:unknown",
            ("model:gpt-4o-mini", "span:billing_desk.agent", "span:billing_desk_turn.workflow"),
            False,
        ),
    ],
}
"""By agent: key, path, and whether it was recovered."""


@pytest.mark.parametrize("agent", CAUSES)
def test_each_failure_of_an_agent_is_told_once_with_its_path(agent: str) -> None:
    found = [(cause.key, cause.path, cause.recovered) for spans in traces(agent) for cause in root_causes(spans, RULES)]
    assert found == CAUSES[agent]


@pytest.mark.parametrize("agent", AGENTS)
def test_every_error_span_is_told_of(agent: str) -> None:
    found = [error.span.span_id for spans in traces(agent) for error in traced_errors(spans, RULES)]
    assert sorted(found) == sorted(span.span_id for span in spans_of(agent) if failure_of(span, RULES))


def traces(agent: str) -> list[list[Span]]:
    """The spans of each trace."""
    by_trace: dict[bytes, list[Span]] = {}
    for span in spans_of(agent):
        by_trace.setdefault(span.trace_id, []).append(span)
    return list(by_trace.values())

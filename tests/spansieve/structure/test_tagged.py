"""Marks over whole traces are those that a request with all of the trace gets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spansieve.pdata import Span, TraceBatch, Value, together
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.structure.tagged import mark
from spansieve.testing import FakeHost
from tests.captures import CAPTURES

MARKS = (
    "spansieve.ai.parallel",
    "spansieve.ai.batch.id",
    "spansieve.ai.batch.size",
    "spansieve.ai.batch.tools",
    "spansieve.ai.retry",
    "spansieve.ai.loop",
    "spansieve.ai.rollup",
)
FILES = sorted(CAPTURES.glob("*/*.traces.pb"))


TAG = AiSemantics(AiSemanticsConfig(), FakeHost())


def tagged(body: bytes) -> TraceBatch:
    batch = TraceBatch.parse(body)
    TAG.traces(batch)
    return batch


def one_by_one(body: bytes) -> Iterator[Span]:
    """Each span of a request, tagged in a request of its own."""
    batch = TraceBatch.parse(body)
    shells = batch.shells()
    for span in batch:
        yield from tagged(together([(shells[id(span.scope)], [span.encode()])]))


def said(spans: Iterator[Span] | TraceBatch) -> dict[tuple[bytes, bytes], dict[str, Value]]:
    return {
        (span.trace_id, span.span_id): {
            key: value for key, value in span.attributes.items() if key.startswith(MARKS) and value is not None
        }
        for span in spans
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_is_seen_span_by_span_is_marked_as_if_it_had_come_together(file: Path) -> None:
    body = file.read_bytes()
    traces: dict[bytes, list[Span]] = {}
    for span in one_by_one(body):
        traces.setdefault(span.trace_id, []).append(span)
    for spans in traces.values():
        mark(spans)
    assert said(span for spans in traces.values() for span in spans) == said(tagged(body))


def test_the_recordings_hold_something_to_mark() -> None:
    assert any(marks for file in FILES for marks in said(tagged(file.read_bytes())).values())


def test_marking_again_changes_nothing() -> None:
    for file in FILES:
        batch = tagged(file.read_bytes())
        traces: dict[bytes, list[Span]] = {}
        for span in batch:
            traces.setdefault(span.trace_id, []).append(span)
        assert [mark(spans) for spans in traces.values()] == [0] * len(traces)

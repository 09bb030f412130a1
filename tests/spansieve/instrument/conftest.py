"""The real SDK, set up once as a program would, and what it finished."""

import hashlib
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Spans:
    """What was finished in one test."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def all(self) -> list[ReadableSpan]:
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def names(self) -> list[str]:
        return [span.name for span in self.all()]

    def one(self) -> ReadableSpan:
        [span] = self.all()
        return span

    def named(self, name: str) -> ReadableSpan:
        [span] = [span for span in self.all() if span.name == name]
        return span

    def parent(self, name: str) -> str | None:
        parent = self.named(name).parent
        ids = {span.context.span_id: span.name for span in self.all() if span.context}
        return ids[parent.span_id] if parent else None


def digest(text: str) -> str:
    """Sixteen hexadecimal digits of SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def events(span: ReadableSpan) -> dict[str, dict[str, object]]:
    """Each event's attributes by its name; a name that comes twice fails."""
    found: dict[str, dict[str, object]] = {event.name: dict(event.attributes or {}) for event in span.events}
    assert len(found) == len(span.events)
    return found


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    for name in ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPANSIEVE_INSTRUMENT_HASHES"):
        monkeypatch.delenv(name, raising=False)
    exporter.clear()
    yield Spans(exporter)
    exporter.clear()

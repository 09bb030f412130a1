"""ai_metrics: what real agents sent, counted by hand, in whatever order and pieces it comes."""

import random
from collections.abc import Callable, Iterable, Iterator

import pytest

from spansieve.pdata import Batch, Signal, TraceBatch, parse
from spansieve.processors.ai_metrics import AiMetrics, AiMetricsConfig
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import captured
from tests.metric_truth import TRUTH, counted

from .house import emitted

Requests = list[tuple[Signal, bytes]]


def requests(capture: str) -> Requests:
    """What a capture sent, with what ai_semantics sees in it."""
    semantics = AiSemantics(AiSemanticsConfig(), FakeHost())

    def tagged(signal: Signal, body: bytes) -> bytes:
        batch: Batch = parse(signal, body)
        if signal != "metrics":
            getattr(semantics, signal)(batch)
        return batch.encode()

    return [(signal, tagged(signal, body)) for file, signal, body in captured() if file.parent.name == capture]


def counts(sent: Iterable[tuple[Signal, bytes]]) -> dict[str, float]:
    """The series that leave at last."""
    host = FakeHost("ai_metrics")
    metrics = AiMetrics(AiMetricsConfig(), host)
    metrics.start()
    for signal, body in sent:
        getattr(metrics, signal)(parse(signal, body))
        host.clock.advance(seconds=0.001)
        metrics.tick()
    metrics.shutdown()
    return counted(emitted(host))


def as_it_came(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    yield from sent


def twice(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    yield from [*sent, *sent]


def backwards(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    yield from reversed(sent)


def span_by_span(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    for signal, body in sent:
        if signal != "traces":
            yield signal, body
            continue
        for at in range(len(TraceBatch.parse(body))):
            single = TraceBatch.parse(body)
            kept = list(single)[at]
            single.retain(lambda span, kept=kept: span is kept)  # type: ignore[misc]
            yield signal, single.encode()


def shuffled(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    pieces = list(span_by_span(sent))
    random.Random(7).shuffle(pieces)
    yield from pieces


@pytest.mark.parametrize("how", [as_it_came, twice, backwards, span_by_span, shuffled])
@pytest.mark.parametrize("capture", TRUTH)
def test_a_capture_is_counted_as_by_hand(
    capture: str, how: Callable[[Requests], Iterator[tuple[Signal, bytes]]]
) -> None:
    assert counts(how(requests(capture))) == pytest.approx(TRUTH[capture])


@pytest.mark.parametrize(("capture", "sends"), [("openai_semconv", True), ("langchain_openinference", False)])
def test_client_metrics_are_made_for_those_who_do_not_send_them(capture: str, sends: bool) -> None:
    host = FakeHost("ai_metrics")
    metrics = AiMetrics(AiMetricsConfig(), host)
    metrics.start()
    for signal, body in requests(capture):
        getattr(metrics, signal)(parse(signal, body))
    metrics.shutdown()
    assert any("gen_ai" in name for name in emitted(host)) is not sends

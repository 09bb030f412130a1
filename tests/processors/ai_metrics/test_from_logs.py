"""ai_metrics with `count_from: logs`: what the log records of agents are counted as."""

import logging
from collections.abc import Iterable, Iterator

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import LogBatch, MetricBatch, Signal, Value, parse
from spansieve.plugin import Place
from spansieve.processors.ai_metrics import AiMetrics, AiMetricsConfig
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.log_truth import LOG_TRUTH, Requests, requests
from tests.metric_truth import counted

from .house import emitted

SECOND_NS = 1_000_000_000
NOON_NS = 1_790_000_000 * SECOND_NS


def records(*said: dict[str, Value], service: str = "codex_exec", at_s: Iterable[float] = ()) -> bytes:
    """Log records with these attributes, a second apart unless `at_s` says when."""
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    scope = resource.scope_logs.add()
    for at in list(at_s) or range(len(said)):
        scope.log_records.add(observed_time_unix_nano=NOON_NS + round(at * SECOND_NS))
    batch = LogBatch.parse(request.SerializeToString())
    for record, attributes in zip(batch, said, strict=True):
        record.attributes.update(attributes)
    return batch.encode()


class Running:
    """The processor behind ai_semantics."""

    def __init__(self, **config: object) -> None:
        self.host = FakeHost("ai_metrics")
        self.metrics = AiMetrics(AiMetricsConfig.model_validate({"count_from": "logs", **config}), self.host)
        self.metrics.start()
        self.semantics = AiSemantics(AiSemanticsConfig(), FakeHost())

    def send(self, sent: Iterable[tuple[Signal, bytes]]) -> "Running":
        for signal, body in sent:
            batch = parse(signal, body)
            if signal != "metrics":
                getattr(self.semantics, signal)(batch)
            getattr(self.metrics, signal)(parse(signal, batch.encode()))
            self.host.clock.advance(seconds=0.001)
            self.metrics.tick()
        return self

    def series(self) -> dict[str, float]:
        self.metrics.shutdown()
        return emitted(self.host)


def told(*said: dict[str, Value], at_s: Iterable[float] = (), **config: object) -> dict[str, float]:
    """The series after one request of records."""
    return Running(**config).send([("logs", records(*said, at_s=at_s))]).series()


def codex(event: str, **more: Value) -> dict[str, Value]:
    return {"event.name": f"codex.{event}", "model": "gpt-5-codex", "conversation.id": "c-1", **more}


def completed(**more: Value) -> dict[str, Value]:
    said: dict[str, Value] = {"event.kind": "response.completed", "input_token_count": 10, "output_token_count": 2}
    return codex("sse_event", **said, **more)


def as_it_came(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    yield from sent


def twice(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    yield from [*sent, *sent]


def logs_alone(sent: Requests) -> Iterator[tuple[Signal, bytes]]:
    yield from (one for one in sent if one[0] == "logs")


@pytest.mark.parametrize("how", [as_it_came, twice, logs_alone])
@pytest.mark.parametrize("capture", LOG_TRUTH)
def test_the_records_of_a_capture_are_counted_as_by_hand_and_its_spans_are_not(capture: str, how: object) -> None:
    sent = how(requests(capture))  # type: ignore[operator]
    assert counted(Running().send(sent).series()) == pytest.approx(LOG_TRUTH[capture])


def test_records_are_not_counted_where_spans_are() -> None:
    sent = Running(count_from="spans").send(logs_alone(requests("codex"))).series()
    assert not counted(sent)


@pytest.mark.parametrize("event", ["gen_ai.client.inference.operation.details", "gen_ai.client.operation.exception"])
def test_events_that_repeat_their_span_are_not_counted(event: str) -> None:
    said: dict[str, Value] = {"gen_ai.operation.name": "chat", "error.type": "503", "gen_ai.usage.input_tokens": 7}
    assert not counted(told({"event.name": event, **said}))


def test_a_codex_call_takes_from_its_request_to_its_last_event() -> None:
    metrics = Running().send([("logs", records(codex("api_request", duration_ms="500"), completed(), at_s=[10, 12]))])
    assert metrics.series()["ai_operation_duration_seconds{model=gpt-5-codex,operation=chat,status=success}"] == 1
    [total] = [
        point.sum
        for point in MetricBatch.parse(metrics.host.emitted[-1][1].encode())
        if point.metric.name == "ai_operation_duration_seconds"
    ]
    assert total == pytest.approx(2.5)


def test_a_request_that_begins_another_conversation_says_nothing_of_this_ones_call() -> None:
    metrics = Running().send(
        [("logs", records(codex("api_request", **{"conversation.id": "c-2"}), completed(), at_s=[1, 60]))]
    )
    metrics.series()
    [total] = [
        point.sum
        for point in MetricBatch.parse(metrics.host.emitted[-1][1].encode())
        if point.metric.name == "ai_operation_duration_seconds"
    ]
    assert total == 0


def test_tools_of_one_conversation_that_ran_at_once_are_parallel() -> None:
    def ran(call: str, conversation: str) -> dict[str, Value]:
        said: dict[str, Value] = {"tool_name": "shell", "call_id": call, "duration_ms": "1000", "success": "true"}
        return codex("tool_result", **{**said, "conversation.id": conversation})

    series = told(ran("a", "c-1"), ran("b", "c-1"), ran("c", "c-2"), at_s=[10, 10.5, 10.2])
    assert series["tool_executions_total{parallel=true,status=success,tool=shell}"] == 2
    assert series["tool_executions_total{parallel=false,status=success,tool=shell}"] == 1


def test_a_failed_call_counts_under_the_operation_of_the_others() -> None:
    failed: dict[str, Value] = {"event.name": "gemini_cli.api_error", "model": "m", "status_code": 503}
    series = told(failed)
    assert series["ai_operation_duration_seconds{model=m,operation=generate_content,status=error}"] == 1
    assert series["model_api_errors_total{error_type=server_error,model=m}"] == 1


def test_no_exemplar_leads_to_a_span_that_nobody_has() -> None:
    metrics = Running().send(logs_alone(requests("gemini")))
    metrics.series()
    assert not any(point.exemplars for point in MetricBatch.parse(metrics.host.emitted[-1][1].encode()))


class Placed(FakeHost):
    """Stands in some pipelines."""

    def __init__(self, **places: tuple[str, ...]) -> None:
        super().__init__("ai_metrics")
        self.places = places

    def pipeline(self, signal: Signal) -> Place | None:
        """Where it stands, and behind whom."""
        return Place(signal, self.places[signal], ()) if signal in self.places else None


@pytest.mark.parametrize(
    ("count_from", "places", "says"),
    [
        ("spans", {"traces": ()}, ""),
        ("spans", {"logs": ("ai_semantics",)}, "stands in no traces pipeline"),
        ("logs", {"logs": ("ai_semantics/agents",), "traces": ()}, ""),
        ("logs", {"traces": ("ai_semantics",)}, "stands in no logs pipeline"),
        ("logs", {"logs": ("batch",)}, "no ai_semantics stands before it in logs"),
    ],
)
def test_it_says_so_where_nothing_will_be_counted(
    count_from: str, places: dict[str, tuple[str, ...]], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        AiMetrics(AiMetricsConfig.model_validate({"count_from": count_from}), Placed(**places)).start()
    assert says in caplog.text
    assert bool(says) is bool(caplog.records)

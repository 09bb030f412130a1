"""ai_metrics: what leaves for the spans, records and metrics that come."""

import pytest
from pydantic import ValidationError

from spansieve.dashboard import is_dashboard
from spansieve.pdata import DroppedSpan, MetricBatch, Signal, TraceBatch
from spansieve.plugin import Place
from spansieve.processors.ai_metrics import AiMetrics, AiMetricsConfig
from spansieve.testing import ERROR, OK, FakeHost, SpanSpec, otlp_request

from .house import Row, emitted, request, series_of, sum_request

CALL = OK.with_(
    attributes={
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.conversation.id": "c-1",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
    }
)
AGENT = OK.with_(attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "desk"})
TOOL = OK.with_(attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"})


def running(**config: object) -> tuple[FakeHost, AiMetrics]:
    host = FakeHost("ai_metrics")
    metrics = AiMetrics(AiMetricsConfig.model_validate(config), host)
    metrics.start()
    return host, metrics


def send(metrics: AiMetrics, *spans: SpanSpec) -> None:
    metrics.traces(TraceBatch.parse(otlp_request("desk", *spans)))


def wait(host: FakeHost, metrics: AiMetrics, seconds: float) -> None:
    host.clock.advance(seconds=seconds)
    metrics.tick()


def test_what_passes_is_not_changed_and_leaves_at_once() -> None:
    _, metrics = running()
    body = otlp_request("desk", AGENT, CALL)
    batch = TraceBatch.parse(body)
    metrics.traces(batch)
    assert batch.encode() == body


def test_spans_count_once_they_have_settled_and_numbers_leave_every_interval() -> None:
    host, metrics = running()
    send(metrics, AGENT, CALL, TOOL)
    wait(host, metrics, 1.9)
    wait(host, metrics, 8.2)
    assert [signal for signal, _ in host.emitted] == ["metrics"]
    assert emitted(host)["ai_tokens_total{model=gpt-5,type=prompt}"] == 100
    send(metrics, AGENT, CALL)
    wait(host, metrics, 9.8)
    assert len(host.emitted) == 1
    wait(host, metrics, 0.2)
    assert emitted(host)["ai_tokens_total{model=gpt-5,type=prompt}"] == 200


def test_all_that_waits_is_counted_and_sent_at_the_end() -> None:
    host, metrics = running()
    send(metrics, AGENT, CALL)
    metrics.shutdown()
    assert emitted(host)["ai_tokens_total{model=gpt-5,type=completion}"] == 10


def test_deltas_add_up_to_the_whole() -> None:
    host, metrics = running(temporality="delta", interval="1s", settle=0)
    for _ in range(3):
        send(metrics, AGENT, CALL)
        wait(host, metrics, 1)
    metrics.shutdown()
    sums = [series_of(MetricBatch.parse(batch.encode())) for _, batch in host.emitted]
    assert [one.get("ai_tokens_total{model=gpt-5,type=prompt}", 0) for one in sums] == [100, 100, 100, 0]


def test_the_points_of_each_service_stand_under_its_name() -> None:
    host, metrics = running(settle=0)
    for service in ("shop", "bank"):
        metrics.traces(TraceBatch.parse(otlp_request(service, CALL)))
    wait(host, metrics, 10)
    points = MetricBatch.parse(host.emitted[-1][1].encode())
    services = {one.resource.attributes["service.name"] for one in points if one.metric.name == "ai_tokens_total"}
    assert services == {"shop", "bank"}
    assert {one.scope.name for one in points} == {"spansieve.ai_metrics"}
    own = {one.metric.name for one in points if one.resource.attributes["service.name"] == "spansieve"}
    assert own == {"pending_operations"}


def test_what_waits_elsewhere_is_pending_too() -> None:
    host, metrics = running()
    host.readings = {
        ("otelcol_processor_tail_sampling_sampling_traces_on_memory",): 7,
        ("spansieve_exporter_held_items", "traces"): 500,
        ("spansieve_exporter_held_items", "logs"): 12,
        ("spansieve_exporter_held_items", "metrics"): 9999,
    }
    metrics.traces(TraceBatch.parse(request(Row(1, 2, parent=1), Row(1, 3, parent=2), Row(2, 9))))
    wait(host, metrics, 10)
    assert {key: value for key, value in emitted(host).items() if key.startswith("pending")} == {
        "pending_operations{type=trace}": 1,
        "pending_operations{type=operation}": 1,
        "pending_operations{type=decision}": 7,
        "pending_operations{type=export}": 512,
    }
    assert emitted(host)["spansieve_traces_total{}"] == 2


def test_what_a_filter_dropped_is_not_pending() -> None:
    host, metrics = running()
    batch = TraceBatch.parse(request(Row(1, 2, parent=1)))
    batch.dropped = [DroppedSpan(next(iter(batch.by_trace())), (1).to_bytes(8, "big"), b"")]
    metrics.traces(batch)
    wait(host, metrics, 10)
    assert not any(value for key, value in emitted(host).items() if key.startswith("pending"))


def test_tools_at_once_are_those_of_lag_ago() -> None:
    host, metrics = running(lag="5s", settle="1s")
    second = 1_000_000_000
    now = host.clock.time_ns()
    batch = TraceBatch.parse(otlp_request("desk", AGENT, TOOL, TOOL, TOOL))
    for span, (begin, end) in zip(batch, [(0, 9), (1, 4), (2, 6), (3, 7)], strict=True):
        span.start_time_unix_nano, span.end_time_unix_nano = now + begin * second, now + end * second
    metrics.traces(batch)
    wait(host, metrics, 1)
    wait(host, metrics, 9)  # 10 s later: as of 5 s
    assert emitted(host)["concurrent_tool_executions{}"] == 2
    assert emitted(host)["spansieve_concurrent_tool_executions_max{}"] == 3


def test_cpu_is_the_collectors_until_an_agent_says_its_own() -> None:
    host, metrics = running()
    for used in (5.0, 8.0):
        host.readings = {("otelcol_process_cpu_seconds",): used}
        wait(host, metrics, 10)
    assert emitted(host)["process_cpu_seconds_total{}"] == 3

    metrics.metrics(MetricBatch.parse(sum_request("process.cpu.time", 100, "desk")))
    host.readings = {("otelcol_process_cpu_seconds",): 50.0}
    wait(host, metrics, 10)
    points = MetricBatch.parse(host.emitted[-1][1].encode())
    cpu = {one.resource.attributes["service.name"]: one.value for one in points if "cpu" in one.metric.name}
    assert cpu == {"spansieve": 3, "desk": 100}


def requests(host: FakeHost) -> float:
    return sum(value for key, value in emitted(host).items() if key.startswith("spansieve_requests_total"))


SERVER = OK.with_(name="POST /chat")


@pytest.mark.parametrize(
    ("order", "kinds"), [("hac", (SERVER, AGENT, CALL)), ("cah", (SERVER, AGENT, CALL)), ("ahc", (SERVER, AGENT, CALL))]
)
@pytest.mark.parametrize("pause", [0, 5])
def test_a_run_below_a_web_servers_span_is_a_request_whatever_comes_when(
    order: str, kinds: tuple[SpanSpec, ...], pause: float
) -> None:
    host, metrics = running()
    whole = otlp_request("desk", *kinds)
    for letter in order:
        batch = TraceBatch.parse(whole)
        spans = list(batch)
        spans[2].parent_span_id = spans[1].span_id
        kept = spans["hac".index(letter)]
        batch.retain(lambda span, kept=kept: span is kept)  # type: ignore[misc]
        metrics.traces(TraceBatch.parse(batch.encode()))
        wait(host, metrics, pause)
    metrics.shutdown()
    assert requests(host) == 1


@pytest.mark.parametrize(
    ("kinds", "counted"),
    [((AGENT,), 1), ((AGENT, CALL), 1), ((CALL, AGENT, AGENT), 2), ((CALL, TOOL, CALL), 1), ((TOOL,), 0)],
    ids=["a run", "a run and a call", "two runs", "calls", "a tool"],
)
@pytest.mark.parametrize("ends", [False, True], ids=["after ten minutes", "at the stop"])
def test_below_a_span_that_never_comes_runs_are_requests_or_else_the_first_call(
    kinds: tuple[SpanSpec, ...], counted: float, *, ends: bool
) -> None:
    host, metrics = running()
    batch = TraceBatch.parse(otlp_request("desk", SERVER, *kinds))
    batch.retain(lambda span: not span.is_root)
    metrics.traces(batch)
    for _ in range(59):
        wait(host, metrics, 10)
    assert requests(host) == 0
    if ends:
        metrics.shutdown()
    for _ in range(3):
        wait(host, metrics, 10)
    assert requests(host) == counted


def test_a_run_that_takes_an_hour_is_one_request_while_its_calls_come() -> None:
    host, metrics = running()
    whole = otlp_request("desk", AGENT, CALL)
    for number in range(60):
        batch = TraceBatch.parse(whole)
        batch.retain(lambda span: not span.is_root)
        next(iter(batch)).span_id = bytes(7) + bytes([number + 100])
        metrics.traces(batch)
        wait(host, metrics, 60)
    assert requests(host) == 0
    metrics.traces(TraceBatch.parse(whole))
    wait(host, metrics, 10)
    assert requests(host) == 1


def test_calls_that_wait_for_several_spans_of_a_trace_that_never_come_are_one_request_beside_a_run_none() -> None:
    for kinds, counted in (((CALL, CALL), {"success": 1}), ((CALL, AGENT.with_(status=ERROR.status)), {"error": 1})):
        host, metrics = running()
        batch = TraceBatch.parse(otlp_request("desk", SERVER, *kinds))
        batch.retain(lambda span: not span.is_root)
        for number, span in enumerate(batch):
            span.parent_span_id = bytes(7) + bytes([200 + number])
        metrics.traces(batch)
        for _ in range(62):
            wait(host, metrics, 10)
        found = {key.partition("status=")[2][:-1]: n for key, n in emitted(host).items() if "requests_total{s" in key}
        assert found == counted


class BehindASampler(FakeHost):
    def pipeline(self, signal: Signal) -> Place | None:
        return Place("traces", ("tail_sampling",), ())


def test_behind_a_sampler_spans_and_traces_count_for_those_that_they_stand_for() -> None:
    host = BehindASampler("ai_metrics")
    metrics = AiMetrics(AiMetricsConfig(settle=0), host)
    metrics.start()
    batch = TraceBatch.parse(otlp_request("desk", CALL))
    next(iter(batch)).trace_state = "ot=th:c"
    metrics.traces(batch)
    wait(host, metrics, 10)
    assert emitted(host)["spansieve_traces_total{}"] == 4
    assert emitted(host)["ai_tokens_total{model=gpt-5,type=prompt}"] == 400


def test_of_the_tools_those_that_fail_most_are_shown_first() -> None:
    host, metrics = running(settle=0)
    tools = [OK.with_(attributes={**TOOL.attributes, "gen_ai.tool.name": f"tool-{at:02}"}) for at in range(25)]
    send(metrics, *tools, TOOL, TOOL.with_(status=ERROR.status), *[tools[9].with_(status=ERROR.status)] * 3)
    broken = {**TOOL.attributes, "gen_ai.tool.name": "broken"}
    send(metrics, ERROR.with_(attributes=broken))
    wait(host, metrics, 10)
    [shown] = [one for one in metrics.snapshot()["measures"] if one["name"] == "toolSuccessRate"]
    assert [(one["label"], one["value"]) for one in shown["shares"][:4]] == [
        ("broken", 0), ("tool-09", 0.25), ("search", 0.5), ("tool-00", 1),
    ]  # fmt: skip
    assert len(shown["shares"]) == 20


def test_the_status_shows_every_measure_that_it_knows_over_five_minutes_and_an_hour() -> None:
    host, metrics = running(settle=0)
    send(metrics, AGENT, CALL, TOOL, TOOL.with_(status=ERROR.status, message="it broke"))
    wait(host, metrics, 10)
    shown = host.statuses["ai_metrics"]()
    assert is_dashboard(shown)
    measures = {one["name"]: one for one in shown["measures"]}
    assert [*measures] == [
        "p95Latency", "errorRate", "tokenBurnRate", "contextUtilization", "toolSuccessRate", "parallelExecutionRatio",
        "toolUsageDistribution", "cacheHitRate", "duplicateRequestRate", "cpuPerRequest", "memoryPerContext",
    ]  # fmt: skip
    assert measures["p95Latency"]["value"] == pytest.approx(0.001, rel=0.01)
    assert (measures["errorRate"]["value"], measures["errorRate"]["hour"]) == (0.25, 0.25)
    assert measures["errorRate"]["trend"][-1] == 0.25
    assert measures["tokenBurnRate"]["value"] == 110
    assert {one["label"]: one["value"] for one in measures["tokenBurnRate"]["shares"]} == {
        "gpt-5 prompt": 100,
        "gpt-5 completion": 10,
    }
    assert measures["toolSuccessRate"]["shares"] == [{"label": "search", "value": 0.5}]
    assert measures["toolUsageDistribution"]["shares"] == [{"label": "search", "value": 1.0}]
    assert measures["contextUtilization"]["value"] is None
    assert measures["memoryPerContext"]["value"] == 400

    wait(host, metrics, 600)
    later = {one["name"]: one for one in metrics.snapshot()["measures"]}
    assert (later["errorRate"]["value"], later["errorRate"]["hour"]) == (None, 0.25)
    assert later["tokenBurnRate"]["value"] == 0


def test_a_sweep_before_spans_have_settled_is_refused_with_the_mend() -> None:
    with pytest.raises(ValidationError, match=r"lag is 1s, less than settle \(2s\).*Set lag to 2s or more"):
        AiMetricsConfig.model_validate({"lag": "1s"})


@pytest.mark.parametrize("config", [{"context_limits": {"gpt": 0}}, {"limits": {"model": 0}}, {"settle": -1}])
def test_limits_that_make_no_sense_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AiMetricsConfig.model_validate(config)

"""ai_metrics: what settled spans are counted as."""

from collections.abc import Callable
from typing import Any

import pytest

from spansieve.pdata import DataPoint, MetricBatch
from spansieve.processors.ai_metrics.calls import Calls
from spansieve.processors.ai_metrics.concurrency import Concurrency
from spansieve.processors.ai_metrics.config import AiMetricsConfig
from spansieve.processors.ai_metrics.counting import Counting
from spansieve.processors.ai_metrics.genai import GenAiMetrics
from spansieve.processors.ai_metrics.instruments import Instruments
from spansieve.processors.ai_metrics.requests import Requests
from spansieve.series import Meter
from spansieve.testing import FakeHost
from spansieve.watching import AiSpan, Tokens
from spansieve.watching.testing import START_NS, ai_span

from .house import series_of, sum_request

GPT = "gpt-5"
Series = dict[str, Any]


class House:
    """What counts, without what waits before it and without what sends behind it."""

    def __init__(self, **config: object) -> None:
        self.host = FakeHost()
        settings = AiMetricsConfig.model_validate(config)
        self.meter = Meter(self.host, settings, "spansieve.ai_metrics", limits=settings.limits.by_label())
        made = Instruments(self.meter)
        self.genai = GenAiMetrics(made, server=settings.genai_metrics.server)
        self.calls = Calls(made, self.genai, settings.context_limits)
        self.counting = Counting(
            made, self.calls, Requests(made.requests, lambda *_: None), Concurrency(0), self.host.clock
        )

    def count(self, *spans: AiSpan) -> "House":
        self.counting.count(spans)
        return self

    def points(self) -> list[DataPoint]:
        batch = self.meter.collect()
        return list(MetricBatch.parse(batch.encode())) if batch else []

    def series(self, *prefixes: str) -> Series:
        """Values (of histograms the counts) by name and labels, of the metrics that begin so."""
        return {key: value for key, value in series_of(self.points()).items() if key.startswith(prefixes)}


def counted(*spans: AiSpan, **config: object) -> Callable[..., Series]:
    return House(**config).count(*spans).series


def call(**changes: object) -> AiSpan:
    return ai_span(**{"request_model": GPT, "provider": "openai", **changes})


def test_each_span_has_a_duration_under_its_operation_model_and_status() -> None:
    found = counted(
        call(), call(outcome="error"), call(outcome="timeout", request_model="", response_model="gpt-5-mini"),
        ai_span(kind="guardrail", operation=""), ai_span(tool="search"),
    )("ai_operation")  # fmt: skip
    assert found == {
        "ai_operation_duration_seconds{model=gpt-5,operation=chat,status=success}": 1,
        "ai_operation_duration_seconds{model=gpt-5,operation=chat,status=error}": 1,
        "ai_operation_duration_seconds{model=gpt-5-mini,operation=chat,status=timeout}": 1,
        "ai_operation_duration_seconds{model=,operation=guardrail,status=success}": 1,
        "ai_operation_duration_seconds{model=,operation=execute_tool,status=success}": 1,
    }


def test_durations_fall_into_the_buckets_of_the_document() -> None:
    house = House().count(*(call(start_ns=0, end_ns=round(seconds * 1e9)) for seconds in (0.1, 0.11, 60, 61)))
    point = next(one for one in house.points() if one.metric.name == "ai_operation_duration_seconds")
    assert tuple(point.explicit_bounds) == (0.1, 0.5, 1, 2, 5, 10, 30, 60)
    assert tuple(point.bucket_counts) == (1, 1, 0, 0, 0, 0, 0, 1, 1)
    assert point.sum == pytest.approx(121.21)


def test_tokens_are_those_of_counted_calls_and_details_stand_apart() -> None:
    tokens = Tokens(100, 20, cache_read=60, cache_write=10, reasoning=5)
    assert counted(call(tokens=tokens), call(tokens=tokens, is_counted=False))("ai_tokens", "spansieve_token") == {
        "ai_tokens_total{model=gpt-5,type=prompt}": 100,
        "ai_tokens_total{model=gpt-5,type=completion}": 20,
        "spansieve_token_details_total{kind=cache_read,model=gpt-5}": 60,
        "spansieve_token_details_total{kind=cache_write,model=gpt-5}": 10,
        "spansieve_token_details_total{kind=reasoning,model=gpt-5}": 5,
    }


def test_a_run_that_alone_tells_its_tokens_gives_them_and_is_no_model_call() -> None:
    run = ai_span(kind="agent", operation="invoke_agent", request_model=GPT, tokens=Tokens(7, 3), thread="t")
    assert counted(run)("ai_tokens", "spansieve_model", "context", "gen_ai") == {
        "ai_tokens_total{model=gpt-5,type=prompt}": 7,
        "ai_tokens_total{model=gpt-5,type=completion}": 3,
        "gen_ai.client.token.usage{gen_ai.operation.name=invoke_agent,"
        "gen_ai.request.model=gpt-5,gen_ai.token.type=input}": 1,
        "gen_ai.client.token.usage{gen_ai.operation.name=invoke_agent,"
        "gen_ai.request.model=gpt-5,gen_ai.token.type=output}": 1,
    }


def test_tools_are_counted_once_a_run_by_status_and_whether_they_ran_beside_others() -> None:
    found = counted(
        ai_span(tool="search"), ai_span(tool="search", is_parallel=True), ai_span(tool="search", outcome="timeout"),
        ai_span(tool="search", is_execution=False),
    )("tool_executions")  # fmt: skip
    assert found == {
        "tool_executions_total{parallel=false,status=success,tool=search}": 1,
        "tool_executions_total{parallel=true,status=success,tool=search}": 1,
        "tool_executions_total{parallel=false,status=timeout,tool=search}": 1,
    }


def test_utilization_is_that_of_the_call_that_ended_last_whatever_came_last() -> None:
    first, last = call(tokens=Tokens(1, 1), utilization=0.2, end_ns=10), call(tokens=Tokens(1), window=4, end_ns=20)
    for spans in ((first, last), (last, first)):
        assert counted(*spans)("context_window") == {"context_window_utilization_ratio{model=gpt-5}": 0.25}


def test_without_a_window_the_configured_limit_counts_and_without_either_there_is_no_point() -> None:
    span = call(tokens=Tokens(50, 1))
    assert counted(span, context_limits={GPT: 200})("context_window") == {
        "context_window_utilization_ratio{model=gpt-5}": 0.25
    }
    assert counted(span)("context_window") == {}


def test_a_context_overflow_counts_once_a_call_however_it_shows() -> None:
    found = counted(
        call(outcome="error", error_class="context_overflow", finish="context_overflow"),
        call(finish="context_overflow"),
        call(tokens=Tokens(100, 1), window=100),
        call(tokens=Tokens(99, 1), window=100),
        ai_span(kind="agent", operation="invoke_agent", outcome="error", error_class="context_overflow"),
    )
    assert found("spansieve_context_overflows") == {"spansieve_context_overflows_total{model=gpt-5}": 3}


def test_failed_model_calls_count_by_the_class_of_their_error() -> None:
    found = counted(
        call(outcome="error", error_class="rate_limited"), call(outcome="timeout", error_class="timeout"),
        call(outcome="error"), call(), ai_span(tool="search", outcome="error", error_class="tool_error"),
    )  # fmt: skip
    assert found("model_api_errors") == {
        "model_api_errors_total{error_type=rate_limited,model=gpt-5}": 1,
        "model_api_errors_total{error_type=timeout,model=gpt-5}": 1,
        "model_api_errors_total{error_type=unknown,model=gpt-5}": 1,
    }


def test_roots_are_requests_and_agents_and_workflows_are_runs_by_name() -> None:
    root = ai_span(kind="workflow", operation="invoke_workflow", workflow="desk", service="shop", outcome="error")
    agent = ai_span(kind="agent", operation="invoke_agent", agent="biller", service="shop", is_enclosed=True)
    made = ai_span(kind="agent", operation="create_agent", agent="biller", service="shop", is_enclosed=True)
    assert counted(root, agent, made)("spansieve_requests", "spansieve_operations") == {
        "spansieve_requests_total{service=shop,status=error}": 1,
        "spansieve_operations_total{operation=desk}": 1,
        "spansieve_operations_total{operation=biller}": 1,
    }


def test_requests_to_models_that_were_made_before_are_duplicates() -> None:
    spans = [
        call(prompt_hash="a", tools_hash="t"),
        call(prompt_hash="a", tools_hash="t"),
        call(prompt_hash="b"),
        call(),
    ]
    assert counted(*spans)("spansieve_model_requests", "spansieve_duplicate") == {
        "spansieve_model_requests_total{}": 4,
        "spansieve_duplicate_requests_total{}": 1,
    }


def test_the_time_to_the_first_token_has_the_buckets_of_the_conventions() -> None:
    house = House().count(call(first_token_s=0.31))
    point = next(one for one in house.points() if one.metric.name == "spansieve_time_to_first_token_seconds")
    assert (min(point.explicit_bounds), max(point.explicit_bounds)) == (0.001, 10)
    assert (point.count, point.sum) == (1, 0.31)


def test_client_metrics_have_the_attributes_and_buckets_of_the_conventions() -> None:
    span = call(
        tokens=Tokens(100, 20), response_model="gpt-5-2026", outcome="error", error_type="RateLimitError",
        server_address="api.openai.com", server_port=443,
    )  # fmt: skip
    asked = "gen_ai.operation.name=chat,gen_ai.provider.name=openai,gen_ai.request.model=gpt-5"
    answered = f"{asked},gen_ai.response.model=gpt-5-2026"
    house = House().count(span)
    assert house.series("gen_ai") == {
        f"gen_ai.client.token.usage{{{answered},gen_ai.token.type=input}}": 1,
        f"gen_ai.client.token.usage{{{answered},gen_ai.token.type=output}}": 1,
        f"gen_ai.client.operation.duration{{error.type=RateLimitError,{answered}}}": 1,
    }
    points = {one.metric.name: one for one in house.points()}
    assert points["gen_ai.client.token.usage"].metric.unit == "{token}"
    assert tuple(points["gen_ai.client.token.usage"].explicit_bounds) == tuple(4**power for power in range(14))
    bounds = tuple(points["gen_ai.client.operation.duration"].explicit_bounds)
    assert (len(bounds), bounds[0], bounds[1], bounds[-1]) == (14, 0.01, 0.02, 81.92)
    with_server = House(genai_metrics={"server": True}).count(span).series("gen_ai.client.operation")
    assert "server.address=api.openai.com,server.port=443" in next(iter(with_server))


def test_for_a_service_that_sends_client_metrics_itself_none_are_made_and_what_was_made_is_gone() -> None:
    house = House().count(call(tokens=Tokens(1, 1)), call(tokens=Tokens(1, 1), service="other"))
    house.genai.hear(MetricBatch.parse(sum_request("gen_ai.client.token.usage", 1, "agent")), 1000)
    house.count(call(tokens=Tokens(1, 1)))
    services = {one.resource.attributes["service.name"] for one in house.points() if "gen_ai" in one.metric.name}
    assert services == {"other"}

    house.host.clock.advance(seconds=601)
    house.count(call(tokens=Tokens(1, 1)))
    services = {one.resource.attributes["service.name"] for one in house.points() if "gen_ai" in one.metric.name}
    assert services == {"agent", "other"}


def test_a_conversation_holds_bytes_or_else_four_a_token() -> None:
    house = House().count(
        call(thread="a", input_bytes=1000, tokens=Tokens(9)),
        call(thread="b", tokens=Tokens(10)),
        call(thread="c"),
        call(tokens=Tokens(10)),
    )
    assert house.calls.conversations.sums(house.host.clock.monotonic()) == {"agent": (2, 1040)}


def test_behind_a_sampler_a_span_counts_for_those_that_it_stands_for() -> None:
    found = counted(call(weight=4.0, tokens=Tokens(10, 1), outcome="error"), ai_span(tool="search", weight=2.0))
    series = found("ai_", "tool", "spansieve_requests", "model_api")
    assert series["ai_operation_duration_seconds{model=gpt-5,operation=chat,status=error}"] == 4
    assert series["ai_tokens_total{model=gpt-5,type=prompt}"] == 40
    assert series["tool_executions_total{parallel=false,status=success,tool=search}"] == 2
    assert series["spansieve_requests_total{service=agent,status=error}"] == 4
    assert series["model_api_errors_total{error_type=unknown,model=gpt-5}"] == 4


def test_exemplars_lead_to_spans_on_the_buckets_of_every_histogram_of_calls() -> None:
    spans = [
        call(tokens=Tokens(100, 20), said={"first_token_s": 0.5}),
        call(tokens=Tokens(3, 0), outcome="error", error_type="E", end_ns=START_NS + 90_000_000_000),
    ]
    one, other = [span.span_id for span in spans]
    found: dict[str, set[tuple[object, bytes]]] = {}
    for point in House().count(*spans).points():
        found.setdefault(point.metric.name, set()).update((each.value, each.span_id) for each in point.exemplars)
    assert found["gen_ai.client.operation.duration"] == {(1, one), (90, other)}
    assert found["gen_ai.client.token.usage"] == {(100, one), (20, one), (3, other)}
    assert found["spansieve_time_to_first_token_seconds"] == {(0.5, one)}


def test_a_call_of_which_nothing_names_the_provider_has_no_such_label() -> None:
    found = counted(call(provider="", tokens=Tokens(1, 0)))("gen_ai")
    assert set(found) == {
        "gen_ai.client.operation.duration{gen_ai.operation.name=chat,gen_ai.request.model=gpt-5}",
        "gen_ai.client.token.usage{gen_ai.operation.name=chat,gen_ai.request.model=gpt-5,gen_ai.token.type=input}",
    }


def test_exemplars_lead_to_spans_on_durations_and_on_errors() -> None:
    span = call(outcome="error", trace_id=b"t" * 16, span_id=b"s" * 8)
    points = House().count(span, ai_span(tool="search")).points()
    shown = {one.metric.name: [(each.trace_id, each.span_id) for each in one.exemplars] for one in points}
    assert (b"t" * 16, b"s" * 8) in shown["model_api_errors_total"]
    assert shown["tool_executions_total"] == [], "it did not fail"
    found = [each for one in points if one.metric.name == "ai_operation_duration_seconds" for each in one.exemplars]
    assert len(found) == 2


def test_of_ten_thousand_tools_two_hundred_keep_their_names_and_the_rest_is_counted() -> None:
    house = House().count(*(ai_span(tool=f"tool {number}") for number in range(10_000)))
    tools = {str(one.attributes["tool"]) for one in house.points() if one.metric.name == "tool_executions_total"}
    assert len(tools) == 201
    assert house.host.counts["spansieve_metric_overflow", "tool", "tool_executions_total"] == 9_800

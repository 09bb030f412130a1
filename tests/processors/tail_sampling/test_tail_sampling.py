"""What leaves tail sampling, and when: with a clock that is told."""

from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import DroppedSpan, LogBatch, Span, TraceBatch
from spansieve.processors.tail_sampling import TailSampling, TailSamplingConfig
from spansieve.testing import FakeHost

from .spans import batch, span_id, trace_id

ALWAYS: dict[str, Any] = {"name": "all", "type": "always_sample"}
WANTED: dict[str, Any] = {"name": "w", "type": "string_attribute", "string_attribute": {"key": "k", "values": ["yes"]}}
REASON, DECIDED, PARTIAL = "spansieve.sampling.reason", "spansieve.sampling.decided", "spansieve.sampling.partial"


class Bench:
    """A processor, what came out of it, and a clock."""

    def __init__(self, *policies: Mapping[str, Any], **keys: Any) -> None:  # noqa: ANN401
        self.host = FakeHost()
        config = {"policies": [*policies], "decision_wait": "10s", **keys}
        self.processor = TailSampling(TailSamplingConfig.model_validate(config), self.host)
        self.passed: list[Span] = []

    def send(self, *spans: dict[str, Any]) -> None:
        request = batch(*spans)
        self.processor.traces(request)
        self.passed += TraceBatch.parse(request.encode())

    def log(self, label: str, severity: int = 17) -> None:
        request = ExportLogsServiceRequest()
        record = request.resource_logs.add().scope_logs.add().log_records.add(trace_id=trace_id(label))
        record.severity_number = severity  # type: ignore[assignment]
        self.processor.logs(LogBatch.parse(request.SerializeToString()))

    def wait(self, seconds: float) -> None:
        self.host.clock.advance(seconds=seconds)
        self.processor.tick()

    def emitted(self) -> list[Span]:
        return [span for _, one in self.host.emitted for span in TraceBatch.parse(one.encode())]

    def out(self, label: str) -> list[Span]:
        """All spans of a trace that left, however they did."""
        return [span for span in (*self.emitted(), *self.passed) if span.trace_id == trace_id(label)]

    def said(self, label: str, key: str) -> list[object]:
        return [span.attributes[key] for span in self.out(label) if key in span.attributes]


def test_a_trace_waits_and_leaves_whole() -> None:
    bench = Bench(ALWAYS)
    bench.send({"trace": "a", "span": "1"})
    bench.wait(9.9)
    bench.send({"trace": "a", "span": "2", "parent": "1"})
    assert bench.out("a") == []
    assert bench.processor.held("traces") == 2
    bench.wait(0.1)
    assert [span.span_id for span in bench.out("a")] == [span_id("1"), span_id("2")]
    assert bench.said("a", "tailsampling.policy") == ["all"]
    assert (bench.said("a", REASON), bench.said("a", DECIDED)) == (["policy"], ["wait"])
    assert bench.processor.held("traces") == 0


def test_what_nobody_asks_for_is_dropped_with_all_that_comes_later() -> None:
    bench = Bench(WANTED)
    bench.send({"trace": "a"}, {"trace": "b", "attributes": {"k": "yes"}})
    bench.wait(10)
    bench.send({"trace": "a", "span": "late", "parent": "x"}, {"trace": "b", "span": "late", "parent": "x"})
    assert (len(bench.out("a")), len(bench.out("b"))) == (0, 2)
    assert bench.said("b", "tailsampling.cached_decision") == [True]
    bench.send({"trace": "b", "span": "later", "parent": "x"})
    assert bench.said("b", "tailsampling.cached_decision") == [True]


def test_where_nothing_is_recorded_late_spans_stay_as_they_are_too() -> None:
    bench = Bench(ALWAYS, record="none")
    bench.send({"trace": "a"})
    bench.wait(10)
    bench.send({"trace": "a", "span": "late", "parent": "x"})
    assert [dict(span.attributes) for span in bench.out("a")] == [{}, {}]


def test_each_decision_is_timed() -> None:
    bench = Bench(ALWAYS)
    latency = ("otelcol_processor_tail_sampling_sampling_decision_latency",)
    bench.send({"trace": "a"})
    assert latency not in bench.host.counts
    bench.wait(10)
    assert latency in bench.host.counts


def test_an_error_is_kept_at_once_and_the_rest_streams() -> None:
    bench = Bench()
    bench.send({"trace": "a", "span": "1"})
    bench.send({"trace": "a", "span": "2", "parent": "1", "error": True})
    assert len(bench.out("a")) == 2
    assert (bench.said("a", REASON), bench.said("a", DECIDED)) == (["error"], ["early"])
    bench.send({"trace": "a", "span": "3", "parent": "1"})
    assert len(bench.out("a")) == 3


def test_with_a_policy_that_drops_an_error_waits_for_the_decision() -> None:
    drop = {"name": "d", "type": "drop", "drop": {"drop_sub_policy": [WANTED]}}
    bench = Bench(drop)
    bench.send({"trace": "a", "error": True}, {"trace": "b", "error": True, "attributes": {"k": "yes"}})
    assert bench.emitted() == []
    bench.wait(10)
    assert (len(bench.out("a")), len(bench.out("b"))) == (1, 0)
    bench.send({"trace": "b", "span": "late", "error": True})
    assert bench.out("b") == []
    over = Bench(drop, errors={"over_drop": True})
    over.send({"trace": "b", "error": True, "attributes": {"k": "yes"}})
    assert len(over.out("b")) == 1


def test_a_late_error_brings_the_trace_back() -> None:
    bench = Bench(WANTED)
    bench.send({"trace": "a", "span": "1"})
    bench.wait(10)
    bench.send({"trace": "a", "span": "2", "parent": "1"})
    bench.send({"trace": "a", "span": "3", "parent": "1", "error": True, "state": "ot=th:8"})
    assert sorted(span.span_id for span in bench.out("a")) == sorted(map(span_id, "123"))
    assert (bench.said("a", REASON), bench.said("a", DECIDED)) == (["late_error"], ["late"])
    assert bench.said("a", PARTIAL) == []


def test_a_late_error_is_kept_even_if_the_rest_has_gone_and_says_so() -> None:
    bench = Bench(WANTED, late={"max_bytes": 0})
    bench.send({"trace": "a", "span": "1"})
    bench.wait(10)
    bench.send({"trace": "a", "span": "2", "parent": "1", "error": True})
    bench.send({"trace": "a", "span": "3", "parent": "1"})
    assert [span.span_id for span in bench.out("a")] == [span_id("2"), span_id("3")]
    assert bench.said("a", PARTIAL) == [True]
    assert bench.host.counts["spansieve_tail_sampling_mini_traces",] == 1


def test_a_late_root_makes_the_policies_run_again() -> None:
    latency = {"name": "slow", "type": "latency", "latency": {"threshold_ms": 1000}}
    bench = Bench(latency)
    bench.send({"trace": "a", "span": "2", "parent": "1"}, {"trace": "b", "span": "2", "parent": "1"})
    bench.wait(10)
    bench.send({"trace": "a", "span": "1", "ms": 5000}, {"trace": "b", "span": "1", "ms": 500})
    assert (len(bench.out("a")), len(bench.out("b"))) == (2, 0)
    assert bench.said("a", REASON) == ["late_root"]


def test_a_late_root_that_completes_what_is_to_be_dropped_is_final() -> None:
    root = {"name": "r", "type": "ottl_condition", "ottl_condition": {"span": ["IsRootSpan()"]}}
    bench = Bench({"name": "d", "type": "drop", "drop": {"drop_sub_policy": [root]}})
    bench.send({"trace": "a", "span": "2", "parent": "1"})
    bench.wait(10)
    bench.send({"trace": "a", "span": "1"})
    bench.send({"trace": "a", "span": "3", "parent": "1", "error": True})
    assert bench.out("a") == []


def test_it_is_said_once_that_errors_alone_exceed_the_budget(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(budget={"spans_per_second": 1, "interval": "1s"})
    for second in range(30):
        bench.send(*({"trace": f"{second}/{number}", "error": True} for number in range(20)))
        bench.wait(1)
    assert len(bench.emitted()) == 600
    assert sum("above it by itself" in record.message for record in caplog.records) == 1


def test_a_root_shortens_the_wait() -> None:
    bench = Bench(ALWAYS, decision_wait_after_root_received="1s")
    bench.send({"trace": "a", "span": "2", "parent": "1"})
    bench.wait(5)
    bench.send({"trace": "a", "span": "1"})
    bench.wait(1)
    assert bench.said("a", DECIDED) == ["root"]


def test_under_pressure_the_oldest_is_decided_and_not_lost() -> None:
    bench = Bench(ALWAYS, num_traces=1)
    bench.send({"trace": "a"})
    bench.send({"trace": "b"})
    assert bench.said("a", DECIDED) == ["eviction"]
    assert bench.out("b") == []
    assert bench.host.counts["spansieve_tail_sampling_decided_early", "eviction"] == 1


def test_with_block_on_overflow_there_is_no_room_instead() -> None:
    bench = Bench(ALWAYS, num_traces=1, block_on_overflow=True)
    assert bench.processor.room("traces", 100)
    bench.send({"trace": "a"})
    assert not bench.processor.room("traces", 100)
    assert bench.processor.room("logs", 100)


def test_a_trace_that_is_too_large_is_decided_at_once() -> None:
    bench = Bench(ALWAYS, maximum_trace_size_bytes=100)
    bench.send({"trace": "a", "span": "1"})
    bench.send({"trace": "a", "span": "2", "parent": "1"})
    assert bench.said("a", DECIDED) == ["oversize"]


def test_what_is_pending_at_shutdown_is_decided_or_dropped() -> None:
    bench, dropping = Bench(ALWAYS), Bench(ALWAYS, drop_pending_traces_on_shutdown=True)
    for one in (bench, dropping):
        one.send({"trace": "a"})
        one.processor.shutdown()
        assert one.processor.held("traces") == 0
    assert bench.said("a", DECIDED) == ["shutdown"]
    assert dropping.out("a") == []


def test_records_tell_of_errors_before_during_and_after() -> None:
    bench = Bench(WANTED)
    bench.log("a")
    bench.send({"trace": "a"}, {"trace": "b"}, {"trace": "c"})
    assert len(bench.out("a")) == 1
    bench.log("b")
    assert len(bench.out("b")) == 1
    bench.wait(10)
    bench.log("c", severity=16)
    assert bench.out("c") == []
    bench.log("c")
    assert bench.said("c", REASON) == ["late_error"]


def test_what_records_told_is_forgotten_after_a_minute() -> None:
    bench = Bench(WANTED)
    bench.log("a")
    bench.wait(60)
    bench.send({"trace": "a"})
    assert bench.out("a") == []


def test_without_room_behind_nothing_is_lost_and_nothing_leaves_twice() -> None:
    bench = Bench(ALWAYS)
    bench.host.full = True
    bench.send({"trace": "a"})
    bench.wait(10)
    assert bench.processor.held("traces") == 1
    bench.host.full = False
    bench.wait(0.1)
    bench.wait(0.1)
    assert len(bench.out("a")) == 1


@pytest.mark.parametrize("record", ["root", "all", "none"])
def test_record_says_which_spans_tell(record: str) -> None:
    bench = Bench(ALWAYS, record=record)
    bench.send({"trace": "a", "span": "2", "parent": "1"}, {"trace": "a", "span": "1", "start_ms": 5})
    bench.wait(10)
    told = [span.span_id for span in bench.out("a") if "tailsampling.policy" in span.attributes]
    assert told == {"root": [span_id("1")], "all": [span_id("2"), span_id("1")], "none": []}[record]


def test_the_probability_stands_in_the_trace_state() -> None:
    half = {"name": "p", "type": "probabilistic", "probabilistic": {"sampling_percentage": 50, "mode": "consistent"}}
    bench, off = Bench(half), Bench(half, tracestate="off")
    for one in (bench, off):
        for number in range(20):
            one.send({"trace": str(number), "state": "other=1"})
        one.wait(10)
    assert {span.trace_state for span in bench.emitted()} == {"ot=th:8,other=1"}
    assert {span.trace_state for span in off.emitted()} == {"other=1"}


def test_a_session_is_kept_whole_once_a_turn_failed() -> None:
    bench = Bench({"name": "s", "type": "session", "session": {}})
    said = {"attributes": {"session.id": "x"}}
    bench.send({"trace": "a", **said}, {"trace": "other", "attributes": {"session.id": "y"}})
    bench.wait(10)
    bench.send({"trace": "b", "error": True, **said})
    assert (bench.said("a", REASON), bench.said("a", "tailsampling.policy")) == (["session"], ["s"])
    bench.send({"trace": "c", **said})
    bench.wait(10)
    assert len(bench.out("c")) == 1
    assert bench.out("other") == []


@pytest.mark.parametrize("keep", [True, False])
def test_a_late_error_makes_a_session_be_kept_whole_whatever_became_of_its_own_trace(keep: bool) -> None:
    bench = Bench(WANTED, {"name": "s", "type": "session", "session": {}}, errors={"keep": keep})
    said = {"session.id": "x"}
    bench.send({"trace": "kept", "attributes": {**said, "k": "yes"}}, {"trace": "dropped", "attributes": said})
    bench.send({"trace": "turn", "attributes": said})
    bench.wait(10)
    late = "kept" if keep else "dropped"
    bench.send({"trace": late, "span": "late", "parent": "x", "attributes": said, "error": True})
    assert bench.said("turn", REASON) == ["session"]


def test_children_of_filtered_spans_are_joined_to_what_is_above() -> None:
    bench = Bench(ALWAYS)
    request = batch({"trace": "a", "span": "3", "parent": "2"})
    request.dropped.append(DroppedSpan(trace_id("a"), span_id("2"), span_id("1")))
    bench.processor.traces(request)
    bench.send({"trace": "a", "span": "1"})
    bench.wait(10)
    assert [span.parent_span_id for span in bench.out("a")] == [span_id("1"), b""]


def test_a_budget_thins_out_what_is_not_exempt() -> None:
    bench = Bench(ALWAYS, budget={"spans_per_second": 10, "interval": "1s"}, decision_wait="1s")
    for second in range(60):
        bench.send(*({"trace": f"{second}/{number}"} for number in range(40)))
        bench.send({"trace": f"error {second}", "error": True})
        bench.wait(1)
    errors = [span for span in bench.emitted() if span.is_error]
    assert len(errors) == 60
    late = [span for span in bench.emitted() if not span.is_error]
    assert 300 < len(late) < 1000
    assert any("th:" in span.trace_state and "th:0" not in span.trace_state for span in late)

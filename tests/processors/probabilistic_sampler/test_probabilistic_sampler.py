"""probabilistic_sampler: what stays, what is written into it, what is counted. Decisions: test_vectors.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from spansieve.pdata import LogBatch, TraceBatch, Value
from spansieve.plugin import signals_of
from spansieve.processors.probabilistic_sampler import ProbabilisticSampler, ProbabilisticSamplerConfig
from spansieve.sampling import TraceState, adjusted_count
from spansieve.testing import OK, FakeHost, otlp_request, through

IDS = st.lists(st.binary(min_size=16, max_size=16), max_size=20)
MODES = st.sampled_from(["hash_seed", "proportional", "equalizing"])


def sampler(host: FakeHost | None = None, /, **config: object) -> ProbabilisticSampler:
    return ProbabilisticSampler(ProbabilisticSamplerConfig.model_validate(config), host or FakeHost())


def request(ids: list[bytes], trace_state: str = "") -> bytes:
    message = ExportTraceServiceRequest()
    spans = message.resource_spans.add().scope_spans.add().spans
    for trace_id in ids:
        spans.add(trace_id=trace_id, trace_state=trace_state)
    return message.SerializeToString()


def kept(ids: list[bytes], trace_state: str = "", **config: object) -> list[bytes]:
    return [span.trace_id for span in through(sampler(**config), request(ids, trace_state))]


def record_left(attributes: dict[str, Value], trace_id: bytes = b"", **config: object) -> dict[str, Value] | None:
    """The attributes of the record if it stays."""
    message = ExportLogsServiceRequest()
    message.resource_logs.add().scope_logs.add().log_records.add(trace_id=trace_id)
    batch = LogBatch.parse(message.SerializeToString())
    next(iter(batch)).attributes.update(attributes)
    sampler(**config).logs(batch)
    left = list(LogBatch.parse(batch.encode()))
    return dict(left[0].attributes) if left else None


@given(IDS, MODES, st.floats(0.1, 100), st.floats(0.1, 100))
def test_a_greater_share_keeps_all_that_a_smaller_one_keeps(
    ids: list[bytes], mode: str, one: float, other: float
) -> None:
    small = kept(ids, mode=mode, sampling_percentage=min(one, other))
    great = kept(ids, mode=mode, sampling_percentage=max(one, other))
    assert set(small) <= set(great)


@given(IDS, st.floats(1, 100), st.floats(1, 100))
def test_sampling_twice_in_proportion_multiplies_what_an_item_stands_for(
    ids: list[bytes], one: float, other: float
) -> None:
    first = through(sampler(mode="proportional", sampling_percentage=one, sampling_precision=14), request(ids))
    body = request([span.trace_id for span in first], first[0].trace_state if first else "")
    twice = sampler(mode="proportional", sampling_percentage=other, sampling_precision=14)
    for span in through(twice, body):
        threshold = TraceState.parse(span.trace_state)[0].threshold
        assert threshold is not None
        assert adjusted_count(threshold) == pytest.approx(1 / (one / 100) / (other / 100), rel=1e-6)


def test_all_spans_of_a_trace_share_its_fate_and_resources_without_spans_go() -> None:
    bodies = [otlp_request("agent", OK, OK, OK) for _ in range(200)]
    left = [len(through(sampler(sampling_percentage=50), body)) for body in bodies]
    assert set(left) == {0, 3}

    batch = TraceBatch.parse(bodies[left.index(0)])
    sampler(sampling_percentage=50).traces(batch)
    assert not batch.resources


def test_equalizing_leaves_those_that_were_sampled_more_and_raises_the_others() -> None:
    body = request([b"\xff" * 16], "ot=th:c,vendor=1")
    for percentage, threshold in ((50, "c"), (12.5, "e")):
        [span] = through(sampler(mode="equalizing", sampling_percentage=percentage), body)
        assert span.trace_state == f"ot=th:{threshold},vendor=1"
    [span] = through(sampler(mode="proportional", sampling_percentage=50), body)
    assert span.trace_state == "ot=th:e,vendor=1"


def test_what_contradicts_itself_is_dropped_or_loses_its_threshold_and_is_counted() -> None:
    host = FakeHost()
    body = request([bytes(15) + b"\1"], "ot=th:c")
    assert through(sampler(host, mode="proportional", sampling_percentage=100), body) == []
    assert host.counts["sampling_problems", "inconsistent_threshold"] == 1

    [span] = through(sampler(mode="proportional", sampling_percentage=100, fail_closed=False), body)
    assert span.trace_state == "ot=th:0"


def test_a_priority_outdoes_the_share() -> None:
    spans = [OK.with_(attributes={"sampling.priority": value}) for value in (0, 1, "0", "2.5", 0.0, True, -1)]
    none = through(sampler(sampling_percentage=0), otlp_request("agent", *spans))
    assert [span.attributes["sampling.priority"] for span in none] == [1, "2.5"]
    every = through(sampler(sampling_percentage=100), otlp_request("agent", *spans))
    assert [span.attributes["sampling.priority"] for span in every] == [1, "2.5", True, -1]


@pytest.mark.parametrize(
    ("priority", "stays"),
    [(0, False), (0.0, False), (100, True), (1000, True), (True, None), ("100", None), (-1, None)],
)
def test_a_log_record_may_ask_for_a_percentage_of_its_own(priority: Value, stays: bool | None) -> None:
    for percentage in (0, 100):
        left = record_left(
            {"p": priority}, b"\1" * 16, sampling_percentage=percentage, sampling_priority="p", mode="equalizing"
        )
        assert (left is not None) == (percentage == 100 if stays is None else stays)


def test_log_records_carry_their_sampling_in_attributes() -> None:
    assert record_left({}, b"\xff" * 16, sampling_percentage=25, mode="proportional") == {"sampling.threshold": "c"}
    hashed = record_left({"id": "abc"}, sampling_percentage=100, from_attribute="id")
    assert hashed is not None
    assert hashed["sampling.threshold"] == "0"
    assert len(str(hashed["sampling.randomness"])) == 14


def test_a_record_is_hashed_by_its_trace_or_by_its_attribute_bytes_included() -> None:
    def drawn(trace_id: bytes, value: Value = b"abc", **config: object) -> Value:
        left = record_left({"id": value}, trace_id, sampling_percentage=100, from_attribute="id", **config)
        return left and left["sampling.randomness"]

    assert drawn(b"\1" * 16) == drawn(b"\1" * 16, attribute_source="traceID") != drawn(b"\2" * 16)
    assert drawn(b"\1" * 16, attribute_source="record") == drawn(b"\2" * 16, attribute_source="record") == drawn(b"")
    assert drawn(b"", b"abc") == drawn(b"", "abc")
    assert record_left({}, sampling_percentage=100) is None


@pytest.mark.parametrize("percentage", [-1, -0.0001, float("inf"), float("-inf"), float("nan"), 1e39])
def test_what_is_no_percentage_is_a_mistake(percentage: float) -> None:
    with pytest.raises(ValidationError, match="is no percentage"):
        sampler(sampling_percentage=percentage)


@pytest.mark.parametrize("percentage", [1e-15, 1e-60])
def test_a_share_below_the_smallest_step_is_a_mistake(percentage: float) -> None:
    with pytest.raises(ValidationError, match="is too small"):
        sampler(sampling_percentage=percentage)


@pytest.mark.parametrize(
    "config",
    [
        {"sampling_precision": 0}, {"sampling_precision": 15}, {"mode": "other"}, {"attribute_source": "body"},
        {"hash_seed": -1}, {"hash_seed": 2**32},
    ],
)  # fmt: skip
def test_other_mistakes(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        sampler(**config)


def test_the_share_is_a_number_of_32_bits() -> None:
    assert ProbabilisticSamplerConfig(sampling_percentage=15.3).sampling_percentage == 15.300000190734863


def test_it_takes_traces_and_logs_and_keeps_no_state() -> None:
    assert signals_of(ProbabilisticSampler) == {"traces", "logs"}
    assert not ProbabilisticSampler.stateful
    assert ProbabilisticSampler.sheds == "sampled_out"

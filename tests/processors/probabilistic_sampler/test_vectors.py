"""probabilistic_sampler decides and writes, bit by bit, what the Go Collector's does, by vectors from the real one."""

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.probabilistic_sampler import ProbabilisticSampler, ProbabilisticSamplerConfig
from spansieve.sampling import parse_tvalue, probability_of, threshold_of, tvalue_of
from spansieve.testing import FakeHost

VECTORS = json.loads(
    gzip.decompress((Path(__file__).parents[2] / "fixtures" / "sampling" / "vectors.json.gz").read_bytes())
)
KEYS = ("sampling.threshold", "sampling.randomness")


def sampler(config: Mapping[str, Any]) -> tuple[ProbabilisticSampler, FakeHost]:
    host = FakeHost()
    return ProbabilisticSampler(ProbabilisticSamplerConfig.model_validate(config), host), host


def counted(host: FakeHost, name: str) -> dict[str, float]:
    """The self-metric by "policy sampled", as the vectors have it."""
    return {f"{key[1]} {key[2]}": value for key, value in host.counts.items() if key[0].endswith(name)}


def named(run: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in run["config"].items())


@pytest.mark.parametrize("run", VECTORS["traces"], ids=named)
def test_spans(run: Mapping[str, Any]) -> None:
    processor, host = sampler(run["config"])
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, item in enumerate(VECTORS["spans"]):
        span = spans.add(trace_id=bytes.fromhex(item["trace_id"]), span_id=number.to_bytes(8, "big"))
        span.trace_state = item["trace_state"]
    batch = TraceBatch.parse(request.SerializeToString())
    for view, item in zip(batch, VECTORS["spans"], strict=True):
        if item["priority"] is not None:
            view.attributes["sampling.priority"] = item["priority"]
    processor.traces(batch)

    left = {int.from_bytes(span.span_id, "big"): span.trace_state for span in TraceBatch.parse(batch.encode())}
    for number, (item, wanted) in enumerate(zip(VECTORS["spans"], run["out"], strict=True)):
        assert left.get(number) == wanted, (number, item)
    assert counted(host, "spans_processed") == counted(host, "traces_sampled") == run["counted"]


@pytest.mark.parametrize("run", VECTORS["logs"], ids=named)
def test_log_records(run: Mapping[str, Any]) -> None:
    processor, host = sampler(run["config"])
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for number, item in enumerate(VECTORS["records"]):
        records.add(trace_id=bytes.fromhex(item["trace_id"]), time_unix_nano=number)
    batch = LogBatch.parse(request.SerializeToString())
    for view, item in zip(batch, VECTORS["records"], strict=True):
        view.attributes.update(item["attributes"])
    processor.logs(batch)

    left = {
        record.time_unix_nano: {key: record.attributes[key] for key in KEYS if key in record.attributes}
        for record in LogBatch.parse(batch.encode())
    }
    for number, (item, wanted) in enumerate(zip(VECTORS["records"], run["out"], strict=True)):
        assert left.get(number) == wanted, (number, item)
    assert counted(host, "logs_sampled") == run["counted"]


def test_thresholds() -> None:
    for probability, precision, tvalue, share in VECTORS["thresholds"]:
        threshold = threshold_of(probability, precision)
        assert (tvalue_of(threshold), probability_of(threshold)) == (tvalue, share), (probability, precision)
        assert not tvalue or parse_tvalue(tvalue) == threshold


def test_the_vectors_hold_what_they_are_for() -> None:
    outcomes = Counter(type(one).__name__ for run in VECTORS["traces"] for one in run["out"])
    assert outcomes["str"] > 1000
    assert outcomes["NoneType"] > 1000

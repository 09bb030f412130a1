"""What real agents sent, as numbers of the real program: alike on /metrics and over OTLP, and as counted by hand."""

import contextlib
import json
import re
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import MetricBatch, Signal, parse
from tests.captures import captured
from tests.log_truth import LOG_TRUTH
from tests.metric_truth import LEVELS, TRUTH, counted

from .program import Program, eventually, export, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}}}}
processors:
  ai_semantics: {}
  ai_metrics: {interval: 500ms, settle: 1s, lag: 1s}
exporters:
  file: {path: TRACES}
  file/numbers: {path: NUMBERS}
  prometheus: {endpoint: "localhost:{status}"}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [ai_semantics, ai_metrics], exporters: [file]}
    logs: {receivers: [otlp], processors: [ai_semantics, ai_metrics], exporters: [file]}
    metrics: {receivers: [otlp], processors: [ai_metrics], exporters: [file]}
    metrics/ai: {receivers: [ai_metrics], exporters: [prometheus, file/numbers]}
"""
Series = dict[str, dict[str, float]]
"""Values (of histograms the counts) by name and labels, by service."""


def test_captures_are_counted_as_by_hand_for_prometheus_and_over_otlp_also_when_they_come_twice(tmp_path: Path) -> None:
    with running(tmp_path, placed(CONFIG, tmp_path)) as program:
        send(program, [*requests(), *reversed(requests())])
        with contextlib.suppress(AssertionError):  # what differs is said below
            eventually(lambda: is_right(exposed(program), TRUTH), "all captures are counted")
        shown = exposed(program)
        for service, truth in TRUTH.items():
            assert counted(shown[service]) == pytest.approx(under(service, truth))
        written = last(tmp_path / "numbers.jsonl")
        for service in shown.keys() | written.keys():
            assert steady(shown[service]) == pytest.approx(steady(written[service])), "both exits agree"
        assert any(sample.exemplar for sample in scraped(program)), "a bucket leads to a trace"
        program.check_books()
        assert program.stop() == 0


FROM_LOGS = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}}}}
processors:
  ai_semantics: {}
  ai_metrics: {interval: 500ms, settle: 1s, lag: 1s, count_from: logs}
exporters:
  file: {path: TRACES}
  file/numbers: {path: NUMBERS}
  prometheus: {endpoint: "localhost:{status}"}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [ai_semantics, ai_metrics], exporters: [file]}
    logs: {receivers: [otlp], processors: [ai_semantics, ai_metrics], exporters: [file]}
    metrics/ai: {receivers: [ai_metrics], exporters: [prometheus, file/numbers]}
"""


def test_agents_without_traces_are_counted_from_their_records_and_no_span_is(tmp_path: Path) -> None:
    sent = [one for one in requests() if one[0] != "metrics"]
    truth = {service: LOG_TRUTH[service] for service in ("codex", "gemini")}
    with running(tmp_path, placed(FROM_LOGS, tmp_path)) as program:
        send(program, [*sent, *reversed(sent)])
        with contextlib.suppress(AssertionError):  # what differs is said below
            eventually(lambda: is_right(exposed(program), truth), "all records are counted")
        shown = exposed(program)
        for service in TRUTH:
            assert counted(shown[service]) == pytest.approx(truth.get(service, {}))
        written = last(tmp_path / "numbers.jsonl")
        for service in truth:
            assert steady(shown[service]) == pytest.approx(steady(written[service])), "both exits agree"
        program.check_books()
        assert program.stop() == 0


def placed(config: str, folder: Path) -> str:
    """`config` with its files in `folder`."""
    return config.replace("NUMBERS", str(folder / "numbers.jsonl")).replace("TRACES", str(folder / "traces.jsonl"))


def is_right(shown: Series, truths: Series) -> bool:
    """Whether every capture is counted as by hand."""
    return all(counted(shown[one]) == pytest.approx(under(one, truth)) for one, truth in truths.items())


def requests() -> list[tuple[Signal, bytes]]:
    """All captures, each as sent by a service that is called like it."""
    found = []
    for file, signal, body in captured():
        batch = parse(signal, body)
        for resource in batch.resources:
            resource.attributes["service.name"] = file.parent.name
        found.append((signal, batch.encode()))
    return found


def send(program: Program, sent: list[tuple[Signal, bytes]]) -> None:
    with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for signal, body in sent:
            export(channel, signal, body)


def under(service: str, truth: dict[str, float]) -> dict[str, float]:
    """What a capture is when its service has another name."""
    return {re.sub("service=[^,}]+", f"service={service}", key): value for key, value in truth.items()}


def steady(series: dict[str, float]) -> dict[str, float]:
    """What does not depend on when it is looked at."""
    return {key: value for key, value in series.items() if not key.startswith(LEVELS)}


def scraped(program: Program) -> Iterator[Sample]:
    asked = urllib.request.Request(
        f"http://localhost:{program.ports['status']}/metrics", headers={"Accept": "application/openmetrics-text"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        for family in text_string_to_metric_families(answer.read().decode()):  # type: ignore[no-untyped-call]
            yield from family.samples


def exposed(program: Program) -> Series:
    """The series on /metrics."""
    found: Series = defaultdict(dict)
    for sample in scraped(program):
        if sample.name.endswith(("_bucket", "_sum", "_created")) or sample.name == "target_info":
            continue
        labels = dict(sample.labels)
        service = labels.pop("job")
        pairs = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        found[service][f"{sample.name.removesuffix('_count')}{{{pairs}}}"] = sample.value
    return found


def last(file: Path) -> Series:
    """The series of the last request in a file, by their names in Prometheus."""
    found: Series = defaultdict(dict)
    line = file.read_text().splitlines()[-1]
    assert json.loads(line)
    for point in MetricBatch.parse(to_protobuf("metrics", line.encode())):
        name = point.metric.name.replace(".", "_")
        if name == "gen_ai_client_operation_duration":
            name += "_seconds"
        pairs = ",".join(f"{key.replace('.', '_')}={value!s}" for key, value in sorted(point.attributes.items()))
        value = point.count if point.metric.type == "histogram" else point.value
        found[str(point.resource.attributes["service.name"])][f"{name}{{{pairs}}}"] = value or 0
    return found

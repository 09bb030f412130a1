"""Every signal through every stateless processor and every exporter, by the real program: what arrives is what should,
and the books balance. Real agents' requests, and a few with what none of these agents sends.
"""

import re
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
import yaml
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal, Span, TraceBatch, count, parse
from spansieve.plugin import Processor, signals_of
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.testing import ERROR, OK, FakeHost, otlp_request
from tests.captures import REQUESTS, captured, parts

from .program import Program, Sink, eventually, export, running

SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics")
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "attributes": {"actions": [{"key": "seen", "value": True, "action": "upsert"}]},
    "filter": {
        "reparent": True,
        "trace_conditions": ['span.name == "no such"'],
        "log_conditions": ['log.event_name == "no such"'],
        "metric_conditions": ['metric.name == "no such"', 'datapoint.attributes["no such"] != nil'],
    },
    "resource": {"attributes": [{"key": "place", "value": "here", "action": "upsert"}]},
    "memory_limiter": {"check_interval": "1s", "limit_mib": 100_000},
    "prompt_privacy": {"hash": {"key": "00112233445566778899aabbccddeeff" * 2}},
    "probabilistic_sampler": {"mode": "equalizing", "sampling_percentage": 100, "fail_closed": False},
    "transform": {
        "trace_statements": ['set(span.attributes["told"], 7)'],
        "log_statements": ['set(log.attributes["told"], 7)'],
        "metric_statements": ['set(datapoint.attributes["told"], 7)'],
    },
}
"""What the stateless processors are told to do; whichever is not named here has to do nothing by default."""


def stateless() -> dict[str, type[Processor[Any]]]:
    """The stateless processors there are, by name."""
    found = {point.name: point.load() for point in entry_points(group="spansieve.processors")}
    return {name: kind for name, kind in sorted(found.items()) if not kind.stateful}


class HttpSink:
    """An OTLP server over HTTP that keeps every body."""

    def __init__(self) -> None:
        self.bodies: list[tuple[Signal, bytes]] = []
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append((cast(Signal, self.path.removeprefix("/v1/")), body))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("localhost", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def http_sink() -> Iterator[HttpSink]:
    one = HttpSink()
    yield one
    one.close()


def every_metric() -> bytes:
    """A point of each of the five types, with exemplars where they have them, and metrics without points or data."""
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add(schema_url="https://example.org/1").scope_metrics.add(schema_url="urn:scope")
    scope.scope.name = "handmade"
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        getattr(scope.metrics.add(name=f"empty.{kind}", unit="1"), kind).SetInParent()
        metric = scope.metrics.add(name=kind, unit="s", description=kind)
        metric.metadata.add(key="origin").value.string_value = "hand"
        point = getattr(metric, kind).data_points.add(time_unix_nano=2, start_time_unix_nano=1, flags=2)
        point.attributes.add(key="gen_ai.request.model").value.string_value = "m"
        if kind != "summary":
            exemplar = point.exemplars.add(time_unix_nano=2, as_int=-7, trace_id=b"t" * 16, span_id=b"s" * 8)
            exemplar.filtered_attributes.add(key="prompt.id").value.int_value = 3
    scope.metrics.add(name="nothing")
    number, total, histogram, exponential, summary = (metric for metric in scope.metrics if metric.metadata)
    number.gauge.data_points[0].as_double = 0.5
    total.sum.data_points[0].as_int = -(2**62)
    total.sum.is_monotonic, total.sum.aggregation_temporality = True, AGGREGATION_TEMPORALITY_CUMULATIVE
    histogram.histogram.data_points[0].MergeFrom(
        type(histogram.histogram.data_points[0])(
            count=3, sum=1.5, min=0.1, max=9, bucket_counts=[1, 2], explicit_bounds=[0.5]
        )
    )
    buckets = exponential.exponential_histogram.data_points[0]
    buckets.scale, buckets.zero_count, buckets.zero_threshold, buckets.count = -3, 4, 1e-9, 9
    buckets.positive.offset, buckets.negative.offset = -2, 5
    buckets.positive.bucket_counts.extend([1, 0, 300])
    buckets.negative.bucket_counts.extend([4])
    summary.summary.data_points[0].quantile_values.add(quantile=0.99, value=1e300)
    return request.SerializeToString()


def every_record() -> bytes:
    """Log records with each type of body, of a trace and of none, and an event."""
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    some = KeyValue(key="k", value=AnyValue(double_value=1.5))
    for body in (
        AnyValue(),
        AnyValue(string_value="text"),
        AnyValue(bool_value=True),
        AnyValue(int_value=-1),
        AnyValue(double_value=-0.0),
        AnyValue(bytes_value=b"\0\xff"),
    ):
        records.add(body=body, severity_number=17, severity_text="ERROR", trace_id=b"t" * 16, span_id=b"s" * 8)
    records.add().body.array_value.values.extend([AnyValue(int_value=1), AnyValue(string_value="two")])
    records.add(event_name="gen_ai.evaluation.result", observed_time_unix_nano=1).body.kvlist_value.values.append(some)
    return request.SerializeToString()


def requests() -> list[tuple[Signal, bytes]]:
    made: list[tuple[Signal, bytes]] = [("metrics", every_metric()), ("logs", every_record())]
    return [*((signal, body) for _, signal, body in captured()), *made]


def items_of(signal: Signal, resource_part: Any) -> Iterator[Any]:  # noqa: ANN401
    """The spans, log records or data points below a resource."""
    if signal == "traces":
        yield from (span for scope in resource_part.scope_spans for span in scope.spans)
    elif signal == "logs":
        yield from (record for scope in resource_part.scope_logs for record in scope.log_records)
    else:
        for metric in (metric for scope in resource_part.scope_metrics for metric in scope.metrics):
            kind = metric.WhichOneof("data")
            yield from getattr(metric, kind).data_points if kind else ()


def put(attributes: Any, key: str, value: AnyValue) -> None:  # noqa: ANN401
    """What `upsert` does."""
    for pair in attributes:
        if pair.key == key:
            pair.value.CopyFrom(value)
            return
    attributes.add(key=key, value=value)


def processed(signal: Signal, body: bytes) -> bytes:
    """The request as the processors should leave it: what `ai_semantics` and `prompt_privacy` make of it is other
    tests' matter, so they are asked; the rest is worked out with the generated classes.
    """
    request = REQUESTS[signal].FromString(tagged(signal, body))
    for item in every_item(signal, request):
        put(item.attributes, "seen", AnyValue(bool_value=True))
        if signal == "traces":
            assert not item.trace_state  # the captures have none, so it is simply:
            item.trace_state = "ot=th:0"
        elif signal == "logs":
            put(item.attributes, "sampling.threshold", AnyValue(string_value="0"))
    request = REQUESTS[signal].FromString(scrubbed(signal, request.SerializeToString()))
    for resource_part in resource_parts(signal, request):
        put(resource_part.resource.attributes, "place", AnyValue(string_value="here"))
    for item in every_item(signal, request):
        put(item.attributes, "told", AnyValue(int_value=7))
    return bytes(request.SerializeToString())


def resource_parts(signal: Signal, request: Any) -> Any:  # noqa: ANN401
    return getattr(request, f"resource_{'spans' if signal == 'traces' else signal}")


def every_item(signal: Signal, request: Any) -> Iterator[Any]:  # noqa: ANN401
    return (item for part in resource_parts(signal, request) for item in items_of(signal, part))


def tagged(signal: Signal, body: bytes) -> bytes:
    """The request as `ai_semantics` leaves it."""
    batch = parse(signal, body)
    if signal != "metrics":
        getattr(semantics(), signal)(batch)
    return batch.encode()


def scrubbed(signal: Signal, body: bytes) -> bytes:
    """The request as `prompt_privacy` leaves it."""
    processor = PromptPrivacy(PromptPrivacyConfig.model_validate(SETTINGS["prompt_privacy"]), FakeHost())
    processor.start()
    batch = parse(signal, body)
    getattr(processor, signal)(batch)
    return batch.encode()


@cache
def semantics() -> AiSemantics:
    """One for all requests, since it is stateless."""
    return AiSemantics(AiSemanticsConfig(), FakeHost())


def exporters(folder: Path, sink: Sink, http_sink: HttpSink) -> dict[str, dict[str, Any]]:
    """Every exporter but `jaeger`, `debug` and `file` in two ways; each has room for all at once."""
    made: dict[str, dict[str, Any]] = {
        "otlp_grpc": {"endpoint": f"localhost:{sink.port}", "tls": {"insecure": True}},
        "otlp_http": {"endpoint": f"http://localhost:{http_sink.port}", "compression": "none"},
        "file/json": {"path": str(folder / "telemetry.jsonl")},
        "debug": {"sampling_initial": 10_000, "output_paths": str(folder / "basic.txt")},
        "debug/detailed": {"verbosity": "detailed", "sampling_initial": 10_000, "items_per_second": 0},
    }
    return {name: {**settings, "sending_queue": {"queue_size": 10_000}} for name, settings in made.items()}


READERS = [{"pull": {"exporter": {"prometheus": {"host": "localhost", "port": "METRICS"}}}}]


def configuration(exporters: Mapping[str, Any], pipelines: Mapping[Signal, Any], **processors: object) -> str:
    """A configuration with all stateless processors, and more `processors`."""
    return yaml.safe_dump(
        {
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "localhost:{grpc}"}}}},
            "processors": {name: dict(SETTINGS.get(name, {})) for name in stateless()} | processors,
            "exporters": dict(exporters),
            "service": {"telemetry": {"metrics": {"readers": READERS}}, "pipelines": dict(pipelines)},
        }
    ).replace("METRICS", "{metrics}")


def chain(signal: Signal) -> list[str]:
    """The stateless processors that may stand in a pipeline of `signal`."""
    return [name for name, kind in stateless().items() if takes(kind, signal)]


def takes(kind: type[Processor[Any]], signal: Signal) -> bool:
    """Whether a processor may stand in a pipeline of `signal`; what is no link of the chain (`batch`) always may."""
    return not signals_of(kind) or signal in signals_of(kind)


def framed(path: Path) -> Iterator[bytes]:
    """The requests in a file that `file` wrote with `format: proto`."""
    content = path.read_bytes()
    while content:
        (size,) = struct.unpack(">I", content[:4])
        yield content[4 : 4 + size]
        content = content[4 + size :]


def in_lines(path: Path, signal: Signal) -> list[bytes]:
    """The requests of a signal in a file of JSON lines."""
    words = {"traces": b'{"resourceSpans"', "logs": b'{"resourceLogs"', "metrics": b'{"resourceMetrics"'}
    return [to_protobuf(signal, line) for line in path.read_bytes().splitlines() if line.startswith(words[signal])]


def settled(program: Program, total: int) -> bool:
    """Whether all of it has an outcome, and the books balance."""
    figures = program.metrics()
    held = sum(value for name, value in figures.items() if name.startswith("spansieve_pipeline_held_items"))
    taken = sum(value for name, value in figures.items() if name.startswith("otelcol_receiver_accepted_"))
    return held == 0 and taken == total


def of(signal: Signal, bodies: list[tuple[Signal, bytes]]) -> Counter[bytes]:
    return parts(signal, [body for kind, body in bodies if kind == signal])


def test_every_signal_passes_every_processor_and_reaches_every_exporter(
    tmp_path: Path, sink: Sink, http_sink: HttpSink
) -> None:
    sent = requests()
    shared = exporters(tmp_path, sink, http_sink)
    own: dict[Signal, dict[str, dict[str, Any]]] = {
        signal: {f"file/{signal}": {"path": str(tmp_path / f"{signal}.pb"), "format": "proto"}} for signal in SIGNALS
    }
    own["traces"]["jaeger"] = {"endpoint": f"localhost:{sink.port}"}
    pipelines: dict[Signal, Any] = {
        signal: {"receivers": ["otlp"], "processors": chain(signal), "exporters": [*shared, *own[signal]]}
        for signal in SIGNALS
    }
    config = configuration({**shared, **{name: one for each in own.values() for name, one in each.items()}}, pipelines)
    with running(tmp_path, config) as program:
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            for signal, body in sent:
                export(channel, signal, body)
        eventually(lambda: settled(program, sum(count(*one) for one in sent)), "all is settled")
        program.check_books()
        assert not [name for name in program.metrics() if 'outcome="failed"' in name]
        assert program.stop() == 0

    for signal in SIGNALS:
        wanted = of(signal, [(kind, processed(kind, body)) for kind, body in sent if kind == signal])
        assert wanted
        twice = Counter({part: 2 * times for part, times in wanted.items()})  # `jaeger` sends to the same server
        assert of(signal, sink.bodies) == (twice if signal == "traces" else wanted)
        assert of(signal, http_sink.bodies) == wanted
        assert parts(signal, list(framed(tmp_path / f"{signal}.pb"))) == wanted
        assert parts(signal, in_lines(tmp_path / "telemetry.jsonl", signal)) == wanted
    check_debug(tmp_path, program, sent)


def check_debug(folder: Path, program: Program, sent: list[tuple[Signal, bytes]]) -> None:
    """`debug` counts all in its lines, and shows all in its trees."""
    told = (folder / "basic.txt").read_text()
    for signal, word in (("traces", "span"), ("logs", "record"), ("metrics", "point")):
        counts = re.findall(rf"^{signal}\s.*?([\d,]+) {word}", told, re.MULTILINE)
        told_items = sum(int(number.replace(",", "")) for number in counts)
        assert told_items == sum(count(kind, body) for kind, body in sent if kind == signal), signal
    shown = program.output.read_text()
    items = sum(count(kind, body) for kind, body in sent)
    assert shown.count("seen: true") == items
    for words in ("exponential histogram", "exemplar", "gen_ai.evaluation.result", "p99 1e+300"):
        assert words in shown


ALARM = """
from spansieve.pdata import LogBatch
from spansieve.plugin import Config, Processor


class AlarmConfig(Config):
    pass


class Alarm(Processor[AlarmConfig]):
    config = AlarmConfig
    stateful = True
    emits = frozenset({"alerts"})

    def __init__(self, config, host):
        self.host, self.due = host, 0

    def traces(self, batch):
        self.due += len(batch)

    def tick(self):
        while self.due and self.host.emit("alerts", LogBatch.parse(bytes.fromhex("ALERT"))):
            self.due -= 1
"""


def alarming(folder: Path, alert: bytes) -> dict[str, str]:
    """A package with a processor `alarm`, which emits `alert` for each span; the environment that it is found in."""
    (folder / "acme_alarm.py").write_text(ALARM.replace("ALERT", alert.hex()))
    made = folder / "acme_alarm-1.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-alarm\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[spansieve.processors]\nalarm = acme_alarm:Alarm\n")
    return {"PYTHONPATH": str(folder)}


def test_alerts_go_as_log_records_through_what_takes_them(tmp_path: Path, sink: Sink, http_sink: HttpSink) -> None:
    shared = exporters(tmp_path, sink, http_sink)
    pipelines: dict[Signal, Any] = {
        "traces": {"receivers": ["otlp"], "processors": ["alarm"], "exporters": ["debug"]},
        "alerts": {"receivers": ["alarm"], "processors": chain("alerts"), "exporters": [*shared]},
    }
    config = configuration(shared, pipelines, alarm={})
    alert = every_record()
    with running(tmp_path, config, env=alarming(tmp_path, alert)) as program:
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            export(channel, "traces", otlp_request("agent", OK, ERROR))
        wanted = parts("logs", [put_alerts(alert)] * 2)
        eventually(lambda: of("logs", sink.bodies) == wanted, "both alerts arrive")
        eventually(lambda: settled(program, 2), "all is settled")
        program.check_books()
        assert program.stop() == 0
    assert of("logs", http_sink.bodies) == wanted
    assert parts("logs", in_lines(tmp_path / "telemetry.jsonl", "logs")) == wanted
    assert program.output.read_text().count("seen: true") == 2 * count("logs", alert)


def put_alerts(body: bytes) -> bytes:
    """An alert as the processors should leave it: nothing samples alerts."""
    request = REQUESTS["logs"].FromString(body)
    for resource_part in request.resource_logs:
        put(resource_part.resource.attributes, "place", AnyValue(string_value="here"))
        for record in items_of("logs", resource_part):
            put(record.attributes, "seen", AnyValue(bool_value=True))
            put(record.attributes, "told", AnyValue(int_value=7))
    return bytes(request.SerializeToString())


def test_what_is_sampled_out_is_on_the_books(tmp_path: Path, sink: Sink) -> None:
    exporter = {"otlp_grpc": {"endpoint": f"localhost:{sink.port}", "tls": {"insecure": True}}}
    half = {"mode": "proportional", "sampling_percentage": 50}
    lines: dict[Signal, Any] = {
        one: {"receivers": ["otlp"], "processors": ["probabilistic_sampler/half"], "exporters": ["otlp_grpc"]}
        for one in SIGNALS[:2]
    }
    config = configuration(exporter, lines, **{"probabilistic_sampler/half": half})
    sent = [(signal, body) for signal, body in requests() if signal != "metrics"]
    with running(tmp_path, config) as program:
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            for signal, body in sent:
                export(channel, signal, body)
        eventually(lambda: settled(program, sum(count(*one) for one in sent)), "all is settled")
        program.check_books()
        figures = program.metrics()
        assert program.stop() == 0
    for kind in lines:
        left_out = [
            value
            for name, value in figures.items()
            if name.startswith("spansieve_pipeline_items_total") and f'"{kind}"' in name and '"sampled_out"' in name
        ]
        assert left_out == [sum(count(*one) for one in sent if one[0] == kind) - sink.count(kind)] != [0]
    assert {span.trace_state for span in spans(sink)} == {"ot=th:8"}


def spans(sink: Sink) -> Iterator[Span]:
    """The spans that arrived."""
    for kind, body in sink.bodies:
        if kind == "traces":
            yield from TraceBatch.parse(body)

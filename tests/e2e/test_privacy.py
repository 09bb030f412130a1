"""Nothing personal or secret leaves, or stays anywhere: secrets are planted in every place of every signal, and all
that the program writes is searched for them. With the default configuration, and a second server behind it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import grpc
import pytest
import yaml
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spansieve.pdata import Signal
from tests.captures import CAPTURES, captured

from .program import Program, Sink, eventually, export, post, running

ROOT = Path(__file__).parents[2]
KEPT = {"Maria Lindqvist", "203.0.113.77"}
"""Planted in the captures and no finding: a name that nothing tells, and an address of the documentation range."""


class Planter:
    """Makes a secret for each place, and remembers all of them."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def secret(self) -> str:
        """Another one each time: a token, an address, a password."""
        number = len(self.planted)
        kinds = (
            f"ghp_{'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1x'}{number:05d}",
            f"jane.doe{number}@acme-mail.io",
            f"sk-ant-api03-{'Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0'}{number:05d}",
        )
        self.planted.append(kinds[number % len(kinds)])
        return self.planted[-1]

    def text(self) -> str:
        return f"before {self.secret()} behind"

    def pair(self, key: str = "note") -> KeyValue:
        return KeyValue(key=key, value=AnyValue(string_value=self.text()))

    def pairs(self) -> Iterator[KeyValue]:
        """An attribute of every type that can hold text."""
        yield self.pair()
        yield KeyValue(key=f"key {self.secret()}", value=AnyValue(bool_value=True))
        yield KeyValue(key="bytes", value=AnyValue(bytes_value=self.text().encode()))
        yield KeyValue(key="array", value=self.array())
        yield KeyValue(key="map", value=self.map())
        yield KeyValue(key="json", value=AnyValue(string_value=json.dumps({"deep": json.dumps({"in": self.text()})})))
        yield KeyValue(key="odd", value=AnyValue(bytes_value=b"\xff\xfe" + self.text().encode()))

    def array(self) -> AnyValue:
        value = AnyValue()
        value.array_value.values.add().string_value = self.text()
        value.array_value.values.add().kvlist_value.values.append(self.pair())
        return value

    def map(self) -> AnyValue:
        value = AnyValue()
        value.kvlist_value.values.add(key=f"key {self.secret()}").value.string_value = self.text()
        value.kvlist_value.values.add(key="deeper").value.CopyFrom(self.array())
        return value

    def envelope(self, resource_part: Any, scope_part: Any) -> None:  # noqa: ANN401
        resource_part.resource.attributes.extend(self.pairs())
        scope_part.scope.name, scope_part.scope.version = self.text(), self.text()
        scope_part.scope.attributes.extend(self.pairs())

    def traces(self) -> bytes:
        request = ExportTraceServiceRequest()
        resource_part = request.resource_spans.add()
        scope_part = resource_part.scope_spans.add()
        self.envelope(resource_part, scope_part)
        span = scope_part.spans.add(name=self.text(), trace_id=b"t" * 16, span_id=b"s" * 8)
        span.trace_state = f"vendor={self.secret()}"
        span.attributes.extend(self.pairs())
        span.attributes.append(self.pair("gen_ai.input.messages"))
        span.attributes.append(self.pair("user.email"))
        event = span.events.add(name=self.text())
        event.attributes.extend(self.pairs())
        link = span.links.add(trace_id=b"l" * 16, span_id=b"k" * 8, trace_state=f"vendor={self.secret()}")
        link.attributes.extend(self.pairs())
        span.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message=self.text()))
        return request.SerializeToString()

    def logs(self) -> bytes:
        request = ExportLogsServiceRequest()
        resource_part = request.resource_logs.add()
        scope_part = resource_part.scope_logs.add()
        self.envelope(resource_part, scope_part)
        for body in (AnyValue(string_value=self.text()), self.map(), self.array()):
            record = scope_part.log_records.add(body=body, event_name=self.text(), severity_text=self.text())
            record.attributes.extend(self.pairs())
        return request.SerializeToString()

    def metrics(self) -> bytes:
        request = ExportMetricsServiceRequest()
        resource_part = request.resource_metrics.add()
        scope_part = resource_part.scope_metrics.add()
        self.envelope(resource_part, scope_part)
        for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
            metric = scope_part.metrics.add(name=f"{kind} {self.secret()}", description=self.text(), unit=self.text())
            metric.metadata.append(self.pair())
            point = getattr(metric, kind).data_points.add()
            point.attributes.extend(self.pairs())
            if kind != "summary":
                point.exemplars.add().filtered_attributes.extend(self.pairs())
        scope_part.metrics.add(name=self.text())
        return request.SerializeToString()


def configuration(sink: Sink) -> str:
    """The default one, on other ports, with one exporter more, and one that waits on disk for a backend."""
    config = yaml.safe_load((ROOT / "collector-config.yaml").read_text("utf-8"))
    protocols = config["receivers"]["otlp"]["protocols"]
    protocols["grpc"]["endpoint"], protocols["http"]["endpoint"] = "localhost:{grpc}", "localhost:{http}"
    config["extensions"]["health_check"]["endpoint"] = "localhost:{health}"
    config["extensions"]["zpages"]["endpoint"] = "localhost:{status}"
    config["exporters"]["prometheus"]["endpoint"] = "localhost:{measured}"
    config["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]["port"] = "{metrics}"
    config["exporters"]["debug"] = {"verbosity": "detailed"}
    config["exporters"]["otlp_grpc"] = {"endpoint": f"localhost:{sink.port}", "tls": {"insecure": True}}
    away = {"endpoint": "localhost:1", "tls": {"insecure": True}, "sending_queue": {"storage": "storage"}}
    config["exporters"]["otlp_grpc/away"] = away
    del config["exporters"]["jaeger"]
    for pipeline in config["service"]["pipelines"].values():
        pipeline["exporters"] = ["debug", "file", "otlp_grpc", "otlp_grpc/away"]
    return yaml.safe_dump(config).replace("'{metrics}'", "{metrics}")


def all_it_wrote(program: Program, sink: Sink, folder: Path) -> bytes:
    """Everything: to backends, files, disk, terminal, logs, the status page, its API and the metrics."""
    home = f"http://localhost:{program.ports['status']}"
    page = urlopen(f"{home}/").read().decode()  # noqa: S310 (this program's own)
    links = [home + path for path in set(re.findall(r'href="(/[^"#]+)"', page))]
    links.append(f"http://localhost:{program.ports['metrics']}/metrics")
    shown = [page.encode(), *(urlopen(url).read() for url in links)]  # noqa: S310
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix not in {".yaml"}]
    return b"\n".join([*shown, *files, program.log().encode(), *(body for _, body in sink.bodies)])


def leaks(written: bytes, planted: list[str]) -> list[str]:
    return [one for one in planted if one.encode() in written]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_planted_in_every_place_of_every_signal_is_nowhere(tmp_path: Path, sink: Sink, workers: int) -> None:
    planter = Planter()
    bodies: list[tuple[Signal, bytes]] = [
        ("traces", planter.traces()),
        ("logs", planter.logs()),
        ("metrics", planter.metrics()),
    ]
    config = configuration(sink).replace("service:\n", f"service:\n  workers: {workers}\n")
    with running(tmp_path, config) as program, grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for signal, body in bodies:
            export(channel, signal, body)
            url = f"http://localhost:{program.ports['http']}/v1/{signal}"
            assert post(url, body[:-3])[0] == 400  # cut off: malformed, and said so without a word of it
        eventually(lambda: len(sink.bodies) >= len(bodies), "all arrives")
        written = all_it_wrote(program, sink, tmp_path)
        assert len(planter.planted) > 200
        limits = Path(f"/proc/{program.process.pid}/limits")
        assert not limits.exists() or re.search(r"^Max core file size +0 ", limits.read_text(), re.MULTILINE)
        assert b"before" in written
        assert b"behind" in written
        assert leaks(written, planter.planted) == []
        program.check_books()
        program.stop()
        assert leaks(all_files(tmp_path) + program.log().encode(), planter.planted) == []


def all_files(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_planted_in_real_agents_telemetry_is_nowhere(tmp_path: Path, sink: Sink) -> None:
    planted = [
        value
        for file in sorted(CAPTURES.glob("*/expect.json"))
        for value in json.loads(file.read_text("utf-8"))["planted"]
        if value not in KEPT
    ]
    sent = b""
    with running(tmp_path, configuration(sink)) as program:
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            for _, signal, body in captured():
                sent += body
                export(channel, signal, body)
        assert all(value.encode() in sent for value in planted)
        program.check_books()
        eventually(lambda: len(sink.bodies) > 0, "something arrives")
        assert leaks(all_it_wrote(program, sink, tmp_path), planted) == []
        program.stop()
        assert leaks(all_files(tmp_path) + program.log().encode(), planted) == []

"""What real agents sent arrives at a second OTLP server, with nothing lost or changed."""

from collections import Counter
from pathlib import Path

import grpc
import pytest

from spansieve.pdata import Signal
from tests.captures import captured, parts

from .program import Sink, eventually, export, post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters:
  otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}, compression: COMPRESSION}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], exporters: [otlp_grpc]}
    metrics: {receivers: [otlp], exporters: [otlp_grpc]}
"""


@pytest.mark.parametrize(("transport", "compression"), [("grpc", "gzip"), ("http", "none")])
def test_every_capture_arrives_whole(tmp_path: Path, sink: Sink, transport: str, compression: str) -> None:
    every_capture(tmp_path, sink, transport, CONFIG.replace("COMPRESSION", compression))


def every_capture(tmp_path: Path, sink: Sink, transport: str, config: str) -> None:
    """Send all of them, and compare what comes out."""
    config = config.replace("SINK", str(sink.port))
    sent: dict[Signal, list[bytes]] = {"traces": [], "logs": [], "metrics": []}
    with running(tmp_path, config) as program, grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for file, signal, as_protobuf in captured():
            sent[signal].append(as_protobuf)
            if transport == "grpc":
                export(channel, signal, as_protobuf)
            else:
                kind = "application/json" if file.suffix == ".json" else "application/x-protobuf"
                url = f"http://localhost:{program.ports['http']}/v1/{signal}"
                status, answer = post(url, file.read_bytes(), kind)
                assert status == 200, answer
        for signal, bodies in sent.items():
            wanted = parts(signal, bodies)

            def arrived(signal: Signal = signal, wanted: Counter[bytes] = wanted) -> bool:
                got = parts(signal, [body for kind, body in list(sink.bodies) if kind == signal])
                return got.total() >= wanted.total()

            eventually(arrived, f"all {signal} arrive")
            assert parts(signal, [body for kind, body in sink.bodies if kind == signal]) == wanted
        program.check_books()
        assert program.stop() == 0

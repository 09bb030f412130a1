"""A real Jaeger v2 behind the real program: what an agent sent is found again through Jaeger's API."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from bench.peers.found import missing, program
from bench.processes import free_port, running
from bench.sink import EXPORT

CAPTURES = Path(__file__).parent.parent / "fixtures" / "captures"
PATIENCE_SECONDS = 30


class Jaeger(NamedTuple):
    """Where the Jaeger of a test takes spans and answers questions."""

    otlp: int
    query: int

    def spans(self, trace_id: bytes) -> set[bytes]:
        """Ids of the spans that Jaeger has of a trace: a set, since memory storage shows a resent span twice."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.query}/api/traces/{trace_id.hex()}") as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:  # not there yet
                return set()
            raise
        return {bytes.fromhex(span["spanID"]) for trace in found["data"] for span in trace["spans"]}


def _jaeger_config(folder: Path, otlp: int, query: int) -> Path:
    """Jaeger's all-in-one configuration, on ports that are free; all that it serves without need is left out."""
    config = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{otlp}"}}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
        "extensions": {
            "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": 1000}}}},
            "jaeger_query": {
                "storage": {"traces": "memory"},
                "http": {"endpoint": f"127.0.0.1:{query}"},
                "grpc": {"endpoint": f"127.0.0.1:{free_port()}"},
            },
        },
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
    }
    path = folder / "jaeger.yaml"
    path.write_text(json.dumps(config))
    return path


@pytest.fixture
def jaeger(tmp_path: Path) -> Iterator[Jaeger]:
    """A Jaeger of this test's own; skips where none is built."""
    binary = program("jaeger")
    if binary is None:
        pytest.skip(f"{missing('jaeger')}, or make jaeger (needs Go)")
    place = Jaeger(free_port(), free_port())
    command = [str(binary), "--config", str(_jaeger_config(tmp_path, *place))]
    with running(command, log=tmp_path / "jaeger.log", port=place.query) as server:
        server.wait_for(place.otlp)
        yield place
        server.process.kill()  # nothing of it is kept, and its orderly stop takes ten seconds


def _spansieve_config(folder: Path, port: int, jaeger: Jaeger) -> Path:
    config = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{port}"}}}},
        "exporters": {"jaeger": {"endpoint": f"127.0.0.1:{jaeger.otlp}", "ui_url": f"http://127.0.0.1:{jaeger.query}"}},
        "service": {
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
    }
    path = folder / "spansieve.yaml"
    path.write_text(json.dumps(config))
    return path


def _traces(request: ExportTraceServiceRequest) -> dict[bytes, set[bytes]]:
    traces: dict[bytes, set[bytes]] = {}
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                traces.setdefault(span.trace_id, set()).add(span.span_id)
    return traces


def test_a_captured_conversation_is_found_in_jaeger(jaeger: Jaeger, tmp_path: Path) -> None:
    bodies = [path.read_bytes() for path in sorted((CAPTURES / "pydantic_ai").glob("*.traces.pb"))]
    sent = ExportTraceServiceRequest.FromString(b"".join(bodies))  # joined requests are one request
    assert sum(map(len, _traces(sent).values())) == 16
    port = free_port()
    command = [sys.executable, "-m", "spansieve", "run", "--config", str(_spansieve_config(tmp_path, port, jaeger))]

    with ExitStack() as stack:
        stack.enter_context(running(command, log=tmp_path / "spansieve.log", port=port))
        export = stack.enter_context(grpc.insecure_channel(f"127.0.0.1:{port}")).unary_unary(EXPORT)
        for body in bodies:
            answer = ExportTraceServiceResponse.FromString(export(body, timeout=10))
            assert answer.partial_success.rejected_spans == 0

        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := {trace: jaeger.spans(trace) for trace in _traces(sent)}) != _traces(sent):
            assert time.monotonic() < deadline, f"Jaeger has {found}"
            time.sleep(0.1)

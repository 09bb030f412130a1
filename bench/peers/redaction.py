"""The Go Collector's `redaction` processor over texts: each goes in as an attribute of a span, over OTLP, and comes out
so. Its CPU is what the process spends with the processor over what it spends without.

The patterns are those of its README and what anybody would add. Source: redactionprocessor v0.158.0.
"""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.peers import found
from bench.processes import Server, free_port, running
from bench.sink import EXPORT
from tests.e2e.program import Sink

KEY = "text"
PASSES = 20
BLOCKED = [
    "4[0-9]{12}(?:[0-9]{3})?",
    "(5[1-5][0-9]{14})",
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}",
    "(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}",
    # Those were its README's. Ours, as one writes them on a first day:
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"\b[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b",
    r"\b3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\b",
    r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
    r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",
    r"\+[0-9][0-9 ().-]{7,16}[0-9]",
    r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\b(?:gh[pousr]|github_pat|glpat|xox[abp]|hf|npm|sk|pk|rk)[-_][A-Za-z0-9_-]{20,}",
    r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
    r"(?i)\b(?:bearer|basic) [a-z0-9._~+/-]{8,}=*",
    r"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key)[\\\"']*\s*[:=]\s*[\\\"']*[^\s\"',}]{6,}",
    "(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
    r"://[^/\s:@]+:[^/\s@]+@",
]


class Scrubbed(NamedTuple):
    """What came out, in order, and the CPU seconds of one pass."""

    texts: list[str]
    cpu_seconds: float


def scrubbed(texts: Sequence[str]) -> Scrubbed:
    """Raises RuntimeError where the Go Collector is not built, has no such processor, or loses something."""
    program = str(_program())
    processor = {"redaction": {"allow_all_keys": True, "blocked_values": BLOCKED, "summary": "silent"}}
    with_it, out = _run([program], texts, processor)
    without, _ = _run([program], texts, {})
    return Scrubbed(out, with_it - without)


def _program() -> Path:
    program = found.program("otelcol")
    if program is None:
        raise RuntimeError(found.missing("otelcol"))
    said = subprocess.run([program, "components"], capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if "redaction" not in said.stdout:
        raise RuntimeError(f"{program} was built without the processor: delete it, and build it again")
    return program


def _run(program: Sequence[str], texts: Sequence[str], processors: Mapping[str, Any]) -> tuple[float, list[str]]:
    """CPU seconds of one pass through a collector with `processors`, and what came out of the first."""
    port = free_port()
    with TemporaryDirectory(prefix="spansieve-bench-") as place, closing(Sink()) as sink:
        config = Path(place) / "config.yaml"
        config.write_text(json.dumps(_config(port, sink.port, processors)))
        command = [*program, "--config", str(config)]
        with running(command, log=Path(place) / "log", port=port) as server:
            return _measured(server, port, sink, texts)


def _config(port: int, sink: int, processors: Mapping[str, Any]) -> dict[str, Any]:
    pipeline = {"receivers": ["otlp"], "processors": [*processors], "exporters": ["otlp_grpc"]}
    return {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{port}"}}}},
        "processors": dict(processors),
        "exporters": {"otlp_grpc": {"endpoint": f"localhost:{sink}", "tls": {"insecure": True}, "compression": "none"}},
        "service": {"pipelines": {"traces": pipeline}, "telemetry": {"metrics": {"level": "none"}}},
    }


def _measured(server: Server, port: int, sink: Sink, texts: Sequence[str]) -> tuple[float, list[str]]:
    body = _request(texts)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        export = channel.unary_unary(EXPORT)
        export(body, timeout=30)
        _arrive(sink, len(texts))
        out = _texts(sink)
        sink.bodies.clear()
        before = server.cpu_seconds()
        for _ in range(PASSES):
            export(body, timeout=30)
        _arrive(sink, PASSES * len(texts))
        return (server.cpu_seconds() - before) / PASSES, out


def _request(texts: Sequence[str]) -> bytes:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number, text in enumerate(texts, 1):
        span = spans.add(trace_id=bytes(15) + b"\x01", span_id=number.to_bytes(8, "big"), name="text")
        span.attributes.add(key=KEY).value.string_value = text
    return request.SerializeToString()


def _arrive(sink: Sink, spans: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while (come := sink.count()) < spans:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{come} of {spans} spans came out")
        time.sleep(0.02)


def _texts(sink: Sink) -> list[str]:
    by_number: dict[int, str] = {}
    for _, body in sink.bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                by_number[int.from_bytes(span.span_id, "big")] = span.attributes[0].value.string_value
    return [by_number[number] for number in sorted(by_number)]

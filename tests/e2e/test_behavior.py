"""What users do, told by a running collector: on the wire, and in a terminal."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import Value, encode_pair

from .program import Program, eventually, json_lines, post, running, spansieve

CONFIG = """
receivers: {otlp: {protocols: {http: {endpoint: "localhost:{http}"}}}}
processors:
  ai_semantics: {}
  prompt_privacy: {}
  behavior: {settle: 100ms, disorder: 100ms, interval: 1s, workflows: {support: 5}, storage: storage}
exporters:
  debug: {verbosity: basic}
  file: {path: told.jsonl}
extensions: {zpages: {endpoint: "localhost:{status}"}, storage: {directory: data, create_directory: true}}
service:
  extensions: [zpages, storage]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [ai_semantics, prompt_privacy, behavior], exporters: [debug]}
    logs: {receivers: [behavior], exporters: [file]}
    metrics: {receivers: [behavior], exporters: [file]}
    alerts: {receivers: [behavior], exporters: [file]}
"""
USER = "jane.doe@example.org"
QUESTION = "why does the export of my invoices not work"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with running(tmp_path, CONFIG) as one:
        yield one


def conversation(began: float) -> bytes:
    """A user who asks the same five times, half a minute apart, of an agent that uses two tools each time, and much
    later something else. `began` is in seconds since the epoch.
    """
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number in range(6):
        at = round((began + (number * 30 if number < 5 else 1000)) * 1e9)
        for part, said in enumerate(turn(QUESTION if number < 5 else "thank you and good bye for today")):
            span = spans.add(trace_id=bytes(15) + bytes([number + 1]), span_id=bytes(6) + bytes([number + 1, part + 1]))
            span.parent_span_id = bytes(6) + bytes([number + 1, 1]) if part else b""
            span.name = str(said["gen_ai.operation.name"])
            span.start_time_unix_nano, span.end_time_unix_nano = at + part * 1000, at + 10**9
            for key, value in said.items():
                span.attributes.add().ParseFromString(encode_pair(key, value))
    return request.SerializeToString()


def turn(text: str) -> Iterator[Mapping[str, Value]]:
    """An agent that is asked, and its tools."""
    asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}])
    yield {"gen_ai.operation.name": "invoke_agent", "user.id": USER, "gen_ai.input.messages": asked}
    for tool in ("search", "read"):
        yield {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}


def told(program: Program, kind: str) -> list[dict[str, Any]]:
    """The records of one kind of event that were written."""
    found = []
    path = program.config.parent / "told.jsonl"
    for line in json_lines(path) if path.exists() else []:
        for resource in line.get("resourceLogs", []):
            records = [one for scope in resource["scopeLogs"] for one in scope["logRecords"]]
            found += [one for one in records if one.get("eventName") == kind]
    return found


def test_a_user_who_asks_again_and_again_is_told_of_and_no_name_and_no_text_leaves(program: Program) -> None:
    assert post(f"http://localhost:{program.ports['http']}/v1/traces", conversation(time.time() - 1010))[0] == 200
    eventually(lambda: told(program, "spansieve.alert"), "an alert")
    eventually(lambda: told(program, "spansieve.behavior.task"), "a task")
    assert len(told(program, "spansieve.behavior.user_retry")) == 4
    shown = spansieve("workflows", "--config", str(program.config), "--json")
    [workflow] = json.loads(shown.stdout)
    assert workflow == {"tools": "search → read", "length": 2, "support": 6, "success_rate": 1.0}
    assert "search → read" in spansieve("workflows", "--config", str(program.config)).stdout
    eventually(lambda: b"spansieve_tasks_total" in (program.config.parent / "told.jsonl").read_bytes(), "the metrics")
    assert program.stop() == 0
    written = b"".join(
        path.read_bytes() for path in [program.config.parent / "told.jsonl", *program.config.parent.glob("data/*")]
    )
    assert b"jane.doe" not in written
    assert b"invoices" not in written

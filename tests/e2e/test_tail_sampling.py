"""Tail sampling in the real program: what it holds survives kills, stops and reloads, and the books balance."""

import signal
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spansieve.pdata import TraceBatch, Value
from spansieve.testing import ERROR, OK, otlp_request

from .program import Program, Sink, eventually, post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors:
  tail_sampling:
    decision_wait: WAIT
    STORED
    policies: [{name: all, type: always_sample}]
exporters:
  otlp_grpc:
    endpoint: "localhost:SINK"
    tls: {insecure: true}
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}
extensions:
  health_check: {endpoint: "localhost:{health}"}
  storage: {directory: kept}
service:
  extensions: [health_check, storage]
  shutdown_timeout: 10s
  WORKERS
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [tail_sampling], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], processors: [tail_sampling], exporters: [otlp_grpc]}
"""


def late_error(body: bytes) -> bytes:
    """One more span of the trace of a request, that failed."""
    request = ExportTraceServiceRequest.FromString(body)
    spans = request.resource_spans[0].scope_spans[0].spans
    spans[0].parent_span_id, spans[0].span_id = spans[0].span_id, b"latecome"
    spans[0].status.code = Status.STATUS_CODE_ERROR
    del spans[1:]
    return request.SerializeToString()


def config(sink: Sink, wait: str, *, stored: bool = True, workers: int = 1) -> str:
    text = CONFIG.replace("SINK", str(sink.port)).replace("WAIT", wait)
    text = text.replace("STORED", "storage: storage" if stored else "")
    return text.replace("WORKERS", f"workers: {workers}")


def send(program: Program, count: int = 1) -> set[bytes]:
    ids: set[bytes] = set()
    for _ in range(count):
        body = otlp_request("agent", OK, OK)
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200
        ids |= {span.span_id for span in TraceBatch.parse(body)}
    return ids


def decided(sink: Sink) -> set[Value]:
    key = "spansieve.sampling.decided"
    return {
        span.attributes[key]
        for kind, body in sink.bodies
        if kind == "traces"
        for span in TraceBatch.parse(body)
        if key in span.attributes
    }


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_not_decided_is_decided_after_the_restart(tmp_path: Path, sink: Sink, end: int, workers: int) -> None:
    with running(tmp_path, config(sink, "300s", workers=workers)) as program:
        ids = send(program, 10)
        assert program.stop(end) == (0 if end == signal.SIGTERM else -signal.SIGKILL)
    assert sink.count() == 0
    with running(tmp_path, config(sink, "0.1s", workers=workers)) as program:
        eventually(lambda: ids <= sink.span_ids(), "what waited arrives")
        assert decided(sink) == {"restart"}
        program.check_books()
        assert program.stop() == 0
    with running(tmp_path, config(sink, "0.1s", workers=workers)) as program:
        more = send(program)
        eventually(lambda: more <= sink.span_ids(), "what is new arrives")
    assert sink.count() == len(ids) + len(more)


def test_without_a_storage_a_stop_decides_on_what_is_there(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink, "300s", stored=False)) as program:
        ids = send(program, 3)
        program.check_books()
        assert program.stop() == 0
    assert ids <= sink.span_ids()
    assert decided(sink) == {"shutdown"}


def test_an_error_leaves_at_once_and_the_books_balance(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink, "300s")) as program:
        held = send(program, 2)
        body = otlp_request("agent", OK, ERROR)
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200
        failed = {span.span_id for span in TraceBatch.parse(body)}
        eventually(lambda: failed <= sink.span_ids(), "the error arrives")
        assert not held & sink.span_ids()
        program.check_books()


COHORT = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors:
  prompt_privacy: {hash: {key: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}ACTION}
  tail_sampling:
    decision_wait: 0.2s
    policies: [{name: jane, type: cohort, cohort: {users: [jane.doe@acme.io]}}]
exporters: {otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}}}
extensions: {health_check: {endpoint: "localhost:{health}"}}
service:
  extensions: [health_check]
  WORKERS
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [prompt_privacy, tail_sampling], exporters: [otlp_grpc]}
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("action", ["", ", entities: {EMAIL: hmac}"])
def test_users_written_in_clear_are_found_as_privacy_writes_them(
    tmp_path: Path, sink: Sink, workers: int, action: str
) -> None:
    text = COHORT.replace("SINK", str(sink.port)).replace("ACTION", action).replace("WORKERS", f"workers: {workers}")
    with running(tmp_path, text) as program:
        for user in ("bob@acme.io", "jane.doe@acme.io"):
            body = otlp_request("agent", OK.with_(attributes={"user.id": user}))
            assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200
        wanted = {span.span_id for span in TraceBatch.parse(body)}
        eventually(lambda: wanted <= sink.span_ids(), "the user's trace arrives")
        assert program.stop() == 0
    assert sink.span_ids() == wanted
    assert not any(b"jane.doe" in body for _, body in sink.bodies)


def test_users_are_found_as_privacy_writes_them_after_a_reload_with_another_key(tmp_path: Path, sink: Sink) -> None:
    text = COHORT.replace("SINK", str(sink.port)).replace("ACTION", "").replace("WORKERS", "workers: 1")
    body = otlp_request("agent", OK.with_(attributes={"user.id": "jane.doe@acme.io"}))
    other = otlp_request("agent", OK.with_(attributes={"user.id": "jane.doe@acme.io"}))
    with running(tmp_path, text, "--no-watch") as program:
        url = f"http://localhost:{program.ports['http']}/v1/traces"
        assert post(url, body)[0] == 200
        eventually(sink.count, "the user's trace arrives")
        program.write(text.replace("00112233", "44556677"))
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: "is in force" in program.log(), "the new key is in force")
        assert post(url, other)[0] == 200
        eventually(lambda: sink.count() == 2, "the user's next trace arrives")
    written = {span.attributes["user.id"] for _, one in sink.bodies for span in TraceBatch.parse(one)}
    assert len(written) == 2  # one for each key


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_dropped_trace_on_disk_comes_back_after_a_restart(tmp_path: Path, sink: Sink, end: int, workers: int) -> None:
    text = config(sink, "0.1s", workers=workers).replace("type: always_sample", "type: error")
    text = text.replace("    policies", "    late: {spill: storage}\n    policies")
    body = otlp_request("agent", OK, OK)
    ids = {span.span_id for span in TraceBatch.parse(body)}
    with running(tmp_path, text) as program:
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200
        eventually(lambda: any("aside_bytes" in name and n for name, n in program.metrics().items()), "it is dropped")
        program.stop(end)
    assert sink.count() == 0
    with running(tmp_path, text) as program:
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", late_error(body))[0] == 200
        eventually(lambda: ids | {b"latecome"} <= sink.span_ids(), "the whole trace arrives")
        program.check_books()
    assert sink.count() == 3


def test_a_reload_takes_what_is_held_along(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink, "300s")) as program:
        ids = send(program, 5)
        program.write(config(sink, "1s"))
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: ids <= sink.span_ids(), "all arrive")
        program.check_books()
        assert sink.count() == len(ids)

"""Start, stop, reload and outages, with the real program."""

import contextlib
import json
import signal
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from spansieve.pdata import TraceBatch
from spansieve.testing import OK, SpanSpec, otlp_request

from .program import Program, Sink, eventually, export, free_ports, post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors: {resource: {attributes: [{key: from, value: FROM, action: upsert}]}}
exporters:
  otlp_grpc:
    endpoint: "localhost:SINK"
    tls: {insecure: true}
    compression: none
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}
    QUEUE
extensions: {health_check: {endpoint: "localhost:{health}"}}
service:
  extensions: [health_check]
  shutdown_timeout: 10s
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [resource], exporters: [otlp_grpc]}
"""


def config(sink: Sink, source: str = "first", queue: str = "") -> str:
    return CONFIG.replace("SINK", str(sink.port)).replace("FROM", source).replace("QUEUE", queue)


class StrictBackend(TraceServiceServicer):
    """Reads with the generated classes, which refuse what is not UTF-8."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def Export(self, request: ExportTraceServiceRequest, context: object) -> ExportTraceServiceResponse:
        spans = [span for part in request.resource_spans for scope in part.scope_spans for span in scope.spans]
        self.names += [span.name for span in spans]
        return ExportTraceServiceResponse()


class Load:
    """Sends one request of `spans` after the other from several threads, and remembers which were acknowledged.

    It leaves a little of the processors to the program.
    """

    def __init__(self, program: Program, threads: int = 3, spans: Sequence[SpanSpec] = (OK, OK, OK)) -> None:
        self._spans = spans
        self.acknowledged: set[bytes] = set()
        self.refused = 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._target = f"localhost:{program.ports['grpc']}"
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        with grpc.insecure_channel(self._target) as channel:
            while not self._stop.is_set():
                body = otlp_request("load", *self._spans)
                ids = {span.span_id for span in TraceBatch.parse(body)}
                try:
                    export(channel, "traces", body)
                except grpc.RpcError:
                    with self._lock:
                        self.refused += 1
                    self._stop.wait(0.01)
                else:
                    with self._lock:
                        self.acknowledged |= ids
                    self._stop.wait(0.005)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def test_a_stop_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        load = Load(program)
        eventually(lambda: len(load.acknowledged) > 300, "load is taken")
        assert program.stop() == 0
        load.stop()
    assert len(load.acknowledged) > 300
    assert load.acknowledged <= sink.span_ids()


def test_a_reload_under_load_loses_nothing_and_takes_effect(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        load = Load(program)
        eventually(lambda: len(load.acknowledged) > 100, "load is taken")
        program.write(config(sink, "second", "sending_queue: {num_consumers: 3}"))

        def changed() -> bool:
            return any(b"second" in body for _, body in sink.bodies)

        eventually(changed, "the changed file is in force")
        so_far = len(load.acknowledged)
        eventually(lambda: len(load.acknowledged) > so_far + 100, "load goes on")
        load.stop()
        assert load.refused == 0
        assert program.stop() == 0
    assert load.acknowledged <= sink.span_ids()


def test_a_change_while_it_starts_is_taken_too(tmp_path: Path, sink: Sink) -> None:
    program = Program(tmp_path, config(sink))
    try:
        eventually(lambda: "the status page is on" in program.log() or _listens(program), "it has read its file")
        program.write(config(sink, "second", "sending_queue: {num_consumers: 3}"))
        eventually(lambda: "is in force" in program.log(), "the new configuration is in force")
    finally:
        assert program.stop() == 0


def _listens(program: Program) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", program.ports["http"])) == 0


def test_a_receivers_new_port_is_taken_by_a_reload(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        former = program.ports["http"]
        (program.ports["http"],) = free_ports(1)
        program.write(config(sink))
        eventually(lambda: "is in force" in program.log(), "the new configuration is in force")
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))[0] == 200
        with pytest.raises(OSError, match="refused"):
            post(f"http://localhost:{former}/v1/traces", b"")
        eventually(lambda: sink.count() == 1, "the span arrives")
        assert program.stop() == 0


def test_a_receiver_that_cannot_open_brings_the_former_configuration_back(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        former = program.ports["http"]
        with socket.create_server(("127.0.0.1", 0)) as taken:
            program.ports["http"] = taken.getsockname()[1]
            program.write(config(sink, "second", "sending_queue: {num_consumers: 3}"))
            eventually(lambda: "was not taken" in program.log(), "the new configuration is refused")
        assert "going back" in program.log()
        assert post(f"http://localhost:{former}/v1/traces", otlp_request("a", OK))[0] == 200
        eventually(lambda: sink.count() == 1, "the span arrives")
        assert b"first" in sink.bodies[0][1]
        assert program.stop() == 0


def test_sighup_reads_the_configuration_again(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink), "--no-watch") as program:
        program.write(config(sink, "second"))
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: "is in force" in program.log(), "the new configuration is in force")
        post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))
        eventually(lambda: sink.count() == 1, "the span arrives")
        assert b"second" in sink.bodies[0][1]
        assert program.stop(signal.SIGINT) == 0


def test_the_log_can_be_json_and_metrics_say_who_this_is(tmp_path: Path, sink: Sink) -> None:
    telemetry = "telemetry: {logs: {encoding: json}, resource: {team: desk}, "
    with running(tmp_path, config(sink).replace("telemetry: {", telemetry)) as program:
        (info,) = [name for name in program.metrics() if name.startswith("target_info")]
        assert 'service_name="spansieve"' in info
        assert 'team="desk"' in info
        assert program.stop() == 0
        lines = [json.loads(line) for line in program.log().splitlines()]
        assert {"ts", "level", "msg"} <= set(lines[0])


def test_a_string_that_is_no_utf8_reaches_a_strict_backend_repaired(tmp_path: Path) -> None:
    server = grpc.server(ThreadPoolExecutor(2))
    strict = StrictBackend()
    add_TraceServiceServicer_to_server(strict, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("localhost:0")
    server.start()
    body = otlp_request("a", OK.with_(name="good"), OK.with_(name="wrongone")).replace(b"wrongone", b"wron\xff\xfene")
    with running(tmp_path, CONFIG.replace("SINK", str(port)).replace("QUEUE", "")) as program:
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200
        eventually(lambda: len(strict.names) == 2, "both spans arrive")
        assert strict.names == ["good", "wron\ufffd\ufffdne"]
        program.check_books()
        assert program.stop() == 0
    server.stop(0)


def test_a_broken_configuration_is_refused_and_the_running_one_goes_on(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        program.write(config(sink).replace('endpoint: "localhost:' + str(sink.port), 'endpont: "localhost:1'))
        eventually(lambda: "unknown key" in program.log(), "the mistake is said")
        assert "endpont" in program.log()
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))[0] == 200
        eventually(lambda: sink.count() == 1, "the span arrives")
        assert program.stop() == 0


def test_what_was_acknowledged_while_the_backend_was_down_arrives_when_it_is_back(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        for _ in range(20):
            post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))
        eventually(lambda: sink.asked > 2, "it is tried again")
        assert sink.count() == 0
        sink.down = False
        eventually(lambda: sink.count() == 20, "all spans arrive")
        program.check_books()
        assert program.stop() == 0


def test_a_full_queue_refuses_in_the_way_that_makes_senders_come_again(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    queue = "sending_queue: {queue_size: 3, num_consumers: 1}"
    with running(tmp_path, config(sink, queue=queue)) as program:
        statuses = [
            post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))[0] for _ in range(20)
        ]
        assert statuses[0] == 200
        assert statuses[-1] == 503
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            with pytest.raises(grpc.RpcError) as refusal:
                export(channel, "traces", otlp_request("a", OK))
            assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
            trailers = dict(refusal.value.trailing_metadata())
            assert {"grpc-status-details-bin", "google.rpc.retryinfo-bin"} <= set(trailers)
        sink.down = False
        eventually(lambda: sink.count() == statuses.count(200), "what was taken arrives")
        program.check_books()
        assert program.stop() == 0


def test_what_cannot_be_sent_in_time_is_said_at_the_end(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink).replace("10s", "300ms")) as program:
        post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK, OK))
        assert program.stop() == 1
        assert "2 items" in program.log()


def test_a_port_that_is_taken_ends_the_start_with_one_and_no_traceback(tmp_path: Path, sink: Sink) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        program = Program(tmp_path, config(sink).replace("{http}", port))
        assert program.process.wait(30) == 1
    assert port in program.log()
    assert "Traceback" not in program.log()


def test_a_port_for_metrics_that_nobody_chose_is_done_without_when_it_is_taken(tmp_path: Path, sink: Sink) -> None:
    lines = [line for line in config(sink).splitlines() if "telemetry" not in line]
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # somebody else has it
            held.enter_context(socket.create_server(("127.0.0.1", 8888)))
        with running(tmp_path, "\n".join(lines)) as program:
            assert (
                "going on without metrics: service.telemetry.metrics: cannot listen on localhost:8888" in program.log()
            )
            assert "its own metrics on" not in program.log()
            assert program.stop() == 0


def test_health_is_told_from_ready_to_stop(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        status, body = post(f"http://localhost:{program.ports['health']}/", b"")
        assert (status, b"Server available" in body) == (200, True)
        assert program.stop() == 0

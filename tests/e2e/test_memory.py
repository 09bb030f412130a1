"""A limit on memory, with the real program: refused retryably above it, taken again below, and nothing lost."""

from pathlib import Path

import grpc

from spansieve.otlp.status import retry_after
from spansieve.pdata import TraceBatch
from spansieve.testing import OK, otlp_request

from .program import Program, Sink, eventually, export, post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors: {memory_limiter: {check_interval: 100ms, limit_mib: LIMIT, min_gc_interval_when_soft_limited: 1s}}
exporters:
  otlp_grpc:
    endpoint: "localhost:SINK"
    tls: {insecure: true}
    compression: none
    sending_queue: {queue_size: 100000}
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [memory_limiter], exporters: [otlp_grpc]}
"""
LARGE = OK.with_(attributes={"content": "x" * 100_000})
REFUSED = "data refused due to high memory usage"


def config(sink: Sink, limit_mib: int) -> str:
    return CONFIG.replace("SINK", str(sink.port)).replace("LIMIT", str(limit_mib))


class Sender:
    """Sends, and remembers what became of it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.acknowledged: set[bytes] = set()
        self.refusals: list[grpc.RpcError] = []
        self.small_refused = 0

    def _keep(self, body: bytes) -> None:
        self.acknowledged |= {span.span_id for span in TraceBatch.parse(body)}

    def large(self, channel: grpc.Channel) -> None:
        """200 KB over gRPC."""
        body = otlp_request("agent", LARGE, LARGE)
        try:
            export(channel, "traces", body)
        except grpc.RpcError as error:
            self.refusals.append(error)
        else:
            self._keep(body)

    def fill(self) -> None:
        """Send until so much is held that giving back what is free does not help any more, at most 400 MB."""
        with grpc.insecure_channel(f"localhost:{self.program.ports['grpc']}") as channel:
            while "is above the soft limit, data is refused" not in self.program.log():
                self.large(channel)
                assert len(self.acknowledged) < 4000

    def small(self) -> bool:
        """Two empty spans over HTTP: whether they were refused."""
        body = otlp_request("agent", OK, OK)
        status, answer = post(f"http://localhost:{self.program.ports['http']}/v1/traces", body)
        if status == 200:
            self._keep(body)
            return False
        assert status == 503
        assert REFUSED.encode() in answer
        self.small_refused += 1
        return True


def takes(program: Program) -> bool:
    """Whether it takes a large request now."""
    return post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("late", LARGE, LARGE))[0] == 200


def test_above_the_limit_senders_are_asked_to_come_again_until_the_backend_has_drained(tmp_path: Path) -> None:
    sink = Sink()
    sink.down = True
    with running(tmp_path, config(sink, 200)) as program:
        sender = Sender(program)
        sender.fill()
        eventually(sender.small, "a small request is refused too")
        assert len(sender.acknowledged) > 100
        for refusal in sender.refusals:
            assert refusal.code() is grpc.StatusCode.UNAVAILABLE
            assert refusal.details() == REFUSED
            assert 0.5 <= (retry_after(refusal.trailing_metadata()) or 0) <= 1.5
        metrics = program.metrics()
        name = 'otelcol_processor_memory_limiter_{}_spans{{processor="memory_limiter"}}'
        refused = len(sender.refusals) + sender.small_refused
        unread = metrics['spansieve_receiver_refused_requests_total{reason="memory",receiver="otlp",transport="grpc"}']
        assert 0 < unread <= len(sender.refusals)  # the limit may be reached between the door and the processor
        assert metrics[name.format("accepted")] == len(sender.acknowledged)
        assert metrics[name.format("refused")] == 2 * refused - unread  # of an unread request, one is known
        assert metrics['otelcol_receiver_refused_spans{receiver="otlp",transport="http"}'] == 2 * sender.small_refused
        assert metrics["otelcol_process_memory_rss"] < 240 * 2**20

        sink.down = False
        eventually(lambda: takes(program), "it takes data again")
        eventually(lambda: sender.acknowledged <= sink.span_ids(), "every acknowledged span arrives")
        program.check_books()
        assert program.stop() == 0
    sink.close()


def test_a_limit_below_what_the_empty_program_needs_is_said_at_start(tmp_path: Path) -> None:
    sink = Sink()
    with running(tmp_path, config(sink, 10)) as program:
        assert "the soft limit is 8 MiB, but the program has " in program.log()
        assert "so all data will be refused: set limit_mib to " in program.log()
        assert not takes(program)
    sink.close()


def test_several_processes_share_the_limit(tmp_path: Path) -> None:
    sink = Sink()
    sink.down = True
    with running(tmp_path, config(sink, 420).replace("service:", "service:\n  workers: 2")) as program:
        sender = Sender(program)
        sender.fill()
        eventually(sender.small, "a small request is refused too")
        assert len(sender.acknowledged) > 100
        assert program.metrics()["otelcol_process_memory_rss"] < 1.2 * 420 * 2**20

        sink.down = False
        eventually(lambda: takes(program), "it takes data again")
        eventually(lambda: sender.acknowledged <= sink.span_ids(), "every acknowledged span arrives")
        program.check_books()
        assert program.stop() == 0
    sink.close()

"""`service.workers`: several processes on one port, and what OK means there, with the real program."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spansieve.endpoint import Address, refusal
from spansieve.pdata import TraceBatch
from spansieve.testing import ERROR, OK, otlp_request

from .program import Program, Sink, eventually, export, post, running, typed
from .test_captures import CONFIG as CAPTURES
from .test_captures import every_capture
from .test_service import CONFIG, Load

PLUGINS = '''
from typing import Annotated
from spansieve.plugin import Config, Extension, Gives, Processor
from spansieve.pdata import TraceBatch

class Nothing(Config):
    """No keys."""

class Door(Extension[Nothing]):
    """Says where it is."""

    config = Nothing

    def start(self):
        if __import__("pathlib").Path("closed").exists():
            raise OSError("the door is closed")
        print("a door opens in", __import__("os").getpid(), file=__import__("sys").stderr)

    def authenticate(self):
        """Errors wants it."""

class ErrorsConfig(Config):
    """Which door."""

    door: Annotated[str, Gives("authenticate")] | None = None

class Holds(Processor[Nothing]):
    """Keeps what comes until the next tick, with the process that did so."""

    config = Nothing
    stateful = True
    emits = frozenset({"traces"})

    def __init__(self, config, host):
        self.host = host
        self.kept = []

    def traces(self, batch):
        for span in batch:
            dict(span.attributes)
            span.attributes["dropped"] = [one.span_id.hex() for one in batch.dropped]
            span.attributes["held.by"] = __import__("os").getpid()
        self.kept.append((batch.encode(), len(batch)))
        batch.retain(lambda _: False)

    def held(self, signal):
        return sum(items for _, items in self.kept)

    def tick(self):
        while self.kept and self.host.emit("traces", TraceBatch.parse(self.kept[0][0])):
            self.kept.pop(0)

class Errors(Processor[Nothing]):
    """Lets errors pass, with the process that did so; tells how many came at once."""

    config = ErrorsConfig

    def __init__(self, config, host):
        self.host = host
        self.sizes = host.histogram("sizes", buckets=(1.0, 2.0, 4.0))
        self.level = host.gauge("level")

    def traces(self, batch):
        self.sizes.record(len(batch))
        self.level.set(len(batch))
        batch.retain(lambda span: span.is_error)
        for span in batch:
            span.attributes["seen.by"] = __import__("os").getpid()
            span.attributes["others"] = self.host.others_bytes()

class Keyed(Processor[Nothing]):
    """Writes what tells its key from others."""

    config = Nothing

    def __init__(self, config, host):
        self.host = host

    def start(self):
        made = self.host.made_key("toys", lost="toys are not the same")
        self.key = __import__("hashlib").sha256(made.key).hexdigest()

    def traces(self, batch):
        for span in batch:
            span.attributes["key"] = self.key
            span.attributes["seen.by"] = __import__("os").getpid()
'''

LABELS = {one: f'{{receiver="otlp",transport="{one}"}}' for one in ("grpc", "http")}


def config(sink: Sink, queue: str = "", workers: int = 2, source: str = "first") -> str:
    text = CONFIG.replace("SINK", str(sink.port)).replace("FROM", source).replace("QUEUE", queue)
    return text.replace("service:", f"service:\n  workers: {workers}")


def with_plugins(tmp_path: Path, text: str, *chain: str) -> tuple[str, dict[str, str]]:
    """The configuration with `chain` as the processors of its pipeline, and the environment in which they are found."""
    folder = tmp_path / "plugins"
    (folder / "toys-1.dist-info").mkdir(parents=True)
    (folder / "toys.py").write_text(PLUGINS)
    (folder / "toys-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 1\n")
    points = (
        "[spansieve.processors]\nholds = toys:Holds\nerrors = toys:Errors\nkeyed = toys:Keyed\n"
        "[spansieve.extensions]\ndoor = toys:Door\n"
    )
    (folder / "toys-1.dist-info" / "entry_points.txt").write_text(points)
    text = text.replace("processors: {", "processors: {holds: {}, errors: {}, keyed: {}, ", 1)
    return text.replace("processors: [resource]", f"processors: [{', '.join(chain)}]"), {"PYTHONPATH": str(folder)}


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()] + [
        int(one)
        for task in Path(f"/proc/{process}/task").iterdir()
        if int(task.name) != process
        for one in (task / "children").read_text().split()
    ]


def by_worker(program: Program) -> dict[str, float]:
    """Requests that each intake process handed over."""
    name = 'spansieve_worker_requests_total{worker="'
    return {key[len(name) : -2]: value for key, value in program.metrics().items() if key.startswith(name)}


@contextmanager
def connections(program: Program, count: int) -> Iterator[list[grpc.Channel]]:
    """Channels with a connection each: the system spreads connections over the processes, not requests."""
    target = f"localhost:{program.ports['grpc']}"
    channels = [grpc.insecure_channel(target, [("grpc.use_local_subchannel_pool", 1)]) for _ in range(count)]
    yield channels
    for channel in channels:
        channel.close()


def reach_both(program: Program, body: bytes) -> int:
    """Send `body` until both processes had some of it; how often that was."""
    sent = 0
    while len(by_worker(program)) < 2:
        with connections(program, 8) as channels:
            for channel in channels:
                export(channel, "traces", body)
                sent += 1
        assert sent < 800
    return sent


@pytest.mark.parametrize("transport", ["grpc", "http"])
def test_every_capture_arrives_whole(tmp_path: Path, sink: Sink, transport: str) -> None:
    text = CAPTURES.replace("COMPRESSION", "none").replace("service:", "service:\n  workers: 2")
    every_capture(tmp_path, sink, transport, text)


def test_both_take_part_and_what_they_count_is_added_up(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "errors", "resource")
    with running(tmp_path, text, env=env) as program:
        sent = reach_both(program, otlp_request("a", OK, ERROR, ERROR))
        eventually(lambda: sink.count() == 2 * sent, "the errors arrive")
        workers = {str(span.attributes["seen.by"]) for _, body in list(sink.bodies) for span in TraceBatch.parse(body)}
        assert workers == set(map(str, children(program.process.pid)))
        metrics = program.metrics()
        assert sum(by_worker(program).values()) == sent
        assert metrics['otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"}'] == 3 * sent
        assert metrics['otelcol_processor_incoming_items{otel_signal="traces",processor="errors"}'] == 3 * sent
        assert metrics['otelcol_processor_outgoing_items{otel_signal="traces",processor="resource"}'] == 2 * sent
        filtered = 'exporter="otlp_grpc",outcome="filtered",pipeline="traces",reason="errors"'
        assert metrics[f"spansieve_pipeline_items_total{{{filtered}}}"] == sent
        assert metrics['spansieve_processor_sizes_bucket{le="2",processor="errors"}'] == 0
        assert metrics['spansieve_processor_sizes_bucket{le="4",processor="errors"}'] == sent
        assert metrics['spansieve_processor_sizes_sum{processor="errors"}'] == 3 * sent
        assert metrics['spansieve_processor_level{processor="errors",worker="2"}'] == 3
        assert metrics["spansieve_workers_running"] == 2
        program.check_books()
        assert program.stop() == 0


def test_they_know_what_memory_the_others_have(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "errors")
    with running(tmp_path, text, env=env) as program:

        def told() -> bool:
            post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", ERROR))
            spans = [span for _, body in list(sink.bodies) for span in TraceBatch.parse(body)]
            return any(int(str(span.attributes["others"]).split(".")[0]) > 2 * 20_000_000 for span in spans)

        eventually(told, "the parent and the other one")
        assert program.metrics()["otelcol_process_memory_rss"] > 3 * 20_000_000
        assert program.stop() == 0


def test_an_extension_that_they_need_runs_in_each_and_is_tried_again(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "errors")
    text = text.replace("errors: {}", "errors: {door: door}").replace("extensions: {", "extensions: {door: {}, ")
    text = text.replace("extensions: [health_check]", "extensions: [health_check, door]")
    with running(tmp_path, text, env=env) as program:
        for process in (program.process.pid, *children(program.process.pid)):
            assert f"a door opens in {process}\n" in program.log()
        (tmp_path / "closed").touch()
        os.kill(children(program.process.pid)[0], signal.SIGKILL)
        eventually(
            lambda: "extensions.door: the door is closed; the next one starts" in program.log(), "it can't start"
        )
        assert post(f"http://localhost:{program.ports['metrics']}/metrics", b"")[0] == 405  # the rest goes on
        (tmp_path / "closed").unlink()
        eventually(lambda: program.metrics()["spansieve_workers_running"] == 2, "another one is there")
        eventually(lambda: program.log().count("a door opens in") == 4, "and starts")
        assert program.stop() == 0


def test_senders_are_asked_who_they_are_in_each(tmp_path: Path, sink: Sink) -> None:
    text = config(sink).replace("extensions: {", "extensions: {bearertokenauth: {token: sesame}, ")
    text = text.replace("extensions: [health_check]", "extensions: [health_check, bearertokenauth]")
    text = text.replace('"localhost:{http}"}', '"localhost:{http}", auth: {authenticator: bearertokenauth}}')
    with running(tmp_path, text) as program:
        url, body = f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK)
        codes = {
            post(url, body, authorization=f"Bearer {token}")[0] for token in ("sesame", "other") for _ in range(20)
        }
        assert codes == {200, 401}
        eventually(lambda: len(sink.span_ids()) == 1, "the span arrives")
        assert sink.count() == 20
        name = 'spansieve_receiver_refused_requests_total{reason="unauthenticated",receiver="otlp",transport="http"}'
        eventually(lambda: program.metrics().get(name) == 20, "those turned away are counted")
        program.check_books()


def keys_by_process(sink: Sink) -> dict[object, object]:
    spans = [span for _, body in list(sink.bodies) for span in TraceBatch.parse(body)]
    return {span.attributes["seen.by"]: span.attributes["key"] for span in spans}


def test_a_key_that_the_program_makes_is_one_in_all_of_them(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "keyed")
    with running(tmp_path, text, env=env) as program:
        sent = reach_both(program, otlp_request("a", OK))
        kill(program, children(program.process.pid)[0], 0)

        def told() -> bool:
            with connections(program, 4) as channels:
                for channel in channels:
                    export(channel, "traces", otlp_request("a", OK))
            return len(keys_by_process(sink)) == 3

        eventually(told, "the successor has some too")
        assert sink.count() > sent
        assert len(set(keys_by_process(sink).values())) == 1
        assert program.log().count("toys are not the same") == 1
        assert program.stop() == 0


def test_a_key_that_a_storage_keeps_is_the_same_after_a_restart(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink, workers=1), "keyed")
    text = text.replace("extensions: {", "extensions: {storage: {directory: kept}, ", 1)
    text = text.replace("extensions: [", "extensions: [storage, ")
    for _ in range(2):
        with running(tmp_path, text, env=env) as program:
            post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))
            assert program.stop() == 0
            assert "toys are not the same" not in program.log()
            assert "belongs to nobody" not in program.log()
    assert len(keys_by_process(sink)) == 2
    assert len(set(keys_by_process(sink).values())) == 1


def test_what_is_stateful_runs_in_the_parent(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "resource", "filter", "holds", "errors")
    wanted = "filter: {reparent: true, trace_conditions: ['span.name == \"gone\"']}"
    text = text.replace("processors: {", f"processors: {{{wanted}, ", 1)
    with running(tmp_path, text, env=env) as program:
        body = otlp_request("a", ERROR, OK, OK.with_(name="gone"))
        sent = reach_both(program, body)
        eventually(lambda: sink.count() == sent, "the errors arrive")
        spans = [span for _, body in list(sink.bodies) for span in TraceBatch.parse(body)]
        assert {span.attributes["held.by"] for span in spans} == {program.process.pid}
        assert {span.attributes["seen.by"] for span in spans} == {program.process.pid}
        assert {span.resource.attributes["from"] for span in spans} == {"first"}
        gone = next(span.span_id for span in TraceBatch.parse(body) if span.name == "gone")
        assert all(span.attributes["dropped"] == [gone.hex()] for span in spans)
        program.check_books()
        assert program.stop() == 0


def goes_on(*loads: Load) -> None:
    """Until more has been taken than now."""
    so_far = sum(len(load.acknowledged) for load in loads)
    eventually(lambda: sum(len(load.acknowledged) for load in loads) > so_far + 200, "load is taken")


def kill(program: Program, process: int, before: int) -> None:
    """Kill one of the processes, `before` of which were killed, until there is another."""
    os.kill(process, signal.SIGKILL)
    eventually(lambda: program.log().count("it ended by SIGKILL") > before, "it is noticed")
    eventually(lambda: program.metrics()["spansieve_workers_running"] == 2, "another one is there")


def test_a_worker_that_is_killed_under_load_costs_nothing_that_was_acknowledged(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        loads = [Load(program, threads=1) for _ in range(6)]
        former = children(program.process.pid)
        assert len(former) == 2
        for before, process in enumerate(former):
            goes_on(*loads)
            kill(program, process, before)
        assert not set(former) & set(children(program.process.pid))
        goes_on(*loads)
        for load in loads:
            load.stop()
        restarts = [f'spansieve_worker_restarts_total{{worker="{number}"}}' for number in (1, 2)]
        assert [program.metrics()[one] for one in restarts] == [1, 1]
        accepted = program.metrics()["otelcol_receiver_accepted_spans" + LABELS["grpc"]]
        assert accepted >= sum(len(load.acknowledged) for load in loads)
        program.check_books()
        assert program.stop() == 0
    assert set().union(*(load.acknowledged for load in loads)) <= sink.span_ids()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_under_load_loses_nothing_and_the_parent_alone_decides(
    tmp_path: Path, sink: Sink, number: signal.Signals
) -> None:
    with running(tmp_path, config(sink)) as program:
        load = Load(program)
        goes_on(load)
        for process in children(program.process.pid):  # as a terminal or systemd does, who tell all of them
            os.kill(process, number)
        goes_on(load)
        assert program.stop(number) == 0
        load.stop()
        assert "ended by" not in program.log()
    assert load.acknowledged <= sink.span_ids()


def test_without_their_parent_they_end_and_leave_the_port(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        workers = children(program.process.pid)
        program.process.kill()
        program.process.wait(10)
        eventually(lambda: not any(_alive(one) for one in workers), "they end")
        eventually(lambda: refusal(Address(socket.AF_INET, "127.0.0.1", program.ports["grpc"])) is None, "it is free")


def _alive(process: int) -> bool:
    """Whether it runs; a dead one that its new parent has not fetched yet does not."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def change(program: Program, sink: Sink, workers: int, source: str) -> None:
    """Write another configuration, until it is in force."""
    program.write(config(sink, workers=workers, source=source))
    eventually(lambda: any(source.encode() in body for _, body in list(sink.bodies)), f"{source} is in force")
    wanted = workers if workers > 1 else 0
    eventually(lambda: len(children(program.process.pid)) == wanted, "as many as are wanted")


def test_a_reload_under_load_exchanges_them_and_loses_nothing(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        load = Load(program)
        former = set(children(program.process.pid))
        for workers, source in ((2, "second"), (1, "third"), (2, "fourth")):
            goes_on(load)
            change(program, sink, workers, source)
        assert not former & set(children(program.process.pid))
        load.stop()
        program.check_books()
        assert program.stop() == 0
    assert load.acknowledged <= sink.span_ids()


def test_a_reload_that_changes_nothing_for_them_lets_them_go_on(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        former = children(program.process.pid)
        program.write(config(sink, "sending_queue: {num_consumers: 3}"))
        eventually(lambda: "is in force" in program.log(), "the new configuration")
        assert children(program.process.pid) == former
        reach_both(program, otlp_request("a", OK))
        assert program.stop() == 0


def test_a_new_configuration_that_they_cannot_start_with_leaves_everything_as_it_was(
    tmp_path: Path, sink: Sink
) -> None:
    with running(tmp_path, config(sink)) as program, socket.create_server(("127.0.0.1", 0)) as taken:
        former, port = children(program.process.pid), program.ports["http"]
        program.ports["http"] = taken.getsockname()[1]
        program.write(config(sink, source="second"))
        eventually(lambda: "was not taken" in program.log(), "the new configuration is refused")
        assert f"can't listen on 127.0.0.1:{taken.getsockname()[1]}" in program.log()
        assert children(program.process.pid) == former
        assert post(f"http://localhost:{port}/v1/traces", otlp_request("a", OK))[0] == 200
        eventually(lambda: sink.count() == 1, "the span arrives")
        assert b"first" in sink.bodies[0][1]
        program.ports["http"] = port
        program.write(config(sink, source="third"))
        eventually(lambda: "is in force" in program.log(), "the next one is taken")
        assert program.stop() == 0


def test_another_program_on_the_port_is_noticed_even_if_it_shares(tmp_path: Path, sink: Sink) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = str(other.getsockname()[1])
        program = Program(tmp_path, config(sink).replace("{grpc}", port))
        assert program.process.wait(60) == 1
    assert f"receivers.otlp: can't listen on 127.0.0.1:{port}: Address already in use." in program.log()
    assert "Traceback" not in program.log()


def test_what_is_malformed_is_told_and_counted_as_in_one_process(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "holds")
    short = TraceBatch.parse(otlp_request("a", OK, OK.with_(name="good")))
    next(iter(short)).trace_id = b"short"  # an intake process sees it
    deep = otlp_request("a", OK, OK.with_(attributes={"key": "x"}))  # `holds` meets it
    deep = deep.replace(b"\x0a\x03key", b"\x0a\x7fkey")
    with running(tmp_path, text, env=env) as program:
        url = f"http://localhost:{program.ports['http']}/v1/traces"
        assert post(url, b"\x0a\xff")[0] == 400
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            with pytest.raises(grpc.RpcError) as refusal:
                export(channel, "traces", b"\x0a\xff")
            assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            for body in (short.encode(), deep):
                answer = ExportTraceServiceResponse.FromString(export(channel, "traces", body))
                assert answer.partial_success.rejected_spans == 1
        eventually(lambda: sink.count() == 2, "what is good arrives")
        metrics = program.metrics()
        assert metrics["spansieve_receiver_malformed_requests_total" + LABELS["http"]] == 1
        assert metrics["spansieve_receiver_malformed_requests_total" + LABELS["grpc"]] == 1
        assert metrics["otelcol_receiver_accepted_spans" + LABELS["grpc"]] == 2
        assert metrics["spansieve_receiver_rejected_spans_total" + LABELS["grpc"]] == 2
        program.check_books()
        assert program.stop() == 0


def test_a_full_queue_refuses_in_the_way_that_makes_senders_come_again(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink, "sending_queue: {queue_size: 3, num_consumers: 1}")) as program:
        url = f"http://localhost:{program.ports['http']}/v1/traces"
        statuses = [post(url, otlp_request("a", OK))[0] for _ in range(20)]
        assert (statuses[0], statuses[-1]) == (200, 503)
        with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
            with pytest.raises(grpc.RpcError) as refusal:
                export(channel, "traces", otlp_request("a", OK, OK))
            assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "google.rpc.retryinfo-bin" in dict(refusal.value.trailing_metadata())
        metrics = program.metrics()
        assert metrics["otelcol_receiver_refused_spans" + LABELS["grpc"]] == 2
        assert metrics['otelcol_exporter_enqueue_failed_spans{exporter="otlp_grpc"}'] == 2 + statuses.count(503)
        sink.down = False
        eventually(lambda: sink.count() == statuses.count(200), "what was taken arrives")
        program.check_books()
        assert program.stop() == 0


def test_senders_wait_for_room_where_the_queue_wants_it(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    queue = "sending_queue: {queue_size: 1, num_consumers: 1, block_on_overflow: true}"
    with running(tmp_path, config(sink, queue)) as program, ThreadPoolExecutor(8) as senders:
        url = f"http://localhost:{program.ports['http']}/v1/traces"
        answers = [senders.submit(post, url, otlp_request("a", OK)) for _ in range(8)]
        eventually(lambda: sink.asked > 1 and any(one.done() for one in answers), "the queue is full")
        assert not all(one.done() for one in answers)
        sink.down = False
        assert {answer.result()[0] for answer in answers} == {200}
        eventually(lambda: sink.count() == 8, "all arrive")
        program.check_books()
        assert program.stop() == 0


def test_a_sender_that_waits_for_the_backend_hears_from_it(tmp_path: Path, sink: Sink) -> None:
    queue = "sending_queue: {wait_for_result: true}"
    text = config(sink, queue).replace("max_interval: 100ms", "max_interval: 100ms, max_elapsed_time: 300ms")
    with running(tmp_path, text) as program:
        url = f"http://localhost:{program.ports['http']}/v1/traces"
        assert post(url, otlp_request("a", OK))[0] == 200
        assert sink.count() == 1
        sink.down = True
        assert post(url, otlp_request("a", OK))[0] == 503
        program.check_books()
        assert program.stop() == 0


def test_log_lines_tell_which_one_said_it(tmp_path: Path, sink: Sink) -> None:
    text, env = with_plugins(tmp_path, config(sink), "errors")
    (tmp_path / "plugins" / "toys.py").write_text(PLUGINS.replace("self.sizes.record(len(batch))", "1 / 0"))
    with running(tmp_path, text, env=env) as program:
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", otlp_request("a", OK))[0] == 503
        eventually(lambda: "processors/errors: ZeroDivisionError" in program.log(), "it is said")
        (line,) = [one for one in program.log().splitlines() if "ZeroDivisionError" in one]
        assert "error   worker " in line
        errors = 'spansieve_component_errors_total{component="processors/errors",error="ZeroDivisionError"}'
        assert program.metrics()[errors] == 1
        assert program.metrics()["otelcol_receiver_refused_spans" + LABELS["http"]] == 1
        assert program.stop() == 0


@pytest.mark.parametrize(
    ("receiver", "said"),
    [
        ('{protocols: {grpc: {endpoint: "localhost:0"}}}', "port 0 would be another port in each of them"),
        ("{protocols: {grpc: {endpoint: /tmp/x, transport: unix}}}", "a unix socket belongs to one process"),
    ],
)
def test_what_cannot_be_shared_is_a_mistake_in_the_configuration(tmp_path: Path, receiver: str, said: str) -> None:
    file = tmp_path / "config.yaml"
    pipeline = "pipelines: {traces: {receivers: [otlp], exporters: [debug]}}"
    file.write_text(f"receivers: {{otlp: {receiver}}}\nexporters: {{debug: }}\nservice: {{workers: 2, {pipeline}}}\n")
    done = typed("validate", "--config", str(file))
    assert done.exit_code == 2
    assert f"config.yaml:1:13: receivers.otlp: can't be shared by several service.workers: {said}" in done.output
    done = typed("validate", "--config", str(file), "--set", "service.workers=1")
    assert done.exit_code == 0

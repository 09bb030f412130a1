"""Backends that hang or are away while the configuration changes, plugins that fail, exporters that are off."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from spansieve.testing import OK, otlp_request

from .program import METHODS, Handlers, Program, Sink, eventually, post, running, spansieve
from .test_service import CONFIG, config

FILE = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters: {file: {path: "out.jsonl"EXTRA}}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines: {traces: {receivers: [otlp], exporters: [file]}}
"""


def send(program: Program, *names: str) -> None:
    for name in names:
        body = otlp_request("agent", OK.with_(name=name))
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200


@pytest.fixture
def hanging() -> Iterator[int]:
    """The port of a backend that never answers."""
    ever = threading.Event()

    def take(body: bytes, context: Any) -> bytes:  # noqa: ANN401
        ever.wait(60)
        return b""

    server = grpc.server(ThreadPoolExecutor(20))
    server.add_generic_rpc_handlers(
        (Handlers(dict.fromkeys(METHODS.values(), grpc.unary_unary_rpc_method_handler(take))),)
    )
    port = server.add_insecure_port("localhost:0")
    server.start()
    yield port
    ever.set()
    server.stop(0)


def test_what_a_hanging_backend_keeps_is_said_at_the_end(tmp_path: Path, hanging: int) -> None:
    text = CONFIG.replace("SINK", str(hanging)).replace("FROM", "x").replace("QUEUE", "timeout: 30s")
    with running(tmp_path, text.replace("10s", "500ms")) as program:
        send(program, *"abcdefghij")
        assert program.stop() == 1
        assert "10 items" in program.log()


def test_an_exporter_that_changes_while_its_backend_is_away_hands_its_queue_over(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink).replace("10s", "100ms")) as program:
        send(program, *"abc")
        eventually(lambda: sink.asked, "it was tried")
        program.write(config(sink, queue="sending_queue: {num_consumers: 3}").replace("10s", "30s"))
        eventually(lambda: "is in force" in program.log(), "the new configuration")
        sink.down = False
        eventually(lambda: sink.count() == 3, "all arrive")
        program.check_books()
        assert program.stop() == 0


def test_an_exporter_that_is_gone_still_sends_what_it_held(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        send(program, *"abc")
        eventually(lambda: sink.asked, "it was tried")
        program.write(config(sink).replace("otlp_grpc", "otlp_grpc/other"))
        eventually(lambda: "is in force" in program.log(), "the new configuration")
        sink.down = False
        eventually(lambda: sink.count() == 3, "all arrive")
        program.check_books()
        assert program.stop() == 0


def test_an_extension_may_change_and_keep_its_port(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)) as program:
        port = program.ports["health"]
        program.write(config(sink).replace('"localhost:{health}"', '"localhost:{health}", path: /alive'))
        eventually(lambda: "is in force" in program.log(), "the new configuration")
        eventually(lambda: post(f"http://localhost:{port}/alive", b"")[0] == 200, "it answers")
        assert program.stop() == 0


def test_a_reload_does_not_empty_the_file_that_the_program_writes(tmp_path: Path) -> None:
    with running(tmp_path, FILE.replace("EXTRA", "")) as program:
        out = tmp_path / "out.jsonl"
        send(program, *"abc")
        eventually(lambda: out.read_text().count("spanId") == 3, "all are written")
        program.write(FILE.replace("EXTRA", ", sending_queue: {num_consumers: 2}"))
        eventually(lambda: "is in force" in program.log(), "the new configuration")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            program.ports["http"], port = taken.getsockname()[1], program.ports["http"]
            program.write(FILE.replace("EXTRA", ", sending_queue: {num_consumers: 4}"))
            eventually(lambda: "was not taken" in program.log(), "the next one is refused")
        program.ports["http"] = port
        send(program, "d")
        eventually(lambda: out.read_text().count("spanId") == 4, "nothing is lost")
        assert program.stop() == 0


def test_a_pipeline_whose_exporters_are_all_off_says_so_and_is_on_the_books(tmp_path: Path) -> None:
    text = FILE.replace('file: {path: "out.jsonl"EXTRA}', 'jaeger: {endpoint: ""}').replace("[file]", "[jaeger]")
    with running(tmp_path, text) as program:
        send(program, "a")
        assert "all its exporters are off" in program.log()
        labels = 'exporter="",outcome="filtered",pipeline="traces",reason="exporter_off"'
        assert program.metrics()[f"spansieve_pipeline_items_total{{{labels}}}"] == 1
        program.check_books()
        assert program.stop() == 0


PLUGIN = '''
from spansieve.plugin import Config, Processor

class Empty(Config):
    """Nothing to configure."""

class {name}(Processor[Empty]):
    config = Empty
    def __init__(self, config, host):
        {made}
    def start(self):
        {started}
    def traces(self, batch):
        pass
'''


@pytest.mark.parametrize(("made", "started", "code"), [("1 / 0", "pass", 2), ("pass", "1 / 0", 1)])
def test_a_plugin_that_fails_at_the_start_is_named_without_a_traceback(
    tmp_path: Path, made: str, started: str, code: int
) -> None:
    folder = tmp_path / "plugins"
    (folder / "broken-1.dist-info").mkdir(parents=True)
    (folder / "broken.py").write_text(PLUGIN.format(name="Broken", made=made, started=started))
    (folder / "broken-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (folder / "broken-1.dist-info" / "entry_points.txt").write_text("[spansieve.processors]\nbroken = broken:Broken\n")
    text = FILE.replace("EXTRA", "").replace("exporters: {file", "processors: {broken: {}}\nexporters: {file")
    file = tmp_path / "config.yaml"
    file.write_text(
        text.replace("exporters: [file]", "processors: [broken], exporters: [file]")
        .replace("{grpc}", "0")
        .replace("{http}", "0")
        .replace("{metrics}", "0")
    )
    done = spansieve("run", "--config", str(file), folder=tmp_path, env={"PYTHONPATH": str(folder)})
    assert done.returncode == code, done.stderr
    assert "processors.broken" in done.stderr
    assert "ZeroDivisionError at" in done.stderr
    assert "Traceback" not in done.stderr

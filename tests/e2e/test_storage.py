"""The queue on disk, with the real program: what was acknowledged survives kills, outages, reloads and damage."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from spansieve.pdata import TraceBatch
from spansieve.testing import OK, otlp_request

from .program import Program, Sink, eventually, post, running, typed
from .test_service import Load

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters:
  otlp_grpc:
    endpoint: "localhost:SINK"
    tls: {insecure: true}
    compression: none
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}
    QUEUE
extensions:
  health_check: {endpoint: "localhost:{health}"}
  STORAGE
service:
  extensions: [health_check, storage]
  shutdown_timeout: 10s
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc]}
    logs: {receivers: [otlp], exporters: [otlp_grpc]}
    metrics: {receivers: [otlp], exporters: [otlp_grpc]}
"""
ON_DISK = "sending_queue: {storage: storage, num_consumers: 2}"
CAPTURES = Path(__file__).parents[1] / "fixtures" / "captures" / "openai_semconv"


def config(sink: Sink, queue: str = ON_DISK, storage: str = "storage: {directory: queue}") -> str:
    return CONFIG.replace("SINK", str(sink.port)).replace("QUEUE", queue).replace("STORAGE", storage)


def send(program: Program, count: int = 1) -> set[bytes]:
    """Send requests of three spans; the ids of all of them, once they are acknowledged."""
    ids: set[bytes] = set()
    for _ in range(count):
        body = otlp_request("agent", OK, OK, OK)
        assert post(f"http://localhost:{program.ports['http']}/v1/traces", body)[0] == 200
        ids |= {span.span_id for span in TraceBatch.parse(body)}
    return ids


def restored(program: Program, pipeline: str = "traces") -> float:
    return sum(
        value
        for name, value in program.metrics().items()
        if name.startswith("spansieve_pipeline_items_total")
        and 'outcome="restored"' in name
        and f'pipeline="{pipeline}"' in name
    )


def test_a_stop_during_an_outage_keeps_everything_for_the_next_start(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        ids = send(program, 20)
        program.check_books()
        assert program.stop() == 0
        assert "stay on disk" in program.log()
    sink.down = False
    with running(tmp_path, config(sink)) as program:
        eventually(lambda: ids <= sink.span_ids(), "what waited arrives")
        assert restored(program) == 60
        program.check_books()
        assert program.stop() == 0
    assert sink.count() == 60


@pytest.mark.parametrize("workers", [1, 2])
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, sink: Sink, workers: int) -> None:
    acknowledged: set[bytes] = set()
    text = config(sink).replace("service:", f"service:\n  workers: {workers}")
    for _ in range(2):
        with running(tmp_path, text) as program:
            load = Load(program)
            eventually(partial(_taken, load), "load is taken")
            program.stop(signal.SIGKILL)
            load.stop()
            acknowledged |= load.acknowledged
    with running(tmp_path, text) as program:
        eventually(lambda: acknowledged <= sink.span_ids(), "all that was acknowledged arrives")
        program.check_books()


def test_all_three_signals_wait_on_disk(tmp_path: Path, sink: Sink) -> None:
    bodies = [(path.name.split(".")[1], path.read_bytes()) for path in sorted(CAPTURES.glob("*.pb"))]
    assert {kind for kind, _ in bodies} == {"traces", "logs", "metrics"}
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        for kind, body in bodies:
            assert post(f"http://localhost:{program.ports['http']}/v1/{kind}", body)[0] == 200
        program.stop(signal.SIGKILL)
    sink.down = False
    with running(tmp_path, config(sink)) as program:
        for kind in ("traces", "logs", "metrics"):
            whole = b"".join(body for one, body in bodies if one == kind)
            eventually(partial(_arrived, sink, kind, whole), f"the {kind} arrive byte for byte")
        program.check_books()


def _taken(load: Load) -> bool:
    return len(load.acknowledged) > 200


def _arrived(sink: Sink, kind: str, whole: bytes) -> bool:
    return b"".join(body for one, body in list(sink.bodies) if one == kind) == whole


def test_an_outage_never_makes_it_give_up(tmp_path: Path, sink: Sink) -> None:
    shown = typed("config", "show", "--config", _written(tmp_path, config(sink)))
    assert "max_elapsed_time: 0s" in shown.stdout
    told = config(sink, ON_DISK + "\n    ").replace("max_interval: 100ms", "max_interval: 100ms, max_elapsed_time: 1m")
    assert "max_elapsed_time: 1m" in typed("config", "show", "--config", _written(tmp_path, told)).stdout


def _written(folder: Path, text: str) -> str:
    path = folder / "written.yaml"
    for name, port in {"grpc": "1", "http": "2", "metrics": "3", "health": "4"}.items():
        text = text.replace("{" + name + "}", port)
    path.write_text(text)
    return str(path)


def test_a_second_program_on_the_directory_refuses_to_start(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, config(sink)):
        (tmp_path / "second").mkdir()
        storage = f"storage: {{directory: {tmp_path}/queue, timeout: 10ms}}"
        second = Program(tmp_path / "second", config(sink, storage=storage))
        assert second.process.wait(30) == 1
        assert "another process uses it" in second.log()
        assert "Traceback" not in second.log()


def test_a_full_storage_refuses_and_goes_on_when_there_is_room(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(
        tmp_path,
        config(sink, storage="file_storage/small: {directory: queue, max_bytes: 1048576}")
        .replace("health_check, storage", "health_check, file_storage/small")
        .replace("storage: storage", "storage: file_storage/small"),
    ) as program:
        url = f"http://localhost:{program.ports['http']}/v1/traces"
        body = otlp_request("agent", *[OK.with_(name="x" * 1000)] * 100)
        codes = [post(url, body)[0] for _ in range(20)]
        assert set(codes) == {200, 503}
        taken = codes.count(200)
        sink.down = False
        eventually(lambda: sink.count() == taken * 100, "what was taken arrives")
        eventually(lambda: post(url, body)[0] == 200, "there is room again")
        program.check_books()


def test_a_damaged_store_is_set_aside_and_the_program_starts(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        send(program, 200)
        program.stop()
    file = tmp_path / "queue" / "exporter_otlp_grpc_traces.db"
    os.truncate(file, file.stat().st_size * 2 // 3)
    sink.down = False
    with running(tmp_path, config(sink)) as program:
        assert "was damaged: it stands aside" in program.log()
        came = restored(program)
        assert 0 < came < 600
        eventually(lambda: sink.count() == came, "what could be read arrives")
        metrics = program.metrics()
        assert metrics['spansieve_extension_damaged_files_total{extension="storage"}'] == 1
        assert metrics['spansieve_extension_lost_records_total{extension="storage"}'] == (600 - came) / 3
        program.check_books()
    assert list(file.parent.glob("*.damaged-*"))


@pytest.mark.parametrize(
    "then",
    [
        pytest.param((ON_DISK.replace("2}", "3}"), "storage: {directory: queue}"), id="another queue"),
        pytest.param((ON_DISK, "storage: {directory: queue, fsync: true}"), id="another storage"),
        pytest.param(("", "storage: {directory: queue}"), id="memory"),
    ],
)
def test_a_reload_keeps_what_waits(tmp_path: Path, sink: Sink, then: tuple[str, str]) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        ids = send(program, 5)
        eventually(lambda: sink.asked > 0, "it tries")
        program.write(config(sink, *then))
        eventually(lambda: "new configuration is in force" in program.log(), "the reload")
        ids |= send(program, 5)
        program.check_books()
        sink.down = False
        eventually(lambda: ids <= sink.span_ids(), "all arrives")
        program.check_books()
        assert sink.count() == len(ids)
        assert program.stop() == 0


def test_a_reload_from_memory_to_disk_keeps_what_waits(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink, "")) as program:
        ids = send(program, 5)
        program.write(config(sink))
        eventually(lambda: "new configuration is in force" in program.log(), "the reload")
        ids |= send(program, 5)
        program.write(config(sink, ON_DISK.replace("2}", "1}")))
        eventually(lambda: program.log().count("new configuration is in force") == 2, "the second reload")
        sink.down = False
        eventually(lambda: ids <= sink.span_ids(), "all arrives")
        program.check_books()
        assert sink.count() == len(ids)


def test_another_directory_leaves_what_waited_in_the_first(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        first = send(program, 5)
        program.write(config(sink, storage="storage: {directory: elsewhere}"))
        eventually(lambda: "new configuration is in force" in program.log(), "the reload")
        program.check_books()
        program.stop()
    sink.down = False
    with running(tmp_path, config(sink)):
        eventually(lambda: first <= sink.span_ids(), "it was kept")


def test_a_pipeline_that_is_renamed_or_gone_still_delivers(tmp_path: Path, sink: Sink) -> None:
    sink.down = True
    with running(tmp_path, config(sink)) as program:
        ids = send(program, 5)
        program.stop()
    sink.down = False
    with running(tmp_path, config(sink).replace("    traces:", "    traces/new:")) as program:
        eventually(lambda: ids <= sink.span_ids(), "it arrives")
        assert restored(program, "traces") == 15
        program.check_books()


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        (
            "sending_queue: {storage: storge}",
            "names the extension storge, which is not configured. Did you mean storage?",
        ),
        ("sending_queue: {storage: health_check}", "which gives no storage. Those that do: storage."),
        ("sending_queue: {storage: storage/2}", "which does not run. Add storage/2 to service.extensions."),
        ("sending_queue: {storage: storage, wait_for_result: true}", "exclude each other"),
        ("sending_queue: {max_bytes: 0}", "a queue in memory needs a limit"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, sink: Sink, queue: str, said: str) -> None:
    text = config(sink, queue, "storage: {}\n  storage/2: {directory: other}")
    done = typed("validate", "--config", _written(tmp_path, text))
    assert done.exit_code == 2
    assert said in done.output
    assert "written.yaml:9:" in done.output

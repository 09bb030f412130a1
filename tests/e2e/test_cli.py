"""The command, as a person types it."""

from pathlib import Path

import pytest

from spansieve.testing import ERROR, OK, otlp_request

from .program import Sink, eventually, json_lines, running, spansieve, typed

CAPTURES = Path(__file__).parent.parent / "fixtures" / "captures"
ROOT = Path(__file__).parent.parent.parent

WRONG = """\
receivers:
  otlp:
    protocols:
      grpc: {endpont: localhost:4317}
processors:
  batch: {timeout: 5}
exporters:
  debug: {verbosity: loud}
  otlp_http: {endpoint: "${env:SPANSIEVE_TEST_UNSET}"}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [bach], exporters: [debug]}
"""


def test_validate_shows_all_mistakes_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(WRONG)
    done = spansieve("validate", "--config", str(file))
    assert done.returncode == 2
    for piece in (
        f"{file}:4:14: receivers.otlp.protocols.grpc.endpont: unknown key. Did you mean endpoint?",
        f"{file}:6:",
        "processors.batch.timeout",
        f"{file}:8:",
        "exporters.debug.verbosity",
        "SPANSIEVE_TEST_UNSET",
        f"{file}:12:",
        "bach",
        "Did you mean batch?",
    ):
        assert piece in done.stderr
    assert "Traceback" not in done.stderr


def test_validate_is_silent_about_a_configuration_that_is_fine(tmp_path: Path) -> None:
    done = spansieve("validate", "--config", str(ROOT / "collector-config.yaml"))
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["run", "--config", "nowhere.yaml"], ["validate", "-c", "nowhere.yaml"], ["rnu"]]
)
def test_a_mistake_in_the_command_ends_with_two(tmp_path: Path, arguments: list[str]) -> None:
    done = spansieve(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_config_show_fills_defaults_in_and_masks_secrets(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        """
receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp_http: {endpoint: "https://example.org", headers: {authorization: "Bearer ${env:TOKEN}"}}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp_http]}}}
"""
    )
    done = spansieve("config", "show", "-c", str(file), env={"TOKEN": "very-secret"})
    assert done.returncode == 0, done.stderr
    assert "very-secret" not in done.stdout + done.stderr
    assert "localhost:4317" in done.stdout
    assert "max_elapsed_time" in done.stdout


def test_components_lists_what_pipelines_can_be_built_of() -> None:
    done = spansieve("components")
    assert done.returncode == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    assert {"otlp_grpc", "otlphttp", "attributes", "batch", "debug", "file", "jaeger", "health_check"} <= set(lines)
    assert "processor" in lines["attributes"]


def test_help_is_there_for_every_verb() -> None:
    assert "\n  explain " in spansieve("--help").stdout
    for verb in ("run", "validate", "components", "config", "config default", "send", "demo", "explain"):
        done = typed(*verb.split(), "--help")
        assert done.exit_code == 0
        assert "Usage" in done.stdout


CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters: {file: {path: out.jsonl}, otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}}}
service:
  telemetry: {metrics: {readers: []}}
  pipelines:
    traces: {receivers: [otlp], exporters: [file, otlp_grpc]}
    logs: {receivers: [otlp], exporters: [file]}
    metrics: {receivers: [otlp], exporters: [file]}
"""


def test_send_replays_captures_and_what_the_file_exporter_wrote(tmp_path: Path, sink: Sink) -> None:
    with running(tmp_path, CONFIG.replace("SINK", str(sink.port))) as program:
        grpc, http = f"localhost:{program.ports['grpc']}", f"http://localhost:{program.ports['http']}"
        first = spansieve("send", str(CAPTURES / "gemini"), "--endpoint", grpc)
        assert first.returncode == 0, first.stderr
        assert "sent" in first.stdout
        eventually(lambda: sink.count() == 14, "the spans arrive")
        written = tmp_path / "out.jsonl"
        eventually(lambda: len(json_lines(written)) >= 3, "the file is written")
        again = spansieve("send", str(written), "--endpoint", http, "--speed", "1000000")
        assert again.returncode == 0, again.stderr
        eventually(lambda: sink.count() == 28, "they arrive once more")
        assert program.stop() == 0


def test_send_says_that_a_file_is_no_otlp(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("nothing of the kind")
    done = spansieve("send", str(file))
    assert done.returncode == 2
    assert "notes.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_default_configuration_runs_and_prints_a_tree(tmp_path: Path) -> None:
    config = (ROOT / "collector-config.yaml").read_text()
    names = {"4317": "grpc", "4318": "http", "13133": "health", "55679": "status", "8889": "measured"}
    for default, name in names.items():
        config = config.replace(f"endpoint: localhost:{default}", "endpoint: localhost:{" + name + "}")
    config = config.replace("port: 8888", "port: {metrics}")
    with running(tmp_path, config) as program:
        body = tmp_path / "one.traces.pb"
        body.write_bytes(otlp_request("agent", OK.with_(name="invoke_agent desk"), ERROR.with_(name="execute_tool x")))
        assert spansieve("send", str(body), "-e", f"localhost:{program.ports['grpc']}").returncode == 0
        eventually(lambda: "execute_tool x" in program.output.read_text(), "a tree")
        assert "invoke_agent desk" in program.output.read_text()
        eventually((tmp_path / "data" / "telemetry.jsonl").exists, "the file is written")
        program.check_books()
        assert program.stop() == 0


def test_the_demo_shows_an_incident_from_the_first_alert_to_the_last() -> None:
    done = spansieve("demo")
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    told = [tuple(line.split()[1:3]) for line in shown.splitlines() if line.startswith("ALERT ")]
    new, spike = "new_error_type", "error_spike"
    assert sorted(told) == [("firing", spike), ("firing", new), ("resolved", spike), ("resolved", new)]
    assert "  message  cannot reach <url> for <email> after <dur>\n" in shown
    assert "  path     tool:sync_ledger → agent:billing_desk\n" in shown
    assert "LedgerTimeout:sync_ledger" in shown
    assert "ToolRetryError:sync_ledger" in shown
    assert "Users who come back" in shown
    assert "s3cr3t" not in shown
    assert "maria" not in shown
    traces = {line.split()[1] for line in shown.splitlines() if line.startswith("trace  ")}
    assert f"Of 24 traces {len(traces)} were kept" in shown
    assert 15 <= len(traces) < 24


def test_the_default_configuration_can_be_written_to_a_file_and_used(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(spansieve("config", "default").stdout)
    assert spansieve("validate", "--config", str(file)).returncode == 0


def test_send_tells_a_grpc_port_from_an_http_port(tmp_path: Path) -> None:
    body = tmp_path / "one.traces.pb"
    body.write_bytes(otlp_request("agent", OK))
    config = CONFIG.replace(', otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}}', "")
    with running(tmp_path, config.replace(", otlp_grpc]", "]")) as program:
        grpc, http = (f"localhost:{program.ports[name]}" for name in ("grpc", "http"))
        for wrong, right in ((http, f"http://{http}"), (f"http://{grpc}", grpc)):
            done = spansieve("send", str(body), "--endpoint", wrong)
            assert done.returncode == 1
            assert f"write --endpoint {right}\n" in done.stderr
            assert spansieve("send", str(body), "--endpoint", right).returncode == 0
        assert program.stop() == 0


def test_a_file_that_can_not_be_opened_is_told_with_its_key(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:0"}}}}
exporters: {file/all: {path: new/out.jsonl}}
service:
  telemetry: {metrics: {readers: []}}
  pipelines: {traces: {receivers: [otlp], exporters: [file/all]}}
"""
    )
    done = spansieve("run", "--config", str(file), folder=tmp_path)
    assert done.returncode == 1
    assert "exporters.file/all.path: the directory new is not there" in done.stderr
    assert "create_directory: true" in done.stderr
    assert "Errno" not in done.stderr
    assert "Traceback" not in done.stderr

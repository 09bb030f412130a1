"""send: what is found in folders, and what it says about the one that it sends to."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from click.testing import CliRunner
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spansieve.cli import client, main
from spansieve.testing import OK, otlp_request

Answers = list[tuple[int, bytes]]
"""Status and body of each answer in turn; the last one stays."""
Serve = Callable[[Answers], str]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A folder whose one recording is deep inside."""
    deep = tmp_path / "recording" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "001.traces.pb").write_bytes(otlp_request("agent", OK, OK))
    (deep / "notes.txt").write_text("not telemetry")
    return tmp_path / "recording"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts HTTP servers that give these answers; returns `host:port`."""
    servers = []

    def start(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:  # noqa: ANN401
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def grpc_peer() -> Iterator[str]:
    """A gRPC server without any service."""
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(0).wait()


def send(path: Path, endpoint: str) -> tuple[int, str]:
    """Exit code and everything that was printed."""
    done = CliRunner().invoke(main, ["send", str(path), "--endpoint", endpoint])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_folders_are_searched_to_the_bottom(recording: Path, serve: Serve) -> None:
    code, text = send(recording, f"http://{serve([(200, b'')])}")
    assert (code, text) == (0, f"sent 2 spans of {recording / 'a' / 'b' / '001.traces.pb'}\n")


def test_a_link_that_leads_in_a_circle_is_not_followed(recording: Path, serve: Serve) -> None:
    (recording / "a" / "again").symlink_to(recording)
    assert send(recording, f"http://{serve([(200, b'')])}")[1].count("sent") == 1


def test_nothing_to_send_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not telemetry")
    code, text = send(tmp_path, "localhost:4317")
    assert code == 2
    assert f"nothing to send in {tmp_path}" in text


@pytest.mark.parametrize(
    ("endpoint", "mend"),
    [
        ("localhost", "has no port: write it as host:port, such as localhost:4317"),
        ("ftp://localhost:4317", "ftp:// is not known"),
        ("http://", "Write one such as http://localhost:4318"),
        ("http://localhost:4318/v1/traces", "without /v1/..."),
    ],
)
def test_a_mistake_in_the_endpoint_is_told_plainly(recording: Path, endpoint: str, mend: str) -> None:
    code, text = send(recording, endpoint)
    assert code == 2
    assert mend in text
    assert "pydantic" not in text
    assert "validation error" not in text


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_nobody_listens(recording: Path, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        peer = f"127.0.0.1:{closed_soon.getsockname()[1]}"
    code, text = send(recording, scheme + peer)
    assert code == 1
    assert "trying again for 0 s" in text
    assert f"001.traces.pb: nobody listens on {peer}" in text


def test_http_to_a_grpc_port_names_the_other_form(recording: Path, grpc_peer: str) -> None:
    code, text = send(recording, f"http://{grpc_peer}")
    assert code == 1
    assert f"{grpc_peer} speaks gRPC, not HTTP/1.1: write --endpoint {grpc_peer}\n" in text


def test_grpc_to_an_http_port_names_the_other_form(recording: Path, serve: Serve) -> None:
    peer = serve([(200, b"")])
    code, text = send(recording, peer)
    assert code == 1
    assert f"{peer} speaks HTTP, not gRPC: write --endpoint http://{peer}\n" in text


def test_a_refusal_for_now_is_waited_out_and_said(recording: Path, serve: Serve) -> None:
    peer = serve([(503, b""), (503, b""), (200, b"")])
    code, text = send(recording, f"http://{peer}")
    assert code == 0
    assert text.count(f"the collector on {peer} refused it for now (HTTP 503); trying again for 10 s") == 1
    assert "sent 2 spans" in text


def test_a_refusal_for_good_is_told_apart(recording: Path, serve: Serve) -> None:
    code, text = send(recording, f"http://{serve([(404, b'')])}")
    assert code == 1
    assert "refused it for good (HTTP 404): it has no pipeline for traces" in text


def test_partial_success_over_http_is_shown(recording: Path, serve: Serve) -> None:
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 1
    answer.partial_success.error_message = "an id is too short"
    code, text = send(recording, f"http://{serve([(200, answer.SerializeToString())])}")
    assert code == 0
    assert "001.traces.pb, 1 of them rejected: an id is too short" in text

"""Asking a running collector: what is said where nobody, somebody else or a busy one answers."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest

from spansieve.cli.status_page import StatusPage, Unanswered
from spansieve.config.load import load

CERTIFICATES = Path(__file__).parents[2] / "fixtures" / "certs"
ANSWERS = {
    "/api/v1/": (200, json.dumps(["spansieve", "a/b"])),
    "/api/v1/a%2Fb": (200, json.dumps({"x": 1})),
    "/api/v1/busy": (503, json.dumps({"error": "busy can't be shown now: the chain thread is busy"})),
    "/api/v1/other": (200, "<html>"),
    "/api/v1/gone": (404, "not here"),
}


class Answering(BaseHTTPRequestHandler):
    """Answers with what stands above."""

    def do_GET(self) -> None:
        status, text = ANSWERS[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    one = ThreadingHTTPServer(("localhost", 0), Answering)
    threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield one
    one.shutdown()
    one.server_close()


def configured(folder: Path, zpages: str, used: str = "[zpages]") -> StatusPage:
    """Where a configuration says that it is."""
    file = folder / "config.yaml"
    file.write_text(
        "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {debug: {}}\n"
        f"extensions: {{zpages: {zpages}}}\n"
        f"service: {{extensions: {used}, pipelines: {{traces: {{receivers: [otlp], exporters: [debug]}}}}}}\n"
    )
    return StatusPage.of(load([str(file)]))


def test_names_and_values_are_asked_for(server: ThreadingHTTPServer) -> None:
    page = StatusPage.at(f"localhost:{server.server_port}")
    assert page.names() == ["spansieve", "a/b"]
    assert page.value("a/b") == {"x": 1}
    assert StatusPage.at(f"http://localhost:{server.server_port}/").names() == page.names()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("busy", "did not tell: busy can't be shown now: the chain thread is busy"),
        ("gone", "did not tell: it answered 404 Not Found"),
        ("other", "is no status page of spansieve"),
    ],
)
def test_what_is_no_answer_is_told(server: ThreadingHTTPServer, name: str, words: str) -> None:
    with pytest.raises(Unanswered, match=words):
        StatusPage.at(f"localhost:{server.server_port}").value(name)


def test_where_nobody_listens_one_is_told_what_to_do(server: ThreadingHTTPServer) -> None:
    server.server_close()
    with pytest.raises(Unanswered, match=r"nobody listens there\. Start a collector with: spansieve run, or say"):
        StatusPage.at(f"localhost:{server.server_port}").names()


@pytest.mark.parametrize(
    ("zpages", "url"),
    [
        ("{}", "http://localhost:55679"),
        ('{endpoint: "0.0.0.0:9"}', "http://localhost:9"),
        ('{endpoint: ":9"}', "http://localhost:9"),
        ('{endpoint: "[::1]:9"}', "http://[::1]:9"),
    ],
)
def test_the_configuration_says_where_it_is(tmp_path: Path, zpages: str, url: str) -> None:
    assert configured(tmp_path, zpages).url == url


def test_a_configuration_without_it_is_told_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match=r"write zpages: \{\} under extensions, and name it in service.ext"):
        configured(tmp_path, "{}", "[]")


def test_over_tls_the_certificate_of_the_configuration_is_trusted(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem", CERTIFICATES / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    files = f"cert_file: {CERTIFICATES / 'server.pem'}, key_file: {CERTIFICATES / 'server.key'}"
    zpages = f'{{endpoint: "localhost:{server.server_port}", tls: {{{files}}}}}'
    assert configured(tmp_path, zpages).names() == ["spansieve", "a/b"]
    with pytest.raises(Unanswered, match="certificate verify failed"):
        StatusPage.at(f"https://localhost:{server.server_port}").names()

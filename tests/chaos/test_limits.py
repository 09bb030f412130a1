"""What the system grants the process, and how it makes use of it."""

import socket
import sys
from contextlib import ExitStack
from pathlib import Path

from spansieve.testing import OK, otlp_request
from tests.e2e.program import post, running

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
exporters: {debug: {verbosity: basic}}
service:
  telemetry: {metrics: {readers: []}}
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
"""
FEW_FILES = ("/bin/sh", "-c", 'ulimit -Sn 100 && exec "$@"', "sh", sys.executable, "-m", "spansieve")


def test_a_shells_limit_of_open_files_does_not_limit_connections(tmp_path: Path) -> None:
    with running(tmp_path, CONFIG, command=FEW_FILES) as program, ExitStack() as stack:
        port = program.ports["http"]
        for _ in range(200):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
        assert post(f"http://localhost:{port}/v1/traces", otlp_request("a", OK))[0] == 200

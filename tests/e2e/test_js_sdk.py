"""The OpenTelemetry JS SDK as a client: what it sends by OTLP/JSON, protobuf and gRPC arrives whole.

Its packages are installed from the locked list in `js/` into the cache folder that the peers have, once.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.peers.found import cache
from bench.processes import free_port, running

JS = Path(__file__).parent / "js"


def _call(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 (our own words)
        command, cwd=folder, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture(scope="module")
def client() -> Path:
    """The folder from which `node send.mjs` runs; skips where it can't be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder = cache() / "js"
    folder.mkdir(parents=True, exist_ok=True)
    installed = folder / "installed-lock.json"  # written last, so a broken installation is made again
    lock = (JS / "package-lock.json").read_text()
    for name in ("package.json", "package-lock.json", "send.mjs"):
        shutil.copyfile(JS / name, folder / name)
    if not installed.is_file() or installed.read_text() != lock:
        done = _call([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        if done.returncode:
            pytest.skip(f"npm could not install the SDK: {done.stderr.strip()[-300:]}")
        installed.write_text(lock)
    return folder


def _config(folder: Path, grpc: int, http: int) -> Path:
    protocols = {"grpc": {"endpoint": f"127.0.0.1:{grpc}"}, "http": {"endpoint": f"127.0.0.1:{http}"}}
    config = {
        "receivers": {"otlp": {"protocols": protocols}},
        "exporters": {"file": {"path": str(folder / "out.jsonl")}},
        "service": {
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["file"]}},
            "telemetry": {"metrics": {"level": "none"}},
        },
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def _written(path: Path) -> dict[str, dict[str, Any]]:
    """The spans that the file exporter wrote, by span id."""
    spans = {}
    for line in path.read_text().splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    spans[span["spanId"]] = {**span, "resource": resource["resource"], "scope": scope["scope"]}
    return spans


def _plain(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["key"]: pair["value"] for pair in pairs}


@pytest.mark.parametrize("protocol", ["http", "proto", "grpc"])
def test_spans_of_the_js_sdk_arrive_whole(protocol: str, client: Path, tmp_path: Path) -> None:
    grpc, http = free_port(), free_port()
    command = [sys.executable, "-m", "spansieve", "run", "--config", str(_config(tmp_path, grpc, http))]
    endpoint = f"http://127.0.0.1:{grpc}" if protocol == "grpc" else f"http://127.0.0.1:{http}/v1/traces"
    with running(command, log=tmp_path / "log", port=grpc) as server:
        server.wait_for(http)
        done = _call(["node", "send.mjs", protocol, endpoint], client)
        assert done.returncode == 0, done.stderr
        assert server.stop() == 0, server.log.read_text()  # a stop drains: all that was acknowledged is in the file

    sent = json.loads(done.stdout)
    spans = _written(tmp_path / "out.jsonl")
    assert list(spans) == [sent["spans"][place] for place in (1, 2, 0)]  # as they ended
    run, call, tool = (spans[span_id] for span_id in sent["spans"])
    assert {span["traceId"] for span in spans.values()} == {sent["trace"]}
    assert {call["parentSpanId"], tool["parentSpanId"]} == {run["spanId"]}
    assert _plain(run["resource"]["attributes"])["service.name"] == {"stringValue": f"js-{protocol}"}
    assert run["scope"] == {"name": "send", "version": "1.0.0"}
    assert _plain(call["attributes"]) == {
        "gen_ai.request.model": {"stringValue": "gpt-4.1"},
        "gen_ai.usage.input_tokens": {"intValue": "211"},
        "gen_ai.request.temperature": {"doubleValue": 0.25},
        "gen_ai.response.finish_reasons": {
            "arrayValue": {"values": [{"stringValue": "stop"}, {"stringValue": "length"}]}
        },
        "app.streamed": {"boolValue": True},
        "app.text": {"stringValue": "Grüße, 日本 \U0001f600"},
    }
    assert tool["status"] == {"code": 2, "message": "ledger is closed"}
    assert [event["name"] for event in tool["events"]] == ["exception"]

"""What to plan for: spans a second a core, memory by what waits, disk by what waits. Run: python -m bench.sizing.

The speed is that of `deploy/collector-config.yaml` as it stands, beside bare pass-through. For memory and disk the
backend is away, so that everything stays in the queue. Figures are of the whole process; memory and disk of one run.
"""

import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.bodies import capture, ten_attributes
from bench.delivered import Contender, Sink
from bench.load import drive
from bench.processes import Server, free_port, running
from bench.servers import Setup, start
from bench.sink import count_spans

DEPLOYED = Path(__file__).parent.parent / "deploy" / "collector-config.yaml"
ROUNDS = 3
SIZES = {16: 800, 512: 200}
"""Requests a round, by spans a request."""
WAITING_MIB = (0, 64, 128, 256)
BODIES = {
    "10 attributes, 16 a request": ten_attributes(16),
    "10 attributes, 512 a request": ten_attributes(512),
    "pydantic_ai with content, 15 a request": capture("pydantic_ai/002.traces.pb"),
}


def _program(port: int, config: Path, folder: Path, *sets: str, **environment: str) -> list[str]:
    ports = (
        f"receivers.otlp.protocols.grpc.endpoint=127.0.0.1:{port}",
        f"receivers.otlp.protocols.http.endpoint=127.0.0.1:{free_port()}",
        f"service.telemetry.metrics.readers=[{{pull: {{exporter: {{prometheus: {{port: {free_port()}}}}}}}}}]",
        *sets,
    )
    words = [word for pair in ports for word in ("--set", pair)]
    variables = [f"{name}={value}" for name, value in {"STATE_DIRECTORY": str(folder), **environment}.items()]
    return ["env", *variables, sys.executable, "-m", "spansieve", "run", "--config", str(config), *words]


def _deployed(port: int, sink: int, folder: Path) -> list[str]:
    extensions = (
        f"extensions.health_check.endpoint=127.0.0.1:{free_port()}",
        f"extensions.zpages.endpoint=127.0.0.1:{free_port()}",
        "exporters.otlp_grpc.compression=none",
    )
    return _program(port, DEPLOYED, folder, *extensions, BACKEND_ENDPOINT=f"http://127.0.0.1:{sink}")


def speed(spans: int, requests: int) -> dict[str, float]:
    """CPU microseconds a span, the median of the rounds: bare pass-through, and what `deploy/` runs."""
    with TemporaryDirectory(prefix="spansieve-bench-", dir="/var/tmp") as place, ExitStack() as stack:
        folder = Path(place)
        (body := folder / "body").write_bytes(ten_attributes(spans))
        sink = Sink(folder, stack)
        bare, deployed = free_port(), free_port()
        first = stack.enter_context(start("spansieve", Setup(bare, sink.port, folder)))
        second = running(_deployed(deployed, sink.port, folder), log=folder / "deployed.log", port=deployed)
        both = [
            Contender("pass-through", first, bare),
            Contender("deploy/", stack.enter_context(second), deployed),
        ]
        for number in range(ROUNDS + 1):
            for one in both:
                cpu, _ = one.run(sink, body, requests, spans)
                one.rounds += [cpu / requests / spans] if number else []
        return {one.name: round(statistics.median(one.rounds) * 1e6, 2) for one in both}


def _cut_off(port: int, folder: Path, queue: dict[str, Any], *, disk: bool) -> list[str]:
    """Pass-through to a backend that is away."""
    config: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"grpc": {}, "http": {}}}},
        "exporters": {
            "otlp_grpc": {
                "endpoint": f"127.0.0.1:{free_port()}",
                "tls": {"insecure": True},
                "retry_on_failure": {"max_elapsed_time": 0},
                "sending_queue": {"queue_size": 1_000_000, "max_bytes": 2**31, **queue},
            }
        },
        "service": {
            "shutdown_timeout": "1s",
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["otlp_grpc"]}},
        },
    }
    if disk:
        config["extensions"] = {"storage": {"directory": str(folder / "queue")}}
        config["service"]["extensions"] = ["storage"]
        config["exporters"]["otlp_grpc"]["sending_queue"]["storage"] = "storage"
    (path := folder / "config.yaml").write_text(json.dumps(config))
    return _program(port, path, folder)


def _resident_mib(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def memory(mib: int, *, disk: bool) -> float:
    """Resident MiB with `mib` MiB of requests waiting, in memory or on disk."""
    spans = ten_attributes(512)
    with TemporaryDirectory(prefix="spansieve-bench-", dir="/var/tmp") as place:
        folder, port = Path(place), free_port()
        (body := folder / "body").write_bytes(spans)
        with running(_cut_off(port, folder, {}, disk=disk), log=folder / "log", port=port) as server:
            if requests := mib * 2**20 // len(spans):
                assert not drive(port, body, requests).failed  # noqa: S101 (a figure of less would mislead)
            return round(_resident_mib(server))


def on_disk(body: bytes) -> dict[str, float]:
    """Megabytes that a million spans take, as they travel and on disk."""
    spans, requests = count_spans(body), max(100, 100_000_000 // len(body))
    with TemporaryDirectory(prefix="spansieve-bench-", dir="/var/tmp") as place:
        folder, port = Path(place), free_port()
        (sent := folder / "body").write_bytes(body)
        with running(_cut_off(port, folder, {}, disk=True), log=folder / "log", port=port):
            assert not drive(port, sent, requests).failed  # noqa: S101
            taken = sum(file.stat().st_size for file in (folder / "queue").iterdir())
    return {"OTLP MB": round(len(body) / spans, 1), "disk MB": round(taken / requests / spans, 1)}


def _all() -> Iterator[tuple[str, object]]:
    for spans, requests in SIZES.items():
        found = speed(spans, requests)
        yield f"CPU us a span, {spans} a request", found
        yield f"spans/s a core, {spans} a request", {name: round(1e6 / us) for name, us in found.items()}
    for where in ("memory", "disk"):
        waiting = {f"{mib} MiB": memory(mib, disk=where == "disk") for mib in WAITING_MIB}
        yield f"resident MiB, by what waits in {where}", waiting
    for name, body in BODIES.items():
        if body is not None:
            yield f"a million spans on disk: {name}", on_disk(body)


if __name__ == "__main__":
    for what, figures in _all():
        print(json.dumps({what: figures}), flush=True)

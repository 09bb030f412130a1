"""Memory under twice the load that can be taken: python -m bench.memory [--seconds S] [--limit-mib N].

A backend takes RATE spans a second; senders offer twice as many over gRPC, and beside them large gzip bodies over HTTP.
Prints one JSON line: the peak of the resident size beside the limit, whether every acknowledged span came out, and how
long the 99th of a hundred accepted requests waited for its answer.
"""

import argparse
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from bench.overload import FIRST_LARGE, SPANS
from bench.processes import Server, free_port, running
from bench.slow_sink import arrived

RATE = 10_000
LARGE_SPANS = 20_000
"""About 9 MiB."""


def configuration(ports: dict[str, int], limit_mib: int) -> dict[str, Any]:
    """OTLP in, OTLP out, `memory_limiter` between unless `limit_mib` is 0."""
    limiter = {"memory_limiter": {"check_interval": "1s", "limit_mib": limit_mib}} if limit_mib else {}
    reader = {"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": ports["metrics"]}}}}
    return {
        "receivers": {
            "otlp": {"protocols": {name: {"endpoint": f"127.0.0.1:{ports[name]}"} for name in ("grpc", "http")}}
        },
        "processors": limiter,
        "exporters": {
            "otlp": {
                "endpoint": f"127.0.0.1:{ports['sink']}",
                "tls": {"insecure": True},
                "compression": "none",
                "timeout": "60s",
                "sending_queue": {"queue_size": 1_000_000, "max_bytes": 4 << 30},
                "retry_on_failure": {"max_elapsed_time": "0s"},
            }
        },
        "service": {
            "shutdown_timeout": "1s",
            "pipelines": {"traces": {"receivers": ["otlp"], "processors": list(limiter), "exporters": ["otlp"]}},
            "telemetry": {"metrics": {"readers": [reader]}},
        },
    }


class Watch:
    """The resident size of a process, every 0.2 s."""

    def __init__(self, server: Server) -> None:
        """Begin to look."""
        self._statm = Path(f"/proc/{server.process.pid}/statm")
        self.mib: list[float] = []
        Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while self._statm.exists():
            try:
                self.mib.append(int(self._statm.read_text().split()[1]) * 4096 / 2**20)
            except (OSError, IndexError):
                return
            time.sleep(0.2)


def lost(acknowledged: list[int], sink: int, large_spans: int, seconds: float) -> int:
    """Acknowledged spans that the sink does not have, once it has all or nothing has come for `seconds`."""
    before, since = -1, time.monotonic()
    while True:
        have = arrived(sink)
        missing = sum((large_spans if one > FIRST_LARGE else SPANS) - have.get(one, 0) for one in acknowledged)
        if not missing or time.monotonic() - since > seconds:
            return missing
        if missing != before:
            before, since = missing, time.monotonic()
        time.sleep(1)


def measure(seconds: float, limit_mib: int, large_spans: int) -> dict[str, Any]:
    """One run."""
    ports = {name: free_port() for name in ("grpc", "http", "metrics", "sink")}
    with TemporaryDirectory(prefix="spansieve-bench-") as place, ExitStack() as stack:
        folder = Path(place)
        (config := folder / "config.yaml").write_text(json.dumps(configuration(ports, limit_mib)))
        sink = [sys.executable, "-m", "bench.slow_sink", str(ports["sink"]), str(RATE)]
        stack.enter_context(running(sink, log=folder / "sink.log", port=ports["sink"]))
        program = [sys.executable, "-m", "spansieve", "run", "--config", str(config)]
        server = stack.enter_context(running(program, log=folder / "log", port=ports["grpc"]))
        watch = Watch(server)
        began = server.peak_mib()
        options = ["--seconds", str(seconds), "--rate", str(2 * RATE), "--large-spans", str(large_spans)]
        load = [sys.executable, "-m", "bench.overload", str(ports["grpc"]), str(ports["http"]), *options]
        sent = json.loads(
            subprocess.run(load, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own words)
        )
        peak, full = server.peak_mib(), watch.mib[-1]
        missing = lost(sent["acknowledged"], ports["sink"], large_spans, seconds=30)
        time.sleep(15)
        print(server.log.read_text()[-3000:], file=sys.stderr)
        return {
            "seconds": seconds,
            "limit_mib": limit_mib,
            "peak_mib": round(peak, 1),
            "peak_of_limit": round(peak / limit_mib, 3) if limit_mib else None,
            "mib": {"at_start": round(began, 1), "end_of_load": round(full, 1), "drained": round(watch.mib[-1], 1)},
            "acknowledged_requests": len(sent["acknowledged"]),
            "lost_spans": missing,
            "p99_ms": sent["p99_ms"],
            "answers": sent["answers"],
            "cpu_seconds": round(server.cpu_seconds(), 1),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--limit-mib", type=int, default=250, help="0 = no limiter")
    parser.add_argument("--large-spans", type=int, default=LARGE_SPANS, help="of a large body; 0 = none")
    given = parser.parse_args()
    print(json.dumps(measure(given.seconds, given.limit_mib, given.large_spans)))

"""The servers that are compared, each set up the same way: OTLP over gRPC in, OTLP over gRPC out, all else as it comes.

Only what the comparison needs is set: ports, plaintext, compression, and `block_on_overflow`, so that a sender who is
faster than the sink waits instead of losing spans. Batching is each one's default: spansieve joins what waits for at
most 5 ms, rotel for 200 ms, the Go Collector not at all.
"""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from bench.peers import found
from bench.processes import Server, free_port, running

ATTRIBUTES = {
    "actions": [
        {"key": "deployment.environment.name", "value": "production", "action": "insert"},
        {"key": "gen_ai.request.model", "value": "withheld", "action": "update"},
        {"key": "server.address", "action": "delete"},
    ]
}
"""One attribute added, one changed, one taken out, of each span."""


BARE = "bare grpcio"
"""The one that forwards nothing."""
ROTEL = "rotel (gzip)"
"""rotel 0.0.1a15 compresses what it sends whatever its flags say (a sixth of the bytes came out of it either way), so
it is held against the others with gzip alone.
"""


class Setup(NamedTuple):
    """What a server is to do: where to listen and send to, a folder for its files, how many `attributes` processors one
    behind the other, and (ours alone) whether `ai_semantics` stands there, and `service.workers`.
    """

    port: int
    sink: int
    folder: Path
    compression: str = "none"
    attributes: int = 0
    semantics: bool = False
    storage: Mapping[str, Any] | None = None
    """The keys of a storage that the queue stands in; None = in memory."""
    workers: int = 1


class Missing(Exception):
    """A server that can't take part; the text says why."""


def _collector(setup: Setup) -> Path:
    """One configuration for spansieve and the Go Collector; JSON is YAML."""
    config: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{setup.port}"}}}},
        "exporters": {
            "otlp_grpc": {
                "endpoint": f"127.0.0.1:{setup.sink}",
                "tls": {"insecure": True},
                "compression": setup.compression,
                "sending_queue": {"block_on_overflow": True},
            }
        },
        "service": {
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["otlp_grpc"]}},
            "telemetry": {"metrics": {"readers": [_reader(free_port())]}},
        },
    }
    if setup.attributes:
        names = [f"attributes/{number}" for number in range(setup.attributes)]
        config["processors"] = dict.fromkeys(names, ATTRIBUTES)
        config["service"]["pipelines"]["traces"]["processors"] = names
    if setup.semantics:
        config["processors"] = {"ai_semantics": {}}
        config["service"]["pipelines"]["traces"]["processors"] = ["ai_semantics"]
    if setup.storage is not None:
        config["extensions"] = {"file_storage": setup.storage}
        config["service"]["extensions"] = ["file_storage"]
        config["exporters"]["otlp_grpc"]["sending_queue"]["storage"] = "file_storage"
    if setup.workers > 1:
        config["service"]["workers"] = setup.workers
    path = setup.folder / f"{setup.port}.yaml"
    path.write_text(json.dumps(config, indent=1))
    return path


def _reader(port: int) -> dict[str, Any]:
    return {"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": port}}}}


def spansieve(setup: Setup) -> list[str]:
    """The program of this checkout."""
    return [sys.executable, "-m", "spansieve", "run", "--config", str(_collector(setup))]


def bare(setup: Setup) -> list[str]:
    """A grpcio server with 4 threads that only answers: the least that receiving costs in Python."""
    return [sys.executable, "-m", "bench.sink", str(setup.port), "--bare"]


def rotel(setup: Setup) -> list[str]:
    """The Rust collector from PyPI. Raises Missing."""
    if setup.attributes or setup.semantics:
        raise Missing("rotel has no such processor")
    return [
        *(str(_peer("rotel")), "start"),
        *("--exporter", "otlp", "--otlp-exporter-protocol", "grpc"),
        *("--otlp-grpc-endpoint", f"127.0.0.1:{setup.port}", "--otlp-http-endpoint", f"127.0.0.1:{free_port()}"),
        *("--otlp-exporter-endpoint", f"http://127.0.0.1:{setup.sink}"),
        *("--otlp-exporter-compression", setup.compression),
        *("--pid-file", str(setup.folder / "rotel.pid"), "--log-file", str(setup.folder / "rotel.log")),
    ]


def otelcol(setup: Setup) -> list[str]:
    """The Go Collector. Raises Missing."""
    if setup.semantics:
        raise Missing("the Go Collector has no such processor")
    return [str(_peer("otelcol")), "--config", str(_collector(setup))]


def _peer(name: str) -> Path:
    path = found.program(name)
    if path is None:
        raise Missing(found.missing(name))
    return path


SERVERS: dict[str, Callable[[Setup], list[str]]] = {
    "spansieve": spansieve,
    BARE: bare,
    ROTEL: rotel,
    "Go Collector": otelcol,
}
"""By the name in the table; the first is ours, and ratios are of it to the others."""


def alike(name: str, compression: str) -> bool:
    """Whether `name` does the same work as the others when all are set to `compression`: else no ratio is given."""
    return name != ROTEL or compression == "gzip"


def start(name: str, setup: Setup) -> AbstractContextManager[Server]:
    """The server `name`, started and listening, for the length of a `with`. Raises Missing."""
    return running(SERVERS[name](setup), log=setup.folder / f"{setup.port}.log", port=setup.port)

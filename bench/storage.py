"""CPU a span of a queue on disk beside one in memory, gRPC to gRPC. Run: python -m bench.storage. One JSON line.

The Go Collector with its `file_storage` takes part where it is built. CPU as in `bench.pass_through`; the directory is
in /var/tmp, since /tmp may be in memory.
"""

import json
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bodies import ten_attributes
from bench.delivered import Contender, Lost, Sink
from bench.processes import free_port
from bench.servers import Missing, Setup, start
from bench.table import say

ROUNDS = 7
LOADS = {"1 span a request": (1, 2000), "16 spans": (16, 1500), "512 spans": (512, 400)}
KINDS = {
    "memory": ("spansieve", None),
    "disk": ("spansieve", False),
    "disk, fsync": ("spansieve", True),
    "Go Collector, disk": ("Go Collector", False),
}


def _contenders(sink: Sink, folder: Path, stack: ExitStack) -> Iterator[Contender]:
    for name, (server, fsync) in KINDS.items():
        directory = folder / f"queue-{free_port()}"
        directory.mkdir()
        storage = None if fsync is None else {"directory": str(directory), "fsync": fsync}
        setup = Setup(free_port(), sink.port, folder, storage=storage)
        try:
            yield Contender(name, stack.enter_context(start(server, setup)), setup.port)
        except (Missing, RuntimeError) as reason:
            say(f"{name} is left out: {reason}")


def figures(spans: int, requests: int) -> dict[str, float]:
    """CPU microseconds a span of each contender, the median of the rounds."""
    with TemporaryDirectory(prefix="spansieve-bench-", dir="/var/tmp") as place, ExitStack() as stack:
        folder = Path(place)
        (sent := folder / "body").write_bytes(ten_attributes(spans))
        sink = Sink(folder, stack)
        running = list(_contenders(sink, folder, stack))
        for number in range(ROUNDS + 1):
            for contender in list(running):
                try:
                    cpu, _ = contender.run(sink, sent, requests, spans)
                except Lost as reason:
                    say(f"{contender.name} gets no figure: {reason}")
                    running.remove(contender)
                else:
                    contender.rounds += [cpu / requests / spans] if number else []
        return {one.name: round(statistics.median(one.rounds) * 1e6, 2) for one in running}


if __name__ == "__main__":
    print(json.dumps({name: figures(*load) for name, load in LOADS.items()}))

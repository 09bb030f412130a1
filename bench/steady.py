"""A steady 20,000 spans a second: memory, CPU, and how long a sender waits. Run: python -m bench.steady [--quick].

100 spans of ten attributes a request, 200 requests a second, each due at its time whatever became of the one before.
The sender is a grpcio client, whose own share in the waiting shows in the bare server's figures.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bodies import ten_attributes
from bench.delivered import Contender, Lost, Sink
from bench.processes import free_port
from bench.servers import SERVERS, Missing, Setup, start
from bench.table import Row, markdown, say

SPANS, RATE = 100, 200
FIGURES = ("CPU us a span", "peak RSS MiB", "answer p50 ms", "answer p99 ms")


def _figures(name: str, seconds: float) -> tuple[float, ...]:
    """In the order of FIGURES. Raises Lost, Missing, RuntimeError."""
    requests = int(RATE * seconds)
    with TemporaryDirectory(prefix="spansieve-bench-") as place, ExitStack() as stack:
        folder = Path(place)
        (body := folder / "body").write_bytes(ten_attributes(SPANS))
        sink = Sink(folder, stack)
        setup = Setup(free_port(), sink.port, folder)
        contender = Contender(name, stack.enter_context(start(name, setup)), setup.port)
        contender.run(sink, body, RATE, SPANS, rate=RATE)  # a second to warm up
        cpu, sent = contender.run(sink, body, requests, SPANS, rate=RATE)
        return cpu / requests / SPANS * 1e6, contender.server.peak_mib(), sent.p50_ms, sent.p99_ms


def rows(*, seconds: float = 10) -> Iterator[Row]:
    """A row a figure, after `seconds` of load for each server."""
    found = {}
    for name in SERVERS:
        try:
            found[name] = _figures(name, seconds)
        except (Missing, Lost, RuntimeError) as reason:
            say(f"20,000 spans/s: {name} is left out: {reason}")
    for place, unit in enumerate(FIGURES):
        yield Row("20,000 spans/s, 100 a request", unit, {name: figures[place] for name, figures in found.items()})


if __name__ == "__main__":
    print(markdown(list(rows(seconds=3 if "--quick" in sys.argv else 10))))

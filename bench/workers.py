"""CPU a span and spans a second with `service.workers` 2 beside 1. Run: python -m bench.workers [--quick].

CPU is that of all the program's processes, user and system, from before the first request until the sink has every
span. Load, sink and program share the machine's cores, so spans a second say what is left for the program, not what it
could do alone; CPU a span, and of it what the parent needs, say what more cores would bring. Rounds take turns, and the
medians count.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.bodies import capture, ten_attributes
from bench.delivered import Contender, Sink
from bench.load import generator
from bench.processes import free_port
from bench.servers import Setup, start
from bench.sink import count_spans
from bench.table import say

WORKERS = (1, 2)
ROUNDS = 7
CONNECTIONS = 16
"""Many, because the system spreads connections over the processes, not requests."""


class Load(NamedTuple):
    """What is sent, how often a round, and how many actions `attributes` has."""

    name: str
    body: bytes | None
    requests: int
    attributes: int = 0


LOADS = (
    Load("512 spans", ten_attributes(512), 400),
    Load("512 spans, `attributes` with 3 actions", ten_attributes(512), 200, 1),
    Load("512 spans, `attributes` with 12 actions", ten_attributes(512), 100, 4),
    Load("16 spans", ten_attributes(16), 2000),
    Load("pydantic_ai, 15 spans, 103 KiB", capture("pydantic_ai/002.traces.pb"), 300),
)


class Round(NamedTuple):
    """One round of one contender, a span each: CPU microseconds in all and in the parent, and spans a second."""

    cpu_us: float
    parent_us: float
    spans_per_second: float


def _round(contender: Contender, sink: Sink, sent: Path, requests: int, spans: int) -> Round:
    server, count = contender.server, requests * spans
    parent, begin = server.cpu_seconds(), time.perf_counter()
    cpu, _ = contender.run(sink, sent, requests, spans, connections=CONNECTIONS)
    seconds = time.perf_counter() - begin
    return Round(cpu / count * 1e6, (server.cpu_seconds() - parent) / count * 1e6, count / seconds)


def _race(load: Load, body: bytes, rounds: int, share: float) -> dict[int, list[Round]]:
    spans, requests = count_spans(body), max(4 * CONNECTIONS, int(load.requests * share))
    found: dict[int, list[Round]] = {workers: [] for workers in WORKERS}
    with TemporaryDirectory(prefix="spansieve-bench-") as place, ExitStack() as stack:
        folder = Path(place)
        (sent := folder / "body").write_bytes(body)
        sink = Sink(folder, stack)
        contenders = {}
        for workers in WORKERS:
            setup = Setup(free_port(), sink.port, folder, attributes=load.attributes, workers=workers)
            contenders[workers] = Contender("spansieve", stack.enter_context(start("spansieve", setup)), setup.port)
        for number in range(rounds + 1):
            for workers, contender in contenders.items():
                one = _round(contender, sink, sent, requests if number else requests // 2, spans)
                found[workers] += [one] if number else []  # the first one warms up
    return found


def _figures(rounds: Sequence[Round]) -> dict[str, float]:
    return {
        "cpu_us": round(statistics.median(one.cpu_us for one in rounds), 2),
        "parent_us": round(statistics.median(one.parent_us for one in rounds), 2),
        "spans_per_second": round(statistics.median(one.spans_per_second for one in rounds)),
    }


def _main(*, quick: bool) -> None:
    rows = []
    for load in LOADS:
        if load.body is None:
            say(f"{load.name}: left out, the capture is not in tests/fixtures/captures")
            continue
        found = _race(load, load.body, 2 if quick else ROUNDS, 0.3 if quick else 1.0)
        ratios = {
            key: round(
                statistics.median(
                    getattr(two, key) / getattr(one, key) for one, two in zip(*found.values(), strict=True)
                ),
                2,
            )
            for key in ("cpu_us", "spans_per_second")
        }
        rows.append({"load": load.name, **{str(n): _figures(one) for n, one in found.items()}, "ratio": ratios})
        say(json.dumps(rows[-1]))
    print(json.dumps({"load": generator(), "cores": os.cpu_count(), "workers": WORKERS, "rows": rows}))


if __name__ == "__main__":
    if not sys.platform.startswith("linux"):
        sys.exit("CPU is read as Linux gives it: the benchmarks run there alone")
    _main(quick="--quick" in sys.argv)

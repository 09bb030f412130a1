"""CPU a span and peak memory of passing traces through, gRPC to gRPC. Run: python -m bench.pass_through [--quick].

CPU is that of the server's process alone, user and system, from before the first request until the sink has every span.
Rounds take turns and the median counts. Who loses a span gets no figure.
"""

import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.bodies import capture, ten_attributes
from bench.delivered import Contender, Lost, Sink
from bench.processes import free_port
from bench.servers import SERVERS, Missing, Setup, start
from bench.sink import count_spans
from bench.table import Row, markdown, say

ROUNDS = 7


class Load(NamedTuple):
    """What is sent, how often a round, and how the servers are set up."""

    name: str
    body: bytes | None
    requests: int
    compression: str = "none"
    attributes: int = 0
    semantics: bool = False


_PLAIN = (
    Load("1 span a request", ten_attributes(1), 4000),
    Load("16 spans", ten_attributes(16), 2500),
    Load("512 spans", ten_attributes(512), 500),
    Load("pydantic_ai, 15 spans, 103 KiB", capture("pydantic_ai/002.traces.pb"), 400),
    Load("codex, 512 spans, 195 KiB", capture("codex/001.traces.pb"), 400),
)
LOADS = (
    *_PLAIN,
    Load("512 spans, `attributes`", ten_attributes(512), 300, attributes=1),
    Load("512 spans, `ai_semantics`", ten_attributes(512), 300, semantics=True),
    Load("codex, `ai_semantics`", capture("codex/001.traces.pb"), 300, semantics=True),
    *(
        load._replace(name=f"{load.name}, gzip out", requests=load.requests * 2 // 5, compression="gzip")
        for load in _PLAIN
    ),
)


def _contenders(load: Load, sink: Sink, folder: Path, stack: ExitStack) -> Iterator[Contender]:
    for name in SERVERS:
        setup = Setup(free_port(), sink.port, folder, load.compression, load.attributes, load.semantics)
        try:
            yield Contender(name, stack.enter_context(start(name, setup)), setup.port)
        except (Missing, RuntimeError) as reason:
            say(f"{load.name}: {name} is left out: {reason}")


def _race(load: Load, body: bytes, share: float, rounds: int) -> Iterator[Contender]:
    """Those that finished every round with every span."""
    spans, requests = count_spans(body), max(20, int(load.requests * share))
    with TemporaryDirectory(prefix="spansieve-bench-") as place, ExitStack() as stack:
        folder = Path(place)
        (sent := folder / "body").write_bytes(body)
        sink = Sink(folder, stack)
        running = list(_contenders(load, sink, folder, stack))
        for number in range(rounds + 1):
            for contender in list(running):
                try:
                    cpu, _ = contender.run(sink, sent, requests if number else requests // 2, spans)
                except Lost as reason:
                    say(f"{load.name}: {contender.name} gets no figure: {reason}")
                    running.remove(contender)
                else:
                    contender.rounds += [cpu / requests / spans] if number else []  # the first one warms up
        yield from running


def _ratios(rounds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Ours to each other one, the median over rounds: neighbours in time share what else the machine does."""
    ours, *others = SERVERS
    pairs = {name: zip(rounds[ours], rounds[name], strict=True) for name in others if ours in rounds and name in rounds}
    return {name: statistics.median(mine / theirs for mine, theirs in pair) for name, pair in pairs.items()}


def rows(*, share: float = 1.0, rounds: int = ROUNDS) -> Iterator[Row]:
    """Two rows a load, CPU and memory; `share` of the requests are sent in each of `rounds` rounds."""
    for load in LOADS:
        if load.body is None:
            say(f"{load.name}: left out, the capture is not in tests/fixtures/captures")
            continue
        rounds_of, memory = {}, {}
        for contender in _race(load, load.body, share, rounds):
            rounds_of[contender.name] = contender.rounds
            memory[contender.name] = contender.server.peak_mib()
        cpu = {name: statistics.median(each) * 1e6 for name, each in rounds_of.items()}
        yield Row(load.name, "CPU us a span", cpu, load.compression, _ratios(rounds_of))
        yield Row(load.name, "peak RSS MiB", memory, load.compression)


if __name__ == "__main__":
    print(markdown(list(rows(share=0.3 if "--quick" in sys.argv else 1.0))))

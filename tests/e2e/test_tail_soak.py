"""Tail sampling through a burst of ten times the load and a kill in it: no error is lost, and the books balance."""

from pathlib import Path

from bench.tail_soak import Soak, by_kind, configuration
from bench.tail_traffic import SHARES

from .program import Sink, running

SECONDS = 3.0


def test_a_burst_and_a_kill_cost_no_error(tmp_path: Path, sink: Sink) -> None:
    """`python -m bench.tail_soak` goes on for minutes, and looks at the budget too."""
    with running(tmp_path, configuration(sink.port, budget=100, spill="storage")) as program:
        soak = Soak(program, sink, rate=150, interesting=5)
        soak.phase("before", SECONDS)
        soak.phase("burst", SECONDS, times=10, kill=True)
        soak.phase("after", SECONDS)
        soak.drain()
        kinds = by_kind(soak)
    assert {kind: (count["arrived"], count["whole"]) for kind, count in kinds.items()} == {
        kind: (count["sent"], count["sent"]) for kind, count in kinds.items()
    }
    assert sum(count["sent"] for count in kinds.values()) > 5
    assert kinds.keys() <= SHARES.keys()

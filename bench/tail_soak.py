"""Tail sampling for minutes, through a burst of ten times the load: python -m bench.tail_soak [--kill].

The real program keeps errors and one tenant, and of the rest what a budget of spans a second allows; its storage is on
disk. A steady stream of traces, of which some percent fail (in time or late, by each source), then ten times as much,
of which no more fail than before, then the steady stream. With --kill the process is killed in the middle of each part
and started again; dropped traces stand on disk then, too.

Prints JSON lines: one an interval of the controller, and at the end one with what was lost, how the spans that left
compare with the budget, whether the counts can be made true again, and the memory. Ends with 1 where an error was lost,
or the budget was missed by more than a tenth over what is settled or over the whole, and with an AssertionError where
the books don't balance.
"""

import argparse
import json
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import grpc

from bench.tail_traffic import Traffic
from spansieve.pdata import TraceBatch
from spansieve.sampling import TraceState, probability_of
from tests.e2e.program import Program, Sink, export, running

WAIT, INTERVAL, WINDOW = 2.0, 2.0, 60
TICK = 0.1
PAGE_BYTES = resource.getpagesize()
SETTLING = 10
"""Intervals after a change of the load, or a kill, that are not called settled: the probability follows by steps of 2,
and most of what was too much is paid back.
"""
CERTAIN_NOT = frozenset({"plain", "slow_root"})
"""Traces that need not arrive."""
TOLERANCE = 0.1


def configuration(sink: int, *, budget: float, spill: str) -> str:
    """JSON is YAML."""
    target = {"endpoint": f"localhost:{sink}", "tls": {"insecure": True}, "sending_queue": {"storage": "storage"}}
    sampling = {
        "decision_wait": f"{WAIT:g}s",
        "storage": "storage",
        "policies": [
            {"name": "acme", "type": "cohort", "cohort": {"tenants": ["acme"]}},
            {"name": "rest", "type": "always_sample"},
        ],
        "late": {"window": f"{WINDOW}s", "spill": spill},
        "budget": {"spans_per_second": budget, "interval": f"{INTERVAL:g}s", "exempt": ["errors", "acme"]},
    }
    pipeline = {"receivers": ["otlp"], "processors": ["tail_sampling"], "exporters": ["otlp_grpc"]}
    reader = {"pull": {"exporter": {"prometheus": {"host": "localhost", "port": "{metrics}"}}}}
    return json.dumps(
        {
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "localhost:{grpc}"}}}},
            "processors": {"tail_sampling": sampling},
            "exporters": {"otlp_grpc": target},
            "extensions": {"storage": {"directory": "kept"}},
            "service": {
                "extensions": ["storage"],
                "telemetry": {"metrics": {"readers": [reader]}},
                "pipelines": {"traces": pipeline, "logs": pipeline},
            },
        }
    ).replace('"{metrics}"', "{metrics}")


class Interval(NamedTuple):
    """What was seen between two looks."""

    phase: str
    at: float
    """Seconds since the beginning, at its end."""
    settled: bool
    seconds: float
    sent: int
    """Spans that were acknowledged."""
    kept: int
    """Spans that arrived for the first time."""
    probability: float
    rss_mib: float


class Arrivals:
    """What arrived, by trace."""

    def __init__(self, sink: Sink) -> None:
        """Nothing did."""
        self._sink = sink
        self._looked = 0
        self.spans: dict[bytes, set[bytes]] = {}
        self.twice = 0
        self.weight = 0.0
        """For how many spans those that arrived stand, by their thresholds."""

    def look(self) -> int:
        """Spans that are new since the last time."""
        new = 0
        bodies = self._sink.bodies[self._looked :]
        self._looked += len(bodies)
        for kind, body in bodies:
            for span in TraceBatch.parse(body) if kind == "traces" else ():
                known = self.spans.setdefault(span.trace_id, set())
                if span.span_id in known:
                    self.twice += 1
                    continue
                known.add(span.span_id)
                self.weight += 1 / probability_of(TraceState.parse(span.trace_state)[0].threshold or 0)
                new += 1
        return new


class Soak:
    """One run."""

    def __init__(self, program: Program, sink: Sink, rate: float, *, interesting: float = 1.0) -> None:
        """`rate`: spans a second of the steady stream; in it, SHARES times `interesting` fail, or are of interest."""
        self.program, self.arrivals = program, Arrivals(sink)
        self.traffic = Traffic(late=WAIT * 1.5)
        self.intervals: list[Interval] = []
        self.sent = 0
        """Spans that were acknowledged."""
        self._rate, self._interesting = rate, interesting
        self._begin = self._looked = self._changed = time.monotonic()
        self._seen = 0
        self._channel = grpc.insecure_channel(f"localhost:{program.ports['grpc']}")
        self._owed = 0.0

    def phase(self, name: str, seconds: float, *, times: float = 1.0, kill: bool = False) -> None:
        """Send for `seconds`, `times` as much as is steady; `kill` the process in the middle of it."""
        begin = self._changed = time.monotonic()
        while (now := time.monotonic()) < begin + seconds:
            if kill and now > begin + seconds / 2:
                kill = False
                self.program.stop(signal.SIGKILL)
                self.program.start().wait_ready()
                self._changed = time.monotonic()
            self._owed += self._rate * times * TICK
            while self._owed > 0:
                self._owed -= self.traffic.begin(now, time.time_ns(), interesting=self._interesting / times)
            self._send(now, name)
            time.sleep(max(0.0, now + TICK - time.monotonic()))

    def drain(self) -> None:
        """Send what is due later, and wait until all is decided."""
        end = time.monotonic() + 2 * WAIT
        while (now := time.monotonic()) < end:
            if len(self.traffic):
                end = now + 2 * WAIT
            self._send(now, "end")
            time.sleep(TICK)
        self.program.check_books()
        self.arrivals.look()

    def _send(self, now: float, phase: str) -> None:
        for kind, body, count in self.traffic.due(now):
            while True:
                try:
                    export(self._channel, kind, body)
                    break
                except grpc.RpcError:
                    time.sleep(TICK)  # senders come again
            self.sent += count if kind == "traces" else 0
        if now - self._looked >= INTERVAL:
            self._look(now, phase)

    def _look(self, now: float, phase: str) -> None:
        pages = int(Path(f"/proc/{self.program.process.pid}/statm").read_text().split()[1])
        made = Interval(
            phase=phase,
            at=round(now - self._begin, 1),
            settled=now - self._changed > SETTLING * INTERVAL,
            seconds=now - self._looked,
            sent=self.sent - self._seen,
            kept=self.arrivals.look(),
            probability=sum(counted(self.program.metrics(), "budget_probability").values()),
            rss_mib=round(pages * PAGE_BYTES / 2**20, 1),
        )
        self._looked, self._seen = now, self.sent
        self.intervals.append(made)
        print(json.dumps(made._asdict()), flush=True)


def counted(metrics: Mapping[str, float], name: str) -> dict[str, float]:
    """By labels, what is counted under a name of ours."""
    begin = f"spansieve_tail_sampling_{name}"
    return {key.partition("{")[2].rstrip("}"): value for key, value in metrics.items() if key.startswith(begin)}


def share(intervals: Sequence[Interval], budget: float) -> float | None:
    """Spans kept a second, as a share of `budget`; None of no intervals."""
    seconds = sum(one.seconds for one in intervals)
    return round(sum(one.kept for one in intervals) / seconds / budget, 3) if seconds else None


def by_kind(soak: Soak) -> dict[str, Counter[str]]:
    """Of the traces that must arrive: how many were sent, arrived, and arrived whole."""
    found: dict[str, Counter[str]] = {}
    for trace_id, traced in soak.traffic.traces.items():
        if traced.kind not in CERTAIN_NOT:
            arrived = len(soak.arrivals.spans.get(trace_id, ()))
            count = found.setdefault(traced.kind, Counter(sent=0, arrived=0, whole=0))
            count.update(sent=1, arrived=arrived > 0, whole=arrived == traced.spans)
    return found


def summary(soak: Soak, budget: float) -> dict[str, Any]:
    """The last line."""
    every = [one for one in soak.intervals if one.phase != "end"]
    phases = {name: [one for one in every if one.phase == name] for name in dict.fromkeys(one.phase for one in every)}
    kinds, metrics = by_kind(soak), soak.program.metrics()
    return {
        "traces": kinds,
        "lost": sum(count["sent"] - count["arrived"] for count in kinds.values()),
        "spans_sent": soak.sent,
        "spans_kept": sum(map(len, soak.arrivals.spans.values())),
        "spans_twice": soak.arrivals.twice,
        "stands_for": round(soak.arrivals.weight / soak.sent, 3),
        "of_budget": {"whole": share(every, budget), **{name: share(of, budget) for name, of in phases.items()}},
        "of_budget_settled": {name: share([o for o in of if o.settled], budget) for name, of in phases.items()},
        "rss_mib": {
            "middle": every[len(every) // 2].rss_mib,
            "end": soak.intervals[-1].rss_mib,
            "most": max(one.rss_mib for one in soak.intervals),
        },
        **{name: counted(metrics, name) for name in ("decided_early", "reopened", "mini_traces", "aside_evicted")},
    }


def main() -> int:
    """Run; 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=400, help="spans a second of the steady stream")
    parser.add_argument("--budget", type=float, default=150, help="spans a second")
    parser.add_argument("--steady", type=float, default=80, help="seconds before the burst, twice as many after it")
    parser.add_argument("--burst", type=float, default=80, help="seconds of the burst")
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument("--kill", action="store_true")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="spansieve-bench-") as place, ExitStack() as stack:
        sink = Sink()
        stack.callback(sink.close)
        text = configuration(sink.port, budget=given.budget, spill="storage" if given.kill else "memory")
        soak = Soak(stack.enter_context(running(Path(place), text)), sink, given.rate)
        soak.phase("before", given.steady, kill=given.kill)
        soak.phase("burst", given.burst, times=given.times, kill=given.kill)
        soak.phase("after", 2 * given.steady, kill=given.kill)
        soak.drain()
        result = summary(soak, given.budget)
    print(json.dumps(result))
    shares = [result["of_budget"]["whole"], *result["of_budget_settled"].values()]
    held = all(one is None or abs(one - 1) <= TOLERANCE for one in shares)
    return 0 if held and not result["lost"] else 1


if __name__ == "__main__":
    sys.exit(main())

"""What `tail_sampling` costs. Run: python -m bench.tail_sampling [--profile] [--memory SPANS]. A JSON line a figure.

`added`: CPU a span that the processor adds, decisions and the encoding of what is kept included, with three policies
that look at attributes, over batches whose views are made (`views`) and whose attributes somebody has indexed as well
(`indexed`, as `ai_semantics` does), beside parsing with generated classes and touching every attribute at the same
moment (`generated`). `memory`: resident bytes that a buffered span takes, beside the target of 1.3 times its wire bytes
and 160 B a span and 600 B a trace; `decided`: what deciding all of them at once takes. `remembered`: bytes of a
decision.
"""

import argparse
import cProfile
import gc
import os
import pstats
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.cpu import cpu, say
from bench.pdata import generated_touch
from bench.tail_stream import POLICIES, Stream
from spansieve.cycles import settle
from spansieve.pdata import Batch, Signal, TraceBatch
from spansieve.processors.tail_sampling import TailSampling, TailSamplingConfig
from spansieve.processors.tail_sampling.decisions import Decision, Decisions
from spansieve.testing import FakeHost

SPANS = 512
ROUNDS = 9
WARM, REQUESTS = 8, 40
"""Requests that come first, so that what repeats is known, and those that are measured."""
WAIT = 30


class Host(FakeHost):
    """One that encodes what it is given, as the pipeline behind does, and forgets it."""

    spans = 0

    def emit(self, signal: Signal, batch: Batch, *, holds_up: bool = True, repeatable: bool = False) -> bool:
        """Count, encode."""
        self.spans += len(batch)
        batch.encode()
        return True


def processor(**more: object) -> tuple[TailSampling, Host]:
    """One with the three policies."""
    host = Host()
    config = TailSamplingConfig.model_validate({"decision_wait": f"{WAIT}s", "policies": POLICIES, **more})
    return TailSampling(config, host), host


def views(batch: TraceBatch) -> None:
    """What every chain has made."""
    iter(batch)


def indexed(batch: TraceBatch) -> None:
    """What a chain with a processor that reads attributes has made."""
    for span in batch:
        span.attributes.raws()


def added(stream: Stream, prepare: Callable[[TraceBatch], None]) -> float:
    """Seconds a span of one round: requests come, and all of them are decided."""
    sampling, host = processor()
    seconds = 0.0
    for number, body in enumerate([*stream.requests(WARM + REQUESTS)]):
        batch = TraceBatch.parse(body)
        prepare(batch)
        if number == WARM:
            host.clock.advance(seconds=WAIT)
            sampling.tick()
        spent = cpu(partial(sampling.traces, batch))
        seconds += spent if number >= WARM else 0
    host.clock.advance(seconds=WAIT)
    seconds += cpu(sampling.tick)
    return seconds / REQUESTS / stream.spans


def stages() -> Iterator[dict[str, Any]]:
    """By spans a trace: the lower quartile of rounds, in turns with the yardstick."""
    for per_trace in (20, 1):
        stream = Stream(SPANS, per_trace)
        body = stream.request()
        rows: dict[str, list[float]] = {"views": [], "indexed": [], "generated": []}
        for _ in range(ROUNDS):
            rows["views"].append(added(stream, views))
            rows["indexed"].append(added(stream, indexed))
            rows["generated"].append(cpu(partial(generated_touch, body)) / SPANS)
        us = {name: round(sorted(row)[len(row) // 4] * 1e6, 2) for name, row in rows.items()}
        yield {"spans_a_trace": per_trace, "us_a_span": us, "to_generated": round(us["views"] / us["generated"], 2)}


def resident() -> int:
    """Bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(spans: int, per_trace: int) -> None:
    """Fill a buffer, and decide all of it."""
    stream = Stream(SPANS, per_trace)
    sampling, host = processor(num_traces=10 * spans, max_buffer_bytes="64GiB")
    for body in stream.requests(4):
        sampling.traces(TraceBatch.parse(body))
    before, wire, count = resident(), 0, 0
    while count < spans:
        batch = TraceBatch.parse(stream.request())
        wire += sum(len(span.encode()) for span in batch)
        sampling.traces(batch)
        count += SPANS
    taken = resident() - before
    traces = -(-count // per_trace)
    target = 1.3 * wire / count + 160 + 600 * traces / count
    say(
        "memory",
        spans=count,
        spans_a_trace=per_trace,
        wire_bytes=round(wire / count),
        bytes_a_span=round(taken / count),
        target=round(target),
    )
    host.clock.advance(seconds=WAIT)
    seconds = cpu(sampling.tick)
    say("decided", spans=count, traces=traces, seconds=round(seconds, 2), kept_spans=host.spans)


def remembered(count: int = 100_000) -> float:
    """Bytes of a decision that is remembered."""
    ids = [os.urandom(16) for _ in range(count)]
    gc.collect()
    tracemalloc.start()
    decisions = Decisions(count, 0, 0)
    for number, trace_id in enumerate(ids):
        decisions.put(bytes(bytearray(trace_id)), Decision(kept=False, threshold=number % 3), number / 100)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / count


def profile() -> None:
    """Where the time goes."""
    for per_trace in (20, 1):
        stream = Stream(SPANS, per_trace)
        with cProfile.Profile() as found:
            for _ in range(3):
                added(stream, views)
        pstats.Stats(found).sort_stats("tottime").print_stats(28)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--memory", type=int, default=1_000_000, help="spans to buffer; 0 = none")
    given = parser.parse_args()
    settle()  # as the program does
    if given.profile:
        profile()
        sys.exit()
    if given.memory:  # first, while no room is left over from anything else
        memory(given.memory, 20)
    for figures in stages():
        say("added", **figures)
    say("remembered", bytes_a_decision=round(remembered()))


if __name__ == "__main__":
    main()

"""Tail sampling does what its cases say: all by a clock that is told, some through the real program."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from .program import Sink, eventually, export, free_ports, running
from .sampling_cases import Arrived, Case, body, cases, shortfalls, spans_in, told

ALL = [*cases("dev_cases.jsonl"), *cases("cases.jsonl"), *cases("edge_cases.jsonl")]
THROUGH_THE_PROGRAM = (
    *("dev-late-error", "dev-session", "case-wait", "case-block", "case-error-early", "case-late-root", "case-mini"),
    *("case-tracestate-others", "case-composite-over", "case-rate", "case-go-readme", "case-cache-kept"),
)
TIMES = frozenset({"by_s", "not_before_s"})


@pytest.mark.parametrize("case", ALL, ids=[case["id"] for case in ALL])
def test_by_a_clock_that_is_told(case: Case) -> None:
    assert shortfalls(case, told(case)) == [], case["why"]


def test_through_the_real_program(tmp_path: Path) -> None:
    """One program for all of them: each has a port, a pipeline and a backend of its own."""
    chosen = [untimed(case) for case in ALL if case["id"] in THROUGH_THE_PROGRAM]
    sinks, ports = [Sink() for _ in chosen], free_ports(len(chosen))
    with running(tmp_path, config(chosen, ports, sinks)) as program, ThreadPoolExecutor(len(chosen)) as pool:
        list(pool.map(send, chosen, ports))
        assert {case["id"]: shortfalls(case, arrived(sink)) for case, sink in zip(chosen, sinks, strict=True)} == {
            case["id"]: [] for case in chosen
        }
        assert program.stop() == 0
    for sink in sinks:
        sink.close()


def untimed(case: Case) -> Case:
    """Without what it says about time: other programs may run beside this one."""
    return {**case, "expect": {key: value for key, value in case["expect"].items() if key not in TIMES}}


def config(chosen: Sequence[Case], ports: Sequence[int], sinks: Sequence[Sink]) -> str:
    numbers = range(len(chosen))
    return json.dumps(
        {
            "receivers": {f"otlp/{n}": {"protocols": {"grpc": {"endpoint": f"localhost:{ports[n]}"}}} for n in numbers},
            "processors": {f"tail_sampling/{n}": chosen[n]["config"] for n in numbers},
            "exporters": {
                f"otlp_grpc/{n}": {"endpoint": f"localhost:{sinks[n].port}", "tls": {"insecure": True}} for n in numbers
            },
            "service": {
                "telemetry": {"metrics": {"level": "none"}},
                "pipelines": {
                    f"traces/{n}": {
                        "receivers": [f"otlp/{n}"],
                        "processors": [f"tail_sampling/{n}"],
                        "exporters": [f"otlp_grpc/{n}"],
                    }
                    for n in numbers
                },
            },
        }
    )


def send(case: Case, port: int) -> None:
    """Send its batches when it says, and wait as long as it says."""
    begin, base_ns = time.monotonic(), time.time_ns()
    batches = sorted(case["batches"], key=lambda batch: batch["at_s"])
    with grpc.insecure_channel(f"localhost:{port}") as channel:
        for batch in batches:
            wait_until(begin + batch["at_s"])
            export(channel, "traces", body(batch["spans"], base_ns))
    wait_until(time.monotonic() + case.get("settle_s", 1.5))


def wait_until(moment: float) -> None:
    eventually(lambda: time.monotonic() >= moment, "the clock goes on")


def arrived(sink: Sink) -> list[Arrived]:
    return [Arrived(0.0, span) for _, request in sink.bodies for span in spans_in(request)]

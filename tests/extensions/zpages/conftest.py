"""An inspection to show, and a host that gives it."""

from collections.abc import Iterator

import pytest

from spansieve.inspection import (
    Account,
    ConfigState,
    Fault,
    Inspection,
    Listener,
    PipelineState,
    ProcessState,
    QueueState,
)
from spansieve.testing import LoopHost

NOW_NS = 1_700_000_000_000_000_000


def queue(exporter: str = "otlp_grpc", **changes: object) -> QueueState:
    """A queue of traces with 3 of 10 requests in it."""
    state: dict[str, object] = {
        "exporter": exporter,
        "signal": "traces",
        "sizer": "requests",
        "size": 3,
        "capacity": 10,
        "held_bytes": 2_000_000,
        "limit_bytes": 256 * 1024 * 1024,
        "in_flight": 2,
        "oldest": 64.5,
        "storage": "",
        "retrying": False,
        "leaving": False,
    }
    return QueueState(**{**state, **changes})  # type: ignore[arg-type]


def inspection(**changes: object) -> Inspection:
    """A collector that works, in every part that the page shows."""
    state: dict[str, object] = {
        "time_ns": NOW_NS,
        "process": ProcessState(
            "1.2.3", "3.11.7", 42, True, NOW_NS - 3_725_000_000_000, 3725.0, 12.0, 80 * 1024 * 1024
        ),
        "pipelines": (PipelineState("traces", ("otlp",), ("resource", "batch"), ("otlp_grpc", "jaeger"), ("jaeger",)),),
        "listeners": (Listener("receivers", "otlp", ("localhost:4317",)), Listener("extensions", "zpages", ())),
        "queues": (queue(),),
        "books": (Account("traces", "otlp_grpc", {"accepted": {"": 1005}, "exported": {"": 1000}}, 5),),
        "faults": (),
        "config": ConfigState("receivers:\n  otlp: {}\n", ("/etc/spansieve/config.yaml",), NOW_NS, 0, 0, False),
        "tables": (),
        "links": (),
    }
    return Inspection(**{**state, **changes})  # type: ignore[arg-type]


def fault(level: str = "error", seconds_ago: float = 10, text: str = "KeyError at /x/y.py:3") -> Fault:
    """Something that went wrong."""
    return Fault("processors/resource", level, text, 7, NOW_NS, NOW_NS - round(seconds_ago * 1e9))


@pytest.fixture
def host() -> Iterator[LoopHost]:
    one = LoopHost("zpages")
    one.inspection = inspection()
    yield one
    one.close()

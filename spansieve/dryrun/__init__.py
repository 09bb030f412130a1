"""Dry runs: recorded telemetry passes processors of a configuration, and nothing is sent or stored."""

from .arrivals import STEP_NS, Arrivals, Arriving, batches
from .front import Chosen, Front, Refusal, chosen, front_of, made
from .host import DryHost, Level, RecordedClock

__all__ = [
    "STEP_NS",
    "Arrivals",
    "Arriving",
    "Chosen",
    "DryHost",
    "Front",
    "Level",
    "RecordedClock",
    "Refusal",
    "batches",
    "chosen",
    "front_of",
    "made",
]

"""What is remembered of faults, for people to look at."""

import logging

import pytest

from spansieve.pipeline.faults import MAX_REMEMBERED, Faults
from spansieve.telemetry.instruments import Instruments
from spansieve.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def faults(clock: FakeClock) -> Faults:
    return Faults(Instruments(), clock)


def test_a_fault_is_remembered_however_often_it_was_logged_the_latest_first(faults: Faults, clock: FakeClock) -> None:
    began = clock.time_ns()
    for _ in range(3):
        faults.warn("exporters", "otlp", "UNAVAILABLE; trying again")
        clock.advance(seconds=1)
    faults.saw("processors", "resource", ValueError("a prompt"), "; refused")

    seen, warned = faults.latest()
    assert (seen.component, seen.level, seen.times) == ("processors/resource", "error", 1)
    assert seen.text.startswith("ValueError at ")
    assert "prompt" not in seen.text
    assert (warned.component, warned.level, warned.text) == ("exporters/otlp", "warning", "UNAVAILABLE; trying again")
    assert (warned.times, warned.first_ns, warned.last_ns) == (3, began, began + 2_000_000_000)


def test_what_is_no_fault_is_not_remembered(faults: Faults) -> None:
    faults.warn("exporters", "otlp", "the backend takes data again", level=logging.INFO)
    assert faults.latest() == []


def test_the_longest_unseen_is_forgotten(faults: Faults) -> None:
    for at in range(MAX_REMEMBERED):
        faults.warn("exporters", "otlp", f"code {at}")
    faults.warn("exporters", "otlp", "code 0")
    faults.warn("exporters", "otlp", "one more")
    texts = [fault.text for fault in faults.latest()]
    assert texts[:2] == ["one more", "code 0"]
    assert len(texts) == MAX_REMEMBERED
    assert "code 1" not in texts

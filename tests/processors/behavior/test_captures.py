"""What real agents' telemetry says of their user: counted by hand, whole, and in single spans of any order, twice."""

from collections.abc import Iterable
from itertools import groupby
from random import Random
from typing import Any

import pytest

from spansieve.pdata import LogBatch, Signal, TraceBatch, split
from spansieve.processors.ai_semantics import AiSemantics
from spansieve.testing import FakeHost
from tests.captures import captured

from .house import House

REQUESTS = {name: list(files) for name, files in groupby(captured(), key=lambda one: one[0].parent.name)}
TOLD: dict[str, tuple[int, dict[str, int], list[tuple[str, bool, str]]]] = {
    "codex": (
        2,
        {"completed": 2},
        [
            ("exec_command", True, "exec_command"),
            ("exec_command", True, "exec_command"),
            ("exec_command", False, "no_such_tool"),
            ("no_such_tool", False, "none"),
        ],
    ),
    "gemini": (
        7,
        {"completed": 5, "retried": 1},
        [
            ("read_file", True, "run_shell_command"),
            ("run_shell_command", True, "run_shell_command"),
            ("run_shell_command", False, "read_file"),
            ("read_file", False, "none"),
        ],
    ),
    **{
        name: (
            4,
            {"completed": 3, "failed": 1},
            [
                ("lookup_customer", True, "charge_card"),
                ("charge_card", True, "sync_ledger"),
                ("sync_ledger", False, "none"),
            ],
        )
        for name in ("langchain_openinference", "openai_semconv", "openai_traceloop")
    },
    "pydantic_ai": (
        5,
        {"completed": 3, "failed": 2},
        [
            ("lookup_customer", True, "charge_card"),
            ("charge_card", True, "sync_ledger"),
            ("sync_ledger", False, "archive"),
            ("archive", False, "none"),
        ],
    ),
}
"""Requests, tasks by outcome, and tools. A request is the root of an agent (Gemini: a model call; Codex: a turn)."""


def tagged(name: str) -> list[tuple[Signal, bytes]]:
    """A capture's requests as `ai_semantics` leaves them."""
    semantics, found = AiSemantics(AiSemantics.config(), FakeHost()), list[tuple[Signal, bytes]]()
    for _, signal, body in REQUESTS[name]:
        batch: Any = TraceBatch.parse(body) if signal == "traces" else LogBatch.parse(body)
        if signal != "metrics":
            (semantics.traces if signal == "traces" else semantics.logs)(batch)
            found.append((signal, batch.encode()))
    return found


def told(requests: Iterable[tuple[Signal, bytes]]) -> tuple[int, dict[str, int], list[tuple[str, bool, str]]]:
    batches = [TraceBatch.parse(body) if signal == "traces" else LogBatch.parse(body) for signal, body in requests]
    house = House(
        time_ns=max(span.end_time_unix_nano for one in batches if isinstance(one, TraceBatch) for span in one)
    )
    for batch in batches:
        if isinstance(batch, TraceBatch):
            house.behavior.traces(batch)
        else:
            house.behavior.logs(batch)
    house.pass_(30)
    house.pass_(400, step=50)
    numbers = house.numbers()
    tasks = {key[1]: round(value) for key, value in numbers.items() if key[0] == "spansieve_tasks_total"}
    tools = [(one["tool"], one["success"], one["followed_by"]) for one in house.events("tool_used")]
    return round(numbers["spansieve_user_requests_total",]), tasks, tools


@pytest.mark.parametrize("name", TOLD)
def test_a_capture_says_what_was_counted_by_hand(name: str) -> None:
    assert told(tagged(name)) == TOLD[name]


@pytest.mark.parametrize("name", TOLD)
def test_it_says_the_same_in_single_spans_of_any_order_sent_twice(name: str) -> None:
    pieces = [(signal, part) for signal, body in tagged(name) for part, _ in split(signal, body, 1, None)] * 2
    Random(11).shuffle(pieces)
    assert told(pieces) == TOLD[name]

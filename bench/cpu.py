"""The one harness for what runs in this process: CPU time a span, candidates in turn, medians, ratios to the first."""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench.sink import count_spans
from spansieve.pdata import TraceBatch

ROUNDS = 9
ROUND_SECONDS = 0.15


def say(figure: str, **values: object) -> None:
    """Print one figure as a JSON line."""
    print(json.dumps({"figure": figure, **values}), flush=True)


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU that `work` takes."""
    return _seconds(lambda _: work(), None, 1)


def _seconds(function: Callable[[Any], object], given: Any, calls: int) -> float:  # noqa: ANN401
    begin = time.process_time()
    for _ in range(calls):
        function(given)
    return time.process_time() - begin


def _calls(function: Callable[[Any], object], given: Any) -> int:  # noqa: ANN401
    """How many calls fill a round; the trial also warms caches."""
    calls = 1
    while (seconds := _seconds(function, given, calls)) < ROUND_SECONDS / 4:
        calls *= 2
    return max(1, round(calls * ROUND_SECONDS / seconds))


def measure(candidates: Mapping[str, Callable[[Any], object]], given: Any, items: int) -> dict[str, float]:  # noqa: ANN401
    """CPU microseconds an item, of each candidate called with `given`, which holds `items`.

    Rounds take turns, so that a machine that slows down slows all; the median of the rounds counts.
    """
    calls = {name: _calls(function, given) for name, function in candidates.items()}
    rounds = [
        {name: _seconds(function, given, calls[name]) / calls[name] for name, function in candidates.items()}
        for _ in range(ROUNDS)
    ]
    return {name: statistics.median(each[name] for each in rounds) / items * 1e6 for name in candidates}


def compare(
    candidates: Mapping[str, Callable[[Any], object]],
    body: bytes,
    *,
    prepare: Callable[[bytes], Any] = TraceBatch.parse,
    items: int | None = None,
) -> None:
    """Print one JSON line: `us` an item of each candidate, and its `ratio` to the first.

    Each call gets a batch of its own, made from `body` by `prepare`, whose cost is in every figure: a batch can't be
    used twice, because views are made once. Candidates that take the bytes themselves say `prepare=bytes`. `items` are
    the spans of `body`, unless it is something else.
    """
    if items is None:
        items = count_spans(body)
    whole = {name: _prepared(function, prepare) for name, function in candidates.items()}
    us = measure(whole, body, items)
    first = next(iter(us.values()))
    ratio = {name: round(value / first, 2) for name, value in us.items()}
    print(json.dumps({"items": items, "us": {name: round(value, 3) for name, value in us.items()}, "ratio": ratio}))


def _prepared(function: Callable[[Any], object], prepare: Callable[[bytes], Any]) -> Callable[[bytes], object]:
    return lambda body: function(prepare(body))

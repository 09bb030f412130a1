"""The same call once more: after a failure it is a retry, after anything else, three times in a row, a loop.

Calls are the same with one tool and equal arguments, or with one model under one parent; where tool, arguments or model
are not known, nothing is said.

A call that begins before the one before it has ended is no reaction to it: tries that overlap are one try, and equal
calls of one parallel batch are no loop.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby

from .step import Found, Step, families, finish

ATTEMPT = "spansieve.ai.retry.attempt"
RECOVERED = "spansieve.ai.retry.recovered"
LOOP = "spansieve.ai.loop.count"


def tool_retries(tools: Iterable[int], steps: Sequence[Step]) -> Iterator[Found]:
    """Tries of the same tool call anywhere in the trace; `tools` in order of start."""
    rows: dict[Hashable, list[int]] = {}
    for place in tools:
        call = _call(steps[place])
        if call is not None:
            rows.setdefault(call, []).append(place)
    for row in rows.values():
        yield from _tries(row, steps)


def model_retries(models: Iterable[int], steps: Sequence[Step]) -> Iterator[Found]:
    """Tries of one model call: equal ones in a row under one parent; `models` in order of start."""
    for children in families(models, steps).values():
        for (_, name), row in groupby(children, lambda place: (steps[place].kind, steps[place].name)):
            if name:
                yield from _tries(list(row), steps)


def _tries(row: list[int], steps: Sequence[Step]) -> Iterator[Found]:
    """The n-th try is what starts once all failures of the series so far have ended; the first success ends the series.

    All failures that a success came after are recovered, not only the last.
    """
    failures: list[Step] = []
    places: list[int] = []
    attempt, over = 1, 0
    for place in row:
        step = steps[place]
        if failures and step.start >= over:
            attempt += 1
        if attempt > 1:
            yield place, ATTEMPT, attempt
        if step.failed:
            failures.append(step)
            places.append(place)
            over = max(over, finish(step))
        else:
            recovered = [at for at, failure in zip(places, failures, strict=True) if finish(failure) <= step.start]
            yield from ((at, RECOVERED, True) for at in recovered)
            failures, places, attempt, over = [], [], 1, 0


def loops(siblings: Iterable[int], steps: Sequence[Step]) -> Iterator[Found]:
    """The third and later of equal calls in a row among `siblings`, which are in order of start.

    What comes right after a failure begins a new row: it is a retry.
    """
    for call, row in groupby(siblings, lambda place: _call(steps[place])):
        if call is not None:
            yield from _rounds(row, steps)


def _rounds(row: Iterable[int], steps: Sequence[Step]) -> Iterator[Found]:
    count, over, failed = 0, 0, False
    for place in row:
        step = steps[place]
        if count and step.start < over:  # beside the one before, so not one more
            over, failed = max(over, finish(step)), failed or step.failed
            continue
        count = 1 if failed else count + 1
        over, failed = finish(step), step.failed
        if count > 2:
            yield place, LOOP, count


def _call(step: Step) -> tuple[str, Hashable] | None:
    """What makes two tool calls the same; None where that can't be said."""
    known = step.kind == "tool" and step.name and step.arguments is not None
    return (step.name, step.arguments) if known else None

"""For whom a span was, and what its cost is booked under: what it does not say itself, those that enclose it may."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from spansieve.structure.spending import RUNS

from .span import AiSpan, Traits
from .trace import MAX_DEPTH, Trace

_RUN_OPERATIONS: Final = frozenset({"invoke_agent", "create_agent", "invoke_workflow"})


class Whom(NamedTuple):
    """Of the nearest that says it, each."""

    user: str = ""
    tenant: str = ""
    thread: str = ""
    run: str = ""
    """The name of an agent or workflow."""


NOBODY: Final = Whom()


def is_run(traits: Traits) -> bool:
    """Whether a span is the run of an agent or a workflow."""
    return traits.kind in RUNS or (not traits.kind and traits.operation in _RUN_OPERATIONS)


def run_of(traits: Traits) -> str:
    """The name of the agent or workflow whose run a span is; empty where it is none, or does not say it."""
    return traits.agent or traits.workflow if is_run(traits) else ""


def fill_in(trace: Trace, spans: Iterable[AiSpan]) -> None:
    """Give `spans` what those above them say."""
    known: dict[bytes, Whom] = {}
    for span in spans:
        traits = span.traits
        above = _above(trace, span.parent_span_id, known) if span.parent_span_id else NOBODY
        span.user = span.user or above.user
        span.tenant = span.tenant or above.tenant
        span.thread = span.thread or above.thread
        span.cost_of = traits.agent or above.run or traits.workflow or traits.operation or traits.kind


def _above(trace: Trace, at: bytes, known: dict[bytes, Whom]) -> Whom:
    """What the span `at` and those above it say; `known` is filled on the way, so that no stretch is climbed twice."""
    path: list[bytes] = []
    while at not in known and len(path) < MAX_DEPTH:
        parent = trace.links.get(at)
        if parent is None:
            break
        path.append(at)
        at = parent
    found = known.get(at, NOBODY)
    for one in reversed(path):
        span = trace.known(one)
        if span is not None:
            run = run_of(span.traits) or found.run
            found = Whom(span.user or found.user, span.tenant or found.tenant, span.thread or found.thread, run)
        known[one] = found
    return found

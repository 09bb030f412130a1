"""What a span counts as, beside what `watching` says of it. Source: METRICS.md sections 1 and 6."""

from typing import Final

from spansieve.structure.spending import MODELS, RUNS, family_of
from spansieve.watching import AiSpan, Traits

CONTEXT_OVERFLOW: Final = "context_overflow"
_RUN_OPERATIONS: Final = frozenset({"invoke_agent", "invoke_workflow"})
_NO_RUN: Final = "create_agent"


def is_model(traits: Traits) -> bool:
    """Whether a span is a model's; one with tokens that is none may be a run that alone tells them."""
    return family_of(traits.kind, traits.operation) in MODELS


def is_run(traits: Traits) -> bool:
    """Whether a span is a run of an agent or a workflow; to make an agent is none."""
    if traits.kind:
        return traits.kind in RUNS and traits.operation != _NO_RUN
    return traits.operation in _RUN_OPERATIONS


def has_overflown(span: AiSpan, limit: int | None) -> bool:
    """Whether the input was too long: it is said to be, or is not below the limit."""
    if CONTEXT_OVERFLOW in (span.error_class, span.traits.finish):
        return True
    return limit is not None and span.is_counted and span.tokens.input >= limit

"""What a span counts as, beside what `watching` says of it. Source: METRICS.md sections 1 and 6."""

from typing import Final

from spansieve.structure.spending import MODELS, RUNS, family_of
from spansieve.watching import Traits

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

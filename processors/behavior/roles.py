"""What a span is to a user: an agent's or a workflow's run, a model call, a tool's execution."""

from functools import lru_cache
from typing import Final

from spansieve.watching import Traits

AGENT, WORKFLOW, MODEL = "agent", "workflow", "model"
RUNS: Final = frozenset({AGENT, WORKFLOW})
REQUESTS: Final = RUNS | {MODEL}
"""What may be a request."""
_OPERATIONS: Final = {
    **dict.fromkeys(("chat", "text_completion", "generate_content"), MODEL),
    "invoke_agent": AGENT,
    "invoke_workflow": WORKFLOW,
}


@lru_cache(4096)
def role_of(traits: Traits) -> str:
    """Its kind, else what its operation says; empty where it is nothing of that. To make an agent is no run of it."""
    role = traits.kind or _OPERATIONS.get(traits.operation, "")
    return role if role in REQUESTS and traits.operation != "create_agent" else ""

"""What a span is to a user: an agent's or a workflow's run, a model call; and which features it tells of."""

from typing import Final, NamedTuple

from spansieve.watching import ByTraits, Traits

from .config import FEATURES

AGENT, WORKFLOW, MODEL = "agent", "workflow", "model"
RUNS: Final = frozenset({AGENT, WORKFLOW})
REQUESTS: Final = RUNS | {MODEL}
"""What may be a request."""
BITS: Final = {name: 1 << place for place, name in enumerate(FEATURES)}
_OPERATIONS: Final = {
    **dict.fromkeys(("chat", "text_completion", "generate_content"), MODEL),
    "invoke_agent": AGENT,
    "invoke_workflow": WORKFLOW,
}


class About(NamedTuple):
    """What the traits of a span mean here."""

    role: str
    """One of REQUESTS; empty: none of them."""
    features: int
    """Bits of the features that it tells of."""


def _role(traits: Traits) -> str:
    """Its kind, else what its operation says. To make an agent is no run of it."""
    role = traits.kind or _OPERATIONS.get(traits.operation, "")
    return role if role in REQUESTS and traits.operation != "create_agent" else ""


def _features(traits: Traits) -> int:
    tells = {
        "mcp": bool(traits.mcp_method),
        "handoff": traits.operation == "handoff",
        "retrieval": (traits.kind or traits.operation) == "retrieval",
        "streaming": traits.streams,
    }
    return sum(BITS[name] for name, is_so in tells.items() if is_so)


ABOUT: Final = ByTraits(lambda traits: About(_role(traits), _features(traits)))
"""What spans with these traits are."""

"""What a span is to a user: an agent's or a workflow's run, a model call; and which features it tells of."""

from typing import Final, NamedTuple

from spansieve.watching import Traits

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
_MOST: Final = 4096


class About(NamedTuple):
    """What the traits of a span mean here."""

    traits: Traits
    role: str
    """One of REQUESTS; empty: none of them."""
    features: int
    """Bits of the features that it tells of."""


_known: dict[int, About] = {}
"""By the identity of the traits, which many spans share: hashing them takes longer than all the rest."""


def about(traits: Traits) -> About:
    """What spans with these traits are."""
    found = _known.get(id(traits))
    if found is None or found.traits is not traits:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[id(traits)] = About(traits, _role(traits), _features(traits))
    return found


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

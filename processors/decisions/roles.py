"""What a settled span is among those that decide."""

import re
from typing import Final, NamedTuple

from spansieve.structure.siblings import WRAPPERS
from spansieve.watching import AiSpan, ByTraits, Traits

_PASSED: Final = WRAPPERS | {"batch"}
_HANDOFFS: Final = frozenset({"handoff", "agent_handoff"})
_ROUTER: Final = re.compile(r"(?i)(?<![a-z])router(?![a-z])")


class Role(NamedTuple):
    """What its traits make of a span."""

    is_model: bool
    """A call of a model, whose tokens are its own."""
    is_tool: bool
    is_agent: bool
    """An agent's run."""
    is_handoff: bool
    """Its operation is a hand-off."""
    is_router: bool
    """Its name is that of a router."""
    is_lead: bool
    """One of the last three: what it shows, it shows though it calls no model."""
    is_passed: bool
    """Who looks for the agent of a call looks through it: it does no work of its own, or calls a model."""


def _role_of(traits: Traits) -> Role:
    is_work = traits.is_tool or traits.is_run
    is_agent = traits.is_run and traits.kind in ("", "agent")
    is_handoff = traits.operation in _HANDOFFS
    is_router = _ROUTER.search(traits.name) is not None
    return Role(
        is_model=traits.family == "model" and not traits.is_rollup,
        is_tool=traits.is_tool,
        is_agent=is_agent,
        is_handoff=is_handoff,
        is_router=is_router,
        is_lead=is_agent or is_handoff or is_router,
        is_passed=not is_work and (traits.kind in _PASSED or traits.is_rollup or traits.family == "model"),
    )


ROLES: Final = ByTraits(_role_of)


def has_context(span: AiSpan) -> bool:
    """Whether it says how many tokens of input a model had."""
    return span.has_tokens and ROLES[span.traits].is_model


def decides(span: AiSpan) -> bool:
    """Whether it is a model call, and not one that repeats the one below it."""
    return ROLES[span.traits].is_model and is_own(span)


def is_own(call: AiSpan) -> bool:
    """Whether a model call does not repeat the one below it."""
    return call.is_counted or (call.is_call and not call.has_tokens)


def went_well(span: AiSpan) -> bool:
    """Whether it succeeded."""
    return span.fate.outcome == "success"

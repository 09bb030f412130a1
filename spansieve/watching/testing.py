"""AI spans of a few words, for the tests of those who watch."""

import itertools
from dataclasses import fields, replace
from typing import Any

from .span import WENT_WELL, AiSpan, Fate, Said, Sender, Traits
from .traits import roles_of

_ids = itertools.count(1)
START_NS = 1_700_000_000_000_000_000
NO_TRAITS = Traits(
    keys=(),
    name="",
    kind="",
    operation="",
    provider="",
    request_model="",
    response_model="",
    tool="",
    agent="",
    workflow="",
    finish="",
    mcp_method="",
    dialect="",
    is_rollup=False,
    streams=False,
    server_address="",
    server_port=0,
    **roles_of("", "", is_rollup=False),
)
_TRAITS = [field.name for field in fields(Traits)]
_SAID = Said.__annotations__


def ai_span(**changes: Any) -> AiSpan:  # noqa: ANN401
    """A settled span: a root of one second, in a trace of its own, that went well. `changes` are its fields, or those
    of its traits. By itself it is an answered model call without tokens; what a field follows from is not looked at,
    but for these: a `tool` makes it a tool's execution, `tokens` a counted call.
    """
    traits = {name: changes.pop(name) for name in _TRAITS if name in changes}
    if traits.get("tool"):
        traits = {"kind": "tool", "operation": "execute_tool", **traits}
    elif not {"kind", "operation"} & traits.keys():
        traits = {"kind": "model", "operation": "chat", **traits}
    kind, operation = traits.get("kind", ""), traits.get("operation", "")
    roles: Any = roles_of(kind, operation, is_rollup=traits.get("is_rollup", False))
    number = next(_ids)
    head = number.to_bytes(16, "big"), number.to_bytes(8, "big"), b"", START_NS, START_NS + 1_000_000_000
    span = AiSpan(replace(NO_TRAITS, **{**roles, **traits}), head, Sender("agent", "", "", ""))
    span.is_call = bool(span.traits.call)
    span.has_tokens = span.is_counted = "tokens" in changes
    span.bears_tokens = span.has_tokens and not span.traits.is_rollup
    span.is_execution = span.traits.is_tool
    span.cost_of = span.traits.agent or span.traits.workflow or span.traits.label
    span.fate = Fate(*[changes.pop(name, went) for name, went in zip(Fate._fields, WENT_WELL, strict=True)])
    said: Any = {name: changes.pop(name) for name in _SAID if name in changes}
    span.said = said
    for name, value in changes.items():
        setattr(span, name, value)
    return span

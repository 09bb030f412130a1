"""AI spans of a few words, for the tests of those who watch."""

import itertools
from typing import Any

from .nested import is_call
from .span import AiSpan, Tokens, Traits

_ids = itertools.count(1)
START_NS = 1_700_000_000_000_000_000
NO_TRAITS = Traits(
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
    is_rollup=False,
    streams=False,
    server_address="",
    server_port=0,
    is_tool=False,
)
_FRESH: dict[str, Any] = {
    "parent_span_id": b"",
    "start_ns": START_NS,
    "end_ns": START_NS + 1_000_000_000,
    "service": "agent",
    "user": "",
    "tenant": "",
    "thread": "",
    "tokens": Tokens(),
    "has_tokens": False,
    "input_bytes": None,
    "window": None,
    "utilization": None,
    "first_token_s": None,
    "cost_usd": None,
    "call_id": "",
    "prompt_hash": "",
    "prompt_simhash": "",
    "tools_hash": "",
    "args_hash": "",
    "says_parallel": None,
    "weight": 1.0,
    "failure": None,
    "outcome": "success",
    "error_class": "",
    "error_type": "",
    "is_counted": False,
    "is_execution": False,
    "is_parallel": False,
}


def ai_span(**changes: Any) -> AiSpan:  # noqa: ANN401
    """A settled span: a root of one second, in a trace of its own, that went well. `changes` are its fields, or those
    of its traits. By itself it is an answered model call without tokens; what a field follows from is not looked at,
    but for these: a `tool` makes it a tool's execution, `tokens` a counted call.
    """
    traits = {name: changes.pop(name) for name in Traits._fields if name in changes}
    if traits.get("tool"):
        traits = {"kind": "tool", "operation": "execute_tool", "is_tool": True, **traits}
    elif not {"kind", "operation"} & traits.keys():
        traits = {"kind": "model", "operation": "chat", **traits}
    span = AiSpan()
    span.traits = NO_TRAITS._replace(**traits)
    number = next(_ids)
    ids = {"trace_id": number.to_bytes(16, "big"), "span_id": number.to_bytes(8, "big")}
    follows = {
        "has_tokens": "tokens" in changes,
        "is_call": is_call(span),
        "is_counted": "tokens" in changes,
        "is_execution": span.traits.is_tool,
        "cost_of": span.traits.agent or span.traits.workflow or span.traits.label,
    }
    for name, value in {**_FRESH, **ids, **follows, **changes}.items():
        setattr(span, name, value)
    return span

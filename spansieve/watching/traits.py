"""What spans are: read once for many that say the same."""

from typing import Final, TypedDict

from spansieve.failures import tool_of
from spansieve.failures.reading import Raws, text_of, value_of
from spansieve.failures.words import MAX_CHARACTERS
from spansieve.pdata import Span
from spansieve.semconv.names import (
    DIALECT,
    FINISH,
    KIND,
    OPERATION,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    ROLLUP,
)
from spansieve.structure.spending import MODELS, RUNS, family_of

from .plans import AGENT, MCP_METHOD, SERVER_ADDRESS, SERVER_PORT, STREAM, WORKFLOW
from .span import Traits

_EXECUTES: Final = "execute_tool"
_MAY_EXECUTE: Final = frozenset({"", "approval"})
"""Kinds that a span with the operation `execute_tool` may have, beside `tool`: an approval is that of a tool."""
_RUN_OPERATIONS: Final = frozenset({"invoke_agent", "create_agent", "invoke_workflow"})


def traits_of(span: Span) -> Traits:
    """What `span` has in common with others. Raises DecodeError."""
    raws = span.attributes.raws()
    port = value_of(raws, SERVER_PORT)
    kind, operation, is_rollup = _text(raws, KIND), _text(raws, OPERATION), value_of(raws, ROLLUP) is True
    roles = roles_of(kind, operation, is_rollup=is_rollup)
    return Traits(
        keys=tuple(raws),
        name=span.name[:MAX_CHARACTERS],
        kind=kind,
        operation=operation,
        provider=_text(raws, PROVIDER),
        request_model=_text(raws, REQUEST_MODEL),
        response_model=_text(raws, RESPONSE_MODEL),
        tool=tool_of(span) if roles["is_tool"] else "",
        agent=_text(raws, AGENT),
        workflow=_text(raws, WORKFLOW),
        finish=_text(raws, FINISH),
        mcp_method=_text(raws, MCP_METHOD),
        dialect=_text(raws, DIALECT),
        is_rollup=is_rollup,
        streams=value_of(raws, STREAM) is True,
        server_address=_text(raws, SERVER_ADDRESS),
        server_port=port if isinstance(port, int) and not isinstance(port, bool) else 0,
        **roles,
    )


def _text(raws: Raws, key: str) -> str:
    return text_of(raws, key)[:MAX_CHARACTERS]


class Roles(TypedDict):
    """What a span is, by kind and operation: fields of its traits."""

    is_tool: bool
    is_run: bool
    family: str
    call: str


def roles_of(kind: str, operation: str, *, is_rollup: bool) -> Roles:
    """What a span is."""
    family = family_of(kind, operation)
    return {
        "is_tool": kind == "tool" or (operation == _EXECUTES and kind in _MAY_EXECUTE),
        "is_run": kind in RUNS or (not kind and operation in _RUN_OPERATIONS),
        "family": family,
        "call": family if family in MODELS and not is_rollup else "",
    }

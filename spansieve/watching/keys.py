"""The attributes that are read of an AI span."""

from typing import Final

from spansieve.failures import AGENT_KEYS, TOOL_KEYS
from spansieve.semconv.names import (
    ARGS_HASH,
    FINISH,
    KIND,
    OPERATION,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    ROLLUP,
)

AGENT: Final = AGENT_KEYS[0]
WORKFLOW: Final = "gen_ai.workflow.name"
MCP_METHOD: Final = "mcp.method.name"
STREAM: Final = "gen_ai.request.stream"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"
TRAITS: Final = frozenset(
    {KIND, OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, *TOOL_KEYS, AGENT, WORKFLOW, FINISH, MCP_METHOD}
    | {ROLLUP, STREAM, SERVER_ADDRESS, SERVER_PORT}
)
"""What `Traits` are made of, beside the name."""

REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
INPUT_BYTES: Final = "spansieve.ai.input.bytes"
FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
PRODUCERS_COST: Final = "gen_ai.usage.cost"
TOOLS: Final = "gen_ai.tool.definitions"
CALL_ID: Final = "gen_ai.tool.call.id"
TEXTS: Final = {
    CALL_ID: "call_id",
    "spansieve.ai.prompt.hash": "prompt_hash",
    "spansieve.ai.prompt.simhash": "prompt_simhash",
    ARGS_HASH: "args_hash",
}
"""Attributes that are texts, and the fields that they become."""

TENANT_KEYS: Final = ("tenant.id", "customer.id")
PRODUCERS_PARALLEL: Final = "tool.parallel"

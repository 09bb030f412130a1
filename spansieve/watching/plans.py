"""Which of a span's attributes are to be read, told by their keys alone: spans of one kind have the same ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from spansieve.failures import AGENT_KEYS, SIGNS, THREAD_KEYS, TOOL_KEYS, USER_KEYS
from spansieve.semconv.names import (
    CACHE_READ_TOKENS,
    CACHE_WRITES,
    COST,
    DIALECT,
    FINISH,
    INPUT_EXCLUDES_CACHE,
    INPUT_TOKENS,
    KIND,
    OPERATION,
    OUTPUT_TOKENS,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    ROLLUP,
)

from .details import DETAILS, Read
from .span import Traits

AGENT: Final = AGENT_KEYS[0]
WORKFLOW: Final = "gen_ai.workflow.name"
MCP_METHOD: Final = "mcp.method.name"
STREAM: Final = "gen_ai.request.stream"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"
PRODUCERS_COST: Final = "gen_ai.usage.cost"
TENANT_KEYS: Final = ("tenant.id", "customer.id")

_MOST: Final = 4_096
_TRAITS: Final = frozenset(
    {KIND, OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, *TOOL_KEYS, AGENT, WORKFLOW, FINISH, MCP_METHOD}
    | {ROLLUP, STREAM, DIALECT, SERVER_ADDRESS, SERVER_PORT}
)
_IDENTITY: Final = frozenset({*USER_KEYS, *THREAD_KEYS, *TENANT_KEYS})
_SAYS_TOKENS: Final = frozenset({INPUT_TOKENS, OUTPUT_TOKENS})
_TOKENS: Final = {INPUT_TOKENS: 0, OUTPUT_TOKENS: 1, CACHE_READ_TOKENS: 2, "gen_ai.usage.reasoning.output_tokens": 4}
_COSTS: Final = (COST, PRODUCERS_COST)

Getter = Callable[[Mapping[str, bytes]], Any]
"""Undecoded attributes, as something to look others up by."""


@dataclass(slots=True)
class Plan:
    """What is to be read of a span."""

    traits: Getter
    """What its traits are made of."""
    known: dict[tuple[bytes, object], Traits]
    """Traits by name and by what `traits` gets."""
    identity: Getter | None
    """What says for whom it was; None where nothing does."""
    people: dict[object, tuple[str, ...]]
    """User, tenant and thread by what `identity` gets."""
    has_tokens: bool
    tokens: tuple[tuple[str, int], ...]
    """Keys of counts, and their places in `Tokens`; none where it has no tokens."""
    excludes_cache: bool
    """Whether an attribute may say that cached tokens are left out."""
    costs: tuple[str, ...]
    """Keys of what it cost, ours first."""
    details: tuple[tuple[str, str, Read], ...]
    """Keys of what only some spans say, the names of these, and how they are read."""
    may_fail: bool
    """Whether an attribute may tell of a failure."""


class Plans(dict[tuple[str, ...], Plan]):
    """All of them, by the keys of an AI span in their order; one is made when it is first asked for."""

    def __missing__(self, keys: tuple[str, ...]) -> Plan:
        if len(self) >= _MOST:
            self.clear()
        plan = self[keys] = _plan(frozenset(keys))
        return plan


def _plan(keys: frozenset[str]) -> Plan:
    identity = sorted(_IDENTITY & keys)
    places = _TOKENS | dict.fromkeys(CACHE_WRITES, 3)
    has_tokens = not _SAYS_TOKENS.isdisjoint(keys)
    return Plan(
        itemgetter(*sorted(_TRAITS & keys)),
        {},
        itemgetter(*identity) if identity else None,
        {},
        has_tokens,
        tuple((key, place) for key, place in places.items() if key in keys) if has_tokens else (),
        INPUT_EXCLUDES_CACHE in keys,
        tuple(key for key in _COSTS if key in keys),
        tuple((key, *how) for key, how in DETAILS.items() if key in keys),
        not SIGNS.isdisjoint(keys),
    )

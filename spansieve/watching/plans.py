"""Which of a span's attributes are to be read, told by their keys alone: spans of one kind have the same ones."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Final, NamedTuple

from spansieve.failures import THREAD_KEYS, USER_KEYS
from spansieve.semconv.names import (
    CONTEXT_UTILIZATION,
    CONTEXT_WINDOW,
    COST,
    INPUT_TOKENS,
    KIND,
    OPERATION,
    OUTPUT_TOKENS,
    PARALLEL,
)

from .keys import FIRST_CHUNK, INPUT_BYTES, PRODUCERS_COST, PRODUCERS_PARALLEL, TENANT_KEYS, TEXTS, TOOLS, TRAITS

_MOST: Final = 4_096
_TOKENS: Final = frozenset({INPUT_TOKENS, OUTPUT_TOKENS})
_NUMBERS: Final = frozenset({INPUT_BYTES, CONTEXT_WINDOW, CONTEXT_UTILIZATION, FIRST_CHUNK, COST, PRODUCERS_COST})
_IDENTITY: Final = frozenset({*USER_KEYS, *THREAD_KEYS, *TENANT_KEYS})
_PARALLEL: Final = frozenset({PARALLEL, PRODUCERS_PARALLEL})


class Plan(NamedTuple):
    """What is to be read of a span."""

    traits: Callable[[Mapping[str, bytes]], object]
    """The attributes that make its traits, undecoded."""
    has_tokens: bool
    has_numbers: bool
    has_identity: bool
    has_parallel: bool
    has_tools: bool
    texts: tuple[tuple[str, str], ...]
    """Keys of texts, and the fields that they become."""


class Plans:
    """All of them, by the keys of a span in their order."""

    def __init__(self) -> None:
        """There are none."""
        self._plans: dict[tuple[str, ...], Plan | None] = {}

    def of(self, raws: Mapping[str, bytes]) -> Plan | None:
        """For a span with these attributes; None where it is no AI span."""
        keys = tuple(raws)
        try:
            return self._plans[keys]
        except KeyError:
            if len(self._plans) >= _MOST:
                self._plans.clear()
            plan = self._plans[keys] = _plan(keys)
            return plan


def _plan(keys: tuple[str, ...]) -> Plan | None:
    present = frozenset(keys)
    if KIND not in present and OPERATION not in present:
        return None
    return Plan(
        itemgetter(*sorted(TRAITS & present)),
        not _TOKENS.isdisjoint(present),
        not _NUMBERS.isdisjoint(present),
        not _IDENTITY.isdisjoint(present),
        not _PARALLEL.isdisjoint(present),
        TOOLS in present,
        tuple((key, field) for key, field in TEXTS.items() if key in present),
    )

"""Which spans of a trace repeat what those below them spent, in tokens or in USD. Source: SAMPLING.md section 8,
`tokens`.

The rule goes from the leaves up: each span is judged by what counted below it.
"""

from math import isclose
from typing import Final, NamedTuple

MODELS: Final = frozenset({"model", "embedding"})
"""Families of model calls: of nested ones the innermost that bears tokens counts."""
RUNS: Final = frozenset({"agent", "workflow"})
_FAMILIES: Final = {
    "chat": "model",
    "text_completion": "model",
    "generate_content": "model",
    "embeddings": "embedding",
}
"""Operations of model calls, and the kind that a span of it has."""


class Spent(NamedTuple):
    """Tokens in and out, or USD as the first of the two."""

    first: float
    second: float = 0.0

    def __bool__(self) -> bool:
        return self.first > 0 or self.second > 0


NOTHING_SPENT: Final = Spent(0.0)


class Below(NamedTuple):
    """What the spans below one spent, and which families of model calls did."""

    spent: Spent = NOTHING_SPENT
    families: frozenset[str] = frozenset()


NOTHING_BELOW: Final = Below()


def family_of(kind: str, operation: str) -> str:
    """The kind, else that of a model's operation; empty: not known."""
    return kind or _FAMILIES.get(operation, "")


def counts(family: str, operation: object, own: Spent, below: Below) -> bool:
    """Whether a span that spent something, and is no marked roll-up, is added to what counts below it."""
    if not operation:
        return not below.spent
    if family in MODELS:
        return family not in below.families
    if family in RUNS:
        return not all(map(isclose, own, below.spent))
    return bool(family)


def with_own(family: str, own: Spent, below: Below) -> Below:
    """What a span that counts and those below it spent."""
    return joined(below, Below(own, frozenset({family}) & MODELS))


def joined(one: Below, other: Below) -> Below:
    """What both spent."""
    if not other.spent:
        return one
    spent = Spent(one.spent.first + other.spent.first, one.spent.second + other.spent.second)
    return Below(spent, one.families | other.families)

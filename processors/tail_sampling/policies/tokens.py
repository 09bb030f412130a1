"""`tokens` and `cost`: what a trace spent, each token counted once.

Source: SAMPLING.md section 8; `spansieve.ai.*` as in processors/ai_semantics/README.md. A span counts by what is below
it, so the trace is walked once from its leaves up.
"""

from collections.abc import Callable, Sequence
from math import isclose
from typing import NamedTuple

from spansieve.pdata import Attributes, Span
from spansieve.semconv.names import (
    CACHE_READ_TOKENS,
    CACHE_WRITES,
    COST,
    INPUT_EXCLUDES_CACHE,
    INPUT_TOKENS,
    KIND,
    OPERATION,
    OUTPUT_TOKENS,
    ROLLUP,
)

from ..facts import TraceFacts
from .base import Now, Verdict
from .leaves import NOT_SAMPLE, SAMPLE
from .own_config import CostConfig, TokensConfig
from .reading import keys_of, look, number
from .uphill import uphill

PRODUCERS_COST = "gen_ai.usage.cost"

_FAMILIES = {"chat": "model", "text_completion": "model", "generate_content": "model", "embeddings": "embedding"}
"""Operations of model calls, and the kind that a span of it has."""
_MODELS = frozenset(_FAMILIES.values())
_TOKENS = frozenset({INPUT_TOKENS, OUTPUT_TOKENS, INPUT_EXCLUDES_CACHE})
_COSTS = frozenset({COST, PRODUCERS_COST})
_RUNS = frozenset({"agent", "workflow"})


class Spent(NamedTuple):
    """Tokens in and out, or USD as the first of the two."""

    first: float
    second: float = 0.0

    def __bool__(self) -> bool:
        return self.first > 0 or self.second > 0


NOTHING_SPENT = Spent(0.0)


class Below(NamedTuple):
    """What the spans below one spent, and which families of model calls did."""

    spent: Spent = NOTHING_SPENT
    families: frozenset[str] = frozenset()


_NOTHING = Below()

Reader = Callable[[Attributes], Spent]


def tokens_of(attributes: Attributes) -> Spent:
    """Tokens in, cached ones included, and out. What is no number, or negative, is 0."""
    if _TOKENS.isdisjoint(keys_of(attributes)):
        return NOTHING_SPENT
    taken = _count(attributes, INPUT_TOKENS)
    if look(attributes, INPUT_EXCLUDES_CACHE) is True:
        taken += _count(attributes, CACHE_READ_TOKENS) + max(_count(attributes, key) for key in CACHE_WRITES)
    return Spent(taken, _count(attributes, OUTPUT_TOKENS))


def cost_of(attributes: Attributes) -> Spent:
    """USD, ours before the producer's."""
    if _COSTS.isdisjoint(keys_of(attributes)):
        return NOTHING_SPENT
    return Spent(_count(attributes, COST if number(attributes, COST) is not None else PRODUCERS_COST))


def _count(attributes: Attributes, key: str) -> float:
    found = number(attributes, key)
    return found if found is not None and found > 0 else 0


def spent(spans: Sequence[Span], read: Reader) -> Spent:
    """The sum of what `read` finds on the spans of one trace, by the rules of the source.

    Of spans that repeat those below them none is added: marked roll-ups, all but the innermost of nested model calls,
    agents and workflows with the very sum of what is below, and spans without an operation above any that spent.
    """
    own = [read(span.attributes) for span in spans]
    if not any(own):
        return NOTHING_SPENT
    below = [_NOTHING] * len(spans)
    total = _NOTHING
    for place, parent in uphill(spans):
        found = _with(below[place], own[place], spans[place].attributes)
        if parent is None:
            total = _joined(total, found)
        else:
            below[parent] = _joined(below[parent], found)
    return total.spent


def _with(below: Below, own: Spent, attributes: Attributes) -> Below:
    """What a span and those below it spent."""
    if not own or look(attributes, ROLLUP) is True:
        return below
    kind, operation = look(attributes, KIND), look(attributes, OPERATION)
    family = kind if isinstance(kind, str) and kind else _FAMILIES.get(str(operation), "")
    if not _counts(family, operation, own, below):
        return below
    return _joined(below, Below(own, frozenset({family}) & _MODELS))


def _counts(family: str, operation: object, own: Spent, below: Below) -> bool:
    if not operation:
        return not below.spent
    if family in _MODELS:
        return family not in below.families
    if family in _RUNS:
        return not all(map(isclose, own, below.spent))
    return bool(family)


def _joined(one: Below, other: Below) -> Below:
    if not other.spent:
        return one
    spent = Spent(one.spent.first + other.spent.first, one.spent.second + other.spent.second)
    return Below(spent, one.families | other.families)


class Tokens:
    """Samples where the trace's tokens reach any of the bounds given."""

    def __init__(self, name: str, config: TokensConfig) -> None:
        """None is no bound."""
        self.name = name
        self._bounds = (config.min_total, config.min_input, config.min_output)

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Sum up the spans that are there."""
        taken, given = spent(trace.view(), tokens_of)
        sums = (taken + given, taken, given)
        reached = any(bound is not None and total >= bound for bound, total in zip(self._bounds, sums, strict=True))
        return SAMPLE if reached else NOT_SAMPLE


class Cost:
    """Samples where the trace cost at least `min_usd`."""

    def __init__(self, name: str, config: CostConfig) -> None:
        """A bound in USD."""
        self.name = name
        self._min_usd = config.min_usd

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Sum up the spans that are there; 0.7 and 0.1 reach 0.8."""
        usd = spent(trace.view(), cost_of).first
        return SAMPLE if usd >= self._min_usd or isclose(usd, self._min_usd) else NOT_SAMPLE

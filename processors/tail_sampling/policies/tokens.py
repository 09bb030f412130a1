"""`tokens` and `cost`: what a trace spent, each token counted once.

Source: SAMPLING.md section 8; `spansieve.ai.*` as in processors/ai_semantics/README.md. A span counts by what is below
it, so the trace is walked once from its leaves up.
"""

from collections.abc import Callable, Sequence
from math import isclose

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
from spansieve.structure.spending import NOTHING_BELOW, NOTHING_SPENT, Below, Spent, counts, family_of, joined, with_own

from ..facts import TraceFacts
from .base import Now, Verdict
from .leaves import NOT_SAMPLE, SAMPLE
from .own_config import CostConfig, TokensConfig
from .reading import keys_of, look, number
from .uphill import uphill

PRODUCERS_COST = "gen_ai.usage.cost"

_TOKENS = frozenset({INPUT_TOKENS, OUTPUT_TOKENS, INPUT_EXCLUDES_CACHE})
_COSTS = frozenset({COST, PRODUCERS_COST})

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
    below = [NOTHING_BELOW] * len(spans)
    total = NOTHING_BELOW
    for place, parent in uphill(spans):
        found = _with(below[place], own[place], spans[place].attributes)
        if parent is None:
            total = joined(total, found)
        else:
            below[parent] = joined(below[parent], found)
    return total.spent


def _with(below: Below, own: Spent, attributes: Attributes) -> Below:
    """What a span and those below it spent."""
    if not own or look(attributes, ROLLUP) is True:
        return below
    kind, operation = look(attributes, KIND), look(attributes, OPERATION)
    family = family_of(kind if isinstance(kind, str) else "", str(operation))
    return with_own(family, own, below) if counts(family, operation, own, below) else below


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

"""What a call cost, written on its span at once, so that whatever stands behind can tell by it."""

from spansieve.pdata import Span
from spansieve.prices import Prices, Usage
from spansieve.semconv.names import COST
from spansieve.structure.spending import family_of
from spansieve.watching import AiSpan

from .money import is_cost


def price(prices: Prices, span: Span, seen: AiSpan) -> None:
    """Give a call with tokens its cost, unless it has one. An unknown price is no cost."""
    traits = seen.traits
    if not seen.has_tokens or traits.is_rollup or not family_of(traits.kind, traits.operation):
        return
    if not is_cost(seen.cost_usd):
        seen.cost_usd = _cost(prices, seen)
    if seen.cost_usd is not None and COST not in span.attributes.raws():
        span.attributes[COST] = seen.cost_usd


def _cost(prices: Prices, seen: AiSpan) -> float | None:
    traits, tokens = seen.traits, seen.tokens
    usage = Usage(tokens.input, tokens.output, tokens.cache_read, tokens.cache_write)
    at_ns = seen.start_ns or seen.end_ns
    return prices.call_cost(traits.provider, traits.response_model, traits.request_model, usage, at_ns)

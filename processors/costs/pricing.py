"""What a call cost, written on its span, or log record, at once, so that whatever stands behind can tell by it."""

from struct import Struct
from typing import Final

from spansieve.pdata import LogRecord, Span, encode_pair
from spansieve.prices import Prices, Usage
from spansieve.semconv.names import COST
from spansieve.watching import AiSpan

from .money import is_cost

_HEAD: Final = encode_pair(COST, 0.0)[:-8]
"""All of the attribute but for its number."""
_DOUBLE: Final = Struct("<d").pack


def price(prices: Prices, span: Span | LogRecord, seen: AiSpan) -> None:
    """Give a call with tokens its cost, unless it has one. An unknown price is no cost."""
    traits = seen.traits
    if traits.is_rollup or not traits.family:
        return
    if not is_cost(seen.cost_usd):
        seen.cost_usd = _cost(prices, seen)
    if seen.cost_usd is not None and COST not in span.attributes.raws():
        span.attributes.extend_raw({COST: _HEAD + _DOUBLE(seen.cost_usd)})


def _cost(prices: Prices, seen: AiSpan) -> float | None:
    traits, tokens = seen.traits, seen.tokens
    usage = Usage(tokens.input, tokens.output, tokens.cache_read, tokens.cache_write)
    at_ns = seen.start_ns or seen.end_ns
    return prices.call_cost(traits.provider, traits.response_model, traits.request_model, usage, at_ns)

"""What a model call costs: the price library's unit prices, taken once for each model and day, times tokens.

The library itself takes 150 us for a price, because it works out which kinds of usage contain which; for tokens of
text that is always the same, and a multiplication. Its tiers hold for all tokens of a call, by the size of the input.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from .config import PriceOverride, PricesConfig
from .library import Library, changes_within_a_day, load, price_of
from .names import MAX_CHARACTERS, Rules, bare, canonical
from .rates import Price, Rates, Usage, multiply

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

MAX_PRICES = 500
"""Prices remembered, by provider, model and day; the longest unused is forgotten."""
DAY_NS = 86_400 * 10**9


class Prices:
    """Costs by provider, model and time. A known model takes about a microsecond a call; the network is never used."""

    def __init__(self, settings: PricesConfig, now: Callable[[], int], *, needs_library: bool = True) -> None:
        """Import the price library and read `settings.file`. `now`: wall clock, nanoseconds since the epoch.

        Raises ValueError if the file is wrong, or the library is not installed and needed: else `settings` know all
        prices that there are.
        """
        self._overrides = Rules((rule.match, (canonical(rule.provider), _stated(rule))) for rule in settings.rules())
        self._library = load() if needs_library else _installed()
        self._now = now
        self._price = lru_cache(MAX_PRICES)(self._find)

    @property
    def has_library(self) -> bool:
        """Whether the price library is there."""
        return self._library is not None

    def cost(self, provider: str, model: str, usage: Usage, at_ns: int) -> float | None:
        """USD of one call of `model`; None if its price is unknown: the caller counts that, and guesses nothing.

        `provider` is a `gen_ai.provider.name`, empty if unknown; `at_ns` is when the call was, in nanoseconds since the
        epoch, 0 for now. docs/prices.md
        says what is not in it, such as discounts.
        """
        if len(model) > MAX_CHARACTERS or len(provider) > MAX_CHARACTERS:
            return None
        at_ns = at_ns or self._now()
        known = self._price(provider, model, at_ns // DAY_NS)
        price = known(at_ns) if callable(known) else known
        return None if price is None else multiply(price, usage)

    def call_cost(
        self, provider: str, response_model: str, request_model: str, usage: Usage, at_ns: int
    ) -> float | None:
        """As `cost`, of a call that names the model that answered, the one that was asked for, or both: the first of
        them whose price is known.
        """
        cost = self.cost(provider, response_model, usage, at_ns) if response_model else None
        if cost is None and request_model and request_model != response_model:
            cost = self.cost(provider, request_model, usage, at_ns)
        return cost

    def _find(self, provider: str, model: str, day: int) -> Price | Callable[[int], Price | None] | None:
        """The price of that day; for a model that is cheaper at certain hours what tells it from the time."""
        name = canonical(provider)
        for wanted, price in self._overrides.fitting(model, bare(model)):
            if wanted in {"", name}:
                return price
        found = self._library.find(provider, model) if self._library is not None else None
        if found is None:
            return None
        return partial(_at, found) if changes_within_a_day(found) else _at(found, day * DAY_NS)


def _installed() -> Library | None:
    try:
        return load()
    except ValueError:
        return None


def _at(model: "ModelInfo", at_ns: int) -> Price | None:
    if not model.prices:
        return None
    return price_of(model, model.get_prices(datetime.fromtimestamp(at_ns // 10**9, UTC)))


def _stated(rule: PriceOverride) -> Price:
    read, written = rule.cache_read_per_million, rule.cache_write_per_million
    plain = rule.input_per_million
    only = Rates(
        above=-1,
        input=plain,
        output=rule.output_per_million,
        cache_read=plain if read is None else read,
        cache_write=plain if written is None else written,
    )
    return (only,)

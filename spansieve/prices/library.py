"""The price library, genai-prices: which of its models is meant, and its prices as floats.

It is imported when it is first needed, since that takes 0.2 to 0.4 s and 8 MB. Only the prices that it ships are used:
nothing is fetched. Its own look-ups remember every name they ever saw, so its providers and models are asked directly.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from spansieve.semconv import raw_mapping

from .names import canonical
from .rates import Price, Rates

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

MAX_MODELS = 4096
"""Pairs of provider and model that are remembered; the longest unused is forgotten."""

IDS: Mapping[str, str] = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "voyage_ai": "voyageai",
    "x_ai": "x-ai",
    "z_ai": "zai",
}
"""The library's names of providers, where they are not those of `gen_ai.provider.name`."""


class Library:
    """The models of genai-prices."""

    def __init__(self, providers: "list[Provider]") -> None:
        """`providers` as the library lists them."""
        self._all = providers
        self._by_id = {provider.id: provider for provider in providers}
        self._routes: dict[str, str] = raw_mapping()["providers"]["model_route_prefixes"]
        self.find = lru_cache(MAX_MODELS)(self._find)

    def provider(self, name: str) -> "Provider | None":
        """The provider that `name`, a `gen_ai.provider.name` in any spelling, stands for."""
        name = canonical(name)
        return self._by_id.get(IDS.get(name, name))

    def _find(self, provider: str, model: str) -> "ModelInfo | None":
        """The model that is meant; None if it is unknown, or if it is not clear whose it is."""
        name = model.strip().lower()
        owner = self.provider(provider) if provider else self._owner(name)
        if not owner or not name:
            return None
        known = (owner.find_model(spelling, all_providers=self._all) for spelling in self._spellings(name, owner))
        return next(filter(None, known), None)

    def _owner(self, name: str) -> "Provider | None":
        """Whose model `name` is: its route says so, or exactly one provider claims it."""
        routed = self._by_route(name)
        if routed:
            return routed
        claims = [each for each in self._all if each.model_match and each.model_match.is_match(name)]
        return claims[0] if len(claims) == 1 else None

    def _by_route(self, name: str) -> "Provider | None":
        route, slash, _ = name.partition("/")
        return self.provider(self._routes.get(route, route)) if slash else None

    def _spellings(self, name: str, owner: "Provider") -> Iterator[str]:
        """`name`, without the route of its own provider (`azure/gpt-4o`), without Google's path (`models/`)."""
        yield name
        if self._by_route(name) is owner:
            yield name.partition("/")[2]
        _, path, model = name.rpartition("models/")
        if path:
            yield model


@cache
def load() -> Library:
    """The library, imported once. Raises ValueError with the mend if it is not installed."""
    try:
        from genai_prices.data import providers  # noqa: PLC0415 (0.2 s and more, only for who wants prices)
    except ImportError:
        raise ValueError(
            'prices need the library genai-prices, which is not installed. Install it: pip install "spansieve[cost]"'
        ) from None
    return Library(providers)


def price_of(model: "ModelInfo", prices: "ModelPrice") -> Price | None:
    """`prices`, of `model`, as floats; None if tokens have no price there (audio by the hour, images, delisted).

    Kinds of tokens without a price of their own cost what the library says: cached ones as input, reasoning as output,
    output of embeddings nothing. No price at all is a price of 0 only for a model that is called `:free`.
    """
    if prices.input_mtok is None and prices.output_mtok is None and not model.id.endswith(":free"):
        return None
    kinds = (prices.input_mtok, prices.output_mtok, prices.cache_read_mtok, prices.cache_write_mtok)
    starts = {tier.start for kind in kinds for tier in getattr(kind, "tiers", ())}
    call = _above(prices.requests_kcount or 0, -1) / 1000
    return tuple(_rates(kinds, start, call) for start in sorted(starts | {-1}, reverse=True))


def _rates(kinds: tuple[Any, ...], start: int, call: float) -> Rates:
    """The rates of calls with more input than `start`."""
    plain, output, read, written = (None if kind is None else _above(kind, start) for kind in kinds)
    plain = plain or 0.0
    return Rates(
        above=start,
        input=plain,
        output=output or 0.0,
        cache_read=plain if read is None else read,
        cache_write=plain if written is None else written,
        call=call,
    )


def _above(kind: Any, start: int) -> float:  # noqa: ANN401 (a Decimal, or the library's tiers)
    reached = [tier.price for tier in getattr(kind, "tiers", ()) if tier.start <= start]  # in order of start
    return float(reached[-1] if reached else getattr(kind, "base", kind))


def changes_within_a_day(model: "ModelInfo") -> bool:
    """Whether `model` is cheaper at certain hours."""
    listed = model.prices if isinstance(model.prices, list) else []
    return any(hasattr(each.constraint, "start_time") for each in listed)

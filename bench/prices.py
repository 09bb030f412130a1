"""CPU a model call of its cost and its context window, beside the price library. Run: python -m bench.prices

Calls of eight models, half of them with prices in tiers. The library, asked each time, is the first row: compare the
ratios.
"""

from genai_prices import Usage as Theirs
from genai_prices import calc_price

from bench.cpu import compare
from spansieve.prices import Prices, PricesConfig, Usage, Windows
from spansieve.testing import FakeHost

MODELS = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-5"),
    ("openai", "gpt-5.4"),
    ("anthropic", "claude-opus-4-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"),
    ("google", "gemini-2.5-flash"),
    ("mistral", "mistral-large-latest"),
)
CALLS = [(*MODELS[number % len(MODELS)], Usage(1_000 + number, 200, 500, 100)) for number in range(512)]

Calls = list[tuple[str, str, Usage]]

_clock = FakeHost().clock
_prices = Prices(PricesConfig(), _clock.time_ns)
_windows = Windows()


def _library(calls: Calls) -> None:
    for provider, model, (tokens, output, read, written) in calls:
        usage = Theirs(input_tokens=tokens, output_tokens=output, cache_read_tokens=read, cache_write_tokens=written)
        calc_price(usage, model, provider_id=provider)


def _cost(calls: Calls) -> None:
    now = _clock.time_ns()
    for provider, model, usage in calls:
        _prices.cost(provider, model, usage, now)


def _limit(calls: Calls) -> None:
    for provider, model, _ in calls:
        _windows.limit(model, provider)


if __name__ == "__main__":
    candidates = {"library": _library, "cost": _cost, "limit": _limit}
    compare(candidates, b"", prepare=lambda _: CALLS, items=len(CALLS))

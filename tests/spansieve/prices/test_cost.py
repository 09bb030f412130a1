"""What calls cost: the library's prices to the digit, the user's before them, and nothing guessed."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.prices import PriceOverride, Prices, PricesConfig, Usage
from spansieve.prices.library import IDS, load
from spansieve.semconv import raw_mapping

genai_prices = pytest.importorskip("genai_prices", reason='needs the extra: pip install "spansieve[cost]"')

Pair = tuple[str, str, str]  # our provider, the library's, the model
NAMES = sorted({*raw_mapping()["providers"]["values"].values()})
UNPRICED = {"alibaba_cloud", "aws.sagemaker", "hugging_face", "ibm.watsonx.ai", "ollama", "vllm"}
TEXT = ("input_mtok", "output_mtok")


def ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 10**9  # type: ignore[arg-type, misc]


NOW = ns(2026, 11, 1)


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices(PricesConfig(), now=lambda: NOW)


def test_every_provider_name_is_priced_or_known_not_to_be() -> None:
    library = load()
    assert {name for name in NAMES if library.provider(name) is None} == UNPRICED
    assert {name for name in IDS if library.provider(name) is None} == set()


def pairs() -> Iterator[Pair]:
    """Every model of every provider; but a few have ids that are no model's name."""
    for name in NAMES:
        provider = load().provider(name)
        if provider:
            yield from ((name, provider.id, model.id) for model in provider.models if provider.find_model(model.id))


@pytest.mark.parametrize(
    ("usage", "at"),
    [
        (Usage(1000, 200), (2026, 11, 1)),
        (Usage(150_000, 2_000, 100_000, 7_000), (2025, 1, 15)),
        (Usage(900_000, 60_000, 250_001), (2026, 11, 1, 2, 30)),  # in tiers, and in DeepSeek's dear hours
        (Usage(200_000, 10), (2026, 11, 1)),  # at the edge of a tier, and above it
        (Usage(200_001, 10), (2026, 11, 1)),
        (Usage(0, 0), (2024, 1, 1)),
    ],
)
def test_costs_are_those_of_the_library(prices: Prices, usage: Usage, at: tuple[int, ...]) -> None:
    tokens = genai_prices.Usage(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
    )
    tried = list(pairs())[::2]
    assert len(tried) > 500
    for name, provider, model in tried:
        when = datetime(*at, tzinfo=UTC)  # type: ignore[arg-type, misc]
        theirs = genai_prices.calc_price(tokens, model, provider_id=provider, genai_request_timestamp=when)
        ours = prices.cost(name, model, usage, ns(*at))
        if ours is None:
            stated = theirs.model_price
            assert all(getattr(stated, key) is None for key in TEXT), (name, model)
        else:
            assert ours == pytest.approx(float(theirs.total_price), rel=1e-9), (name, model)


@pytest.mark.parametrize(
    ("provider", "model", "same_as"),
    [
        ("openai", "GPT-4o", ("openai", "gpt-4o")),
        ("openai", "openai/gpt-4o", ("openai", "gpt-4o")),
        ("azure.ai.openai", "azure/gpt-4o", ("openai", "gpt-4o")),
        ("gcp.vertex_ai", "publishers/google/models/gemini-2.5-pro", ("gcp.gemini", "gemini-2.5-pro")),
        ("gcp.vertex_ai", "claude-opus-4-1@20250805", ("anthropic", "claude-opus-4-1")),
        (
            "aws.bedrock",
            "arn:aws:bedrock:eu-west-1:1:inference-profile/us.amazon.nova-pro-v1:0",
            ("aws", "amazon.nova-pro-v1:0"),
        ),
        ("", "gpt-4o", ("openai", "gpt-4o")),
        ("", "openrouter/openai/gpt-4o", ("openrouter", "openai/gpt-4o")),
    ],
)
def test_a_model_is_known_under_its_hosts_names(
    prices: Prices, provider: str, model: str, same_as: tuple[str, str]
) -> None:
    usage = Usage(10_000, 1_000, 5_000)
    cost = prices.cost(provider, model, usage, NOW)
    assert cost is not None
    assert cost == prices.cost(*same_as, usage, NOW)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-of-ours"),
        ("openai", ""),
        ("", ""),
        ("", "nobody-knows"),
        ("openai", "claude-sonnet-4-5"),  # somebody behind OpenAI's API, at prices of their own
        ("openai", "azure/gpt-4o"),
        ("ollama", "deepseek-r1"),
        ("vllm", "openai/gpt-oss-120b"),
        ("somebody", "gpt-4o"),
        ("openai", "ft:gpt-5:org::id"),  # dearer than its base, and the library has no price
        ("openai", "whisper-1"),  # paid by the hour
        ("gcp.vertex_ai", "gemma-4-31b-it"),  # no price is not a price of nothing
        ("openai", "gpt-4o" + "x" * 10_000),
        ("o" * 10_000, "gpt-4o"),
    ],
)
def test_what_is_unknown_is_not_guessed(prices: Prices, provider: str, model: str) -> None:
    assert prices.cost(provider, model, Usage(1000, 1000), NOW) is None


def test_a_free_model_costs_nothing(prices: Prices) -> None:
    assert prices.cost("openrouter", "qwen/qwq-32b:free", Usage(1000, 1000), NOW) == 0.0


def test_cached_input_is_priced_apart_and_never_taken_off_twice(prices: Prices) -> None:
    costs = [prices.cost("anthropic", "claude-opus-4-5", usage, NOW) for usage in (
        Usage(1_000_000, 0), Usage(100_000, 0, 100_000), Usage(100_000, 0, 0, 100_000), Usage(0, 0, 100_000)
    )]  # fmt: skip
    assert costs == pytest.approx([5, 0.05, 0.625, 0.05])


def test_embeddings_cost_their_input(prices: Prices) -> None:
    assert prices.cost("openai", "text-embedding-3-small", Usage(1_000_000, 0), NOW) == pytest.approx(0.02)


def test_a_call_costs_what_it_cost_then(prices: Prices) -> None:
    usage = Usage(1_000_000, 0)
    june, now = (prices.cost("openai", "o3", usage, at) for at in (ns(2025, 6, 1), NOW))
    assert (june, now) == (10, 2)
    assert prices.cost("openai", "o3", usage, 0) == now


def test_hours_that_are_cheaper_are_told_apart_within_a_day(prices: Prices) -> None:
    usage = Usage(1_000_000, 0)
    dear, cheap = (prices.cost("deepseek", "deepseek-v4-pro", usage, ns(2026, 11, 1, hour)) for hour in (2, 12))
    assert dear is not None
    assert cheap is not None
    assert dear > cheap


def test_the_user_s_prices_win_for_their_provider(prices: Prices) -> None:
    rules = [
        PriceOverride(match="^gpt-4o$", provider="Azure", input_per_million=1, output_per_million=2),
        PriceOverride(match="^Ours$", input_per_million=4, output_per_million=8, cache_read_per_million=0.5),
        PriceOverride(match="^ours", input_per_million=0, output_per_million=0),
    ]
    own = Prices(PricesConfig(overrides=rules), now=lambda: NOW)
    usage = Usage(1_000_000, 1_000_000, 500_000)
    assert own.cost("azure.ai.openai", "azure/gpt-4o", usage, NOW) == 3
    assert own.cost("openai", "gpt-4o", usage, NOW) == prices.cost("openai", "gpt-4o", usage, NOW)
    assert own.cost("vllm", "Ours", usage, NOW) == 2 + 0.25 + 8
    assert own.cost("", "team/ours-small", usage, NOW) == 0


COUNTS = st.integers(0, 10**9)


@given(
    provider=st.sampled_from([*NAMES, ""]) | st.text(st.characters(exclude_categories=())),
    model=st.sampled_from(["gpt-4o", "gemini-2.5-pro", "deepseek-chat"])
    | st.text(st.characters(exclude_categories=())),
    usage=st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS),
    at=st.integers(0, 2**64 - 1),
)
def test_any_call_has_a_cost_of_at_least_nothing_or_none(
    prices: Prices, provider: str, model: str, usage: Usage, at: int
) -> None:
    cost = prices.cost(provider, model, usage, at)
    assert cost is None or 0 <= cost < 10**9


def test_without_the_library_the_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("genai_prices", "genai_prices.data"):
        monkeypatch.setitem(sys.modules, name, None)
    load.cache_clear()
    with pytest.raises(ValueError, match=r'pip install "spansieve\[cost\]"'):
        Prices(PricesConfig(), now=lambda: NOW)


def test_a_broken_file_of_prices_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"Correct `file`"):
        Prices(PricesConfig(file="no/such"), now=lambda: NOW)


def test_without_the_library_prices_of_ones_own_are_all_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices.data", None)
    load.cache_clear()
    own = PriceOverride(match="^ours", input_per_million=1, output_per_million=2)
    prices = Prices(PricesConfig(overrides=[own]), now=lambda: NOW, needs_library=False)
    load.cache_clear()
    assert not prices.has_library
    assert prices.cost("", "ours", Usage(1_000_000, 0), 0) == 1
    assert prices.cost("openai", "gpt-4o", Usage(1, 1), 0) is None


def test_of_two_names_of_a_model_the_one_that_answered_counts_if_its_price_is_known(prices: Prices) -> None:
    usage = Usage(1000, 1000)
    mini = prices.cost("openai", "gpt-4o-mini", usage, NOW)
    assert prices.call_cost("openai", "gpt-4o-mini", "gpt-4o", usage, NOW) == mini
    assert prices.call_cost("openai", "no-such-model", "gpt-4o-mini", usage, NOW) == mini
    assert prices.call_cost("openai", "", "gpt-4o-mini", usage, NOW) == mini
    assert prices.call_cost("openai", "no-such-model", "", usage, NOW) is None

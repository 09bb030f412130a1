"""Context windows: whose word counts, and that every row of the table can be met."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.prices import WindowRule, Windows
from spansieve.semconv import raw_mapping


@pytest.fixture(scope="module")
def windows() -> Windows:
    return Windows()


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        ("gpt-5-2025-08-07", 272_000),  # of a window of 400000
        ("gpt-5-chat-latest", 128_000),
        ("azure/gpt-4o", 128_000),
        ("ft:gpt-4o-mini-2024-07-18:org::id", 128_000),
        ("openai/o3:online", 200_000),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 200_000),
        ("claude-sonnet-4-6@default", 1_000_000),
        ("models/gemini-2.5-pro", 1_048_576),
        ("meta.llama3-1-70b-instruct-v1:0", 128_000),
        ("nobody-knows", None),
        ("", None),
    ],
)
def test_the_shipped_table_knows_a_model_under_its_hosts_names(windows: Windows, model: str, limit: int | None) -> None:
    assert windows.limit(model) == limit


def test_a_user_s_rule_wins_over_the_table_and_the_first_over_the_next() -> None:
    rules = [
        WindowRule(match="^Our-Model$", window=32_000, input=30_000),
        WindowRule(match="^gpt-4o-mini", window=64_000),
        WindowRule(match="^gpt-4o", window=100_000),
    ]
    windows = Windows(rules)
    assert windows.limit("Our-Model") == 30_000  # as it was sent
    assert windows.limit("openrouter/openai/GPT-4o-mini:free") == 64_000  # bare
    assert windows.limit("gpt-4o") == 100_000
    assert windows.limit("o3") == 200_000


def test_every_row_of_the_table_is_a_pattern_with_a_limit() -> None:
    rows = raw_mapping()["context_windows"]["models"]
    assert rows
    for row in rows:
        assert WindowRule(match=row["re"], window=row["window"], input=row.get("input")).limit > 0


def test_a_name_of_10_kB_is_nobody_s(windows: Windows) -> None:
    assert windows.limit("gpt-4o" + "x" * 10_000) is None
    assert windows.limit("gpt-4o", provider="p" * 10_000) is None


@given(st.text(st.characters(exclude_categories=())), st.text())
def test_any_names_are_answered_and_again_the_same(model: str, provider: str) -> None:
    windows = Windows()
    assert windows.limit(model, provider) == windows.limit(model, provider)


def test_the_price_library_is_asked_only_for_what_the_table_does_not_know() -> None:
    pytest.importorskip("genai_prices", reason='needs the extra: pip install "spansieve[cost]"')
    windows = Windows(library=True)
    assert windows.limit("gpt-5") == 272_000  # the library says 400000
    assert Windows().limit("moonshot-v1-8k") is None
    assert windows.limit("moonshot-v1-8k", "moonshot_ai") == 8192


def test_windows_do_not_need_the_price_library() -> None:
    code = """
import sys
from spansieve.prices import Prices, Windows
assert Windows().limit("gpt-4o") == 128000
assert "genai_prices" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 (our own interpreter)

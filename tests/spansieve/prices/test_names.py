"""Model names: what hosts put around them is taken off, and nothing that a sender writes breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.prices.names import Rules, bare, canonical

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("gpt-4o", "gpt-4o"),
        (" GPT-4o ", "gpt-4o"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("qwen3.8-max", "qwen3.8-max"),
        ("openrouter/anthropic/claude-sonnet-4.5:free", "claude-sonnet-4.5"),
        ("azure/gpt-4o", "gpt-4o"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("projects/p/locations/eu/publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022-v2"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929-v1"),
        ("us-gov.anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307-v1"),
        ("eu.meta.llama3-1-70b-instruct-v1:0", "llama3-1-70b-instruct-v1"),
        ("amazon.nova-pro-v1:0", "nova-pro-v1"),
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", "nova-pro-v1"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("ft:gpt-4o-mini-2024-07-18:org::id", "ft:gpt-4o-mini-2024-07-18"),
        ("", ""),
    ],
)
def test_routes_vendors_and_tails_are_taken_off(sent: str, name: str) -> None:
    assert bare(sent) == name


@given(ANY_TEXT)
def test_any_name_is_taken(sent: str) -> None:
    assert "/" not in bare(sent)
    canonical(sent)
    list(Rules([("^gpt", 1)]).fitting(sent, bare(sent)))


def test_a_provider_s_spellings_meet() -> None:
    assert {canonical(name) for name in ("azure", "Azure OpenAI", "az.ai.openai", "azure-openai")} == {
        "azure.ai.openai"
    }
    assert canonical("Somebody Else") == "somebody else"

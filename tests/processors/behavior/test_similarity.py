"""How alike two prompts are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.behavior.asked import Asked
from spansieve.processors.behavior.config import RetryConfig
from spansieve.processors.behavior.similarity import Likeness, likeness, ratios
from spansieve.processors.behavior.told import Prompt

CONFIG = RetryConfig()
FUZZ = ratios()


def alike(one: Prompt, other: Prompt) -> Likeness | None:
    return likeness(one, other, CONFIG, FUZZ)


def test_equal_hashes_are_the_same_whatever_the_texts_say() -> None:
    assert alike(
        Prompt(hash="k:1", asked=Asked.known("a b c d")), Prompt(hash="k:1", asked=Asked.known("w x y z"))
    ) == (1.0, "hash", True)


def test_the_hash_of_the_first_call_counts_where_the_runs_differ() -> None:
    assert alike(Prompt(hash="k:1", call_hash="k:2"), Prompt(hash="k:3", call_hash="k:2")) == (1.0, "hash", True)


@pytest.mark.parametrize(
    ("one", "other", "is_retry"),
    [
        ("How do I reset my password?", "how can I reset my password", True),
        ("Summarise the quarterly report for me", "What is the weather in Oslo today", False),
        ("try again", "try again!", True),
        ("fix it", "fix that", False),
        ("deploy", "please deploy the service to production", False),
    ],
)
def test_texts_are_compared_by_words_and_short_ones_by_letters(one: str, other: str, is_retry: bool) -> None:
    found = alike(Prompt(asked=Asked.known(one)), Prompt(asked=Asked.known(other)))
    assert found is not None
    assert (found.method, found.is_retry) == ("text", is_retry)


def test_without_texts_simhashes_count_from_0_88_on() -> None:
    found = [alike(Prompt(simhash="0" * 16), Prompt(simhash=f"{(1 << bits) - 1:016x}")) for bits in (7, 8)]
    assert [one and (one.method, one.is_retry) for one in found] == [("simhash", True), ("simhash", False)]


def test_without_rapidfuzz_texts_are_not_compared() -> None:
    one = Prompt(asked=Asked.known("how do I reset my password"), simhash="f" * 16)
    assert likeness(one, one, CONFIG, None) == (1.0, "simhash", True)
    assert likeness(one._replace(simhash=""), one, CONFIG, None) is None


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert alike(Prompt(), Prompt()) is None
    assert alike(Prompt(simhash="no hex"), Prompt(simhash="f" * 16)) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_symmetric_and_between_nothing_and_all(one: str, other: str) -> None:
    found, back = (
        alike(Prompt(asked=Asked.known(one)), Prompt(asked=Asked.known(other))),
        alike(Prompt(asked=Asked.known(other)), Prompt(asked=Asked.known(one))),
    )
    assert (found is None) == (back is None)
    if found is not None and back is not None:
        assert 0 <= found.similarity <= 1
        assert found.similarity == pytest.approx(back.similarity)

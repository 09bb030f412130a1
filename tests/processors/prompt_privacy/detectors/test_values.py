"""What values look like: names that programs give, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors.values import is_invited, is_wordy

WORDS = ("next_page_2", "db-credentials", "MaxRetries", "config.token", "API_KEY", "parseJSONBody", "SHA256Sum", "v1.2")


@pytest.mark.parametrize("name", WORDS)
def test_names_as_programs_give_them_are_words(name: str) -> None:
    assert is_wordy(name.encode())


@pytest.mark.parametrize("value", ["x7Kq2pL9", "hunter2!", "aB3dE5fG7hJ9", "9f8e7d6c5b4a", "correct#horse"])
def test_what_people_or_machines_choose_is_no_word(value: str) -> None:
    assert not is_wordy(value.encode())


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.sampled_from("_-./:, +@|"))
def test_words_beside_words_are_words(names: list[str], between: str) -> None:
    assert is_wordy(between.join(names).encode())


@pytest.mark.parametrize("unit", ["AB1::aaba", "ABab-", "A_", "aB.aB", "ABCDEFGH", "a1_", "Ab1Cd2"])
def test_a_long_value_that_is_no_word_at_its_end_is_judged_at_once(unit: str) -> None:
    """Each part can be read in several ways: whoever tried all of all parts would not come to an end."""
    assert not is_wordy(unit.encode() * 40 + b"!")


@pytest.mark.parametrize("body", ["api03-YOUR_KEY_HERE", "xxxxxxxxxxxx", "change-me", "aB3...", "key-here"])
def test_a_token_that_says_what_to_put_there_is_none(body: str) -> None:
    assert is_invited(body.encode())

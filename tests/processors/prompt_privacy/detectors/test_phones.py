"""phones: numbers as they are dialled, and what only looks like them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors.calling_codes import can_be_dialled

from .generated import digits, surrounded
from .searching import marked, rules

ABROAD = [
    ("49", "30", 8),
    ("44", "20", 8),
    ("33", "6", 8),
    ("39", "347", 7),
    ("1", "650", 7),
    ("86", "138", 8),
    ("971", "50", 7),
]


@settings(max_examples=40)
@given(st.data(), st.sampled_from(ABROAD), st.sampled_from([" ", "-", ".", "", "\u00a0"]))
def test_an_international_number_is_found_wherever_it_stands(
    data: st.DataObject, of: tuple[str, str, int], separator: str
) -> None:
    rest = digits(data.draw, of[2])
    text = surrounded(data.draw, separator.join(("+" + of[0], of[1], rest[:4], rest[4:])))
    assert marked(text.replace("⟦", "").replace("⟧", "")) == text


@settings(max_examples=60)
@given(st.data(), st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999))
def test_a_north_american_number_is_found_wherever_it_stands(data: st.DataObject, a: int, e: int, s: int) -> None:
    written = data.draw(
        st.sampled_from([f"({a}) {e}-{s:04}", f"({a}){e}-{s:04}", f"{a}-{e}-{s:04}", f"1-{a}-{e}-{s:04}"])
    )
    text = surrounded(data.draw, written)
    assert marked(text.replace("⟦", "").replace("⟧", "")) == text


@settings(max_examples=40)
@given(
    st.data(),
    st.sampled_from(["phone", "Tel.", "mobile:", '"phone_number": "', "telefon ", "whatsapp=", '\\"tel\\":\\"']),
)
def test_a_national_number_goes_behind_a_word_and_stays_without(data: st.DataObject, word: str) -> None:
    rest = digits(data.draw, 9)
    written = data.draw(st.sampled_from([f"0{rest}", f"0{rest[:3]} {rest[3:]}", f"(0{rest[:3]}) {rest[3:]}"]))
    assert marked(f"{word} {written}, x") == f"{word} ⟦{written}⟧, x"
    assert rules(f"value {written}, x") == []


@settings(max_examples=60)
@given(st.integers(1, 9999), st.integers(1000, 9999), st.integers(0, 9999))
def test_sums_hunks_and_zones_are_no_numbers(a: int, b: int, c: int) -> None:
    assert rules(f"{a} + {b} - {c}; {a}{b}+{b}{c}; @@ -{a},{c % 99} +{a},{c % 97} @@ 2024-01-01T00:00:00+02:00") == []


@pytest.mark.parametrize(
    ("number", "whether"),
    [
        (b"4930901820", True),
        (b"442079460958", True),
        (b"4402079460958", True),
        (b"12069046591", True),
        (b"11069046591", False),
        (b"1206904659", False),
        (b"2101234567890", False),
        (b"99912345678", False),
        (b"", False),
    ],
)
def test_a_number_can_be_dialled_when_its_country_has_such(number: bytes, whether: bool) -> None:
    assert can_be_dialled(number) is whether

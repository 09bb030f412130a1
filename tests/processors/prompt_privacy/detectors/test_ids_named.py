"""ids_named: numbers that the word before them makes an id."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .generated import digits
from .searching import findings, marked, rules

NAMED = {
    "ssn": 9,
    "nhs_number": 10,
    "steuer_id": 11,
    "pesel": 11,
    "bsn": 9,
    "tckn": 11,
    "social_insurance_number": 9,
    "taxFileNumber": 9,
    "medicareNumber": 10,
    "southAfricanId": 13,
    "passport_number": 9,
    "routing_number": 9,
    "cpf": 11,
    "aadhaar": 12,
    "personnummer": 10,
    "patientNhsNumber": 10,
    "userSsn": 9,
}


@pytest.mark.parametrize("name", NAMED)
@settings(max_examples=8)
@given(st.data(), st.integers(0, 4))
def test_any_digits_behind_a_key_go_at_any_depth_of_json(name: str, data: st.DataObject, depth: int) -> None:
    number = digits(data.draw, NAMED[name])
    text = json.dumps({"a": 1, name: number, "id": 7})
    for _ in range(depth):
        text = json.dumps({"x": text})
    assert [text[one.start : one.end] for one in findings(text.encode())] == [number]


@settings(max_examples=60)
@given(st.data(), st.integers(9, 11))
def test_the_same_digits_without_a_name_stay(data: st.DataObject, size: int) -> None:
    number = digits(data.draw, size)
    assert rules(f'{{"count":{number},"v":"{number}"}} {number}') == []


def test_other_words_between_ask_for_the_check_digit() -> None:
    assert marked("NHS patient 5174766968") == "NHS patient ⟦5174766968⟧"
    assert rules("NHS patient 5174766969") == []


def test_a_number_one_digit_too_short_or_too_long_is_a_mistyped_one() -> None:
    assert rules("BSN 53465249") == ["NL_BSN"]
    assert rules("NHS number 51747669681") == ["UK_NHS"]
    assert rules("NHS number 517476") == []

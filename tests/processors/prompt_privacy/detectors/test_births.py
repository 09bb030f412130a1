"""births: a date behind a word of birth, in any common form; other dates stay."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors.dates import date_at

from .searching import findings, marked, rules

FORMS = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d.%m.%y",
    "%Y%m%d",
    "%Y/%m/%d",
    "%b %d %Y",
]
days = st.dates(min_value=date(1920, 1, 1), max_value=date(2019, 12, 31))
WORDS = ["born on", "DOB:", "geboren am", "née le", "fecha de nacimiento:", "nato il", "född", "出生日期"]


@settings(max_examples=40)
@given(days, st.sampled_from(FORMS), st.sampled_from(WORDS))
def test_the_date_alone_goes_and_without_the_word_it_stays(day: date, form: str, word: str) -> None:
    written = day.strftime(form)
    assert marked(f"{word} {written} in X") == f"{word} ⟦{written}⟧ in X"
    assert rules(f"released on {written} in X") == []


@pytest.mark.parametrize(
    "key", ["birth_date", "dateOfBirth", "birthday", "dob", "bday", "patient.birthDate", "date-of-birth"]
)
@settings(max_examples=10)
@given(days, st.sampled_from(FORMS), st.integers(0, 4))
def test_keys_of_json_are_words_at_any_depth(key: str, day: date, form: str, depth: int) -> None:
    written = day.strftime(form)
    text = json.dumps({key: written, "n": 4, "created": "2024-01-01"})
    for _ in range(depth):
        text = json.dumps([text])
    assert [text[one.start : one.end] for one in findings(text.encode())] == [written]


@settings(max_examples=60)
@given(st.binary(max_size=40))
def test_no_bytes_make_the_reader_of_dates_raise(text: bytes) -> None:
    assert date_at(text, 0) <= len(text)

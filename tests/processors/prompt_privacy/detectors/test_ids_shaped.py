"""ids_shaped: national ids that their form gives away."""

import re
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from .generated import LETTERS, Draw, changed, completed, digits, luhn, surrounded, verhoeff, weighted
from .searching import marked, rules

days = st.dates(min_value=date(1940, 1, 1), max_value=date(2009, 12, 31))


def aadhaar(draw: Draw) -> str | None:
    number = completed("6" + digits(draw, 10), verhoeff)
    return number and f"{number[:4]} {number[4:8]} {number[8:]}"


def nif(draw: Draw) -> str:
    number = digits(draw, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def nie(draw: Draw) -> str:
    first: str = draw(st.sampled_from("XYZ"))
    number = digits(draw, 7)
    return first + number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(f"{'XYZ'.index(first)}{number}") % 23]


def fiscal(draw: Draw) -> str:
    odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
    known = "RSSMRA" + digits(draw, 2) + "T10A" + digits(draw, 3)
    values = [int(sign) if sign.isdigit() else LETTERS.index(sign) for sign in known]
    return known + LETTERS[(sum(odd[value] for value in values[::2]) + sum(values[1::2])) % 26]


def cpf(draw: Draw) -> str:
    return cpf_of(digits(draw, 9))


def cpf_of(number: str) -> str:
    """Remainders 0 and 1 have one digit, so that a few pairs of numbers one digit apart agree both."""
    for first in (10, 11):
        rest = weighted(number, range(first, 1, -1)) % 11
        number += str(0 if rest < 2 else 11 - rest)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def chinese(draw: Draw) -> str:
    known: str = "110105" + draw(days).strftime("%Y%m%d") + digits(draw, 3)
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return known + "10X98765432"[weighted(known, weights) % 11]


def french(draw: Draw) -> str:
    known: str = draw(st.sampled_from("12")) + draw(days).strftime("%y%m") + "75" + digits(draw, 6)
    return f"{known}{97 - int(known) % 97:02}"


def swedish(draw: Draw) -> str | None:
    day = draw(days).strftime("%y%m%d")
    number = completed(day + digits(draw, 3), luhn)
    return number and f"{number[:6]}-{number[6:]}"


def finnish(draw: Draw) -> str:
    day, serial = draw(days).strftime("%d%m%y"), digits(draw, 3)
    return f"{day}-{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(day + serial) % 31]}"


CLOCK = re.compile(r"[-](?:[01][0-9]|2[0-3])[0-5][0-9]$")
"""What may be the time in the name of a backup needs a word before it."""
CHECKED: dict[str, Callable[[Draw], str | None]] = {
    "IN_AADHAAR": aadhaar,
    "ES_NIF": nif,
    "IT_FISCAL_CODE": fiscal,
    "BR_CPF": cpf,
    "CN_RESIDENT_ID": chinese,
    "FR_NIR": french,
    "SE_PERSONNUMMER": swedish,
    "FI_HETU": finnish,
}


@pytest.mark.parametrize("rule", [*CHECKED, "NIE"])
@settings(max_examples=25)
@given(st.data())
def test_a_valid_id_is_found_wherever_it_stands(rule: str, data: st.DataObject) -> None:
    number = nie(data.draw) if rule == "NIE" else CHECKED[rule](data.draw)
    assume(number and not number.endswith("B") and not CLOCK.search(number))
    text = surrounded(data.draw, str(number))
    assert marked(text.replace("⟦", "").replace("⟧", "")) == text


@settings(max_examples=60)
@given(st.data(), st.lists(st.sampled_from(["", " ", "-"]), min_size=6, max_size=6))
def test_a_french_id_is_found_whatever_gaps_are_in_it(data: st.DataObject, gaps: list[str]) -> None:
    number, ends = french(data.draw), (0, 1, 3, 5, 7, 10, 13, 15)
    written = "".join(number[a:b] + gap for (a, b), gap in zip(pairwise(ends), [*gaps, ""], strict=True))
    assert marked(f"nir: {written}.") == f"nir: ⟦{written}⟧."


@pytest.mark.parametrize("rule", CHECKED)
@settings(max_examples=25)
@given(st.data())
def test_an_id_with_one_wrong_digit_is_none(rule: str, data: st.DataObject) -> None:
    number = CHECKED[rule](data.draw)
    assume(number is not None)
    wrong = changed(data.draw, str(number))
    assume(rule != "BR_CPF" or cpf_of(wrong[:12].replace(".", "")[:9]) != wrong)
    assert rule not in rules(f"see {wrong}")


@settings(max_examples=60)
@given(st.integers(0, 999), st.integers(0, 99), st.integers(0, 9999))
def test_a_social_security_number_has_an_area_a_group_and_a_serial_that_are_given_out(a: int, g: int, s: int) -> None:
    given_out = a not in (0, 666) and a < 900 and g > 0 and s > 0
    taxpayer = a >= 900 and s > 0 and (50 <= g <= 65 or 70 <= g <= 88 or 90 <= g <= 92 or 94 <= g <= 99)
    wanted = ["US_SSN"] if given_out else ["US_ITIN"] if taxpayer else []
    assert rules(f"it is {a:03}-{g:02}-{s:04}.") == wanted


@settings(max_examples=60)
@given(st.datetimes(datetime(2010, 1, 1), datetime(2039, 1, 1)))
def test_clocks_in_names_of_backups_are_no_ids(moment: datetime) -> None:
    assert (
        rules(f"backup {moment:%y%m%d-%H%M} {moment:%Y%m%d-%H%M} {moment:%y%m%d-%H%M%S} {moment:%Y%m%dT%H%M%SZ}") == []
    )

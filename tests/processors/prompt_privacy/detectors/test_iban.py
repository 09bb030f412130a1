"""iban: accounts of every country of the registry, grouped or not, in capitals or not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from .generated import changed, digits, grouped, surrounded, with_iban_check
from .searching import marked, rules

ACCOUNTS = {
    "NO": 11,
    "BE": 12,
    "DK": 14,
    "AT": 16,
    "CH": 17,
    "DE": 18,
    "IL": 19,
    "ES": 20,
    "PT": 21,
    "IS": 22,
    "PL": 24,
}
BANKS = {"NL": ("ABNA", 10), "GB": ("WEST", 14), "MT": ("MALT", 23), "LC": ("HEMM", 24), "FR": ("", 23), "RU": ("", 29)}


@st.composite
def ibans(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from([*ACCOUNTS, *BANKS]))
    bank, size = BANKS.get(country, ("", ACCOUNTS.get(country, 0)))
    return with_iban_check(country, bank + digits(draw, min(size, 20)) + "7" * max(0, size - 20))


@settings(max_examples=40)
@given(st.data(), ibans(), st.sampled_from(["", " ", "-", "\u00a0"]), st.booleans())
def test_an_iban_is_found_wherever_it_stands(data: st.DataObject, number: str, separator: str, small: bool) -> None:
    written = grouped(number.lower() if small else number, [4] * 9, separator)
    text = surrounded(data.draw, written)
    assert marked(text.replace("⟦", "").replace("⟧", "")) == text


@settings(max_examples=40)
@given(st.data(), ibans())
def test_an_iban_with_one_wrong_digit_is_none(data: st.DataObject, number: str) -> None:
    assert "iban" not in rules(changed(data.draw, number))


@settings(max_examples=40)
@given(st.binary(min_size=4, max_size=32))
def test_hashes_in_capitals_are_no_accounts(raw: bytes) -> None:
    assert rules(f"sha {raw.hex().upper()} {raw.hex()}") in ([], ["IN_PAN"])

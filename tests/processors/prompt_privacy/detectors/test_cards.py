"""cards: every issuer's numbers in every way they are written, and no other numbers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from .generated import changed, completed, digits, grouped, luhn, surrounded
from .searching import marked, rules

ISSUED = [
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("36", 14),
    ("305", 14),
    ("38", 14),
    ("6011", 16),
    ("644", 16),
    ("65", 16),
    ("62", 16),
    ("62", 17),
    ("62", 18),
    ("62", 19),
    ("3528", 16),
    ("3589", 16),
    ("6759", 16),
    ("5018", 18),
    ("2204", 16),
    ("6521", 16),
    ("9792", 16),
]
GROUPS = {14: (4, 6, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4), 19: (4, 4, 4, 4, 3)}


@st.composite
def cards(draw: st.DrawFn) -> str:
    prefix, size = draw(st.sampled_from(ISSUED))
    number = completed(prefix + digits(draw, size - len(prefix) - 1), luhn)
    assert number is not None
    return number


@settings(max_examples=40)
@given(st.data())
def test_a_card_is_found_bare_and_grouped_wherever_it_stands(data: st.DataObject) -> None:
    number = data.draw(cards())
    separator = data.draw(st.sampled_from(["", " ", "-", "\u00a0", "\u202f"]))
    written = grouped(number, GROUPS.get(len(number), (len(number),)), separator)
    text = surrounded(data.draw, written)
    assert marked(text.replace("⟦", "").replace("⟧", "")) == text


@settings(max_examples=40)
@given(st.data())
def test_a_card_with_one_wrong_digit_is_none(data: st.DataObject) -> None:
    assert "card" not in rules("card " + changed(data.draw, data.draw(cards())))


@settings(max_examples=40)
@given(st.data(), st.sampled_from(["0.", "-", "_", "x", "ORD-", "trace_id=", '{"request_id": "', "build id: "]))
def test_a_card_s_digits_in_something_else_stay(data: st.DataObject, before: str) -> None:
    assert rules(before + data.draw(cards())) == []


@settings(max_examples=40)
@given(st.integers(1_000_000_000, 1_999_999_999), st.sampled_from([0, 3, 6, 9]), st.integers(0, 10**9))
def test_clocks_are_no_cards(seconds: int, places: int, fraction: int) -> None:
    clock = str(seconds) + str(fraction).rjust(9, "0")[:places]
    assert rules(f'{{"t":{clock},"u":"{clock}"}}') == []


@given(st.integers(0, 1), st.lists(st.integers(1000, 9999), min_size=6, max_size=12))
def test_rows_of_numbers_of_four_digits_are_no_cards(dash: int, row: list[int]) -> None:
    assert "card" not in rules(" -"[dash].join(str(number) for number in row))

"""Patterns of users' own: where they are found, and what is said of those that can't be used."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.custom import Custom
from spansieve.processors.prompt_privacy.expressions import ExpressionError, compiled
from spansieve.processors.prompt_privacy.validators import VALIDATORS, entropy, luhn, mod97, verhoeff


def found(custom: Custom, text: str) -> str | None:
    place = custom.first(text.encode())
    return text.encode()[slice(*place)].decode() if place else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EMP-123456", "EMP-123456"),
        ("(EMP-123456).", "EMP-123456"),
        ("TEMP-123456", None),
        ("EMP-1234567", None),
        ("xEMP-111111 EMP-222222", "EMP-222222"),
        (r"{\"note\": \"a\nEMP-123456\"}", "EMP-123456"),
    ],
)
def test_it_is_found_where_it_is_no_part_of_a_longer_word(text: str, expected: str | None) -> None:
    assert found(Custom(r"EMP-\d{6}"), text) == expected


def test_a_pattern_that_begins_and_ends_with_other_signs_may_touch_words() -> None:
    assert found(Custom(r"#\d+;"), "x#12;y") == "#12;"


def test_the_letter_of_an_escape_is_never_taken() -> None:
    assert found(Custom(r"[a-z]+\d"), r"x\nab1") == "ab1"


def test_a_context_word_has_to_stand_within_48_characters() -> None:
    custom = Custom(r"\d{6}", ["Straße"])
    for text in ("STRASSE straße 123456", "123456 (Straße)", f"straße{'é' * 41} 123456"):
        assert found(custom, text) == "123456"
    for text in ("123456", f"straße{'é' * 48} 123456"):
        assert found(custom, text) is None


def test_a_validator_refuses_what_does_not_pass() -> None:
    custom = Custom(r"\d{4}-\d{4}", validate="luhn")
    assert found(custom, "1234-5675 1234-5674") == "1234-5674"


def test_of_context_and_validator_either_is_enough() -> None:
    custom = Custom(r"\d{8}", ["badge"], "luhn")
    assert found(custom, "12345674") == "12345674"
    assert found(custom, "badge 12345675") == "12345675"
    assert found(custom, "12345675") is None


def test_no_more_than_4_kb_are_looked_at() -> None:
    assert Custom("a+").at(b"a" * 5000, 0) is None
    assert Custom("-a+-").at(b"-" + b"a" * 5000 + b"-", 0) is None


@given(st.binary(max_size=60))
def test_any_bytes_can_be_searched(text: bytes) -> None:
    custom = Custom(r"\w+|é.")
    place = custom.first(text)
    assert place is None or custom.at(text, place[0]) == place[1]


@pytest.mark.parametrize(
    ("expression", "construct", "instead"),
    [
        ("(?=a)b", "look-ahead: (?=", "context"),
        ("(?!a)b", "look-ahead: (?!", "context"),
        ("(?<=a)b", "look-behind: (?<=", "longer word"),
        ("(?<!a)b", "look-behind: (?<!", "longer word"),
        (r"(a)\1", r"back-reference: \1", "once more"),
        (r"(?P<a>b)(?P=a)", "back-reference", "once more"),
        ("(?>a)b", "atomic group", "(?:...)"),
        ("a++", "possessive quantifier", "a+"),
        ("(?(1)a|b)", "conditional", "a|b"),
        ("(?x) a", "free spacing", "without blanks"),
        (r"a\Z", r"\Z", r"\z"),
        (r"\u0041", r"\u escape", r"\x{20AC}"),
        ("a{1001}", "repetition above 1000", "{n,}"),
        ("[a", "no RE2 regular expression: missing ]", ""),
    ],
)
def test_what_re2_refuses_is_named_with_what_to_write_instead(expression: str, construct: str, instead: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compiled(expression)
    assert construct in str(raised.value)
    assert instead in str(raised.value)


@pytest.mark.parametrize("expression", ["", "a*", "x?", "a|", r"\b", r"\B", "^", "$", "(?m)^", "(a?)(b*)", r"\bx*"])
def test_what_matches_the_empty_text_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError, match="matches the empty text"):
        compiled(expression)


def test_the_examples_of_a_pattern_tell_which_one_is_wrong() -> None:
    custom = Custom(r"EMP-\d{6}", ["staff"])
    assert custom.wrong(["EMP-123456", "staff EMP-123456"], ["TEMP-123456", "EMP-123456"]) is None
    assert custom.wrong(["EMP-123456", "EMP-12"], []) == ("match", 1, "EMP-12")
    assert custom.wrong([], ["x", "staff EMP-123456"]) == ("no_match", 1, "staff EMP-123456")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("luhn", "79927398713", "79927398710"),
        ("mod97", "DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"),
        ("mod97", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("mod97", "79444", "79445"),
        ("verhoeff", "2363", "2364"),
        ("verhoeff", "234123412346", "234123412347"),
        ("entropy", "x8Kq2LmZ9vRt", "aaaaaaaabbbb"),
    ],
)
def test_a_check_tells_right_from_wrong(name: str, good: str, bad: str) -> None:
    check = VALIDATORS[name]  # type: ignore[index]  # a name of the configuration
    assert check(good)
    assert not check(bad)


@given(st.text(max_size=40))
def test_a_check_answers_for_every_text(text: str) -> None:
    assert not any(check("") for check in VALIDATORS.values())
    for check in VALIDATORS.values():
        assert check(text) in {True, False}


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_of_ten_last_digits_one_passes(digits: str) -> None:
    for check in (luhn, verhoeff):
        assert sum(check(digits + last) for last in "0123456789") == 1


@given(st.text(alphabet="123456789", min_size=2, max_size=12), st.integers(0, 10))
def test_verhoeff_sees_each_two_neighbours_that_changed_places(digits: str, at: int) -> None:
    whole = next(digits + last for last in "0123456789" if verhoeff(digits + last))
    swapped = [*whole]
    at %= len(whole) - 1
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    assert verhoeff("".join(swapped)) == (whole[at] == whole[at + 1])


def test_of_97_last_pairs_one_passes() -> None:
    assert sum(mod97(f"1234{a}{b}") for a, b in itertools.product("0123456789", repeat=2)) in {1, 2}


def test_entropy_is_measured_in_bits_a_character() -> None:
    assert entropy("abcdefgh")
    assert not entropy("abcdefg")

"""The grammar: what is taken, what is not, and what is said of it."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spansieve.config.mistakes import Mistakes
from spansieve.ottl.nodes import Arithmetic, Comparison, Junction, Negation
from spansieve.ottl.quoting import unquote
from spansieve.ottl.syntax import MAX_CHARACTERS, MAX_DEPTH, parse_condition, parse_statement

from .expressions import holds, said, span

PIECES = [
    *(
        "and",
        "or",
        "not",
        "where",
        "nil",
        "true",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        ":",
        "=",
        "==",
        "!=",
        "<",
        ">=",
    ),
    *(
        "+",
        "-",
        "*",
        "/",
        '"',
        "\\",
        '"text"',
        "0x0a",
        "0x",
        "1",
        "-2",
        "1.5",
        ".5",
        "9" * 30,
        "name",
        "span",
        "attributes",
    ),
    *("IsMatch", "Concat", "set", "STATUS_CODE_ERROR", " ", "\n", "'", "&&", "ü", "\0"),
]


@settings(deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join) | st.text(string.printable))
@example('"\\"' * 2_000)
@example("(" * 5_000)
@example("[" * 60 + "]" * 60)
@example("not " * 500 + "true")
@example("1 + " * 500 + "1 == 1")
@example("true and " * 500 + "true")
def test_any_text_is_taken_or_gives_a_mistake_with_its_place(text: str) -> None:
    for parse in (parse_condition, parse_statement):
        try:
            parse(text)
        except Mistakes as error:
            [mistake] = error.mistakes
            assert "column" in mistake.text
            shown, marks = mistake.excerpt.split("\n")
            assert set(marks) <= {" ", "^"}
            assert len(shown) < 120


def test_and_binds_more_than_or_and_not_most() -> None:
    node = parse_condition('true or false and not name == "x"')
    assert isinstance(node, Junction)
    assert node.word == "or"
    both = node.parts[1]
    assert isinstance(both, Junction)
    assert (both.word, [type(part) for part in both.parts][1]) == ("and", Negation)


def test_times_binds_more_than_plus_and_all_goes_from_left_to_right() -> None:
    for text, right in {
        "1 + 2 * 3 == 7": True,
        "(1 + 2) * 3 == 9": True,
        "10 - 3 - 2 == 5": True,
        "8 / 4 / 2 == 1": True,
        "1-1 == 0": True,
        "1 - -1 == 2": True,
        "2 == 3 - 1": True,
    }.items():
        assert holds(text, span()) is right, text
    node = parse_condition("1 + 2 - 3 == 0")
    assert isinstance(node, Comparison)
    assert isinstance(node.left, Arithmetic)
    assert [operator for operator, _ in node.left.rest] == ["+", "-"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a condition is expected, found nothing (column 1)"),
        ('name = "x"', "unexpected = (column 6) Write == to compare."),
        ('name == "a" && kind == 1', "unexpected & (column 13) Write `and`."),
        ('name == "a" || kind == 1', "unexpected | (column 13) Write `or`."),
        ("!IsRootSpan()", "unexpected ! (column 1) Write `not`"),
        ("name == 'x'", "unexpected ' (column 9) Texts stand in double quotes"),
        ('name == "x', 'unexpected " (column 9) A quote is not closed'),
        ("(name", "the condition ends too early (column 6)"),
        ('name == "\\d"', "\\d is no escape (column 9) In a regular expression write \\\\ for each backslash."),
        ("kind == 9223372036854775808", "a whole number has more than 64 bits (column 9)"),
        ("span_id == 0x123", "bytes need two digits each (column 12)"),
        ('IsMatch(name, "a") kind == 1', "unexpected kind (column 20) Join conditions with `and` or `or`."),
        ("kind == 1 == 2", "unexpected == (column 11)"),
        ('kind == 1 where name == "x"', "unexpected where (column 11) A condition stands alone, without `where`."),
        ('kind == 1\n  and name = "x"', "unexpected = (line 2, column 12) Write == to compare."),
        ("(" * 51 + "true" + ")" * 51, "more than 50 brackets stand inside each other (column 51)"),
    ],
)
def test_what_does_not_parse_is_told_with_its_column_and_a_mend(text: str, told: str) -> None:
    assert told in said(text)


def test_a_mistake_in_a_long_line_is_shown_with_what_is_around_it() -> None:
    text = 'name == "x" or ' * 40 + "nam == 1 " + 'or name == "x" ' * 40
    with pytest.raises(Mistakes) as caught:
        holds(text, span())
    shown, marks = caught.value.mistakes[0].excerpt.split("\n")
    assert shown[marks.index("^") :].startswith("nam ==")
    assert len(shown) < 120


def test_the_bounds_hold() -> None:
    assert holds("(" * MAX_DEPTH + "true" + ")" * MAX_DEPTH, span())
    assert "more than" in said("true" + " " * MAX_CHARACTERS)
    deep = "ToLowerCase(" * 49 + '"X"' + ")" * 49
    assert holds(f'{deep} == "x"', span())  # and not after 2 ** 49 steps


def test_escapes_are_those_of_go() -> None:
    assert unquote(r"a\tb\n\"\\\x41\u00e9\U0001F600\101") == 'a\tb\n"\\A\u00e9\U0001f600A'
    assert unquote(r"\xc3\xa9") == "\u00e9"
    assert unquote(r"\xff") == "\ufffd"  # no UTF-8, which no text can hold
    for wrong in (r"\d", r"\u12", r"\ud800", r"\400", r"\'"):
        with pytest.raises(ValueError, match="is no escape"):
            unquote(wrong)


@given(st.text())
def test_a_text_quoted_is_the_text_again(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
    assert unquote(quoted) == clean

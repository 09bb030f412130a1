"""What the table says of content, for all who ask."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.semconv import ContentKey, Globs, content_keys, raw_mapping

TABLE = {
    "content_keys": {
        "one": [
            {"where": "span", "key": "prompt.*", "role": "prompt"},
            {"where": ["log", "event"], "event": "tool.*", "key": "*", "role": "tool_args", "dialect": "plain"},
        ],
        "redaction_marks": ["<redacted>"],
    }
}


def test_each_row_is_read_in_its_order_and_what_is_no_row_is_passed_over() -> None:
    assert content_keys(TABLE) == (
        ContentKey("prompt.*", "prompt", ("span",)),
        ContentKey("*", "tool_args", ("log", "event"), "tool.*", "plain"),
    )


def test_the_shipped_table_says_nothing_that_nobody_reads() -> None:
    known = {"span", "event", "log", "body", "resource", "name", "status"}
    assert all(known.issuperset(row.places) and row.key and row.role for row in content_keys(raw_mapping()))


def test_what_is_said_of_a_name_itself_comes_before_any_glob() -> None:
    said = Globs([("a.*", 1), ("a.b", 2), ("a.b", 3), ("*", 4)])
    assert [said.get(name, 0) for name in ("a.b", "a.c", "a.b.c", "b")] == [2, 1, 1, 4]
    assert Globs([("a.*", 1)]).get("b", 0) == 0


@given(st.lists(st.tuples(st.text("ab", max_size=3), st.integers())), st.text("ab", max_size=3))
def test_without_globs_it_is_a_dictionary_whose_first_entries_count(said: list[tuple[str, int]], name: str) -> None:
    assert Globs(said).get(name, -1) == dict(reversed(said)).get(name, -1)

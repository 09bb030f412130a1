"""docs/semantics.md: its tables are those that the captures and the mapping make today."""

from pathlib import Path

import pytest

from bench.accuracy import Cell, cells, results
from bench.dialects import WHOSE, recognised
from bench.semantics import PAGE, faults, made, replaced
from spansieve.semconv import raw_mapping
from tests.truth import Seen

EXPECT = {
    "by_kind": {"chat": 2},
    "accept": {"chat": [2, 3], "input_tokens": [0]},
    "input_tokens": 10,
    "output_tokens": 5,
    "tools": {"grep": {"calls": 1, "errors": 1}},
    "error_traces": ["01"],
    "failed_spans_without_error_status": ["02"],
    "sessions": ["thread"],
    "users": [],
    "parallel_batches": None,
}


def test_the_page_is_what_the_command_makes_of_it_now() -> None:
    page = PAGE.read_text("utf-8")
    assert made(page) == page, "run python -m bench.semantics, and look at what changed"


def test_every_dialect_says_whose_it_is() -> None:
    assert set(WHOSE) == {dialect["id"] for dialect in raw_mapping()["dialects"]}


def test_what_was_not_found_stands_beside_what_there_was() -> None:
    found = cells(Seen([]), EXPECT)
    assert {title: str(cell) for title, cell in found.items() if not cell.right} == {
        "model calls": "**0** (2)",
        "tokens out": "**0** (5)",
        "failed tools": "**0** (1)",
        "failing traces": "**0** (1)",
        "hidden failures": "**0** (1)",
        "sessions": "**0** (1)",
    }
    assert str(found["tokens in"]) == "0 (10)"


def test_a_cell_tells_right_from_defensible_from_wrong() -> None:
    assert str(Cell(1234, 1234, right=True)) == "1,234"
    assert str(Cell(8, 7, right=True)) == "8 (7)"
    assert str(Cell(1, 1, right=False)) == "**1** (1 others)"


def test_a_capture_with_a_fault_is_named_with_it() -> None:
    right = results()[0]
    wrong = right._replace(
        folder=Path("fixtures/agents/odd"), faults=["users: 1 instead of 2", "span 01 x", "span 02 y"]
    )
    assert list(faults([right._replace(faults=[]), wrong])) == [
        "1 of 2 captures come out as their truth has or accepts it, every span's kind included.",
        "",
        "* [`odd`](../tests/fixtures/agents/odd): users: 1 instead of 2; 2 single spans.",
    ]


def test_how_a_dialect_is_recognised_is_told_in_brief() -> None:
    ways = [
        {"scope": "acme"},
        {"attr_prefix": "acme."},
        {"attr": {"a|b": "*"}},
        {"attr": {"kind": ["one", "two", "three", "four"]}},
        {"name": "^" + "x" * 100},
        {"event": "acme.*", "resource": {"service.name": "acme"}, "not": {"attr": {"other": "*"}}},
        {"scope": "acme", "attr_re": {"text": "^a"}},
    ]
    assert recognised({"detect": ways}) == (
        "scope `acme`; attribute `acme.*`, `a\\|b`, `kind` = `one`, `two`, `three` and 1 more; "
        f"span name like `^{'x' * 43}...`; "
        "event `acme.*` with resource `service.name` = `acme` with no attribute `other`; and 1 such more"
    )


def test_a_page_without_its_marks_is_refused_with_what_to_put_there() -> None:
    with pytest.raises(
        ValueError, match=r"no lines `<!-- dialects: made by .*` and `<!-- end -->` around its dialects"
    ):
        replaced("# A page", "dialects", [])

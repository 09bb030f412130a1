"""Columns of tables: what is found in them, however the table is written."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors import FAMILIES, Engine
from spansieve.processors.prompt_privacy.detectors.cells import cells_of, line_at, parts_of, rows_of
from spansieve.processors.prompt_privacy.detectors.tables import MAX_ROWS

ENGINE = Engine(FAMILIES)
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\\"), max_size=8)


def found(text: str) -> list[str]:
    raw = text.encode()
    return [raw[one.start : one.end].decode() for one in ENGINE.find(raw).findings]


@given(st.lists(CELLS, min_size=2, max_size=5), st.sampled_from(",;"))
def test_the_cells_of_a_line_are_those_that_were_written(row: list[str], separator: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="").writerow(row)
    line = written.getvalue().encode()
    parts = parts_of(separator.encode())
    assert parts
    read = [line[cell.start : cell.end].decode() for cell in cells_of(line, 0, len(line), parts)]
    assert [cell.replace('""', '"').strip("`") for cell in read] == [cell.strip("`") for cell in row]


@given(st.sampled_from(",;\t|"), st.integers(0, 3), st.integers(1, 3), st.sampled_from(["\n", "\r\n"]))
def test_a_table_is_read_at_any_depth_of_json(separator: str, depth: int, rows: int, line_end: str) -> None:
    secrets = [f"hunter2{number}-Winter" for number in range(rows)]
    text = line_end.join(
        f"{a}{separator}{b}{separator}x" for a, b in [("user", "password"), *(("u", s) for s in secrets)]
    )
    for _ in range(depth):
        text = json.dumps({"out": text, "code": 0})
    assert found(text) == secrets


@given(st.binary(max_size=80), st.integers(0, 80))
def test_no_bytes_are_an_error(text: bytes, place: int) -> None:
    line = line_at(text, min(place, len(text)))
    parts = parts_of(text)
    if line and parts:
        for row in rows_of(text, line, 100, parts, 2):
            assert all(0 <= cell.start <= len(text) and cell.end <= len(text) for cell in row)


def test_only_the_first_rows_of_a_table_are_read() -> None:
    text = "user,password\n" + "".join(f"u,hunter{number}-x\n" for number in range(2 * MAX_ROWS))
    assert len(found(text)) == MAX_ROWS


def test_a_row_that_reads_like_a_header_is_a_row() -> None:
    assert found("kind,method,count\nlogin,password,login22\nlogin,x1y2z3,login23\n") == []


def test_a_table_ends_where_a_line_has_other_columns() -> None:
    assert found("user,password\nu,hunter22\n\nu,hunter33\n") == ["hunter22"]


@pytest.mark.parametrize("cell", ["123", "1234567", "2024-01-02", "true", "10.0.0.1"])
def test_a_count_or_a_date_in_a_column_of_telephones_stays(cell: str) -> None:
    assert found(f"metric,phone,tablet\nclicks,{cell},1\n") == []

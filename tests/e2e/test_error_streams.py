"""Streams of errors raise the alerts that they should, and no others."""

import pytest

from .error_streams import Case, cases, in_process, shortfalls

EVERY = [*cases("dev_streams.jsonl"), *cases("streams.jsonl"), *cases("thresholds.jsonl")]


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case["id"])
def test_a_stream_raises_what_it_should(case: Case) -> None:
    assert shortfalls(case, in_process(case)) == [], case["why"]

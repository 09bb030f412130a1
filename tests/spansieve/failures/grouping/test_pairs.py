"""Pairs of errors, decided by what a careful engineer would file as one ticket, written before the code was asked."""

import json
from pathlib import Path
from typing import Any

from spansieve.failures.grouping import Grouper

PAIRS = Path(__file__).parents[3] / "fixtures/errors/pairs.jsonl"


def _said(pair: dict[str, Any]) -> bool:
    """Whether both are one pattern, had only they been seen."""
    grouper = Grouper()
    a, b = (grouper.group(**{name: value or "" for name, value in pair[side].items()}) for side in ("a", "b"))
    return a.fingerprint == b.fingerprint


def test_pairs_are_told_as_an_engineer_would() -> None:
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    wrong = [pair for pair in pairs if _said(pair) != pair["same"]]
    assert len(pairs) - len(wrong) >= 0.98 * len(pairs), [pair["why"] for pair in wrong]
    merged = [pair["why"] for pair in wrong if not pair["same"]]
    assert len(merged) <= 0.01 * sum(not pair["same"] for pair in pairs), merged

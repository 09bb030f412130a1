"""The one table that `make bench` prints: a row a figure, a column a server, and ratios of ours to the others."""

import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.servers import SERVERS, alike


class Row(NamedTuple):
    """A figure of each server that took part: `unit` says what the numbers are, lower is better; `compression` is what
    the exporters were set to.
    """

    load: str
    unit: str
    values: Mapping[str, float]
    compression: str = "none"
    ratios: Mapping[str, float] = {}
    """Ours to each other one, where that is more than the ratio of `values`: the median over rounds, each taken in
    turn.
    """


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(row: Row) -> str:
    ours, *others = SERVERS
    mine = row.values.get(ours)
    numbers = [_number(row.values.get(name)) for name in SERVERS]
    ratios = [_number(_ratio(row, mine, name)) for name in others]
    return "| " + " | ".join([row.load, row.unit, *numbers, *ratios]) + " |"


def _ratio(row: Row, mine: float | None, name: str) -> float | None:
    theirs = row.values.get(name)
    if not mine or not theirs or not alike(name, row.compression):
        return None
    return row.ratios.get(name, mine / theirs)


def markdown(rows: Sequence[Row]) -> str:
    """`rows` as a table in Markdown."""
    ours, *others = SERVERS
    titles = ["load", "figure", *SERVERS, *(f"{ours} / {name}" for name in others)]
    rule = ["---", "---", *["--:"] * (len(titles) - 2)]
    return "\n".join(["| " + " | ".join(titles) + " |", "| " + " | ".join(rule) + " |", *map(_line, rows)])


def say(remark: str) -> None:
    """Tell on standard error what the table does not: who was left out, and why."""
    print(remark, file=sys.stderr, flush=True)

"""Numbers as a small line: where it goes, and what it says to who can't see it. The template draws it."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from .words import number

WIDTH, HEIGHT = 120, 24
MAX_POINTS = 240
_PAD = 2


class Line(NamedTuple):
    """`points` of an SVG polyline in a box of `WIDTH` by `HEIGHT`, and its `label`."""

    points: str
    label: str


def line(values: Sequence[object]) -> Line | None:
    """The last `MAX_POINTS` of `values`, the oldest to the left, from 0 or the least up to the greatest; None for
    fewer than two. What is no finite number is left out.
    """
    shown = [float(value) for value in values if isinstance(value, (int, float)) and math.isfinite(value)][-MAX_POINTS:]
    if len(shown) < 2:
        return None
    label = f"from {number(min(shown))} to {number(max(shown))}, now {number(shown[-1])}"
    return Line(_points(shown), label)


def _points(values: Sequence[float]) -> str:
    halves = [value / 2 for value in values]  # so that no difference is too large
    low, high = min(0.0, *halves), max(0.0, *halves)
    across, up = (WIDTH - 2 * _PAD) / (len(values) - 1), HEIGHT - 2 * _PAD
    shares = [(half - low) / (high - low) if high > low else 0.0 for half in halves]
    return " ".join(f"{_PAD + at * across:.1f},{HEIGHT - _PAD - share * up:.1f}" for at, share in enumerate(shares))

"""Structural roll-ups: model spans around model spans."""

import pytest

from spansieve.structure import Step
from tests.spansieve.structure.building import agent, model, of, step


@pytest.mark.parametrize(
    ("steps", "outer"),
    [
        ([model(1, 0, (0, 9), usage=True), model(2, 1, (1, 8), usage=True)], [1]),
        ([model(1, 0, (0, 9)), model(2, 1, (1, 8), usage=True)], [1]),  # whether it has counts itself or not
        ([model(1, 0, (0, 9), usage=True), model(2, 1, (1, 8))], []),
        ([model(1, 0, (0, 9)), model(2, 1, (0, 9)), model(3, 2, (0, 9), usage=True)], [1, 2]),
        ([model(1, 0, (0, 9)), step(2, 1, (0, 9)), agent(3, 2), model(4, 3, (0, 9), usage=True)], [1]),
        ([model(1, 0, (0, 9), usage=True), step(2, 1, (0, 9), "embedding", usage=True)], []),  # another kind
        ([step(1, 0, (0, 9), "embedding"), step(2, 1, (0, 9), "embedding", usage=True)], [1]),
        ([agent(1), model(2, 1, (0, 9), usage=True), model(3, 1, (0, 9), usage=True)], []),
        ([model(1, 1, (0, 9), usage=True), model(2, 0, (0, 9), usage=True)], []),  # its own parent
    ],
)
def test_an_outer_span_of_the_same_kind_repeats_the_tokens_of_the_inner(steps: list[Step], outer: list[int]) -> None:
    assert of("rollup", steps) == dict.fromkeys(outer, True)

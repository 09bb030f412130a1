"""Cycles are sought seldom, and once all is set up, not in what there is."""

import gc
from collections.abc import Iterator

import pytest

from spansieve.cycles import hold_off, settle


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def looks() -> int:
    """How often cycles were sought so far."""
    return sum(generation["collections"] for generation in gc.get_stats())


def test_a_start_s_objects_do_not_set_it_off() -> None:
    gc.set_threshold(700, 10, 10)
    hold_off()
    before = looks()
    kept = [[number] for number in range(200_000)]
    assert looks() == before
    assert kept


def test_settled_it_goes_on_and_passes_over_what_there_is() -> None:
    kept = [[number] for number in range(1000)]
    settle()
    assert gc.get_freeze_count() > len(kept)
    before = looks()
    kept += [[number] for number in range(200_000)]
    assert 0 < looks() - before < 10

"""The keys of a memory limiter: what is refused, in which words, and which limits come of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.memory import MemoryLimits
from spansieve.memory.config import MIB, Thresholds

GIB = 1024 * MIB


def limits(**keys: Any) -> MemoryLimits:  # noqa: ANN401
    return MemoryLimits.model_validate({"check_interval": "1s", **keys})


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"limit_mib": 100, "check_interval": "0s"}, "'check_interval' must be greater than zero"),
        ({}, "'limit_mib' or 'limit_percentage' must be greater than zero"),
        ({"limit_percentage": 101}, "less than or equal to hundred"),
        ({"limit_percentage": 50, "spike_limit_percentage": 101}, "less than or equal to hundred"),
        ({"limit_mib": 100, "spike_limit_mib": 100}, "'spike_limit_mib' must be smaller than 'limit_mib'"),
        (
            {"limit_percentage": 20, "spike_limit_percentage": 20},
            "'spike_limit_percentage' must be smaller than 'limit_percentage'",
        ),
        (
            {"limit_mib": 1, "min_gc_interval_when_soft_limited": "1s", "min_gc_interval_when_hard_limited": "2s"},
            "'min_gc_interval_when_soft_limited' should be larger than 'min_gc_interval_when_hard_limited'",
        ),
        (
            {"limit_mib": 1, "max_gc_interval_when_soft_limited": "20s"},
            "'max_gc_interval_when_soft_limited' should be larger than or equal to",
        ),
        (
            {"limit_mib": 1, "max_gc_interval_when_soft_limited": "5s", "max_gc_interval_when_hard_limited": "5s"},
            "'max_gc_interval_when_soft_limited' must be greater than or equal to 'min_gc_interval_when_soft_limited'",
        ),
        ({"limit_mib": -1}, "greater than or equal to 0"),
    ],
)
def test_what_can_not_work_is_refused_in_the_words_of_the_go_collector(keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as error:
        limits(**keys)
    assert problem in str(error.value)


def test_the_interval_is_to_be_given() -> None:
    with pytest.raises(ValidationError, match="'check_interval' must be greater than zero"):
        MemoryLimits.model_validate({"limit_mib": 100})


def test_defaults_are_the_go_collectors() -> None:
    given = limits(limit_mib=100)
    assert given.min_gc_interval_when_soft_limited == 10
    assert given.min_gc_interval_when_hard_limited == 0
    assert given.max_gc_interval_when_soft_limited == given.max_gc_interval_when_hard_limited == 30


@pytest.mark.parametrize(
    ("keys", "soft", "hard"),
    [
        ({"limit_mib": 100}, 80 * MIB, 100 * MIB),
        ({"limit_mib": 100, "spike_limit_mib": 30}, 70 * MIB, 100 * MIB),
        ({"limit_percentage": 50}, 2 * GIB * 4 // 5, 2 * GIB),
        ({"limit_percentage": 50, "spike_limit_percentage": 25}, 1 * GIB, 2 * GIB),
        ({"limit_mib": 100, "limit_percentage": 50, "spike_limit_percentage": 25}, 80 * MIB, 100 * MIB),
    ],
)
def test_the_soft_limit_is_the_hard_one_less_the_spike(keys: dict[str, Any], soft: int, hard: int) -> None:
    found = limits(**keys).thresholds(4 * GIB)
    assert found.hard == hard
    assert abs(found.soft - soft) <= 1
    assert isinstance(found, Thresholds)

"""The budget: what is emitted stays within it, however much is asked for."""

import json
from collections.abc import Callable
from itertools import count, pairwise
from math import cos, pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.processors.tail_sampling.budget import Budget
from spansieve.processors.tail_sampling.config import BudgetConfig
from spansieve.processors.tail_sampling.flow import coarse, solved
from spansieve.sampling import ALWAYS, NEVER, probability_of, threshold_of
from spansieve.testing import FakeClock

SPANS, BYTES = 5, 1000
"""Of each trace."""
STEP = 7.0
"""Seconds; no multiple of the interval."""
GOLDEN = round((5**0.5 - 1) / 2 * NEVER)
HOUR, MIDNIGHT_NS = 3600, 1_700_006_400 * 10**9
Load = Callable[[float], float]


class World:
    """Traces that arrive evenly, with numbers that fill the range evenly."""

    def __init__(self, budget: Budget, clock: FakeClock) -> None:
        self.budget = budget
        self.clock = clock
        self.emitted: list[float] = []
        self._numbers = (index * GOLDEN % NEVER for index in count(1))
        self._owed = {"asked": 0.0, "exempt": 0.0}
        self._time = 0.0

    def run(self, seconds: float, asked: Load, exempt: Load = lambda _: 0.0, threshold: int = ALWAYS) -> float:
        """Spans a second that left, if so many a second were asked for and exempt."""
        before, steps = len(self.emitted), round(seconds / STEP)
        for _ in range(steps):
            self.emitted.append(self._step(asked(self._time), exempt(self._time), threshold))
            self.clock.advance(seconds=STEP)
            self._time += STEP
            self.budget.tick()
        return sum(self.emitted[before:]) / (steps * STEP)

    def _step(self, asked: float, exempt: float, threshold: int) -> float:
        passed = 0
        for _ in range(self._due("asked", asked)):
            number = threshold + next(self._numbers) * (NEVER - threshold) // NEVER
            passed += self.budget.admits(number, threshold, SPANS, BYTES)
        free = self._due("exempt", exempt)
        self.budget.exempt(SPANS * free, BYTES * free)
        return float((passed + free) * SPANS)

    def _due(self, kind: str, rate: float) -> int:
        self._owed[kind] += rate * STEP / SPANS
        whole = int(self._owed[kind])
        self._owed[kind] -= whole
        return whole


def world(spans_per_second: float | None = 100, bytes_per_day: int | None = None) -> World:
    clock = FakeClock(MIDNIGHT_NS)
    return World(Budget(clock, BudgetConfig(spans_per_second=spans_per_second, bytes_per_day=bytes_per_day)), clock)


def test_what_fits_passes_whole() -> None:
    made = world()
    assert made.run(600, lambda _: 99) == pytest.approx(99, rel=0.01)
    assert made.budget.probability == 1
    assert made.budget.threshold == ALWAYS


def test_steady_demand_is_cut_to_the_budget() -> None:
    made = world()
    assert made.run(600, lambda _: 300) == pytest.approx(100, rel=0.1)
    assert made.run(300, lambda _: 300) == pytest.approx(100, rel=0.05)
    assert made.budget.probability == pytest.approx(1 / 3, rel=0.1)


def test_the_budget_holds_in_a_burst_of_ten_times_once_it_is_settled_and_over_all() -> None:
    made = world()
    made.run(300, lambda _: 200)
    made.run(200, lambda _: 2000)
    assert made.run(400, lambda _: 2000) == pytest.approx(100, rel=0.1)
    made.run(200, lambda _: 200)
    assert made.run(400, lambda _: 200) == pytest.approx(100, rel=0.1)
    assert sum(made.emitted) / (len(made.emitted) * STEP) == pytest.approx(100, rel=0.1)


def test_what_was_left_over_in_quiet_hours_is_not_spent_at_once() -> None:
    made = world()
    made.run(HOUR, lambda _: 10)
    assert made.run(600, lambda _: 150) <= 110


def test_a_day_is_filled_but_not_overrun_however_demand_goes_up_and_down() -> None:
    made = world(None, 10_000_000)
    emitted = made.run(24 * HOUR, day_and_night) * 24 * HOUR / SPANS * BYTES
    assert emitted == pytest.approx(10_000_000, rel=0.1)


def day_and_night(time: float) -> float:
    """Twice what a day may have in all, three fifths of it between 8 and 16 o'clock."""
    return 1.2 * (1 - 0.9 * cos(2 * pi * time / (24 * HOUR)))


def test_a_new_day_has_its_own_bytes() -> None:
    made = world(None, 1_000_000)
    made.clock.advance(seconds=23 * HOUR)
    first = made.run(HOUR, lambda _: 5) * HOUR / SPANS * BYTES
    assert first == pytest.approx(1_000_000, rel=0.1)
    assert made.run(HOUR, lambda _: 5) * HOUR / SPANS * BYTES == pytest.approx(1_000_000 / 24, rel=0.3)


def test_the_narrower_of_two_limits_counts() -> None:
    made = world(100, 20 * BYTES // SPANS * 24 * HOUR)
    made.run(300, lambda _: 200)
    assert made.run(600, lambda _: 200) == pytest.approx(20, rel=0.1)


def test_what_is_exempt_is_taken_off_what_is_left_for_others() -> None:
    made = world()
    assert made.run(600, lambda _: 300, exempt=lambda _: 60) == pytest.approx(100, rel=0.1)
    assert made.budget.probability == pytest.approx(40 / 300, rel=0.1)
    assert not made.budget.exceeded


def test_errors_above_the_budget_all_pass_and_are_told_of_until_they_are_fewer() -> None:
    made = world()
    made.run(300, lambda _: 300, exempt=lambda _: 150)
    assert made.budget.exceeded
    assert made.budget.probability == 0.001
    made.run(300, lambda _: 300, exempt=lambda _: 95)
    assert made.budget.exceeded
    made.run(300, lambda _: 300, exempt=lambda _: 80)
    assert not made.budget.exceeded


def test_errors_that_use_up_a_whole_day_are_told_of() -> None:
    made = world(None, 1_000_000)
    made.run(HOUR, lambda _: 0, exempt=lambda _: 1)
    assert not made.budget.exceeded
    made.run(HOUR, lambda _: 0, exempt=lambda _: 1)
    assert made.budget.exceeded


def test_the_budget_holds_for_traces_that_a_share_was_taken_of_before() -> None:
    made = world()
    made.run(600, lambda _: 300, threshold=threshold_of(0.05))
    assert made.run(600, lambda _: 300, threshold=threshold_of(0.05)) == pytest.approx(100, rel=0.1)
    assert made.budget.probability == pytest.approx(0.05 / 3, rel=0.1)


def test_spans_that_follow_a_decision_count_for_the_budget() -> None:
    clock = FakeClock()
    budget = Budget(clock, BudgetConfig(spans_per_second=100))
    emitted = []
    for index in range(18_000):
        passed = budget.admits(index * GOLDEN % NEVER, ALWAYS, 1, BYTES)
        if passed:
            budget.follows(9, 9 * BYTES)
        emitted.append(10 * passed)
        clock.advance(seconds=0.05)
        budget.tick()
    assert sum(emitted[6000:]) / 600 == pytest.approx(100, rel=0.1)


def test_the_probability_is_at_most_halved_or_doubled_at_once() -> None:
    made, seen = world(), []
    for load in (1000, 0):
        for _ in range(30):
            made.run(STEP, lambda _, load=load: load)  # type: ignore[misc]
            seen.append(made.budget.probability)
    assert seen[:2] == [1.0, 0.5]
    assert all(0.499 <= after / before <= 2.001 for before, after in pairwise(seen))
    assert min(seen) < 0.1
    assert seen[-1] == 1


def test_a_trace_passes_by_the_number_that_its_threshold_says() -> None:
    made = world()
    made.run(300, lambda _: 300)
    threshold = made.budget.threshold
    assert probability_of(threshold) == pytest.approx(made.budget.probability, rel=0.001)
    assert made.budget.admits(threshold, ALWAYS, 1, 1)
    assert not made.budget.admits(threshold - 1, ALWAYS, 1, 1)


def test_nothing_is_set_before_an_interval_is_over() -> None:
    clock = FakeClock()
    budget = Budget(clock, BudgetConfig.model_validate({"spans_per_second": 1, "interval": "2s"}))
    clock.advance(seconds=1.9)
    assert not budget.tick()
    clock.advance(seconds=0.1)
    assert budget.tick()
    assert not budget.tick()


def test_it_goes_on_after_a_restart_where_it_was() -> None:
    made = world(100, 10_000_000_000)
    made.run(600, lambda _: 300)
    clock = FakeClock(made.clock.time_ns())
    again = Budget(clock, BudgetConfig(spans_per_second=100, bytes_per_day=10_000_000_000))
    again.load(json.loads(json.dumps(made.budget.state())))
    assert again.state() == made.budget.state()
    assert again.probability == made.budget.probability
    assert World(again, clock).run(300, lambda _: 300) == pytest.approx(100, rel=0.1)


def test_bytes_of_another_day_and_limits_that_are_new_are_not_taken_over() -> None:
    made = world(None, 1_000_000)
    made.run(HOUR, lambda _: 5)
    tomorrow = FakeClock(made.clock.time_ns() + 24 * HOUR * 10**9)
    again = Budget(tomorrow, BudgetConfig(spans_per_second=100, bytes_per_day=1_000_000))
    again.load(made.budget.state())
    limit = again.state()["flows"]["bytes"]["limit"]
    assert (limit["emitted"], limit["exempt"]) == (0, 0)


volumes = st.lists(st.tuples(st.sampled_from([1.0, 0.5, 0.1, 0.01, 1e-6]), st.floats(0.1, 1e6)), max_size=6)


@given(volumes, st.floats(0, 1e6))
@settings(max_examples=200)
def test_the_probability_found_lets_through_what_is_allowed(demand: list[tuple[float, float]], allowed: float) -> None:
    found = solved(demand, allowed)
    through = sum(volume * min(1, found / probability) for probability, volume in demand)
    if found == 1:
        assert through <= allowed * (1 + 1e-9)
    else:
        assert through == pytest.approx(allowed, rel=1e-6)


@given(st.floats(2**-56, 1))
@settings(max_examples=100)
def test_probabilities_are_told_apart_to_a_few_percent(probability: float) -> None:
    assert coarse(probability) == pytest.approx(probability, rel=0.04)

"""The sketch: quantiles within 1 %, whatever came in, in bounded space."""

from math import inf, nan

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spansieve.sketches import ACCURACY, Sketch
from spansieve.sketches.quantiles import MAX_BINS

near = st.floats(1e-3, 1e4)  # narrow enough for the bins, so that nothing is collapsed
values = st.lists(st.just(0.0) | near, min_size=1, max_size=200)
shares = st.floats(0, 1)


def sketch_of(numbers: list[float]) -> Sketch:
    sketch = Sketch()
    for number in numbers:
        sketch.add(number)
    return sketch


def exact(numbers: list[float], share: float) -> float:
    return sorted(numbers)[int(share * (len(numbers) - 1))]


@given(values, shares)
@example([1.0] * 100, 0.95)
@settings(max_examples=100)
def test_a_quantile_is_within_one_percent_of_the_true_one(numbers: list[float], share: float) -> None:
    true = exact(numbers, share)
    assert sketch_of(numbers).quantile(share) == pytest.approx(true, rel=ACCURACY * 1.000001, abs=0)


@given(values)
@settings(max_examples=50)
def test_many_at_once_are_the_same_as_one_after_another(numbers: list[float]) -> None:
    sketch = Sketch()
    sketch.add_all(numbers[:3])
    sketch.add_all(numbers[3:])
    one_by_one = sketch_of(numbers)
    assert [sketch.quantile(at / 20) for at in range(21)] == [one_by_one.quantile(at / 20) for at in range(21)]
    assert sketch.count == len(numbers)


@given(values)
@settings(max_examples=50)
def test_what_counts_several_times_is_the_same_as_so_many_of_it(numbers: list[float]) -> None:
    sketch = Sketch()
    sketch.add_all(numbers, 3)
    three = sketch_of(numbers * 3)
    assert [sketch.quantile(at / 20) for at in range(21)] == [three.quantile(at / 20) for at in range(21)]
    assert sketch.count == 3 * len(numbers)


@given(values, values, shares)
@settings(max_examples=50)
def test_two_added_up_are_the_same_as_one_that_saw_all(one: list[float], other: list[float], share: float) -> None:
    joined = sketch_of(one)
    joined.join(sketch_of(other))
    assert joined.count == len(one) + len(other)
    assert joined.quantile(share) == sketch_of(one + other).quantile(share)


@given(values, values, shares)
@settings(max_examples=50)
def test_what_is_removed_was_never_there(kept: list[float], gone: list[float], share: float) -> None:
    sketch = sketch_of(kept + gone)
    for number in gone:
        sketch.remove(number)
    assert sketch.count == len(kept)
    assert sketch.quantile(share) == sketch_of(kept).quantile(share)


@given(values, near, shares)
@settings(max_examples=50)
def test_what_is_below_is_smaller_and_equal_values_never_are(numbers: list[float], value: float, share: float) -> None:
    sketch, true = sketch_of(numbers), exact(numbers, share)
    if sketch.is_below(value, share):
        assert true < value
    elif true < value:
        assert value <= true * (1 + 3 * ACCURACY)


@pytest.mark.parametrize("order", [1, -1])
def test_space_is_bounded_and_the_upper_quantiles_stay_exact(order: int) -> None:
    numbers = [1.021**power for power in range(3 * MAX_BINS)][::order]
    sketch = sketch_of(numbers)
    assert len(sketch._bins) == MAX_BINS
    assert sketch.count == len(numbers)
    assert sketch.quantile(0.9) == pytest.approx(exact(numbers, 0.9), rel=ACCURACY)


def test_numbers_as_far_apart_as_can_be_are_held() -> None:
    sketch = sketch_of([5e-324, 1.7e300, 0.0])
    assert sketch.quantile(1) == pytest.approx(1.7e300, rel=ACCURACY)
    assert sketch.quantile(0) == 0
    assert sketch.count == 3


@pytest.mark.parametrize("number", [-1.0, nan, inf])
def test_of_many_with_one_that_is_none_nothing_is_added(number: float) -> None:
    sketch = Sketch()
    with pytest.raises(ValueError, match=r"."):
        sketch.add_all([1.0, number, 2.0])
    assert sketch.count == 0


@pytest.mark.parametrize("number", [-1.0, nan, inf])
def test_what_is_no_length_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="from 0 on"):
        Sketch().add(number)


def test_an_empty_one_has_no_quantiles() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        Sketch().quantile(0.5)

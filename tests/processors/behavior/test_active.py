"""Who was there on which day, and who came back."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.behavior.active import ALL, MOST, Active, Day, hash_of
from spansieve.processors.behavior.times import DAY_NS, SECOND_NS

NOW = 20_000 * DAY_NS + 7 * 3600 * SECOND_NS
WEEK = 7 * DAY_NS
visits = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 14 * 86_400 - 1)), max_size=60)
"""Users, and how many seconds ago they were there."""


def active(seen: list[tuple[int, int]]) -> Active:
    found = Active()
    found.add(hash_of("first"), NOW - 10 * DAY_NS, NOW - 10 * DAY_NS, 0, NOW)
    for user, ago in sorted(seen, key=lambda one: -one[1]):
        found.add(hash_of(str(user)), NOW - ago * SECOND_NS, NOW - ago * SECOND_NS, 1 << user % 3, NOW)
    return found


@given(visits)
def test_windows_are_exact_to_the_second_while_days_are_small(seen: list[tuple[int, int]]) -> None:
    found = active(seen)
    for days in (1, 7):
        recent = {user for user, ago in seen if ago <= days * 86_400}
        assert found.last(days * DAY_NS, NOW).size == len(recent)


@given(visits)
def test_the_return_rate_is_that_of_the_users_themselves(seen: list[tuple[int, int]]) -> None:
    former = {str(user) for user, ago in seen if ago > 7 * 86_400} | {"first"}
    recent = {str(user) for user, ago in seen if ago <= 7 * 86_400}
    assert active(seen).returned(NOW) == len(former & recent) / len(former)


@given(visits)
def test_adoption_counts_users_of_a_feature_of_the_week(seen: list[tuple[int, int]]) -> None:
    week = {user for user, ago in seen if ago < 6 * 86_400 or ago <= 7 * 86_400}
    shares = active(seen).adoptions({"even": 1}, NOW)
    if not week:
        assert shares == {"even": None}
    else:
        assert shares["even"] == len({user for user in week if user % 3 == 0}) / len(week)


def _loaded(day: Day) -> Day:
    return Day.loaded(day.state(), lambda used: used)


def _joined(day: Day) -> Day:
    halves = Day(), Day()
    for number, (user, packed) in enumerate(day.users.items()):
        halves[number % 2].add(user, packed & 0x1FFFF, packed >> 17 & 0x1FFFF, packed >> 34)
    halves[0].join(halves[1])
    return halves[0]


@given(visits, st.sampled_from([_loaded, _joined]))
def test_a_day_is_the_same_when_it_was_saved_or_put_together(
    seen: list[tuple[int, int]], remade: Callable[[Day], Day]
) -> None:
    found = active(seen)
    for number, day in found.days.items():
        found.days[number] = remade(day)
    assert found.returned(NOW) == active(seen).returned(NOW)


def test_more_users_than_a_day_keeps_are_estimated_and_the_sample_is_bounded() -> None:
    found = Active()
    for number in range(40_000):
        user = hash_of(f"u{number}")
        found.add(user, NOW - 8 * DAY_NS, NOW - 8 * DAY_NS, 0, NOW)
        if number % 4 == 0:
            found.add(user, NOW - 2 * DAY_NS, NOW - 2 * DAY_NS, 0, NOW)
    assert all(len(day.users) <= MOST * 1.25 for day in found.days.values())
    former = found.between(NOW - 2 * WEEK, NOW - WEEK)
    assert former.theta < ALL
    assert abs(former.size - 40_000) < 2_000
    ratio = found.returned(NOW)
    assert ratio is not None
    assert abs(ratio - 0.25) < 0.03


def test_before_eight_days_of_data_nobody_can_say_who_came_back() -> None:
    found = Active()
    found.add(hash_of("u"), NOW - 8 * DAY_NS + SECOND_NS, NOW - 8 * DAY_NS + SECOND_NS, 0, NOW)
    assert found.returned(NOW) is None
    assert found.returned(NOW + SECOND_NS) == 0


def test_a_long_request_counts_on_each_of_its_days() -> None:
    found = Active()
    found.add(hash_of("u"), NOW - 3 * DAY_NS, NOW - DAY_NS + SECOND_NS, 0, NOW)
    assert len(found.days) == 3
    assert found.last(DAY_NS, NOW).size == 1


def test_days_that_are_over_are_forgotten() -> None:
    found = Active()
    for day in range(40):
        found.add(hash_of("u"), NOW + day * DAY_NS, NOW + day * DAY_NS, 0, NOW + day * DAY_NS)
    assert len(found.days) == 15

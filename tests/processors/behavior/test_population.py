"""Weeks in a moment: a population whose behaviour is known beforehand, and what is measured of it."""

from collections import Counter
from random import Random

from tests.disk import Disk

from .house import House, agent, tool

DAY = 86_400.0
DAYS = 16


class Population:
    """60 users who begin in the first days; each third does not come back. Who asks again is drawn by chance."""

    def __init__(self) -> None:
        self.random = Random(7)
        self.house = House(Disk(), events=[], series_ttl="720h")
        self.visits: list[tuple[float, int]] = []
        self.counts: Counter[str] = Counter()

    def comes(self, user: int, day: int) -> bool:
        if user % 3 == 0:
            return day == user % 6
        return self.random.random() < 0.5

    def live(self, days: int) -> None:
        for day in range(days):
            today = [user for user in range(60) if self.comes(user, day)]
            for user in today:
                self.visit(user, day)
            self.house.pass_(max(0.0, (day + 1) * DAY - self.house.now), step=3600)
            if day in {5, 10}:
                self.house = self.house.stopped()

    def visit(self, user: int, day: int) -> None:
        """Asks once, or up to three times; the last try works or does not."""
        retries = self.random.choice([0, 0, 0, 1, 2])
        for again in range(retries + 1):
            failed = again < retries or self.random.random() < 0.1
            asked = {"user.id": f"u{user}", "session.id": f"s{user}-{day}", "spansieve.ai.prompt.hash": f"k:{day}"}
            self.house.send(agent(**asked, failed=failed, lasts=5), tool("search", at=1), tool("write", at=2))
            self.visits.append((self.house.now, user))
            self.house.pass_(20, step=10)
            self.counts["requests"] += 1
        self.counts["retries"] += retries
        self.counts["failed" if failed else "retried" if retries else "completed"] += 1

    def seen(self, since: float, until: float) -> set[int]:
        return {user for when, user in self.visits if since <= when < until}


def test_what_is_measured_is_what_the_population_did() -> None:
    population = Population()
    population.live(DAYS)
    house, now = population.house, population.house.now
    former = population.seen(now - 14 * DAY, now - 7 * DAY)
    recent = population.seen(now - 7 * DAY, now)
    numbers = house.numbers()
    assert numbers["spansieve_return_user_ratio",] == len(former & recent) / len(former)
    assert 0.5 < numbers["spansieve_return_user_ratio",] < 1
    assert numbers["spansieve_users_active", "7d"] == len(recent)
    assert numbers["spansieve_users_active", "1d"] == len(population.seen(now - DAY, now))


def test_each_task_of_the_population_has_its_outcome() -> None:
    population = Population()
    population.live(4)
    numbers, counts = population.house.numbers(), population.counts
    assert numbers["spansieve_user_requests_total",] == counts["requests"]
    assert numbers["spansieve_user_retries_total",] == counts["retries"]
    assert numbers["spansieve_task_retries_sum",] == counts["retries"]
    outcomes = {key[1]: value for key, value in numbers.items() if key[0] == "spansieve_tasks_total"}
    assert outcomes == {outcome: counts[outcome] for outcome in ("completed", "retried", "failed")}
    assert numbers["spansieve_session_seconds_count",] == len({(user, when // DAY) for when, user in population.visits})

"""Who was there on which day: active users, those who came back, and what they use.

A day keeps 64 bits of each user, when they came first and last, and what they used: exact up to 10,000 users a day.
Above that it keeps those with the lowest bits, which is a fair sample, and says so.

Source of the sample: Beyer and others, "On synopses for distinct-value estimation under multiset operations" (2007);
Dasgupta and others, "A framework for estimating stream expression cardinalities" (2016), which calls it theta sketch.
"""

from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from .times import DAY_NS, SECOND_NS

MOST: Final = 10_000
"""Users of a day that are kept."""
DAYS: Final = 15
ALL: Final = 1 << 64
_SLACK: Final = MOST // 4
_DAY: Final = 86_400
_SECONDS: Final = 17
"""Bits of a second of a day."""
_MASK: Final = (1 << _SECONDS) - 1
_USED: Final = 2 * _SECONDS
WEEK_NS: Final = 7 * DAY_NS
_LEAST_NS: Final = 8 * DAY_NS

Keep = Callable[[int], bool]


def hash_of(person: str) -> int:
    """64 bits of a user, the same everywhere."""
    return int.from_bytes(blake2b(person.encode(errors="replace"), digest_size=8).digest(), "big")


class Sample(NamedTuple):
    """Users that are below `theta`, as many of all as it is of ALL."""

    users: frozenset[int]
    theta: int

    def below(self, theta: int) -> "Sample":
        """Those of it that a smaller sample has."""
        if theta >= self.theta:
            return self
        return Sample(frozenset(user for user in self.users if user < theta), theta)

    @property
    def size(self) -> float:
        """About how many users it stands for; exact where none was left out."""
        return len(self.users) * ALL / self.theta


class Day:
    """The users of one day, each with what is packed in a number: first and last second, and bits of features."""

    __slots__ = ("is_dirty", "theta", "users")

    def __init__(self) -> None:
        """Nobody was there."""
        self.users: dict[int, int] = {}
        self.theta = ALL
        self.is_dirty = False

    def add(self, user: int, first: int, last: int, features: int) -> None:
        """`user` was there from the second `first` to `last` of the day, and used `features`."""
        if user >= self.theta:
            return
        known = self.users.get(user)
        if known is not None:
            first, last = min(first, known & _MASK), max(last, known >> _SECONDS & _MASK)
            features |= known >> _USED
        packed = features << _USED | last << _SECONDS | first
        if packed != known:
            self.users[user] = packed
            self.is_dirty = True
        if len(self.users) > MOST + _SLACK:
            self._cut()

    def _cut(self) -> None:
        lowest = sorted(self.users)
        self.theta = lowest[MOST]
        self.users = {user: self.users[user] for user in lowest[:MOST]}

    def join(self, other: "Day") -> None:
        """Add who the other saw; whom both saw counts once."""
        self.theta = min(self.theta, other.theta)
        self.users = {user: packed for user, packed in self.users.items() if user < self.theta}
        for user, packed in other.users.items():
            self.add(user, packed & _MASK, packed >> _SECONDS & _MASK, packed >> _USED)

    def between(self, first: int, end: int, used: int = 0) -> Iterator[int]:
        """Those who were there from the second `first` to before `end`, and used the feature with the bit `used`."""
        if first <= 0 and end >= _DAY and not used:
            return iter(self.users)
        return (
            user
            for user, packed in self.users.items()
            if packed >> _SECONDS & _MASK >= first and packed & _MASK < end and (not used or packed >> _USED & used)
        )

    def state(self) -> Mapping[str, Any]:
        """What to save, fit for JSON."""
        numbers = array("Q", [*self.users, *self.users.values()])
        return {"theta": self.theta, "users": b64encode(numbers.tobytes()).decode()}

    @classmethod
    def loaded(cls, state: Mapping[str, Any], renumbered: Callable[[int], int]) -> "Day":
        """The one that gave `state`; `renumbered` gives the bits of features that another configuration had."""
        day = cls()
        day.theta = int(state["theta"])
        numbers = array("Q")
        numbers.frombytes(b64decode(state["users"]))
        half = len(numbers) // 2
        low = (1 << _USED) - 1
        for user, packed in zip(numbers[:half], numbers[half:], strict=True):
            day.users[user] = packed & low | renumbered(packed >> _USED) << _USED
        return day


class Active:
    """The last 15 days. Times are nanoseconds since the Unix epoch; days are those of UTC."""

    def __init__(self) -> None:
        """Nobody was there yet."""
        self.days: dict[int, Day] = {}
        """By their number since the epoch."""
        self.first_ns: int | None = None
        """Since when anybody was looked for."""

    def add(self, user: int, start_ns: int, end_ns: int, features: int, now_ns: int) -> None:
        """A user was there, and used `features`; what is older than 15 days, or dated ahead, is left out."""
        end_ns = max(start_ns, min(end_ns, now_ns))
        if start_ns // DAY_NS <= now_ns // DAY_NS - DAYS or start_ns // DAY_NS > now_ns // DAY_NS + 1:
            return
        if self.first_ns is None or start_ns < self.first_ns:
            self.first_ns = start_ns
        for day in range(start_ns // DAY_NS, end_ns // DAY_NS + 1):
            first = max(0, start_ns - day * DAY_NS) // SECOND_NS
            last = min(DAY_NS - 1, end_ns - day * DAY_NS) // SECOND_NS
            self._day(day, now_ns).add(user, first, last, features)

    def _day(self, number: int, now_ns: int) -> Day:
        found = self.days.get(number)
        if found is None:
            found = self.days[number] = Day()
            for old in [one for one in self.days if one <= now_ns // DAY_NS - DAYS]:
                del self.days[old]
        return found

    def between(self, start_ns: int, end_ns: int, used: int = 0) -> Sample:
        """Those who were there from `start_ns` to before `end_ns`."""
        theta, users = ALL, set[int]()
        for number, day in self.days.items():
            first, end = start_ns - number * DAY_NS, end_ns - number * DAY_NS
            if first < DAY_NS and end > 0:
                theta = min(theta, day.theta)
                users.update(day.between(-(-first // SECOND_NS), -(-end // SECOND_NS), used))
        return Sample(frozenset(users), ALL).below(theta)._replace(theta=theta)

    def last(self, span_ns: int, now_ns: int, used: int = 0) -> Sample:
        """Those of the last `span_ns`."""
        return self.between(now_ns - span_ns, now_ns + DAY_NS, used)

    def returned(self, now_ns: int) -> float | None:
        """Of those who were there the week before the last one, the share that came again in the last one. None before
        there are 8 days of data, and where nobody was there.
        """
        if self.first_ns is None or now_ns - self.first_ns < _LEAST_NS:
            return None
        former, recent = self.between(now_ns - 2 * WEEK_NS, now_ns - WEEK_NS), self.last(WEEK_NS, now_ns)
        theta = min(former.theta, recent.theta)
        before = former.below(theta).users
        return len(before & recent.below(theta).users) / len(before) if before else None

    def adoptions(self, features: Mapping[str, int], now_ns: int) -> dict[str, float | None]:
        """Of the users of the last week, the share that used each of `features` (by name, with their bit); None where
        there are no users.
        """
        every = self.last(WEEK_NS, now_ns)
        shares: dict[str, float | None] = {}
        for name, bit in features.items():
            used = self.last(WEEK_NS, now_ns, bit).users
            shares[name] = len(used) / len(every.users) if every.users else None
        return shares

"""What is known of each user, and what follows when something new is told: a tool that follows another, a change of
subject, retries, and frustration.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

from spansieve.watching import AiSpan

from .active import hash_of
from .config import FrustrationConfig
from .kept import Kept
from .times import MINUTE_NS
from .told import Request, Used, Whom

FOLLOWS_NS: Final = MINUTE_NS
"""A tool follows another that ended so short a time before."""
RETURNS_NS: Final = 30 * MINUTE_NS
"""A thread is returned to that was left so short a time before."""
_VISITED: Final = 5
"""Threads of a user that are remembered beside the present one."""
_MAX_RETRIES: Final = 51


class Switch(NamedTuple):
    """A user went from one thread to another."""

    request: Request
    """The first one there."""
    left: str
    stay_ns: int
    returned: bool


class Person(Kept):
    """One user. Times are nanoseconds since the Unix epoch."""

    __slots__ = (
        "alerted_ns",
        "hash",
        "last_ns",
        "name",
        "requests",
        "retries",
        "retry_count",
        "since_ns",
        "thread",
        "visited",
    )

    prefix = "user/"

    def __init__(self, name: str) -> None:
        """Nothing is known but a `name`, `Whom.person`."""
        super().__init__()
        self.name = name
        self.thread = ""
        self.since_ns = 0
        """Since when the user is in `thread`."""
        self.last_ns = 0
        """When the last request began."""
        self.visited: dict[str, int] = {}
        """Threads that were left, with the time; the last one at the end."""
        self.retries: list[int] = []
        """Times of the last ones, rising."""
        self.alerted_ns: int | None = None
        self.requests = 0
        self.retry_count = 0
        self.hash = hash_of(name)

    @property
    def key(self) -> str:
        """What it is saved under."""
        return self.prefix + self.name

    def asks(self, request: Request) -> Switch | None:
        """A request of the user's; returns what it changes. One that is out of order changes nothing."""
        self.requests += 1
        thread, start = request.whom.thread, request.start_ns
        if start < self.last_ns:
            return None
        self.last_ns = start
        if not thread or thread == self.thread:
            return None
        left, stay = self.thread, start - self.since_ns
        back = self.visited.pop(thread, None)
        self.thread, self.since_ns = thread, start
        if not left:
            return None
        self.visited[left] = start
        while len(self.visited) > _VISITED:
            del self.visited[next(iter(self.visited))]
        return Switch(request, left, stay, back is not None and start - back <= RETURNS_NS)

    def retries_within(self, when_ns: int, config: FrustrationConfig) -> int:
        """The user asked again: how often within the time that is looked back."""
        self.retry_count += 1
        insort(self.retries, when_ns)
        del self.retries[:-_MAX_RETRIES]
        since = when_ns - round(config.within * 1e9)
        return bisect_left(self.retries, when_ns + 1) - bisect_left(self.retries, since + 1)

    def may_alert(self, when_ns: int, config: FrustrationConfig) -> bool:
        """Whether no alert of this user was raised lately; if so, one is now."""
        if self.alerted_ns is not None and abs(when_ns - self.alerted_ns) < round(config.again * 1e9):
            return False
        self.alerted_ns = when_ns
        return True

    def state(self) -> Mapping[str, Any]:
        """What to save, fit for JSON."""
        return {name: getattr(self, name) for name in Person.__slots__}

    @classmethod
    def loaded(cls, state: Mapping[str, Any]) -> "Person":
        """The one that gave `state`."""
        person = cls(state["name"])
        for name in cls.__slots__:
            setattr(person, name, state[name])
        return person


class People:
    """At most so many users; the longest unseen is forgotten."""

    def __init__(self, most: int, changed: Callable[[Kept], None], forgotten: Callable[[], None]) -> None:
        """Know nobody; `changed` is told of whom is to be saved anew, `forgotten` that somebody was."""
        self._most = most
        self._changed = changed
        self._forgotten = forgotten
        self.known: OrderedDict[str, Person] = OrderedDict()
        """The longest unseen first."""

    def of(self, whom: Whom) -> Person:
        """A user; something new is told of this one."""
        name = whom.person
        person = self.known.get(name)
        if person is None:
            person = Person(name)
            self.put(person)
        else:
            self.known.move_to_end(name)
        self._changed(person)
        return person

    def put(self, person: Person) -> None:
        """Know a user."""
        self.known[person.name] = person
        while len(self.known) > self._most:
            _, gone = self.known.popitem(last=False)
            gone.is_gone = True
            self._changed(gone)
            self._forgotten()


Following = tuple[Whom, AiSpan, AiSpan | None]
"""A tool, of whom, and the next one of the same user; None: none followed."""


class Followers:
    """The last tool of each user, while another may follow it."""

    def __init__(self, most: int) -> None:
        """Wait for nothing; at most so many users wait."""
        self._most = most
        self._last: OrderedDict[str, tuple[Whom, AiSpan]] = OrderedDict()
        """By user, the one that was told first at the front."""

    def follow(self, used: Used) -> list[Following]:
        """Tools were used: what is known by that."""
        whom, tools = used
        first, last = tools[0], tools[-1]
        known: list[Following] = [(whom, use, _soon(use, by)) for use, by in pairwise(tools)]
        before = self._last.get(whom.person)
        if before is not None and first.start_ns < before[1].start_ns:
            known.append((whom, last, _soon(last, before[1])))
            return known
        if before is not None:
            del self._last[whom.person]
            known.insert(0, (*before, _soon(before[1], first)))
        if whom.person:
            self._last[whom.person] = whom, last
        else:
            known.append((whom, last, None))
        if len(self._last) > self._most:
            known.append((*self._last.popitem(last=False)[1], None))
        return known

    def past(self, now_ns: int | None) -> list[Following]:
        """Tools that nothing follows any more at `now_ns`; None: all."""
        found: list[Following] = []
        while self._last:
            whom, use = next(iter(self._last.values()))
            if now_ns is not None and now_ns - use.end_ns <= FOLLOWS_NS:
                break
            self._last.popitem(last=False)
            found.append((whom, use, None))
        return found


def _soon(use: AiSpan, by: AiSpan) -> AiSpan | None:
    """What came next, if it came soon enough."""
    return by if by.start_ns - use.end_ns <= FOLLOWS_NS else None

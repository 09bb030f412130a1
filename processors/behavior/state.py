"""What is saved of all that is known, and how it comes back."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from .active import Day
from .conduct import Conduct
from .people import Person
from .store import Store
from .talks import Talk
from .tasks import Task


class State:
    """Between what is known and where it is saved. Every method raises StorageError."""

    def __init__(self, conduct: Conduct, store: Store) -> None:
        """Save `conduct` in `store`."""
        self._conduct = conduct
        self._store = store
        self._written: set[str] = set()
        """Names of days and hours that were saved."""

    def write(self, *, whole: bool = False) -> None:
        """Begin to write what changed; `whole`: all of it."""
        conduct = self._conduct
        state: dict[str, Any] = {
            "time": {"lag_ns": conduct.clock.lag_ns, "first_ns": conduct.active.first_ns},
            "features": [*conduct.features.bits],
            "alerts": conduct.frustrations.state(),
            "marks": conduct.tasks.marks.state(),
            **self._changed(),
        }
        self._store.write(state, whole=whole)
        self._written |= {name for name in state if "/" in name}
        for day in conduct.active.days.values():
            day.is_dirty = False
        conduct.workflows.dirty.clear()
        self._forget()

    def _changed(self) -> Mapping[str, Any]:
        conduct = self._conduct
        days = {f"day/{number}": day.state() for number, day in conduct.active.days.items() if day.is_dirty}
        dirty = conduct.workflows.dirty.intersection(conduct.workflows.hours())
        return {**days, **{f"hour/{number}": conduct.workflows.state(number) for number in dirty}}

    def _forget(self) -> None:
        """Delete days and hours that are over."""
        conduct = self._conduct
        there = {f"day/{number}" for number in conduct.active.days}
        there |= {f"hour/{number}" for number in conduct.workflows.hours()}
        self._store.delete(*(self._written - there))
        self._written &= there

    def load(self) -> None:
        """Take over what was written."""
        conduct, store = self._conduct, self._store
        store.load("time", self._take_time)
        names: list[str] = []
        store.load("features", names.extend)
        for name in store.names("day/"):
            store.load(name, partial(self._take_day, _number(name), names))
            self._written.add(name)
        for name in store.names("hour/"):
            store.load(name, partial(conduct.workflows.load, _number(name)))
            self._written.add(name)
        store.load("alerts", conduct.frustrations.load)
        store.load("marks", conduct.tasks.marks.load)
        self._load_records()

    def _load_records(self) -> None:
        conduct, store = self._conduct, self._store
        for task in store.load_all(Task.prefix, Task.loaded):
            conduct.tasks.put(task)
        for person in sorted(store.load_all(Person.prefix, Person.loaded), key=lambda one: one.last_ns):
            conduct.people.put(person)
        for talk in sorted(store.load_all(Talk.prefix, Talk.loaded), key=lambda one: one.end_ns):
            conduct.talks.put(talk)

    def _take_time(self, said: Mapping[str, Any]) -> None:
        self._conduct.clock.lag_ns = said["lag_ns"]
        self._conduct.active.first_ns = said["first_ns"]

    def _take_day(self, number: int, names: list[str], said: Mapping[str, Any]) -> None:
        features = self._conduct.features
        self._conduct.active.days[number] = Day.loaded(said, partial(features.renumbered, names))


def _number(name: str) -> int:
    return int(name.rpartition("/")[2])

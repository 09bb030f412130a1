"""What several components share."""

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

ResultT = TypeVar("ResultT")


class InCommon:
    """Things by name, each made by the first who asks for it, and gone with the last who holds it."""

    def __init__(self) -> None:
        """There are none."""
        self._things: WeakValueDictionary[str, Any] = WeakValueDictionary()

    def get(self, name: str, make: Callable[[], ResultT]) -> ResultT:
        """The thing called `name`."""
        found: ResultT | None = self._things.get(name)
        if found is None:
            found = self._things[name] = make()
        return found

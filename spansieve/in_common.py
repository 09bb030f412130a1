"""What several components share."""

from collections.abc import Callable
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


class InCommon:
    """Things by name, each made by the first who asks for it."""

    def __init__(self) -> None:
        """There are none."""
        self._things: dict[str, Any] = {}

    def get(self, name: str, make: Callable[[], ResultT]) -> ResultT:
        """The thing called `name`."""
        if name not in self._things:
            self._things[name] = make()
        found: ResultT = self._things[name]
        return found

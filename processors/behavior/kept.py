"""What outlives the process, a record each."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Kept:
    """Something that is saved whenever it changed."""

    __slots__ = ("is_gone",)

    prefix: ClassVar[str]
    """What the keys of its kind begin with."""

    def __init__(self) -> None:
        """It is there."""
        self.is_gone = False
        """It is to be deleted."""

    @property
    def key(self) -> str:
        """What it is saved under."""
        raise NotImplementedError

    def state(self) -> Mapping[str, Any]:
        """What to save, fit for JSON."""
        raise NotImplementedError

"""What the processor asks of the program around it, where that is a command that ends soon."""

import logging
import secrets
from collections import Counter

from spansieve.clock import SystemClock
from spansieve.plugin import MadeKey

_SILENT = logging.getLogger("spansieve.scrub")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class _Uncounted:
    def add(self, amount: float, **labels: str) -> None:
        """Nobody reads the metrics of a command."""


class ScrubHost:
    """As much of `spansieve.plugin.Host` as `prompt_privacy` uses."""

    def __init__(self, component: str) -> None:
        """`component` is the processor's id."""
        self.id = component
        self.clock = SystemClock()
        self.log = logging.LoggerAdapter(_SILENT, {})
        self.faults: Counter[str] = Counter()
        """Exceptions that the processor caught, by type: what they hit was withheld."""
        self._made: dict[str, MadeKey] = {}

    def counter(self, name: str, *, unit: str = "", description: str = "") -> _Uncounted:
        """One that counts nothing."""
        return _Uncounted()

    def made_key(self, name: str, storage: str | None = None, *, lost: str) -> MadeKey:
        """A key for this run alone: the storage belongs to the program that runs."""
        return self._made.setdefault(name, MadeKey(secrets.token_bytes(32), lasting=False))

    def fault(self, error: BaseException, then: str = "") -> None:
        """Remember its type, since its text may hold content."""
        self.faults[type(error).__name__] += 1

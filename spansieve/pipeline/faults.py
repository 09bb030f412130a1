"""What went wrong in a component: counted always, logged once a kind and minute, and never with its text.

An exception's text may hold a prompt or a key, so a log line names its type and the line of code it came from. A
storage's own texts hold neither, and tell people what to do.
"""

import logging
import threading
from dataclasses import replace

from spansieve.inspection import Fault
from spansieve.plugin import Clock, StorageError
from spansieve.telemetry.instruments import Instruments
from spansieve.telemetry.logs import component_log, place_of

QUIET_SECONDS = 60.0
MAX_KINDS = 1_000
MAX_REMEMBERED = 50
"""Kinds of fault that are remembered for people to look at; the longest unseen is forgotten."""


class Faults:
    """Shared by the chain and the exporters' threads."""

    def __init__(self, instruments: Instruments, clock: Clock) -> None:
        """Count into `instruments`."""
        self._errors = instruments.sum("spansieve_component_errors", "Exceptions that a component raised.")
        self._clock = clock
        self._said: dict[tuple[str, ...], tuple[float, int, int]] = {}  # when last, and since then: times, items
        self._seen: dict[tuple[str, ...], Fault] = {}  # the latest last
        self._lock = threading.Lock()

    def latest(self) -> list[Fault]:
        """What was seen, the latest first."""
        with self._lock:
            return list(reversed(self._seen.values()))

    def _remember(self, key: tuple[str, ...], level: int) -> None:
        kind, component, text = key
        now = self._clock.time_ns()
        word = logging.getLevelName(level).lower()
        seen = self._seen.pop(key, Fault(f"{kind}/{component}", word, text, 0, now, now))
        if len(self._seen) >= MAX_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._seen[key] = replace(seen, times=seen.times + 1, last_ns=now)

    def log(self, kind: str, component: str) -> "logging.LoggerAdapter[logging.Logger]":
        """The logger of a component."""
        return component_log(f"{kind}/{component}")

    def saw(self, kind: str, component: str, error: BaseException, then: str = "") -> None:
        """Count an exception and say where it came from, or what a storage says; `then` says what became of the
        batch.
        """
        self._errors.add((("component", f"{kind}/{component}"), ("error", type(error).__name__)), 1)
        what = str(error) if isinstance(error, StorageError) else place_of(error)
        self.warn(kind, component, f"{what}{then}", level=logging.ERROR)

    def warn(self, kind: str, component: str, text: str, *, level: int = logging.WARNING, items: int = 0) -> None:
        """Log `text` unless it was said of this component within the last minute; then the next line tells how often,
        and of how many items.
        """
        now = self._clock.monotonic()
        key = (kind, component, text)
        with self._lock:
            if level >= logging.WARNING:
                self._remember(key, level)
            said, more, unsaid = self._said.get(key, (-QUIET_SECONDS, 0, 0))
            if now - said < QUIET_SECONDS:
                self._said[key] = (said, more + 1, unsaid + items)
                return
            if len(self._said) >= MAX_KINDS:
                self._said.clear()
            self._said[key] = (now, 0, 0)
        text += f" ({items + unsaid} items)" if items + unsaid else ""
        self.log(kind, component).log(level, text + (f", {more} more times since the last such line" if more else ""))

"""Keeps the process below a limit: looks at its memory, says who may come in, and collects when it gets tight."""

import logging
from enum import IntEnum
from typing import Final

from spansieve.admission import retry_seconds
from spansieve.plugin import Clock, Refused, TooLarge

from .config import MIB, MemoryLimits
from .pace import Pace
from .system import Memory

REFUSED: Final = "data refused due to high memory usage"
"""The Go Collector's words."""
FACTOR: Final = 8
"""Bytes of memory for a byte in flight, at its peak: 2.3 where nobody reads the spans, 7 to 8 with a view of each, 8.7
while JSON is decoded.
"""
LOOK_BYTES: Final = MIB
"""The memory is looked at again when so much has come in, so that a burst can't run through the limit."""
SMALL_BYTES: Final = 64 * 1024
SMALL_IN_FLIGHT_BYTES: Final = 4 * MIB
"""A request of at most the first may come in while at most the second is in flight, whatever the memory: the processor
refuses it, and counts its items. Larger ones are refused unread.
"""
GIVE_BACK_SECONDS: Final = 1.0
SAY_SECONDS: Final = 10.0


class Level(IntEnum):
    """Where the memory stands."""

    OK = 0
    SOFT = 1
    HARD = 2


class Limiter:
    """`check` is called often, from one thread; `admit` from any, and it is cheap."""

    def __init__(
        self, limits: MemoryLimits, clock: Clock, log: "logging.LoggerAdapter[logging.Logger]", memory: Memory
    ) -> None:
        """Look at the memory for the first time; what the process has now is what it needs when it does nothing."""
        self.thresholds = limits.thresholds(memory.total())
        self._clock = clock
        self._log = log
        self._memory = memory
        self._interval = limits.check_interval
        self._paces = {
            Level.SOFT: Pace(
                limits.min_gc_interval_when_soft_limited, limits.max_gc_interval_when_soft_limited, self._interval
            ),
            Level.HARD: Pace(
                limits.min_gc_interval_when_hard_limited, limits.max_gc_interval_when_hard_limited, self._interval
            ),
        }
        self.resident = self._floor = memory.resident()
        self.collections = 0
        self.level = Level.OK
        self._came = 0
        self._tight = False  # somebody was refused, perhaps for memory that is only free and not given back
        self._squeezed = False  # free memory goes back at once, which costs time
        self._looked = self._checked = clock.monotonic()
        self._given_back = self._collected = self._said = float("-inf")
        self._told = Level.OK

    def start(self) -> None:
        """Say what holds, and loudly where it can't work."""
        self._memory.relax()
        soft, hard = (size // MIB for size in self.thresholds)
        has = self._memory.resident()
        if not has:
            self._log.warning(
                "this system does not tell how much memory the process has: only requests in flight are held against "
                "the limit of %d MiB",
                hard,
            )
        elif has >= self.thresholds.soft:
            self._log.error(
                "the soft limit is %d MiB, but the program has %d MiB before it has taken anything, so all data will "
                "be refused: set limit_mib to %d or more",
                *(soft, has // MIB, has // MIB * 2),
            )
        else:
            self._log.info(
                "data is refused above %d MiB of memory, the limit is %d MiB; now %d MiB", soft, hard, has // MIB
            )

    def admit(self, request_bytes: int, in_flight_bytes: int) -> None:
        """Let a request come in that holds so much, while so much is in flight in all. Raises Refused and TooLarge."""
        self._came += request_bytes
        if self._came >= LOOK_BYTES or self._clock.monotonic() - self._looked >= self._interval:
            self._look()
        if request_bytes <= SMALL_BYTES and in_flight_bytes <= SMALL_IN_FLIGHT_BYTES:
            return
        if self.level is Level.OK and self.estimate(in_flight_bytes) <= self.thresholds.hard:
            return
        if self._floor + FACTOR * request_bytes > self.thresholds.hard:
            raise TooLarge("the request is larger than the memory limit can ever take")
        self._tight = True
        raise Refused(REFUSED, retry_seconds())

    def estimate(self, in_flight_bytes: int) -> int:
        """Bytes that the process will have when all that is in flight has been decoded."""
        return self.resident + FACTOR * in_flight_bytes

    def refuse(self) -> None:
        """Raises Refused while nothing may go on."""
        if self.level is not Level.OK:
            raise Refused(REFUSED, retry_seconds())

    def check(self) -> None:
        """Do what is due: look, make free memory the system's again, collect."""
        now = self._clock.monotonic()
        if now - self._checked < self._interval:
            return
        self._checked = now
        self._look()
        if self.level is Level.OK:
            for pace in self._paces.values():
                pace.reset()
        if self.level is not Level.OK or self._tight:
            self._relieve(now)
        elif self._squeezed:
            self._squeezed = False
            self._memory.relax()
        self._say(now)

    def _look(self) -> None:
        self._came = 0
        self._looked = self._clock.monotonic()
        self.resident = self._memory.resident()
        self.level = Level(sum(self.resident >= threshold for threshold in self.thresholds))

    def _relieve(self, now: float) -> None:
        """Collect where that is due, and give back what is free: it counts as the process's until then."""
        pace, before = self._paces.get(self.level), self.resident
        due = pace is not None and now - self._collected >= pace.wait
        if due:
            self._collected = now
            self.collections += 1
            self._memory.collect()
        if due or now - self._given_back >= GIVE_BACK_SECONDS:
            self._given_back = now
            self._tight, self._squeezed = False, True
            self._memory.give_back()
            self._look()
        if pace is not None and due:
            pace.collected(before, self.resident)

    def _say(self, now: float) -> None:
        if self.level is self._told or now - self._said < SAY_SECONDS:
            return
        if self.level is Level.OK:
            self._log.info("memory is back within limits (%d MiB), data is taken again", self.resident // MIB)
        else:
            word = "soft" if self.level is Level.SOFT else "hard"
            self._log.warning("memory (%d MiB) is above the %s limit, data is refused", self.resident // MIB, word)
        self._told, self._said = self.level, now

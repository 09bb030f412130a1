"""What processors ask of the program around them in a dry run: a clock that is told, metrics that are read afterwards,
and nowhere to send.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from spansieve.in_common import InCommon
from spansieve.pdata import Batch, Signal
from spansieve.plugin import Clock, MadeKey, Place, Refused, Storage
from spansieve.wiring import Wiring

Emitted = Callable[[Signal, Batch], None]
ResultT = TypeVar("ResultT")


class RecordedClock:
    """The time of what is replayed."""

    def __init__(self, time_ns: int) -> None:
        """Begin at a wall clock time, nanoseconds since the Unix epoch."""
        self._begin_ns = self.now_ns = time_ns

    def time_ns(self) -> int:
        """Wall clock."""
        return self.now_ns

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return (self.now_ns - self._begin_ns) / 1e9


class Level(NamedTuple):
    """What a gauge showed: at last, and at the least."""

    last: float
    least: float


class _Series:
    def __init__(self, host: "DryHost", name: str) -> None:
        self._host = host
        self._name = name

    def add(self, amount: float, **labels: str) -> None:
        self._host.sums[self._name, frozenset(labels.items())] += amount

    def set(self, value: float, **_: str) -> None:
        known = self._host.levels.get(self._name)
        self._host.levels[self._name] = Level(value, value if known is None else min(known.least, value))

    def record(self, value: float, **labels: str) -> None:
        """Nobody reads distributions of a dry run."""


class _Warnings(logging.Handler):
    def __init__(self, texts: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._texts = texts

    def emit(self, record: logging.LogRecord) -> None:
        self._texts.append(record.getMessage())


class DryHost:
    """As much of `spansieve.plugin.Host` as a processor uses that opens nothing."""

    def __init__(self, component: str, clock: Clock, wiring: Wiring, emitted: Emitted) -> None:
        """`component` is the processor's id; `emitted` is given what it emits."""
        self.id = component
        self.clock = clock
        self.warnings: list[str] = []
        """What it wrote into the log."""
        self.sums: dict[tuple[str, frozenset[tuple[str, str]]], float] = defaultdict(float)
        """Counters by name and labels."""
        self.levels: dict[str, Level] = {}
        """Gauges by name."""
        self.before: Callable[[Signal, Batch], None] = lambda _, __: None
        """What stands before the processor."""
        self.scrubs: Callable[[str, bytes], str] = lambda text, _: text
        """Takes content out of a text, as the privacy processor before it does."""
        self.common = InCommon()
        self._wiring = wiring
        self._emitted = emitted
        logger = logging.Logger(component)  # of no family, so that nothing of it is printed
        logger.addHandler(_Warnings(self.warnings))
        self.log = logging.LoggerAdapter(logger, {})

    def counter(self, name: str, *, unit: str = "", description: str = "") -> _Series:
        """One in `sums`."""
        return _Series(self, name)

    def gauge(self, name: str, *, unit: str = "", description: str = "") -> _Series:
        """One in `levels`."""
        return _Series(self, name)

    def histogram(self, name: str, *, unit: str = "", description: str = "", buckets: tuple[float, ...]) -> _Series:
        """One that forgets."""
        return _Series(self, name)

    def reading(self, name: str, **labels: str) -> float | None:
        """The program that runs knows; a dry run does not."""
        return None

    def emit(self, signal: Signal, batch: Batch, *, holds_up: bool = True, repeatable: bool = False) -> bool:
        """Tell what would be sent; there is always room."""
        self._emitted(signal, batch)
        return True

    def made_key(self, name: str, storage: str | None = None, *, lost: str) -> MadeKey:
        """A key for this run alone: the storage belongs to the program that runs."""
        return MadeKey(secrets.token_bytes(32), lasting=False)

    def storage(self, extension: str) -> Storage:
        """There is none. Raises Refused."""
        raise Refused("a dry run opens no storage")

    def extension(self, extension: str) -> object:
        """There is none. Raises Refused."""
        raise Refused("a dry run starts no extensions")

    def status(self, name: str, snapshot: Callable[[], object]) -> None:
        """Nobody looks."""

    def ahead(self, signal: Signal, batch: Batch) -> None:
        """Let a batch pass what is `before`."""
        self.before(signal, batch)

    def scrub(self, text: str, trace_id: bytes = b"") -> str:
        """As `scrubs` leaves it."""
        return self.scrubs(text, trace_id)

    def signals(self) -> frozenset[Signal]:
        """As configured."""
        return self._wiring.signals("processor", self.id)

    def leads(self, signal: Signal) -> bool:
        """Whoever runs this takes all."""
        return True

    def pipeline(self, signal: Signal) -> Place | None:
        """As configured."""
        return self._wiring.place("processor", self.id, signal)

    def in_common(self, name: str, make: Callable[[], ResultT]) -> ResultT:
        """What processors share; the hosts of one run are given the same `common`."""
        return self.common.get(name, make)

    def fault(self, error: BaseException, then: str = "") -> None:
        """Remember its type, since its text may hold content."""
        self.warnings.append(f"{type(error).__name__}{then}")

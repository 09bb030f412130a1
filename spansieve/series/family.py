"""All series of one metric."""

from collections.abc import Callable, Mapping
from typing import Final, Generic, Literal, NamedTuple, TypeVar

from spansieve.pdata import encode_pair
from spansieve.plugin import Clock

from .cells import Cell
from .labels import ANY_LIMIT, LIMITS, MAX_CHARS, MAX_SERIES, OTHER, SERVICE_NAME, Overflow, Slots
from .recent import Labels, Recent

CellT = TypeVar("CellT", bound=Cell)
Kind = Literal["counter", "gauge", "histogram"]
UNKNOWN_SERVICE: Final = "unknown_service"
_LOOKUPS: Final = 4
"""Sets of labels as they were asked for that are remembered, a series that there may be."""


class About(NamedTuple):
    """What a metric is."""

    kind: Kind
    name: str
    description: str
    unit: str
    labels: tuple[str, ...]
    """Names of its labels."""
    max_series: int = MAX_SERIES
    windowed: bool = False
    """Whether what came lately is kept."""


class Family(Generic[CellT]):
    """The series of a metric by service and labels, at most `max_series` and one for the rest of each service.

    Used on the chain thread alone.
    """

    def __init__(
        self,
        about: About,
        make: Callable[[list[CellT], str, Labels], CellT],
        clock: Clock,
        overflow: Overflow,
        limits: Mapping[str, int] = LIMITS,
    ) -> None:
        """Have none; `Meter` makes it."""
        self.about = about
        self._make = make
        self._clock = clock
        self._overflow = overflow
        self._slots = [Slots(label, limits.get(label, ANY_LIMIT), overflow) for label in (SERVICE_NAME, *about.labels)]
        self._asked: dict[Labels, CellT] = {}
        """By service and labels as they were asked for, not cleaned."""
        self._live: dict[Labels, CellT] = {}
        """By service and labels as they are shown."""
        self._touched: list[CellT] = []
        self._changed: dict[int, CellT] = {}
        """What was updated since the last deltas were taken."""
        self._counts = Recent(clock.monotonic()) if about.windowed else None
        self._sums = Recent(clock.monotonic()) if about.windowed and about.kind == "histogram" else self._counts

    def cell(self, service: str, *values: str | None) -> CellT:
        """The series of `service` with these labels, in the family's order; None: without that label.

        A value that has no room is `other`. The cell may be kept, but asking for it again is cheap.
        """
        found = self._asked.get((service, *values))
        return self._ask((service, *values)) if found is None else found

    def _ask(self, asked: Labels) -> CellT:
        if len(asked) != len(self._slots):
            raise ValueError(
                f"{self.about.name} has the labels {', '.join(self.about.labels)}: one value is wanted for each"
            )
        cell = self._find(asked)
        if len(self._asked) >= _LOOKUPS * self.about.max_series:
            self._asked.clear()
        if all(value is None or len(value) <= MAX_CHARS for value in asked):
            self._asked[asked] = cell
        return cell

    def _find(self, asked: Labels) -> CellT:
        key = tuple(slots.fit(value) for slots, value in zip(self._slots, asked, strict=True))
        cell = self._live.get(key)
        if cell is None and len(self._live) >= self.about.max_series:
            self._overflow.saw("series", key)
            key = (key[0], *(value if value is None else OTHER for value in key[1:]))
            cell = self._live.get(key)
        return self._add(key) if cell is None else cell

    def _add(self, key: Labels) -> CellT:
        for slots, value in zip(self._slots, key, strict=True):
            slots.take(value)
        cell = self._live[key] = self._make(self._touched, key[0] or UNKNOWN_SERVICE, key[1:])
        named = zip(self.about.labels, cell.values, strict=True)
        cell.fix([encode_pair(label, value) for label, value in named if value is not None])
        cell.start_ns = self._clock.time_ns()
        cell.seen = self._clock.monotonic()
        return cell

    def gather(self) -> None:
        """Look at what was updated since the last time."""
        now = self._clock.monotonic()
        for cell in self._touched:
            cell.looked_at()
            cell.seen = now
            if not cell.is_live:
                self._find((cell.service, *cell.values)).absorb(cell)  # which is touched by that, and comes later here
                cell.reset()
                continue
            self._changed[id(cell)] = cell
            self._note(cell)
        self._touched.clear()
        if self._counts is not None and self._sums is not None:
            self._counts.advance(now)
            self._sums.advance(now)

    def _note(self, cell: CellT) -> None:
        if self._counts is None or self._sums is None:
            return
        count, total = cell.take_new()
        if count:
            self._counts.add(cell.values, count)
        if total and self._sums is not self._counts:
            self._sums.add(cell.values, total)

    def expire(self, ttl: float) -> None:
        """Drop the series that nobody updated for `ttl` seconds, and free their labels; but not those of which
        something is still to be taken (`take_changed`): deltas may have waited for room for longer.
        """
        oldest = self._clock.monotonic() - ttl
        self._end([key for key, cell in self._live.items() if cell.seen <= oldest and id(cell) not in self._changed])

    def drop(self, service: str) -> None:
        """Drop all series of `service`, as if nobody had updated them for long."""
        self.gather()
        self._end([key for key in self._live if key[0] == service])

    def _end(self, gone: list[Labels]) -> None:
        for key in gone:
            cell = self._live.pop(key)
            cell.is_live = False
            cell.reset()
            for slots, value in zip(self._slots, key, strict=True):
                slots.free(value)
        if gone:
            self._asked.clear()

    @property
    def size(self) -> int:
        """How many series are shown."""
        return len(self._live)

    def cells(self) -> list[CellT]:
        """All series that are shown."""
        return list(self._live.values())

    def take_changed(self) -> list[CellT]:
        """Those that were updated since this was asked last."""
        changed = [cell for cell in self._changed.values() if cell.is_live]
        self._changed.clear()
        return changed

    def increase(self, seconds: float) -> dict[Labels, float]:
        """How much came in the last `seconds` (up to 300 in steps of 10, up to 3600 in minutes) by labels, all services
        together; of a histogram, how many values. Raises ValueError if the family keeps no windows.
        """
        return self._window(self._counts).sums(seconds)

    def sums(self, seconds: float) -> dict[Labels, float]:
        """Of a histogram: the sum of the values that came in the last `seconds`, as `increase`."""
        return self._window(self._sums).sums(seconds)

    def trend(self, keep: Callable[[Labels], bool] = lambda _: True) -> list[float]:
        """`increase` of each minute of the last hour, the oldest first, over the labels that `keep` says yes to."""
        return self._window(self._counts).trend(keep)

    def trend_of_sums(self, keep: Callable[[Labels], bool] = lambda _: True) -> list[float]:
        """`sums` of each minute of the last hour, as `trend`."""
        return self._window(self._sums).trend(keep)

    def _window(self, recent: Recent | None) -> Recent:
        if recent is None:
            raise ValueError(f"{self.about.name} keeps no windows: make it with windowed=True")
        self.gather()
        return recent

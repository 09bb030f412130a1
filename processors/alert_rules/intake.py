"""What rules take of the metrics that pass."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from spansieve.pdata import DataPoint, Metric, MetricBatch

from .growth import Growth, Growths, Reading
from .readings import CUMULATIVE, identity, is_counter, labels_of, names_of, parts, temporality
from .selector import Selector
from .watch import Term, Watch

_SUFFIXES: Final = ("", "_count", "_sum", "_bucket")


class Wanted(NamedTuple):
    """A term of a rule."""

    watch: Watch
    term: Term
    selector: Selector


class Intake:
    """Finds the series that rules count, and how much they grew."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        """No metric was seen."""
        self._wanted: dict[str, list[Wanted]] = {}
        for watch in watches:
            self._want(Wanted(watch, "whole", watch.rule.whole))
            if watch.rule.kind == "ratio":
                self._want(Wanted(watch, "part", watch.rule.part))
        self.growths = Growths()
        self.seen: set[str] = set()
        """Names of wanted metrics that came."""
        self.unfit: set[str] = set()
        """Those that came, and do not grow only."""
        self.looked_ns = 0
        """When rules were evaluated last (nanoseconds since the epoch): what began since then came since then."""
        self.counted_until_ns = 0
        """What came before was counted by a former process (nanoseconds since the epoch)."""

    def _want(self, one: Wanted) -> None:
        self._wanted.setdefault(one.selector.metric, []).append(one)

    def take(self, batch: MetricBatch, now: float, now_ns: int) -> None:
        """Count what came; `now` is the monotonic clock's, in seconds."""
        senders: dict[int, bytes] = {}
        for metric, points in batch.by_metric():
            sender = senders.get(id(metric.resource))
            if sender is None:
                sender = senders[id(metric.resource)] = metric.resource.encode()
            if points:
                self.growths.meet(sender, points[0].time_unix_nano, now)
            named = self._named(metric)
            if named and is_counter(metric):
                for one in self._points(metric, sender, points, named, now):
                    self._count(*one, now_ns)
            elif named:
                self.unfit |= set(named.values())

    def _named(self, metric: Metric) -> dict[str, str]:
        """The parts of it that are wanted, by the ends of their names, with their names."""
        names = [(suffix, name + suffix) for name in reversed(names_of(metric)) for suffix in _SUFFIXES]
        return {suffix: name for suffix, name in names if name in self._wanted}

    def _points(
        self, metric: Metric, sender: bytes, points: Sequence[DataPoint], named: Mapping[str, str], now: float
    ) -> Iterator[tuple[str, Mapping[str, str], Growth]]:
        """What grew: a metric's name, the labels of the series, and by how much."""
        own, is_cumulative, scope = identity(metric.scope), temporality(metric) == CUMULATIVE, metric.scope.encode()
        for point in points:
            labels = {**own, **labels_of(point)}
            series = tuple(sorted(labels.items()))
            for part in parts(point, named):
                name = named[part.suffix]
                self.seen.add(name)
                growth: Growth | None = Growth(part.value)
                if is_cumulative:
                    reading = Reading(part.value, point.start_time_unix_nano, point.time_unix_nano)
                    growth = self.growths.take(sender, (scope, name), (series, part.le), reading, now)
                if growth is not None and growth.amount > 0:
                    yield name, {**labels, "le": part.le} if part.le else labels, growth

    def _count(self, name: str, labels: Mapping[str, str], growth: Growth, now_ns: int) -> None:
        if 0 < growth.since_ns < self.counted_until_ns:
            return
        age = (now_ns - growth.since_ns) / 1e9 if 0 < growth.since_ns < self.looked_ns else None
        for watch, term, selector in self._wanted[name]:
            if selector.fits(labels):
                watch.add(term, watch.key(labels), growth.amount, age)

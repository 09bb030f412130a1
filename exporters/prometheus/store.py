"""What is shown: each series with its last numbers, until nobody has updated it for long."""

from collections.abc import Callable, Sequence
from typing import Final

from spansieve.pdata import DataPoint, Metric, MetricBatch, Scope
from spansieve.prometheus_names import Kind, metric_name

from .config import PrometheusConfig
from .labels import Origin
from .packing import gzipped, packed
from .states import Distribution, Number, State, state_of
from .text import END, Form, head, lines

DELTA, CUMULATIVE = 1, 2
NO_RECORDED_VALUE = 1
"""The flag of a point that says: this series has ended."""
_MAX_ORIGINS: Final = 10_000
"""Scopes whose labels are remembered; one more, and all are made anew."""
_ORDERS: Final = 4
"""Attributes as they came whose labels are remembered, a series that there is."""
_RESERVED: Final[dict[Kind, str]] = {"histogram": "le", "summary": "quantile"}

Reject = Callable[[str, str, int], None]
"""Called for points that can't be shown: the reason, the name of their metric, and how many they are."""


class NotShown(Exception):
    """A point, or all of a metric, has no way to be shown."""

    def __init__(self, *, reason: str) -> None:
        """`reason` is one of the README's."""
        super().__init__(reason)
        self.reason = reason


class Series:
    """One series: its numbers, and how it looks."""

    __slots__ = ("seen", "state", "texts", "time_ns")

    def __init__(self, state: State) -> None:
        """It is seen for the first time."""
        self.state = state
        self.time_ns = 0
        """Of its last point."""
        self.seen = 0.0
        """When it was updated last, in seconds of the monotonic clock."""
        self.texts: dict[Form, bytes] = {}
        """As it is shown; made when somebody asks."""

    def text(self, family: "Family", labels: str, form: Form, *, has_times: bool) -> bytes:
        """As it is shown in `family`."""
        text = self.texts.get(form)
        if text is None:
            time_ns = self.time_ns if has_times and self.time_ns else None
            text = lines(family.name, family.kind, labels, self.state, form=form, time_ns=time_ns)
            self.texts[form] = text
        return text


class Family:
    """The series of one name."""

    __slots__ = ("_blocks", "_known", "_texts", "description", "kind", "name", "series")

    def __init__(self, name: str, kind: Kind, description: str) -> None:
        """There are none."""
        self.name = name
        self.kind: Kind = kind
        self.description = description
        self.series: dict[str, Series] = {}
        """By their labels."""
        self._known: dict[tuple[Origin, bytes], str] = {}
        self._texts: dict[Form, bytes] = {}
        self._blocks: dict[Form, bytes] = {}

    def changed(self) -> None:
        """It looks otherwise than before."""
        self._texts.clear()
        self._blocks.clear()

    def text(self, form: Form, *, has_times: bool) -> bytes:
        """All of it as text, made when somebody asks."""
        text = self._texts.get(form)
        if text is None:
            lines = [series.text(self, labels, form, has_times=has_times) for labels, series in self.series.items()]
            text = b"".join((head(self.name, self.kind, self.description, form), *lines)) if lines else b""
            self._texts[form] = text
        return text

    def block(self, form: Form, *, has_times: bool) -> bytes:
        """The text, packed."""
        block = self._blocks.get(form)
        if block is None:
            block = self._blocks[form] = packed(self.text(form, has_times=has_times))
        return block

    def labels(self, origin: Origin, point: DataPoint) -> str:
        """The labels of `point`; made once for the bytes that its attributes came in. Raises DecodeError."""
        key = origin, b"".join(point.attributes.every())
        labels = self._known.get(key)
        if labels is None:
            if len(self._known) > _ORDERS * (len(self.series) + 256):
                self._known.clear()
            labels = self._known[key] = origin.labels(point.attributes, _RESERVED.get(self.kind, ""))
        return labels

    def expire(self, oldest: float) -> None:
        """Drop what was not updated since `oldest`."""
        gone = [labels for labels, series in self.series.items() if series.seen < oldest]
        for labels in gone:
            del self.series[labels]
        if gone:
            self.changed()
            self._known.clear()


class Store:
    """All series. Its owner sees to it that one thread at a time uses it."""

    def __init__(self, config: PrometheusConfig, reject: Reject) -> None:
        """There are none."""
        self._config = config
        self._reject = reject
        self._families: dict[str, Family] = {}
        self._origins: dict[tuple[bytes, bytes], Origin] = {}
        self._size = 0

    def take(self, batch: MetricBatch, now: float) -> None:
        """Show what `batch` says; it is `now`, in seconds of the monotonic clock. Raises DecodeError."""
        origins = {id(scope): self._origin(scope, now) for scope in batch.scopes}
        for metric, points in batch.by_metric():
            try:
                family = self._family(metric)
            except NotShown as error:
                self._reject(error.reason, metric.name, len(points))
                continue
            is_delta = metric.aggregation_temporality == DELTA
            for point in points:
                try:
                    self._point(family, origins[id(metric.scope)], point, now, is_delta=is_delta)
                except NotShown as error:
                    self._reject(error.reason, metric.name, 1)

    def _origin(self, scope: Scope, now: float) -> Origin:
        key = scope.resource.encode(), scope.encode()
        origin = self._origins.get(key)
        if origin is None:
            if len(self._origins) >= _MAX_ORIGINS:
                self._origins.clear()
            origin = self._origins[key] = Origin(scope, self._config)
        name = metric_name("target.info", "", "gauge", self._config.namespace, suffixes=False)
        targets = self._families.setdefault(name, Family(name, "gauge", "Target metadata"))
        if origin.target and (origin.target in targets.series or self._size < self._config.max_series):
            self._show(targets, origin.target, Number(1), 0, now)
        return origin

    def _family(self, metric: Metric) -> Family:
        """Where the points of `metric` go. Raises NotShown."""
        kind, temporality = _kind(metric), metric.aggregation_temporality
        if metric.type not in {"gauge", "summary"} and temporality not in {DELTA, CUMULATIVE}:
            raise NotShown(reason="temporality")
        if temporality == DELTA and kind == "gauge":
            raise NotShown(reason="temporality")
        unit = metric.unit
        if unit == "1" and metric.type != "gauge":
            unit = ""  # what is no gauge is no ratio
        config = self._config
        name = metric_name(metric.name, unit, kind, config.namespace, suffixes=config.has_suffixes)
        if not name:
            raise NotShown(reason="name")
        family = self._families.get(name)
        if family is None:
            family = self._families[name] = Family(name, kind, metric.description)
        if family.kind != kind:
            raise NotShown(reason="type_conflict")
        return family

    def _point(self, family: Family, origin: Origin, point: DataPoint, now: float, *, is_delta: bool) -> None:
        """Take in a point. Raises NotShown and DecodeError."""
        labels = family.labels(origin, point)
        series = family.series.get(labels)
        if point.flags & NO_RECORDED_VALUE:
            if series is not None:
                del family.series[labels]
                family.changed()
                self._size -= 1
            return
        time_ns = point.time_unix_nano
        if series is None:
            if self._size >= self._config.max_series:
                raise NotShown(reason="max_series")
        elif is_delta and 0 < point.start_time_unix_nano < series.time_ns:
            raise NotShown(reason="overlap")
        elif not is_delta and time_ns < series.time_ns:
            return  # a newer one is shown
        former = series.state if series is not None else None
        state = state_of(point, None if is_delta else former)
        if state is None:
            raise NotShown(reason="malformed")
        self._show(family, labels, _sum(former, state) if is_delta else state, time_ns, now)

    def _show(self, family: Family, labels: str, state: State, time_ns: int, now: float) -> None:
        series = family.series.get(labels)
        if series is None:
            series = family.series[labels] = Series(state)
            family.changed()
            self._size += 1
        elif series.state != state or (self._config.send_timestamps and series.time_ns != time_ns):
            series.state = state
            series.texts = {}
            family.changed()
        series.time_ns = time_ns
        series.seen = now

    def expire(self, oldest: float) -> None:
        """Drop the series that were not updated since `oldest`, in seconds of the monotonic clock."""
        for family in list(self._families.values()):
            family.expire(oldest)
            if not family.series:
                del self._families[family.name]
        self._size = sum(len(family.series) for family in self._families.values())

    def render(self, form: Form) -> bytes:
        """All of it as text."""
        return b"".join((*self._texts(form), END[form]))

    def render_packed(self, form: Form) -> bytes:
        """The same as gzip."""
        has_times = self._config.send_timestamps
        blocks = [family.block(form, has_times=has_times) for family in self._in_order()]
        return gzipped((*self._texts(form), END[form]), (*blocks, packed(END[form])))

    def _texts(self, form: Form) -> Sequence[bytes]:
        has_times = self._config.send_timestamps
        return [family.text(form, has_times=has_times) for family in self._in_order()]

    def _in_order(self) -> Sequence[Family]:
        return [family for _, family in sorted(self._families.items())]


def _kind(metric: Metric) -> Kind:
    if metric.type == "sum":
        return "counter" if metric.is_monotonic else "gauge"
    if metric.type == "summary":
        return "summary"
    return "gauge" if metric.type == "gauge" else "histogram"


def _sum(former: State | None, newer: State) -> State:
    """What deltas told of so far, and one more."""
    if isinstance(former, Number) and isinstance(newer, Number):
        return former.plus(newer)
    if isinstance(former, Distribution) and isinstance(newer, Distribution):
        return former.plus(newer)
    return newer

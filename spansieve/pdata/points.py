"""Data points of all five kinds behind one view, and the small messages inside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from .attributes import Attributes
from .envelope import Resource, Scope
from .parts import Lazy, read_all
from .schema import Wire, merge, read

if TYPE_CHECKING:
    from .home import Home
    from .metrics import Metric


class Quantile(NamedTuple):
    """One quantile (0 to 1) of a summary, and its value."""

    quantile: float
    value: float


class Buckets(NamedTuple):
    """One side of an exponential histogram: `counts[i]` is the count of bucket `offset + i`."""

    offset: int
    counts: Sequence[int]


class Exemplar(Lazy):
    """A measured value that stands for others, with the span that it was measured in."""

    __slots__ = ("_attributes",)

    def __init__(self, home: Home) -> None:
        """Look at `home.message`."""
        super().__init__(home)
        self._attributes: Attributes | None = None

    @property
    def attributes(self) -> Attributes:
        """OTLP's `filtered_attributes`: those of the measurement that the point lacks."""
        if self._attributes is None:
            self._attributes = Attributes(self._home.message.filtered_attributes, self._home)
        return self._attributes

    @property
    def time_unix_nano(self) -> int:
        """When it was measured, in nanoseconds since the Unix epoch."""
        return self._home.message.time_unix_nano  # type: ignore[no-any-return]

    @property
    def value(self) -> int | float | None:
        """What was measured."""
        return _number(self._home.message)

    @property
    def trace_id(self) -> bytes:
        """The trace that it was measured in; empty = none."""
        return self._home.message.trace_id  # type: ignore[no-any-return]

    @trace_id.setter
    def trace_id(self, value: bytes) -> None:
        self._set("trace_id", value)

    @property
    def span_id(self) -> bytes:
        """The span that it was measured in; empty = none."""
        return self._home.message.span_id  # type: ignore[no-any-return]

    @span_id.setter
    def span_id(self, value: bytes) -> None:
        self._set("span_id", value)


def _number(message: Wire) -> int | float | None:
    kind = message.WhichOneof("value")
    return getattr(message, kind) if kind else None


class DataPoint:
    """One data point of a metric. A view as `Span` is, with the same errors. What its metric's type has no field for
    reads as None (single numbers) or empty (lists).
    """

    __slots__ = ("_attributes", "_exemplars", "_message", "metric")

    def __init__(self, message: Wire, metric: Metric) -> None:
        """Look at `message`, a point of `metric`."""
        self._message = message
        self.metric = metric
        """What the point measures."""
        self._attributes: Attributes | None = None
        self._exemplars: list[Exemplar] | None = None

    @property
    def scope(self) -> Scope:
        """What made the point."""
        return self.metric.scope

    @property
    def resource(self) -> Resource:
        """Who sent the point."""
        return self.metric.scope.resource

    @property
    def attributes(self) -> Attributes:
        """What tells the point from others of its metric."""
        if self._attributes is None:
            self._attributes = Attributes(self._message.attributes)
        return self._attributes

    @property
    def start_time_unix_nano(self) -> int:
        """Since when it counts, in nanoseconds since the Unix epoch; 0 = unknown."""
        return self._message.start_time_unix_nano  # type: ignore[no-any-return]

    @start_time_unix_nano.setter
    def start_time_unix_nano(self, value: int) -> None:
        self._message.start_time_unix_nano = value

    @property
    def time_unix_nano(self) -> int:
        """When it was so, in nanoseconds since the Unix epoch."""
        return self._message.time_unix_nano  # type: ignore[no-any-return]

    @time_unix_nano.setter
    def time_unix_nano(self, value: int) -> None:
        self._message.time_unix_nano = value

    @property
    def flags(self) -> int:
        """Bit 0: there is no recorded value."""
        return self._message.flags  # type: ignore[no-any-return]

    @flags.setter
    def flags(self, value: int) -> None:
        self._message.flags = value

    @property
    def value(self) -> int | float | None:
        """The number of a gauge's or sum's point; None where it is absent and for other types."""
        return _number(self._message) if self.metric.type in {"gauge", "sum"} else None

    @value.setter
    def value(self, value: int | float | None) -> None:
        if self.metric.type not in {"gauge", "sum"}:
            raise ValueError(f"a point of a metric of type {self.metric.type!r} has no single value")
        if value is None:
            self._message.ClearField("as_int")
            self._message.ClearField("as_double")
        else:
            setattr(self._message, "as_int" if isinstance(value, int) else "as_double", value)

    def _optional(self, field: str) -> int | float | None:
        """A field that this kind of point may lack."""
        message = self._message
        if field not in message.DESCRIPTOR.fields_by_name:
            return None
        return getattr(message, field) if message.HasField(field) else None

    def _plain(self, field: str) -> int | float | None:
        """A field that this kind of point has, or not; 0 where it was not sent."""
        return getattr(self._message, field, None)

    @property
    def count(self) -> int | None:
        """How many values there were."""
        return self._message.count if self.metric.type in _COUNTED else None

    @count.setter
    def count(self, value: int) -> None:
        self._counted().count = value

    def _counted(self) -> Wire:
        if self.metric.type not in _COUNTED:
            raise ValueError(f"a point of a metric of type {self.metric.type!r} has neither count nor sum")
        return self._message

    @property
    def sum(self) -> float | None:
        """The values added up; None where that makes no sense. A summary always has one."""
        return self._plain("sum") if self.metric.type == "summary" else self._optional("sum")

    @sum.setter  # noqa: A003 (OTLP's name)
    def sum(self, value: float) -> None:
        self._counted().sum = value

    @property
    def min(self) -> float | None:
        """The least value."""
        return self._optional("min")

    @property
    def max(self) -> float | None:
        """The greatest value."""
        return self._optional("max")

    @property
    def bucket_counts(self) -> Sequence[int]:
        """A histogram's counts: one more than it has bounds."""
        return tuple(getattr(self._message, "bucket_counts", ()))

    @property
    def explicit_bounds(self) -> Sequence[float]:
        """The bounds between a histogram's buckets, rising; each belongs to the bucket below it."""
        return tuple(getattr(self._message, "explicit_bounds", ()))

    @property
    def scale(self) -> int | None:
        """An exponential histogram's resolution: the buckets' base is 2 ** (2 ** -scale)."""
        return self._message.scale if self.metric.type == "exponential_histogram" else None

    @property
    def zero_count(self) -> int | None:
        """How many values of an exponential histogram were (nearly) zero."""
        return self._message.zero_count if self.metric.type == "exponential_histogram" else None

    @property
    def zero_threshold(self) -> float | None:
        """Up to where a value of an exponential histogram counts as zero."""
        return self._message.zero_threshold if self.metric.type == "exponential_histogram" else None

    @property
    def positive(self) -> Buckets | None:
        """An exponential histogram's buckets of positive values; None where it has none. Raises DecodeError."""
        return self._buckets("positive")

    @property
    def negative(self) -> Buckets | None:
        """An exponential histogram's buckets of negative values; None where it has none. Raises DecodeError."""
        return self._buckets("negative")

    def _buckets(self, field: str) -> Buckets | None:
        parts = getattr(self._message, field, ())[:]
        if not parts:
            return None
        message = merge("Buckets", parts)
        return Buckets(message.offset, tuple(message.bucket_counts))

    @property
    def quantile_values(self) -> Sequence[Quantile]:
        """A summary's quantiles. Raises DecodeError."""
        raws = getattr(self._message, "quantile_values", ())[:]
        values = [read("ValueAtQuantile", raw) for raw in raws]
        return [Quantile(value.quantile, value.value) for value in values]

    @property
    def exemplars(self) -> Sequence[Exemplar]:
        """Measured values that stand for others. Raises DecodeError."""
        if self._exemplars is None:
            container = getattr(self._message, "exemplars", None)
            self._exemplars = [] if container is None else read_all("Exemplar", container, Exemplar)
        return self._exemplars


_COUNTED = frozenset({"histogram", "exponential_histogram", "summary"})

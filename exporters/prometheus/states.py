"""What is known of a series: the numbers of its last point, or of several deltas added up."""

from typing import NamedTuple

from spansieve.pdata import DataPoint


class Example(NamedTuple):
    """An exemplar: a value, and the span that it was measured in (ids in hex)."""

    value: float
    trace_id: str
    span_id: str
    time_ns: int


class Number(NamedTuple):
    """A counter's or gauge's."""

    value: float
    example: Example | None = None

    def plus(self, other: "Number") -> "Number":
        """Both together; `other` is the newer one."""
        return Number(self.value + other.value, other.example)


class Distribution(NamedTuple):
    """A histogram's: a count for each bound, and one for what lies above all."""

    size: int
    total: float
    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    examples: tuple[Example, ...] = ()

    def plus(self, other: "Distribution") -> "Distribution":
        """Both together; `other` is the newer one, and stands alone where the bounds are others."""
        if self.bounds != other.bounds:
            return other
        counts = tuple(one + more for one, more in zip(self.counts, other.counts, strict=True))
        return Distribution(self.size + other.size, self.total + other.total, self.bounds, counts, other.examples)


class Quantiles(NamedTuple):
    """A summary's."""

    size: int
    total: float
    values: tuple[tuple[float, float], ...]
    """Quantiles and their values."""


State = Number | Distribution | Quantiles


def state_of(point: DataPoint, former: State | None = None) -> State | None:
    """What `point` says; None if it says nothing that can be shown. `former` itself if the numbers are the same: then
    there are no new exemplars to read. Raises DecodeError.
    """
    kind = point.metric.type
    if kind in {"gauge", "sum"}:
        return _number(point, former)
    count, total = point.count or 0, point.sum or 0
    if kind == "summary":
        return Quantiles(count, total, tuple((one.quantile, one.value) for one in point.quantile_values))
    if kind == "exponential_histogram":
        return Distribution(count, total, (), (count,))
    return _distribution(point, count, total, former)


def _number(point: DataPoint, former: State | None) -> State | None:
    value = point.value
    if value is None or (isinstance(former, Number) and former.value == value):
        return None if value is None else former
    examples = _examples(point) if point.metric.is_monotonic else ()
    return Number(value, examples[-1] if examples else None)


def _distribution(point: DataPoint, count: int, total: float, former: State | None) -> State | None:
    counts, bounds = tuple(point.bucket_counts) or (count,), tuple(point.explicit_bounds)
    if isinstance(former, Distribution) and (count, total, bounds, counts) == former[:4]:
        return former
    return Distribution(count, total, bounds, counts, _examples(point)) if len(counts) == len(bounds) + 1 else None


def _examples(point: DataPoint) -> tuple[Example, ...]:
    return tuple(
        Example(one.value, one.trace_id.hex(), one.span_id.hex(), one.time_unix_nano)
        for one in point.exemplars
        if one.value is not None
    )

"""How data points are shown: a line a request, a line a point, or all that is known."""

from collections.abc import Iterable, Iterator

from rich.text import Text
from rich.tree import Tree

from spansieve.pdata import DataPoint, DecodeError, Exemplar, Metric, MetricBatch
from spansieve.terminal import moment, number, plural, safe, size

from .lines import (
    LONG,
    SHORT,
    UNREADABLE,
    attribute_lines,
    attribute_words,
    hang,
    line,
    resource_line,
    scope_name,
    service,
)

_TEMPORALITY = {1: "delta", 2: "cumulative"}
_NO_VALUE = 1  # DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK


def summary(batch: MetricBatch) -> Text:
    """One line: how much of what came from whom."""
    points = list(batch)
    metrics = {id(point.metric) for point in points}
    return line(
        ("metrics", "bold"),
        (f"{plural(len(points), 'point')} of {plural(len(metrics), 'metric')}", ""),
        (size(batch.size_bytes), "dim"),
        (service(batch.resources), "cyan"),
    )


def value(point: DataPoint) -> str:
    """The point's number, or its count, sum, least and greatest. Raises DecodeError."""
    if point.flags & _NO_VALUE:
        return "no value"
    if point.value is not None:
        return number(point.value)
    known = (("count", point.count), ("sum", point.sum), ("min", point.min), ("max", point.max))
    words = [f"{name} {number(known)}" for name, known in known if known is not None]
    words += [f"p{number(quantile.quantile * 100)} {number(quantile.value)}" for quantile in point.quantile_values]
    return " ".join(words) or "no value"


def _label(point: DataPoint) -> Text:
    metric = point.metric
    try:
        shown = (value(point), "green")
    except DecodeError:
        shown = (UNREADABLE, "yellow")
    unit = safe(metric.unit, 30)
    return line(
        (moment(point.time_unix_nano), "dim"),
        (safe(metric.name, SHORT) or "(no name)", "bold"),
        (f"{shown[0]} {unit}".rstrip(), shown[1]),
        (metric.type.replace("_", " "), "dim"),
    )


def lines(batch: MetricBatch) -> Iterator[Text]:
    """A line a point: time, metric, value, unit, type, the first attributes."""
    for point in batch:
        words = attribute_words(point.attributes)
        yield Text("  ").join([_label(point), words]) if words else _label(point)


def trees(batch: MetricBatch) -> Iterator[Tree]:
    """A tree for each resource, with its metrics and everything of their points."""
    by_resource: dict[int, Tree] = {}
    for resource in batch.resources:
        by_resource[id(resource)] = Tree(resource_line(resource), guide_style="dim")
        hang(by_resource[id(resource)], attribute_lines(resource.attributes))
    by_metric: dict[int, Tree] = {}
    for point in batch:
        metric = point.metric
        if id(metric) not in by_metric:
            by_metric[id(metric)] = by_resource[id(point.resource)].add(_heading(metric))
        branch = by_metric[id(metric)].add(_label(point))
        hang(branch, attribute_lines(point.attributes))
        hang(branch, _inside(point))
    yield from by_resource.values()


def _heading(metric: Metric) -> Text:
    return line(
        (safe(metric.name, SHORT) or "(no name)", "bold"),
        (metric.type.replace("_", " "), ""),
        (_TEMPORALITY.get(metric.aggregation_temporality, ""), "dim"),
        ("monotonic" if metric.is_monotonic else "", "dim"),
        (safe(metric.unit, 30), ""),
        (safe(metric.description, SHORT), "dim"),
        (scope_name(metric.scope), "dim"),
    )


def _inside(point: DataPoint) -> Iterator[Text]:
    if point.start_time_unix_nano:
        yield line((f"since {moment(point.start_time_unix_nano, day=True)}", "dim"))
    if point.bucket_counts:
        bounds = (f"<={bound}" for bound in [*map(number, point.explicit_bounds), "inf"])
        yield _counted("buckets", zip(bounds, point.bucket_counts, strict=False))
    if point.scale is not None:
        yield Text(f"scale {point.scale}, zeros {point.zero_count}")
    for side, buckets in (("positive", point.positive), ("negative", point.negative)):
        if buckets is not None:
            yield _counted(f"{side} buckets", enumerate(buckets.counts, buckets.offset))
    yield from map(_exemplar, point.exemplars)


def _counted(name: str, counts: Iterable[tuple[object, int]]) -> Text:
    """The buckets that hold something."""
    return Text(" ".join([name, *(f"{bucket}: {count}" for bucket, count in counts if count)])[:LONG])


def _exemplar(exemplar: Exemplar) -> Text:
    measured = exemplar.value
    known = line(
        ("exemplar", "bold"),
        (number(measured) if measured is not None else "", ""),
        (f"trace {exemplar.trace_id.hex()}" if exemplar.trace_id else "", "dim"),
    )
    words = attribute_words(exemplar.attributes)
    return Text("  ").join([known, words]) if words else known

"""From OTLP metrics to counters as Prometheus names them: histograms and summaries are several."""

from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from prometheus_client.utils import floatToGoString

from spansieve.actions.text import as_text
from spansieve.pdata import DataPoint, Metric, Scope
from spansieve.prometheus_names import Kind, label_name, metric_name

_NOT_RECORDED: Final = 1
"""The bit of a point's flags that says so."""
DELTA, CUMULATIVE = 1, 2
_COUNTED: Final = frozenset({"histogram", "exponential_histogram", "summary"})


class Part(NamedTuple):
    """A counter of a point: the end of its name, its value, and a bucket's bound."""

    suffix: str
    value: float
    le: str = ""


def names_of(metric: Metric) -> tuple[str, ...]:
    """What Prometheus may call a metric: with unit and type, and without; parts of a histogram add to it."""
    kind: Kind = "counter" if metric.is_monotonic else "gauge" if metric.type in {"gauge", "sum"} else "histogram"
    names = [metric_name(metric.name, metric.unit, kind, "", suffixes=suffixes) for suffixes in (True, False)]
    return tuple(dict.fromkeys(names))


def is_counter(metric: Metric) -> bool:
    """Whether it only grows, so that rules can count it."""
    return metric.type in _COUNTED or metric.is_monotonic


def temporality(metric: Metric) -> int:
    """Whether its points are `CUMULATIVE` or `DELTA`."""
    return DELTA if metric.aggregation_temporality == DELTA else CUMULATIVE


def parts(point: DataPoint, wanted: Container[str]) -> Iterator[Part]:
    """The counters of a point whose names end with what is wanted; none where it says that nothing was recorded."""
    if point.flags & _NOT_RECORDED:
        return
    if point.metric.type not in _COUNTED:
        if point.value is not None and "" in wanted:
            yield Part("", point.value)
        return
    if "_count" in wanted:
        yield Part("_count", point.count or 0)
    if point.sum is not None and "_sum" in wanted:
        yield Part("_sum", point.sum)
    if "_bucket" in wanted:  # which are many
        yield from _buckets(point)


def _buckets(point: DataPoint) -> Iterator[Part]:
    total = 0
    for bound, count in zip([*point.explicit_bounds, float("inf")], point.bucket_counts, strict=False):
        total += count
        yield Part("_bucket", total, str(floatToGoString(bound)))  # type: ignore[no-untyped-call]


def labels_of(point: DataPoint) -> dict[str, str]:
    """The labels of a point, without those of its sender."""
    return {label_name(key): as_text(value) for key, value in point.attributes.items()}


def identity(scope: Scope) -> dict[str, str]:
    """The labels that tell senders apart, as the exporter `prometheus` and the Go Collector's name them."""
    of = scope.resource.attributes
    name, space = as_text(of.get("service.name")), as_text(of.get("service.namespace"))
    found = {
        "job": f"{space}/{name}" if name and space else name,
        "instance": as_text(of.get("service.instance.id")),
        "otel_scope_name": scope.name,
        "otel_scope_version": scope.version,
    }
    return {label: text for label, text in found.items() if text}

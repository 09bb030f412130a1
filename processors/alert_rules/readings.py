"""From OTLP metrics to counters as Prometheus names them: histograms and summaries are several."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from prometheus_client.utils import floatToGoString

from spansieve.pdata import DataPoint, Metric, Resource, Value
from spansieve.prometheus_names import label_name, metric_name, plain_name

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
    kind = metric.type
    full = metric_name(metric.name, metric.unit, is_counter=metric.is_monotonic, is_gauge=kind == "gauge")
    return tuple(dict.fromkeys([full, plain_name(metric.name)]))


def is_counter(metric: Metric) -> bool:
    """Whether it only grows, so that rules can count it."""
    return metric.type in _COUNTED or metric.is_monotonic


def temporality(metric: Metric) -> int:
    """Whether its points are `CUMULATIVE` or `DELTA`."""
    return DELTA if metric.aggregation_temporality == DELTA else CUMULATIVE


def parts(point: DataPoint) -> Iterator[Part]:
    """The counters of a point; none where it says that nothing was recorded."""
    if point.flags & _NOT_RECORDED:
        return
    if point.metric.type not in _COUNTED:
        if point.value is not None:
            yield Part("", point.value)
        return
    yield Part("_count", point.count or 0)
    if point.sum is not None:
        yield Part("_sum", point.sum)
    total = 0
    for bound, count in zip([*point.explicit_bounds, float("inf")], point.bucket_counts, strict=False):
        total += count
        yield Part("_bucket", total, str(floatToGoString(bound)))  # type: ignore[no-untyped-call]


def labels_of(point: DataPoint) -> dict[str, str]:
    """The labels of a point, without those of its sender."""
    return {label_name(key): written(value) for key, value in point.attributes.items()}


def sender(resource: Resource) -> dict[str, str]:
    """The labels that tell senders apart, as the Go Collector's exporters name them."""
    name = resource.attributes.get("service.name", "")
    space = resource.attributes.get("service.namespace", "")
    instance = resource.attributes.get("service.instance.id", "")
    found = {"job": f"{written(space)}/{written(name)}" if space else written(name), "instance": written(instance)}
    return {label: text for label, text in found.items() if text}


def written(value: Value) -> str:
    """A value as a label has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)

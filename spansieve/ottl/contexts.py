"""The contexts: what an expression is run on, which prefixes of paths it understands, and its enums.

Source: pkg/ottl/contexts of the Go Collector (contrib), its READMEs; the order of inference is that of
context_inferrer.go.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Literal, NamedTuple, get_args

from spansieve.pdata import DataPoint, Event, Metric, Resource, Scope, Signal, Span

from .access import Get

ContextName = Literal["resource", "scope", "span", "spanevent", "metric", "datapoint", "log"]


class EventAt(NamedTuple):
    """The item of `spanevent`: an event, and the span that it stands in."""

    event: Event
    span: Span

    @property
    def scope(self) -> Scope:
        """What made the span."""
        return self.span.scope

    @property
    def resource(self) -> Resource:
        """Who sent the span."""
        return self.span.scope.resource


class MetricAt(NamedTuple):
    """The item of `metric`: a metric, and the data points that it has."""

    metric: Metric
    points: Sequence[DataPoint]

    @property
    def scope(self) -> Scope:
        """What made the metric."""
        return self.metric.scope

    @property
    def resource(self) -> Resource:
        """Who sent the metric."""
        return self.metric.scope.resource


_ABOVE: Mapping[str, Get] = {"scope": attrgetter("scope"), "resource": attrgetter("resource")}
OWNERS: Mapping[ContextName, Mapping[str, Get | None]] = {
    "resource": {"resource": None},
    "scope": {"scope": None, "resource": attrgetter("resource")},
    "span": {"span": None, **_ABOVE},
    "spanevent": {"spanevent": attrgetter("event"), "span": attrgetter("span"), **_ABOVE},
    "metric": {"metric": attrgetter("metric"), **_ABOVE},
    "datapoint": {"datapoint": None, "metric": attrgetter("metric"), **_ABOVE},
    "log": {"log": None, **_ABOVE},
}
"""By context: the prefixes of its paths, its own first, and how their owner is reached from the item (None: it is)."""
ALIASES: Mapping[str, str] = {"instrumentation_scope": "scope"}
PRIORITY: Sequence[ContextName] = ("log", "datapoint", "metric", "spanevent", "span", "scope", "resource")
"""The context of an expression is the first of these that its paths name: from it all others can be reached."""
OF_SIGNAL: Mapping[Signal, Sequence[ContextName]] = {
    "traces": ("resource", "scope", "span", "spanevent"),
    "metrics": ("resource", "scope", "metric", "datapoint"),
    "logs": ("resource", "scope", "log"),
}
PREFIXES = (*get_args(ContextName), *ALIASES)

_STATUS = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
_KINDS = {
    f"SPAN_KIND_{name}": number
    for number, name in enumerate(("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))
}
_SEVERITIES = {"SEVERITY_NUMBER_UNSPECIFIED": 0} | {
    f"SEVERITY_NUMBER_{name}{place or ''}": 4 * level + max(place, 1)
    for level, name in enumerate(("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"))
    for place in (0, 2, 3, 4)
}
_METRICS = {
    f"METRIC_DATA_TYPE_{name}": number
    for number, name in enumerate(("NONE", "GAUGE", "SUM", "HISTOGRAM", "EXPONENTIAL_HISTOGRAM", "SUMMARY"))
} | {f"AGGREGATION_TEMPORALITY_{name}": number for number, name in enumerate(("UNSPECIFIED", "DELTA", "CUMULATIVE"))}
ENUMS: Mapping[ContextName, Mapping[str, int]] = {
    "resource": {},
    "scope": {},
    "span": _STATUS | _KINDS,
    "spanevent": _STATUS | _KINDS,
    "metric": _METRICS,
    "datapoint": _METRICS | {"FLAG_NONE": 0, "FLAG_NO_RECORDED_VALUE": 1},
    "log": _SEVERITIES,
}
"""By context: the words in capitals that stand for numbers."""

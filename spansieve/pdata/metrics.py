"""Metrics: views over the data points of a metric request."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, cast

from .attributes import Attributes
from .batch import Group, RequestBatch, shed
from .envelope import Resource, Scope
from .points import DataPoint
from .rewrite import Rewriter, rewrite_metric
from .schema import Signal, Wire
from .text import decode_text, encode_text

MetricType = Literal["gauge", "sum", "histogram", "exponential_histogram", "summary", ""]
"""What kind of points a metric has; empty where it has none."""


class Metric:
    """What its data points measure. A view as `Span` is, with the same errors."""

    __slots__ = ("_message", "_metadata", "scope", "type")

    def __init__(self, message: Wire, scope: Scope) -> None:
        """Look at `message`, which `scope` made."""
        self._message = message
        self.scope = scope
        """What made the metric."""
        self.type: MetricType = cast(MetricType, message.WhichOneof("data") or "")
        """What kind of points it has."""
        self._metadata: Attributes | None = None

    @property
    def resource(self) -> Resource:
        """Who sent the metric."""
        return self.scope.resource

    @property
    def name(self) -> str:
        """What is measured."""
        return decode_text(self._message.name)

    @name.setter
    def name(self, value: str) -> None:
        self._message.name = encode_text(value)

    @property
    def description(self) -> str:
        """What is measured, for people."""
        return decode_text(self._message.description)

    @description.setter
    def description(self, value: str) -> None:
        self._message.description = encode_text(value)

    @property
    def unit(self) -> str:
        """What the numbers count, in UCUM's words."""
        return decode_text(self._message.unit)

    @unit.setter
    def unit(self, value: str) -> None:
        self._message.unit = encode_text(value)

    @property
    def metadata(self) -> Attributes:
        """What describes the metric further."""
        if self._metadata is None:
            self._metadata = Attributes(self._message.metadata)
        return self._metadata

    @property
    def aggregation_temporality(self) -> int:
        """1 = each point tells what came since the last, 2 = since the start; 0 = unset, or a type that has none."""
        data = getattr(self._message, self.type) if self.type else None
        return getattr(data, "aggregation_temporality", 0)

    @aggregation_temporality.setter
    def aggregation_temporality(self, value: int) -> None:
        if self.type not in _TEMPORAL:
            raise ValueError(f"a metric of type {self.type!r} has no aggregation temporality")
        getattr(self._message, self.type).aggregation_temporality = int(value)

    @property
    def is_monotonic(self) -> bool:
        """Whether a sum only grows; false for every other type."""
        return self.type == "sum" and self._message.sum.is_monotonic

    @is_monotonic.setter
    def is_monotonic(self, value: bool) -> None:
        if self.type != "sum":
            raise ValueError(f"a metric of type {self.type!r} is not monotonic or otherwise")
        self._message.sum.is_monotonic = value

    def encode(self) -> bytes:
        """The metric with its points as it is now, on the wire."""
        return self._message.SerializeToString()  # type: ignore[no-any-return]

    def rewrite(self, rewriter: Rewriter) -> bool:
        """Let `rewriter` see every text of it and of its points; whether one changed. The batch has to `forget` its
        views then.
        """
        return rewrite_metric(self._message, rewriter)


_TEMPORAL = frozenset({"sum", "histogram", "exponential_histogram"})


class MetricBatch(RequestBatch[DataPoint]):
    """The data points of one `ExportMetricsServiceRequest`."""

    __slots__ = ("_metrics",)

    signal: ClassVar[Signal] = "metrics"

    def __init__(self, request: Wire, body: bytes) -> None:
        """Hold `request`, the message that `body` was read as; use `parse`."""
        super().__init__(request, body)
        self._metrics: dict[int, Metric] = {}  # by the id of the message, which the view holds

    def by_metric(self) -> Iterator[tuple[Metric, Sequence[DataPoint]]]:
        """Each metric that has a type, in order, with its data points, be there some or none."""
        self._viewed()
        return ((self._metrics[id(group.owner)], group.items) for group in self._groups)

    def every_metric(self) -> list[Metric]:
        """All metrics, in order, those without a type as well; views of this call's own."""
        return [Metric(message, scope) for scope in self.scopes for message in scope.message.metrics]

    @staticmethod
    def _has_valid_ids(_point: Wire | DataPoint) -> bool:
        return True  # a data point has none of its own

    @staticmethod
    def _lists(scope_message: Wire) -> Iterator[Wire]:
        for message in scope_message.metrics:
            kind = message.WhichOneof("data")
            if kind:
                yield getattr(message, kind).data_points

    def _look(self, scope_message: Wire, scope: Scope, resource: Resource) -> Iterator[Group[DataPoint]]:
        for message in scope_message.metrics:
            metric = Metric(message, scope)
            if metric.type:
                self._metrics[id(message)] = metric
                points = getattr(message, metric.type).data_points
                yield Group(message, points, [DataPoint(point, metric) for point in points])

    @staticmethod
    def _prune(scope_message: Wire, emptied: set[int]) -> bool:
        metrics = scope_message.metrics
        stay = [id(message) not in emptied for message in metrics]
        shed(metrics, stay)
        return not all(stay) and not metrics

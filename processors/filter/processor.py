"""Drop what matches, each kind of thing by the conditions for it.

The conditions are `spansieve.ottl`'s, the older match properties `spansieve.actions`'. Source: the Go Collector's
filterprocessor (contrib).
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from spansieve.actions import MatchProperties, Selection, problems_for, select
from spansieve.ottl import Environment, EventAt, Guards, MetricAt, Test
from spansieve.pdata import DroppedSpan, LogBatch, MetricBatch, Scope, Span, TraceBatch
from spansieve.plugin import Host, Processor, Signal
from spansieve.structure import rejoin

from .config import FilterConfig
from .properties import LogMatch, MetricMatch
from .rules import any_of, rules_of


class Filter(Processor[FilterConfig]):
    """Drops items in place. With `propagate` a batch in which a condition can't be evaluated is given up whole."""

    config = FilterConfig
    on_error: ClassVar[Literal["refuse", "drop", "pass"]] = "drop"  # the same batch would fail again and again

    def __init__(self, config: FilterConfig, host: Host) -> None:
        """Compile all conditions. Raises ValueError where match properties name what their signal doesn't have."""
        guards = Guards(host)
        rules = rules_of(config.sources(), Environment(host.clock.time_ns))
        self._tests = {key: any_of(found, guards) for key, found in rules.items()}
        self._spans = _older(config.spans.include, config.spans.exclude, "traces")
        self._metrics = _older(_properties(config.metrics.include), _properties(config.metrics.exclude), "metrics")
        self._logs = _older(_properties(config.logs.include), _properties(config.logs.exclude), "logs")
        self._reparent = config.reparent
        self._filtered = {
            signal: host.counter(f"otelcol_processor_filter_{name}_filtered", description=f"{what} that were dropped.")
            for signal, name, what in (
                ("traces", "spans", "Spans"),
                ("metrics", "datapoints", "Data points"),
                ("logs", "logs", "Log records"),
            )
        }
        self._events = host.counter("filtered_span_events", unit="{event}", description="Span events dropped.")
        self._rejoined = host.counter("rejoined_spans", unit="{span}", description="Spans that got another parent.")

    def traces(self, batch: TraceBatch) -> None:
        """Drop spans, and events of those that stay."""
        drops = self._drops("traces", self._tests.get(("traces", "span")))
        if drops is not None:
            self._drop_spans(batch, drops)
        elif self._spans is not None:
            self._drop_spans(batch, _unselected(self._spans, batch))
        fits = self._tests.get(("traces", "spanevent"))
        if fits is not None:
            self._drop_events(batch, fits)

    def _drop_spans(self, batch: TraceBatch, drops: Test) -> None:
        if not self._reparent:
            self._count("traces", batch.retain(lambda span: not drops(span)))
            return
        gone: list[DroppedSpan] = []

        def keep(span: Span) -> bool:
            if drops(span):
                gone.append(DroppedSpan(span.trace_id, span.span_id, span.parent_span_id))
                return False
            return True

        self._count("traces", batch.retain(keep))
        if gone:
            batch.dropped += gone
            self._rejoined.add(rejoin(batch, batch.dropped))

    def _drop_events(self, batch: TraceBatch, fits: Test) -> None:
        dropped = sum(_without(span, fits) for span in batch if span.events)
        if dropped:
            self._events.add(dropped)

    def logs(self, batch: LogBatch) -> None:
        """Drop log records."""
        drops = self._drops("logs", self._tests.get(("logs", "log")))
        if drops is None and self._logs is not None:
            drops = _unselected(self._logs, batch)
        if drops is not None:
            self._count("logs", batch.retain(lambda log: not drops(log)))

    alerts = logs

    def metrics(self, batch: MetricBatch) -> None:
        """Drop data points, and metrics that lose their last one."""
        drops = self._drops("metrics", self._of_metrics(batch))
        if drops is None and self._metrics is not None:
            drops = _unselected(self._metrics, batch)
        if drops is not None:
            self._count("metrics", batch.retain(lambda point: not drops(point)))

    def _of_metrics(self, batch: MetricBatch) -> Test | None:
        """Whether a point goes, with its metric or alone; a metric is asked about once, when its first point is."""
        metric, own = self._tests.get(("metrics", "metric")), self._tests.get(("metrics", "datapoint"))
        if metric is None:
            return own
        items = {id(found): MetricAt(found, points) for found, points in batch.by_metric()}
        known: dict[int, bool] = {}

        def drops(point: Any) -> bool:  # noqa: ANN401 (a DataPoint)
            key = id(point.metric)
            verdict = known.get(key)
            if verdict is None:
                verdict = known[key] = metric(items[key])
            return verdict or (own is not None and own(point))

        return drops

    def _drops(self, signal: Signal, own: Test | None) -> Test | None:
        """Whether an item goes, with its resource or scope or alone; these are asked about once for each scope."""
        resource, scope = self._tests.get((signal, "resource")), self._tests.get((signal, "scope"))
        if resource is None and scope is None:
            return own
        known: dict[int, bool] = {}

        def drops(item: Any) -> bool:  # noqa: ANN401 (an item of any signal)
            around: Scope = item.scope
            verdict = known.get(id(around))
            if verdict is None:
                verdict = known[id(around)] = _asked(resource, around.resource) or _asked(scope, around)
            return verdict or (own is not None and own(item))

        return drops

    def _count(self, signal: Signal, dropped: int) -> None:
        if dropped:
            self._filtered[signal].add(dropped)


def _asked(test: Test | None, item: object) -> bool:
    return test is not None and test(item)


def _without(span: Span, fits: Test) -> int:
    """Drop the events of `span` that `fits` says yes to; returns how many."""
    return span.retain_events(lambda event: not fits(EventAt(event, span)))


def _properties(match: MetricMatch | LogMatch | None) -> MatchProperties | None:
    return None if match is None else match.properties()


def _older(include: MatchProperties | None, exclude: MatchProperties | None, signal: Signal) -> Selection | None:
    for side, properties in (("include", include), ("exclude", exclude)):
        problems = problems_for(properties, signal) if properties is not None else []
        if problems:
            raise ValueError("; ".join(f"{side}: {problem}" for problem in problems))
    return select(include, exclude)


def _unselected(selection: Selection, batch: Iterable[Any]) -> Test:
    """Whether an item of `batch` is not among those that `selection` leaves."""
    kept = {id(item) for item in selection.of(batch)}
    return lambda item: id(item) not in kept

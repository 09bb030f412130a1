"""The configuration of `filter`; the README beside this file explains every key."""

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, model_validator

from spansieve.actions import MatchProperties
from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import Path
from spansieve.ottl import ContextName, Environment, ErrorMode, Expressions
from spansieve.plugin import Config, Signal

from .properties import LogMatch, MetricMatch
from .rules import Source, rules_of


class TraceFilters(Config):
    """Conditions for what a traces pipeline carries; paths may leave their context out."""

    resource: Expressions = Field(default=[], description="Drop all spans of a resource that one of these fits.")
    span: Expressions = Field(default=[], description="Drop spans that one of these fits.")
    spanevent: Expressions = Field(default=[], description="Drop events, of spans that stay, that one of these fits.")


class MetricFilters(Config):
    """Conditions for what a metrics pipeline carries, or the older match properties."""

    resource: Expressions = Field(default=[], description="Drop all metrics of a resource that one of these fits.")
    metric: Expressions = Field(default=[], description="Drop metrics that one of these fits.")
    datapoint: Expressions = Field(default=[], description="Drop data points that one of these fits.")
    include: MetricMatch | None = Field(default=None, description="Older form: drop the metrics that don't match.")
    exclude: MetricMatch | None = Field(default=None, description="Older form: drop the metrics that match.")


class LogFilters(Config):
    """Conditions for what a logs pipeline carries, or the older match properties."""

    resource: Expressions = Field(default=[], description="Drop all records of a resource that one of these fits.")
    log_record: Expressions = Field(default=[], description="Drop log records that one of these fits.")
    include: LogMatch | None = Field(default=None, description="Older form: drop the records that don't match.")
    exclude: LogMatch | None = Field(default=None, description="Older form: drop the records that match.")


class SpanFilters(Config):
    """The older match properties for spans."""

    include: MatchProperties | None = Field(default=None, description="Older form: drop the spans that don't match.")
    exclude: MatchProperties | None = Field(default=None, description="Older form: drop the spans that match.")


class Conditions(Config):
    """Conditions of one context."""

    context: ContextName | None = Field(
        default=None, description="What the conditions look at; left out: what their paths begin with."
    )
    conditions: Expressions = Field(min_length=1, description="Drop what one of these fits.")
    error_mode: ErrorMode | None = Field(default=None, description="As above, for these alone.")


Flat = list[str | Conditions]


class FilterConfig(Config):
    """Keys as the Go Collector's filter processor, `reparent` apart."""

    error_mode: ErrorMode = Field(
        default="propagate",
        description="When a condition can't be evaluated: `ignore` logs and goes on, `silent` goes on, "
        "`propagate` drops the batch.",
    )
    trace_conditions: Flat = Field(default=[], description="Drop resources, spans and span events.")
    metric_conditions: Flat = Field(default=[], description="Drop resources, metrics and data points.")
    log_conditions: Flat = Field(default=[], description="Drop resources and log records.")
    traces: TraceFilters = Field(default=TraceFilters(), description="Conditions by what they drop, in traces.")
    metrics: MetricFilters = Field(default=MetricFilters(), description="Conditions by what they drop, in metrics.")
    logs: LogFilters = Field(default=LogFilters(), description="Conditions by what they drop, in logs.")
    spans: SpanFilters = Field(default=SpanFilters(), description="Older form: match properties for spans.")
    reparent: bool = Field(
        default=False, description="Join the children of a dropped span to its nearest ancestor that stays."
    )

    def sources(self) -> list[Source]:
        """All conditions, in the groups that they are compiled in."""
        return [*_nested(self), *_flat(self)]

    @model_validator(mode="after")
    def _compiles(self) -> Self:
        found = [*_mixed(self)]
        try:
            rules_of(self.sources(), Environment(lambda: 0))
        except Mistakes as error:
            found += error.mistakes
        if found:
            raise Mistakes(found)
        return self


def _mixed(config: FilterConfig) -> list[Mistake]:
    """Match properties and conditions of one signal can't stand together."""
    older = {
        "traces": ("spans", config.spans.include or config.spans.exclude),
        "metrics": ("metrics", config.metrics.include or config.metrics.exclude),
        "logs": ("logs", config.logs.include or config.logs.exclude),
    }
    signals = {source.signal for source in config.sources()}
    return [
        Mistake(
            "conditions and include/exclude of one signal can't stand together",
            "Write all as conditions, or make a second filter.",
            path=(key,),
        )
        for signal, (key, given) in older.items()
        if given and signal in signals
    ]


def _nested(config: FilterConfig) -> Iterator[Source]:
    lists: list[tuple[Signal, str, ContextName, list[str]]] = [
        ("traces", "resource", "resource", config.traces.resource),
        ("traces", "span", "span", config.traces.span),
        ("traces", "spanevent", "spanevent", config.traces.spanevent),
        ("metrics", "resource", "resource", config.metrics.resource),
        ("metrics", "metric", "metric", config.metrics.metric),
        ("metrics", "datapoint", "datapoint", config.metrics.datapoint),
        ("logs", "resource", "resource", config.logs.resource),
        ("logs", "log_record", "log", config.logs.log_record),
    ]
    for signal, key, context, texts in lists:
        if texts:
            path = (signal, key)
            yield Source(signal, path, context, _numbered(path, texts), config.error_mode)


def _flat(config: FilterConfig) -> Iterator[Source]:
    lists: list[tuple[Signal, str, Flat]] = [
        ("traces", "trace_conditions", config.trace_conditions),
        ("metrics", "metric_conditions", config.metric_conditions),
        ("logs", "log_conditions", config.log_conditions),
    ]
    for signal, key, entries in lists:
        for place, entry in enumerate(entries):
            path = (key, place)
            if isinstance(entry, str):
                yield Source(signal, path, None, [(path, entry)], config.error_mode)
            else:
                texts = _numbered((*path, "conditions"), entry.conditions)
                yield Source(signal, path, entry.context, texts, entry.error_mode or config.error_mode)


def _numbered(path: Path, texts: Sequence[str]) -> list[tuple[Path, str]]:
    return [((*path, place), text) for place, text in enumerate(texts)]

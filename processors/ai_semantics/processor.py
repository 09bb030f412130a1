"""Give every agent's spans and log records the names of the GenAI conventions, and say what failed.

Source: OpenTelemetry's GenAI semantic conventions 1.41.1; the mapping of `spansieve.semconv` from all other dialects.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.plugin import Clock, Host, Processor
from spansieve.prices import Prices, Windows
from spansieve.semconv import raw_mapping

from .config import AiSemanticsConfig
from .engine import Engine
from .log_engine import LogEngine
from .merge import merge
from .models import Models
from .output import Output
from .plans import Plans
from .table import Table


class AiSemantics(Processor[AiSemanticsConfig]):
    """Adds attributes in place; drops nothing. Metrics pass as they are."""

    config = AiSemanticsConfig
    on_error: ClassVar[Literal["refuse", "drop", "pass"]] = "pass"  # a span without tags is better than none

    def __init__(self, config: AiSemanticsConfig, host: Host) -> None:
        """Compile all rules. Raises ValueError for rules that can't be, and where the price library is missing."""
        self._skipped = host.counter(
            "spansieve_ai_semantics_skipped",
            unit="{value}",
            description="Values that could not become their target's type, by target and reason.",
        )
        self._unpriced = host.counter(
            "spansieve_ai_semantics_unpriced", unit="{call}", description="Calls of models without a known price."
        )
        parts = parts_of(config, host.clock, self._skip)
        self._models = parts.models
        self._spans = Engine(parts.table, parts.plans, parts.models, parts.output)
        self._logs = LogEngine(parts.table, parts.plans, parts.output)

    def _skip(self, target: str, reason: str) -> None:
        self._skipped.add(1, target=target, reason=reason)

    def traces(self, batch: TraceBatch) -> None:
        """Tag the spans."""
        self._spans.spans(batch)
        if self._models.unpriced:
            self._unpriced.add(self._models.unpriced)
            self._models.unpriced = 0

    def logs(self, batch: LogBatch) -> None:
        """Tag the log records that mean something."""
        self._logs.records(batch)


class Parts(NamedTuple):
    """What engines are made of."""

    mapping: Mapping[str, Any]
    """The rules, the user's with them."""
    table: Table
    plans: Plans
    models: Models
    output: Output


def parts_of(config: AiSemanticsConfig, clock: Clock, skipped: Callable[[str, str], None]) -> Parts:
    """The parts as `config` wants them; `skipped` is told target and reason. Raises as `AiSemantics` does."""
    models = _models(config, clock)
    mapping = merge(raw_mapping(), config.origins())
    table = table_of(config, mapping, skipped)
    return Parts(mapping, table, Plans(table), models, output_of(config, mapping))


def _models(config: AiSemanticsConfig, clock: Clock) -> Models:
    enabled = config.cost.enabled
    prices = Prices(config.cost, clock.time_ns) if enabled else None
    return Models(Windows(config.context_windows, library=enabled), prices)


def table_of(config: AiSemanticsConfig, mapping: Mapping[str, Any], skipped: Callable[[str, str], None]) -> Table:
    """The rules of `mapping`, as `config` wants them. Raises ValueError and PatternError for what can't be compiled."""
    finish = config.errors.from_finish
    return Table(
        mapping,
        content=config.content,
        from_finish={"length": finish.length, "content_filter": finish.content_filter},
        skipped=skipped,
    )


def output_of(config: AiSemanticsConfig, mapping: Mapping[str, Any]) -> Output:
    """What writes, as `config` wants it."""
    return Output(
        mapping,
        semconv=config.semconv,
        drop_originals=config.drop_originals,
        rename_spans=config.rename_spans,
        mark_scope=config.mark_scope,
        set_status=config.errors.set_status,
        priced=config.cost.enabled,
    )

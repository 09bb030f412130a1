"""The configuration of `transform`; the README beside this file explains every key."""

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, model_validator

from spansieve.config.problems import Path
from spansieve.ottl import ContextName, ErrorMode, Expressions
from spansieve.plugin import Config, Signal

from .passes import Source, check


class Statements(Config):
    """Statements of one context."""

    context: ContextName | None = Field(
        default=None, description="What the statements work on; left out: what their paths begin with."
    )
    conditions: Expressions = Field(default=[], description="Run the statements only where one of these fits.")
    statements: Expressions = Field(min_length=1, description="What is done, in order.")
    error_mode: ErrorMode | None = Field(default=None, description="As above, for these alone.")


Flat = list[str | Statements]


class TransformConfig(Config):
    """Keys as the Go Collector's transform processor."""

    error_mode: ErrorMode = Field(
        default="ignore",
        description="When a statement can't be run: `ignore` logs and goes on with the next, `silent` goes on, "
        "`propagate` drops the batch.",
    )
    trace_statements: Flat = Field(default=[], description="What is done to resources, scopes, spans and span events.")
    metric_statements: Flat = Field(
        default=[], description="What is done to resources, scopes, metrics and data points."
    )
    log_statements: Flat = Field(default=[], description="What is done to resources, scopes and log records.")

    def sources(self) -> list[Source]:
        """All statements, in the order and the groups that they are written in."""
        lists: list[tuple[Signal, str, Flat]] = [
            ("traces", "trace_statements", self.trace_statements),
            ("metrics", "metric_statements", self.metric_statements),
            ("logs", "log_statements", self.log_statements),
        ]
        return [source for signal, key, entries in lists for source in self._written(signal, key, entries)]

    def _written(self, signal: Signal, key: str, entries: Flat) -> Iterator[Source]:
        for place, entry in enumerate(entries):
            path = (key, place)
            if isinstance(entry, str):
                yield Source(signal, path, None, [], [(path, entry)], self.error_mode)
            else:
                conditions = _numbered((*path, "conditions"), entry.conditions)
                statements = _numbered((*path, "statements"), entry.statements)
                yield Source(signal, path, entry.context, conditions, statements, entry.error_mode or self.error_mode)

    @model_validator(mode="after")
    def _compiles(self) -> Self:
        check(self.sources())
        return self


def _numbered(path: Path, texts: Sequence[str]) -> list[tuple[Path, str]]:
    return [((*path, place), text) for place, text in enumerate(texts)]

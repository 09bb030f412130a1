"""What is told of one span or log record."""

from collections.abc import Mapping
from dataclasses import dataclass

from spansieve.pdata import Signal, Value


@dataclass(frozen=True)
class Written:
    """An attribute that was written."""

    key: str
    value: Value
    origin: str
    """Where the value is from, for people."""
    is_content: bool
    """Whether the value may be a prompt, an answer or a tool's data."""
    read: Mapping[str, tuple[Value, bool]]
    """The attributes of the item that it was read from, and whether each may be content."""
    replaced: bool = False
    """Whether another value stood there."""


@dataclass(frozen=True)
class Explained:
    """A span or log record: what it is, by which rules, and what was written on it."""

    source: str
    """The file, and where it holds several requests the line."""
    signal: Signal
    trace_id: str
    span_id: str
    name: str
    dialect: str
    detected: str
    """The rule that found the dialect."""
    kind: str
    operation: str
    rule: str
    """The rule that found kind and operation."""
    silent: bool
    """Whether such a span says nothing unless it failed."""
    written: tuple[Written, ...]
    changes: tuple[str, ...]
    """What else changed: name, status, events, attributes that were removed."""
    skipped: tuple[tuple[str, str], ...]
    """Targets and reasons of the values that could not be used."""
    attributes: Mapping[str, bytes]
    """The pairs that it leaves with, encoded."""

    @property
    def is_known(self) -> bool:
        """Whether some rule knows it, or something was written on it."""
        return bool(self.dialect or self.rule or self.changed)

    @property
    def changed(self) -> bool:
        """Whether it leaves otherwise than it came."""
        return bool(self.written or self.changes)

    @property
    def says_nothing(self) -> bool:
        """Whether it is known, and known to say nothing."""
        return self.is_known and self.silent and not self.changed

"""What is kept of the spans of a trace that has an error."""

from collections.abc import Hashable
from typing import NamedTuple

from spansieve.failures import Details, Failure, Shown
from spansieve.pdata import Scope, Shell, read

from .examples import Example
from .pattern import Pattern


class Kind:
    """What errors have in common that say the same: read once, and looked up from then on."""

    __slots__ = ("details", "failure", "model", "override", "pattern", "shown", "tool")

    def __init__(self, failure: Failure, shown: Shown, details: Details, tool: str) -> None:
        """`details` are as written, but for the time, which is that of one of them; `shown` is compared with others."""
        self.failure = failure
        self.shown = shown
        self.details = details
        self.tool = tool
        self.model = ""
        self.override = ""
        """A fingerprint that somebody gave it."""
        self.pattern: Pattern | None = None
        """The one that it was counted in last."""


class Source(NamedTuple):
    """Who sent spans. Of `version`, `user` and `thread` the undecoded attributes, empty where there are none."""

    shell: Shell
    scope: Scope
    service: str
    version: bytes
    user: bytes
    thread: bytes


class Seen:
    """One error. Times are nanoseconds since the epoch, `due` is monotonic seconds."""

    __slots__ = (
        "above",
        "attempt",
        "caused_by",
        "due",
        "end_time_unix_nano",
        "has_whom",
        "is_apart",
        "is_fresh",
        "is_good",
        "is_record",
        "is_settled",
        "kind",
        "operation",
        "parent_span_id",
        "path",
        "pattern",
        "raw_name",
        "recovered",
        "source",
        "span_id",
        "start_time_unix_nano",
        "thread",
        "time_ns",
        "trace_id",
        "tried",
        "user",
        "wire",
    )

    is_error = True

    def __init__(self, kind: Kind, source: Source, wire: bytes) -> None:
        """The rest is told by whoever reads it."""
        self.kind = kind
        self.source = source
        self.wire = wire
        """The span, or the record; encoded."""
        self.trace_id = self.span_id = self.parent_span_id = self.raw_name = b""
        self.time_ns = self.start_time_unix_nano = self.end_time_unix_nano = 0
        self.operation: Hashable = None
        """Equal for tries of the same thing."""
        self.tried = self.user = self.thread = b""
        """Undecoded attributes: what a tool was given, for whom, in which conversation."""
        self.has_whom = False
        """Whether it says itself by which agent, for whom, and in which conversation."""
        self.above = ("", "", "")
        """Agent, user and thread, where spans above say them."""
        self.is_record = False
        self.is_apart = False
        """It is soft, and counted apart."""
        self.is_fresh = True
        """It was neither too old when it came, nor from the future."""
        self.due = 0.0
        self.is_settled = False
        self.recovered = False
        """A retry succeeded, or that of another error which is the same failure."""
        self.is_good = False
        """It was counted as recovered."""
        self.attempt = 1
        self.path: tuple[str, ...] = ()
        self.caused_by = ""
        self.pattern: Pattern | None = None
        """What it was counted in; None: not counted, or not yet."""


class Passed:
    """A span that was no error."""

    __slots__ = (
        "end_time_unix_nano",
        "is_error",
        "parent_span_id",
        "raw_name",
        "span_id",
        "start_time_unix_nano",
        "wire",
    )

    def __init__(self, wire: bytes, *, ignored: bool = False) -> None:
        """Read it; `ignored`: it was an error, and is none by the configuration. Raises DecodeError."""
        message = read("Span", wire)
        self.wire = wire
        self.span_id: bytes = message.span_id
        self.parent_span_id: bytes = message.parent_span_id
        self.raw_name: bytes = message.name
        self.start_time_unix_nano: int = message.start_time_unix_nano
        self.end_time_unix_nano: int = message.end_time_unix_nano
        self.is_error = ignored


def example_of(seen: Seen) -> Example:
    """What is kept of an error."""
    shell = seen.source.shell
    return Example(
        seen.wire, shell.resource, shell.scope, seen.is_record, seen.above, seen.attempt, seen.caused_by, seen.path
    )

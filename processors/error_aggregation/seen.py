"""What is kept of the spans of a trace that has an error."""

from collections.abc import Hashable
from typing import NamedTuple

from spansieve.failures import Details, Failure, Shown
from spansieve.pdata import Scope, Shell, read

from .examples import Example
from .pattern import Pattern

NOBODY = ("", "", "")
SPAN_BYTES = 1_000
"""What a span takes besides its wire bytes, about."""


class Kind:
    """What errors have in common that say the same: read once, and looked up from then on."""

    __slots__ = ("details", "failure", "has_agent", "model", "override", "path", "pattern", "shown", "tool")

    def __init__(self, failure: Failure, shown: Shown, details: Details, tool: str) -> None:
        """`details` are as written, but for the time, which is that of one of them; `shown` is compared with others."""
        self.failure = failure
        self.shown = shown
        self.details = details
        self.tool = tool
        self.path = (shown.label,)
        """That of an error that no other one belongs to."""
        self.model = ""
        self.override = ""
        """A fingerprint that somebody gave it."""
        self.has_agent = False
        """It says which agent it was."""
        self.pattern: Pattern | None = None
        """The one that it was counted in last."""


class Source(NamedTuple):
    """Who sent spans. `version`, `user` and `thread` are texts, encoded, and empty where nothing says them."""

    shell: Shell
    scope: Scope
    service: str
    version: bytes
    user: bytes
    thread: bytes


class Seen:
    """One error. Times are nanoseconds since the epoch, but for `due` and `touched`, monotonic seconds."""

    __slots__ = (
        "above",
        "attempt",
        "caused_by",
        "due",
        "end_time_unix_nano",
        "is_alone",
        "is_apart",
        "is_fresh",
        "is_good",
        "is_record",
        "is_settled",
        "kind",
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
        "touched",
        "trace_id",
        "tried",
        "user",
        "wire",
    )

    is_error = True
    spans = 1

    def __init__(self, kind: Kind, source: Source, wire: bytes) -> None:
        """Who reads it tells the ids, the name and the times. `wire` is the span, or the record, encoded."""
        self.kind = kind
        self.source = source
        self.wire = wire
        self.trace_id = self.span_id = self.parent_span_id = self.raw_name = b""
        self.time_ns = self.start_time_unix_nano = self.end_time_unix_nano = 0
        self.tried = self.user = self.thread = b""
        """Texts, encoded: what a tool was given (its whole attribute), for whom, in which conversation."""
        self.above = NOBODY
        """Agent, user and thread, where spans above say them."""
        self.is_record = False
        self.is_alone = False
        """Nothing else is known of its trace."""
        self.is_apart = False
        """It is soft, and counted apart."""
        self.is_fresh = True
        """It was neither too old when it came, nor from the future."""
        self.due = self.touched = 0.0
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

    @property
    def operation(self) -> Hashable:
        """Equal for tries of the same thing; as `operation_of` has it."""
        if self.tried and self.kind.tool:
            return self.kind.tool, self.tried
        return self.raw_name, self.parent_span_id, self.kind.model

    @property
    def has_whom(self) -> bool:
        """Whether it says itself by which agent, for whom, and in which conversation."""
        source = self.source
        return self.kind.has_agent and bool((self.user or source.user) and (self.thread or source.thread))

    @property
    def user_text(self) -> bytes:
        """For whom it was, whoever says so."""
        return self.user or self.source.user or self.above[1].encode("utf-8", "replace")

    @property
    def thread_text(self) -> bytes:
        """In which conversation, likewise."""
        return self.thread or self.source.thread or self.above[2].encode("utf-8", "replace")

    @property
    def waits(self) -> bool:
        """Whether it is not judged yet."""
        return not self.is_settled

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self.wire) + SPAN_BYTES


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

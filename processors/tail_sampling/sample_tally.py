"""What a dry run counts: each trace that came, and what would have left of it."""

from collections.abc import Iterable
from operator import attrgetter

from spansieve.pdata import Span

from .recording import DECIDED, POLICY, REASON


class Traced:
    """One trace."""

    __slots__ = ("decided", "is_error", "kept_bytes", "kept_spans", "name", "policy", "reason", "size_bytes", "spans")

    def __init__(self) -> None:
        """Nothing came of it."""
        self.spans = self.size_bytes = self.kept_spans = self.kept_bytes = 0
        self.is_error = False
        self.name = self.policy = self.reason = self.decided = ""


class Sums:
    """Traces, their spans, and the bytes of these as OTLP."""

    def __init__(self, traces: int = 0, spans: int = 0, size_bytes: int = 0) -> None:
        """Begin with so much."""
        self.traces, self.spans, self.size_bytes = traces, spans, size_bytes

    def add(self, spans: int, size_bytes: int) -> None:
        """Count a trace."""
        self.traces += 1
        self.spans += spans
        self.size_bytes += size_bytes

    def join(self, other: "Sums") -> None:
        """Count the traces of `other` too."""
        self.traces += other.traces
        self.spans += other.spans
        self.size_bytes += other.size_bytes


class Tally:
    """All traces by id."""

    def __init__(self) -> None:
        """Nothing came."""
        self.traces: dict[bytes, Traced] = {}

    def of(self, trace_id: bytes) -> Traced:
        """The trace, known from now on."""
        known = self.traces.get(trace_id)
        if known is None:
            known = self.traces[trace_id] = Traced()
        return known

    def came(self, span: Span, size_bytes: int, *, is_error: bool) -> None:
        """A span reached the processor."""
        trace = self.of(span.trace_id)
        if not trace.spans or span.is_root:
            trace.name = span.name
        trace.spans += 1
        trace.size_bytes += size_bytes
        trace.is_error = trace.is_error or is_error

    def left(self, spans: Iterable[Span]) -> None:
        """Spans would have been sent on."""
        for span in spans:
            trace = self.of(span.trace_id)
            trace.kept_spans += 1
            trace.kept_bytes += len(span.encode())
            if not trace.policy and POLICY in span.attributes:
                said = (str(span.attributes[key]) for key in (POLICY, REASON, DECIDED))
                trace.policy, trace.reason, trace.decided = said

    def seen(self) -> Sums:
        """All that came."""
        sums = Sums()
        for trace in self.traces.values():
            if trace.spans:
                sums.add(trace.spans, trace.size_bytes)
        return sums

    def kept(self) -> dict[tuple[str, str, str], Sums]:
        """What is kept, by policy, reason, and what made it be decided."""
        found: dict[tuple[str, str, str], Sums] = {}
        for trace in self.traces.values():
            if trace.kept_spans:
                key = trace.policy, trace.reason, trace.decided
                found.setdefault(key, Sums()).add(trace.kept_spans, trace.kept_bytes)
        return found

    def errors(self) -> tuple[int, list[tuple[bytes, Traced]]]:
        """How many traces have an error, and those of them that were dropped, the largest first."""
        failed = [(trace_id, one) for trace_id, one in self.traces.items() if one.is_error and one.spans]
        dropped = [(trace_id, one) for trace_id, one in failed if not one.kept_spans]
        size = attrgetter("spans", "size_bytes")
        return len(failed), sorted(dropped, key=lambda each: size(each[1]), reverse=True)

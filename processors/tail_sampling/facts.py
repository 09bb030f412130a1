"""What is known of a trace while it waits: its spans as bytes, and what was read of each when it came."""

from collections.abc import Iterator, Sequence

from spansieve.failures import Failure
from spansieve.pdata import NO_SHELL, DroppedSpan, Shell, Span, TraceBatch, together
from spansieve.sampling import TraceState, randomness_of


class TraceFacts:
    """One trace that is not decided yet, or that was dropped and is kept aside."""

    __slots__ = (
        "_explicit",
        "_view",
        "bits",
        "consistent",
        "dropped",
        "end_ns",
        "errors",
        "first_seen",
        "max_th",
        "partial",
        "randomness",
        "shells",
        "size_bytes",
        "start_ns",
        "trace_id",
        "wires",
    )

    def __init__(self, trace_id: bytes, first_seen: float) -> None:
        """Nothing of it has come; `first_seen`: monotonic seconds."""
        self.trace_id = trace_id
        self.first_seen = first_seen
        self.shells: list[Shell] = []
        self.wires: list[bytes] = []
        self.size_bytes = self.start_ns = self.end_ns = self.bits = self.max_th = 0
        self.randomness = randomness_of(trace_id) if len(trace_id) == 16 else 0
        self.consistent = self._explicit = False
        self.partial = False
        """Whether spans of it are known to be missing."""
        self.errors: list[Failure] = []
        """Of its spans, and of log records."""
        self.dropped: list[DroppedSpan] = []
        """Spans of it that a filter took out before."""
        self._view: list[Span] | None = None

    @property
    def spans(self) -> int:
        """How many."""
        return len(self.wires)

    @property
    def duration_ms(self) -> int:
        """Whole milliseconds from the earliest start to the latest end."""
        return (self.end_ns - self.start_ns) // 1_000_000

    @property
    def error(self) -> Failure | None:
        """The first of its errors."""
        return self.errors[0] if self.errors else None

    def matched(self, index: int) -> bool:
        """Whether a span or resource of it was what the watcher with this number looks for."""
        return bool(self.bits >> index & 1)

    def add(self, span: Span, bits: int = 0, wire: bytes = b"", shell: Shell = NO_SHELL) -> None:
        """Take a span in, for which the watchers gave `bits`; `wire`: as it is encoded, where that was done."""
        wire = wire or span.encode()
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        if not self.wires or start < self.start_ns:
            self.start_ns = start
        self.end_ns = max(self.end_ns, end)
        self.bits |= bits
        if b"ot=" in wire:
            self._sampled_before(span.trace_state)
        self.wires.append(wire)
        self.shells.append(shell)
        self.size_bytes += len(wire)
        self._view = None

    def _sampled_before(self, text: str) -> None:
        if "ot=" not in text:
            return
        state = TraceState.parse(text)[0]
        if state.randomness is not None and not self._explicit:
            self.randomness, self._explicit = state.randomness, True
        self.max_th = max(self.max_th, state.threshold or 0)
        self.consistent = self.consistent or bool(state.rvalue or state.tvalue)

    def encode(self) -> bytes:
        """All of it as one request."""
        return together(self.pieces())

    def pieces(self) -> Iterator[tuple[Shell, bytes]]:
        """Its spans, with what is around them."""
        return zip(self.shells, self.wires, strict=True)

    def view(self) -> Sequence[Span]:
        """Its spans, read once more, and kept until another comes. Raises DecodeError."""
        if self._view is None:
            self._view = list(TraceBatch.parse(self.encode()))
        return self._view

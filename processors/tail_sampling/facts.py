"""What is known of a trace while it waits: its spans as bytes, and what was read of each when it came."""

from collections.abc import Sequence

from spansieve.failures import Failure
from spansieve.pdata import DroppedSpan, Piece, Shell, Span, TraceBatch, together
from spansieve.sampling import TraceState, randomness_of


class TraceFacts:
    """One trace that is not decided yet, or that was dropped and is kept aside; or what came of one in a request.

    There are a million of them, and of most nothing is known but how many spans they have and when: what is seldom said
    stands once in the class.
    """

    errors: Sequence[Failure] = ()
    """Of its spans, and of log records."""
    dropped: Sequence[DroppedSpan] = ()
    """Spans of it that a filter took out before."""
    has_root = False
    """Whether there is a span without a parent."""
    partial = False
    """Whether spans of it are known to be missing."""
    consistent = False
    """Whether a span says with which threshold or randomness it was sampled before."""
    max_th = 0
    """The greatest threshold that a span was sampled with before."""
    _explicit: int | None = None
    _view: list[Span] | None = None

    def __init__(self, trace_id: bytes, first_seen: float) -> None:
        """Nothing of it has come; `first_seen`: monotonic seconds."""
        self.trace_id = trace_id
        self.first_seen = first_seen
        self.pieces: list[Piece] = []
        self.spans = self.size_bytes = self.start_ns = self.end_ns = self.bits = 0

    @property
    def randomness(self) -> int:
        """R: the first that a span tells, else the trace id's."""
        if self._explicit is not None:
            return self._explicit
        return randomness_of(self.trace_id) if len(self.trace_id) == 16 else 0

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

    def gather(self, shell: Shell, wires: Sequence[bytes], start_ns: int, end_ns: int, bits: int) -> None:
        """Take spans in, encoded: when the first began and the last ended, and what the watchers said of them."""
        if start_ns < self.start_ns or not self.spans:
            self.start_ns = start_ns
        self.end_ns = max(self.end_ns, end_ns)
        self.bits |= bits
        self.pieces.append((shell, wires))
        self.spans += len(wires)
        self.size_bytes += sum(map(len, wires))

    def join(self, later: "TraceFacts") -> None:
        """Take in what came later of the trace."""
        if later.start_ns < self.start_ns or not self.spans:
            self.start_ns = later.start_ns
        self.end_ns = max(self.end_ns, later.end_ns)
        self.bits |= later.bits
        self.pieces += later.pieces
        self.spans += later.spans
        self.size_bytes += later.size_bytes
        self.errors = (*self.errors, *later.errors)
        self.has_root = self.has_root or later.has_root
        if later.consistent or later.max_th or later._explicit is not None:
            self._explicit = later._explicit if self._explicit is None else self._explicit
            self.max_th = max(self.max_th, later.max_th)
            self.consistent = self.consistent or later.consistent
        self._view = None

    def fail(self, failure: Failure) -> None:
        """One more error is known of it."""
        self.errors = (*self.errors, failure)

    def sampled_before(self, text: str) -> None:
        """Read what the trace state of a span says."""
        if "ot=" not in text:
            return
        state = TraceState.parse(text)[0]
        if state.randomness is not None and self._explicit is None:
            self._explicit = state.randomness
        self.max_th = max(self.max_th, state.threshold or 0)
        self.consistent = self.consistent or bool(state.rvalue or state.tvalue)

    def mentions(self, text: bytes) -> bool:
        """Whether `text` stands in a span of it."""
        return any(text in wire for _, wires in self.pieces for wire in wires)

    def encode(self) -> bytes:
        """All of it as one request."""
        return together(self.pieces)

    def view(self) -> Sequence[Span]:
        """Its spans, read once more, and kept until another comes. Raises DecodeError."""
        if self._view is None:
            self._view = list(TraceBatch.parse(self.encode()))
        return self._view

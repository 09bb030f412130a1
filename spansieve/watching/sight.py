"""What watchers share: the batch that passes, what of it waits, and who is told."""

from collections.abc import Callable, Sequence
from typing import Final

from spansieve.pdata import NO_SPAN, DecodeError, LogBatch, Span, TraceBatch
from spansieve.plugin import Host

from .reading import Reader
from .settling import Settling
from .span import AiSpan

Listener = Callable[[Sequence[AiSpan]], None]
"""Is told of spans that have settled, trace by trace. It emits nothing: `tick` is the time for that."""
Seen = Sequence[tuple[Span, AiSpan]]

_UNREAD: Final = "; it is passed on, and not counted"


class Sight:
    """What those share who see the same spans."""

    def __init__(self, host: Host) -> None:
        """`host` is that of the first who came; what is counted is counted under its name."""
        self._clock = host.clock
        self._reader = Reader()
        self._settling = Settling()
        self._settle = 0.0
        self._listeners: tuple[tuple[Listener, Host], ...] = ()
        self._fault = host.fault
        self._batch: TraceBatch | LogBatch | None = None
        self._seen: Seen = ()
        self._repeated = host.counter(
            "repeated_spans", unit="{span}", description="AI spans that came again after they were counted."
        )
        self._evicted = host.counter(
            "watch_evictions",
            description="What went for want of room while AI spans settle, by table.",
        )

    @property
    def known(self) -> int:
        """Traces and spans that are remembered."""
        return self._settling.known

    def enter(self, listener: Listener, host: Host, settle: float, *, weighs: bool) -> None:
        """One more is told."""
        self._listeners = (*self._listeners, (listener, host))
        self._settle = max(self._settle, settle)
        self._reader.weighs = weighs

    def leave(self, listener: Listener) -> None:
        """Tell of all that waits; then one less is told."""
        self._tell(float("inf"))
        self._listeners = tuple(one for one in self._listeners if one[0] != listener)

    def see(self, batch: TraceBatch) -> Seen:
        """The AI spans of a batch."""
        if batch is not self._batch:
            self._batch, self._seen = batch, ()
            self._seen = self._take(batch)
        return self._seen

    def _take(self, batch: TraceBatch) -> Seen:
        seen: list[tuple[Span, AiSpan]] = []
        settling = self._settling
        for dropped in batch.dropped:
            settling.pass_by(*dropped)
        for span in batch:
            found = self._read(span)
            if found is None:
                trace_id, span_id, parent, *_ = span.head()
                settling.pass_by(trace_id, span_id, b"" if parent in NO_SPAN else parent)
            else:
                seen.append((span, found))
                settling.wait(found)
        self._reader.let_go()
        settling.close(self._clock.monotonic() + self._settle)
        self._count()
        return seen

    def _read(self, span: Span) -> AiSpan | None:
        try:
            return self._reader.read(span)
        except DecodeError as error:
            self._fault(error, then=_UNREAD)
            return None

    def _count(self) -> None:
        if self._settling.repeated:
            self._repeated.add(self._settling.repeated)
            self._settling.repeated = 0
        for table, count in self._settling.evicted.items():
            self._evicted.add(count, table=table)
        self._settling.evicted.clear()

    def hear(self, batch: LogBatch) -> None:
        """What log records tell."""
        if batch is self._batch:
            return
        self._batch, self._seen = batch, ()
        until = self._clock.monotonic()
        for record in batch:
            try:
                self._settling.records.hear(record, until)
            except DecodeError as error:
                self._fault(error, then=_UNREAD)

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent of what is no AI span."""
        return self._settling.plumbing(trace_id, span_id)

    def tick(self) -> None:
        """Tell what has settled."""
        self._batch, self._seen = None, ()
        now = self._clock.monotonic()
        if self._settling.is_due(now):
            self._tell(now)

    def _tell(self, now: float) -> None:
        spans = self._settling.settle(now)
        self._count()
        if not spans:
            return
        for listener, host in self._listeners:
            try:
                listener(spans)
            except Exception as error:  # it is one of several, and the tick may be another's
                host.fault(error, then="; what it was told of is not counted")

"""What watchers share: the batch that passes, what of it waits, and who is told."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from spansieve.pdata import NO_SPAN, DecodeError, LogBatch, LogRecord, Span, TraceBatch
from spansieve.plugin import Host

from .above import Above
from .reading import Reader
from .recorded import RecordReader, is_prompt
from .settling import Settling
from .span import AiSpan, Ids

Listener = Callable[[Sequence[AiSpan]], None]
"""Is told of spans that have settled, trace by trace. It emits nothing: `tick` is the time for that."""
Seen = Sequence[tuple[Span, AiSpan]]
Recorded = Sequence[tuple[LogRecord, AiSpan]]

_UNREAD: Final = "it is passed on, and not counted"


class Sight:
    """What those share who see the same spans."""

    def __init__(self, host: Host) -> None:
        """`host` is that of the first who came; what is counted is counted under its name."""
        self._clock = host.clock
        self._reader = Reader()
        self._records = RecordReader(self._reader)
        self._settling = Settling()
        self._listeners: tuple[tuple[Listener, Host, float], ...] = ()
        """Each with the seconds for which it wants spans to settle."""
        self._fault = host.fault
        self._batch: TraceBatch | LogBatch | None = None
        self._seen: Seen = ()
        self._recorded: Recorded = ()
        self._ids: Sequence[Ids] = ()
        """Of all spans of the batch, as `ids` gives them."""
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
        self._listeners = (*self._listeners, (listener, host, settle))
        self._reader.weighs = weighs

    def leave(self, listener: Listener) -> None:
        """Tell of all that waits; then one less is told."""
        self._tell(float("inf"))
        self._listeners = tuple(one for one in self._listeners if one[0] != listener)

    def see(self, batch: TraceBatch) -> Seen:
        """The AI spans of a batch."""
        if batch is not self._batch:
            self._batch, self._seen, self._ids = batch, (), ()
            self._seen = self._take(batch)
        return self._seen

    def ids(self, batch: TraceBatch) -> Sequence[Ids]:
        """Of every span of a batch, the AI spans first, in the order of `see`."""
        self.see(batch)
        return self._ids

    def _take(self, batch: TraceBatch) -> Seen:
        seen: list[tuple[Span, AiSpan]] = []
        others: list[Ids] = [(trace, one, b"" if parent in NO_SPAN else parent) for trace, one, parent in batch.dropped]
        for span in batch:
            try:
                found = self._reader.read(span)
            except DecodeError as error:
                self._fault(error, then=_UNREAD)
                found = None
            if found is None:
                others.append(span.ids())
            else:
                seen.append((span, found))
        self._reader.let_go()
        self._settle_later([found for _, found in seen], others)
        self._count()
        self._ids = [*((one.trace_id, one.span_id, one.parent_span_id) for _, one in seen), *others]
        return seen

    def _settle_later(self, seen: Sequence[AiSpan], others: Iterable[Ids]) -> None:
        """Trace by trace: spans of several are often mixed."""
        traces: defaultdict[bytes, tuple[list[Ids], list[AiSpan]]] = defaultdict(lambda: ([], []))
        for one in others:
            traces[one[0]][0].append(one)
        for span in seen:
            traces[span.trace_id][1].append(span)
        for trace_id, (plumbing, spans) in traces.items():
            self._settling.take(trace_id, plumbing, spans)
        patience = max((settle for _, _, settle in self._listeners), default=0.0)
        self._settling.close(self._clock.monotonic() + patience)

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

    def see_records(self, batch: LogBatch) -> Recorded:
        """The operations that log records tell of, as AI spans, and what users asked for."""
        if batch is not self._batch:
            self._batch, self._recorded = batch, ()
            self._recorded = self._take_records(batch)
        return self._recorded

    def _take_records(self, batch: LogBatch) -> Recorded:
        seen: list[tuple[LogRecord, AiSpan]] = []
        for record in batch:
            try:
                found = self._records.read(record)
            except DecodeError as error:
                self._fault(error, then=_UNREAD)
                continue
            if found is not None:
                seen.append((record, found))
        self._reader.let_go()
        told = [found for _, found in seen if not is_prompt(found)]
        self._settle_later(told, dict.fromkeys((one.trace_id, one.parent_span_id, b"") for one in told))
        self._count()
        return seen

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent of what is no AI span."""
        return self._settling.plumbing(trace_id, span_id)

    def above(self, trace_id: bytes, parent: bytes) -> Above:
        """What encloses a span with this parent."""
        return self._settling.above(trace_id, parent)

    def tick(self) -> None:
        """Tell what has settled."""
        self._batch, self._seen, self._recorded, self._ids = None, (), (), ()
        now = self._clock.monotonic()
        if self._settling.is_due(now):
            self._tell(now)

    def _tell(self, now: float) -> None:
        spans = self._settling.settle(now)
        self._count()
        if not spans:
            return
        for listener, host, _ in self._listeners:
            try:
                listener(spans)
            except Exception as error:  # it is one of several, and the tick may be another's
                host.fault(error, then="what it was told of is not counted")

"""How those who stand side by side in a pipeline see its AI spans: each is read once, and told of once it settled."""

from collections.abc import Callable, Sequence
from typing import Final

from spansieve.pdata import NO_SPAN, DecodeError, LogBatch, Span, TraceBatch
from spansieve.plugin import Host, Place

from .reading import Reader, Sender
from .settling import Settling
from .span import AiSpan
from .weights import samplers_before

Listener = Callable[[Sequence[AiSpan]], None]
"""Is told of spans that have settled, in the order in which they came. It emits nothing: `tick` is the time for that.
"""
Seen = Sequence[tuple[Span, AiSpan]]

_UNREAD: Final = "; it is passed on, and not counted"
_WATCHERS: Final = frozenset({"ai_metrics", "behavior", "decisions", "costs", "error_aggregation", "memory_limiter"})
"""Processors that leave spans as they are, so that those on both sides of them see the same."""


class Watch:
    """One watcher's place among those that share what is read. All of it on the chain thread, but for `of`."""

    def __init__(self, host: Host, listener: Listener, settle: float) -> None:
        """Use `of`."""
        self._host = host
        self._listener = listener
        self._settle = settle
        self._enter(host.pipeline("traces"))

    @classmethod
    def of(cls, host: Host, listener: Listener, *, settle: float) -> "Watch":
        """A place for the component of `host`; for `start`. Spans settle `settle` seconds after they came; of those
        who share them the most patient one decides. Behind a sampler spans weigh what they stand for, and the log says
        so.
        """
        watch = cls(host, listener, settle)
        samplers = samplers_before(host.pipeline("traces"))
        if samplers:
            host.log.warning(
                "it stands behind %s and sees few of the spans: each counts as many times as its trace state (ot=th) "
                "says, which is an estimate. Put it before %s to count all",
                " and ".join(samplers),
                samplers[0],
            )
        return watch

    def see(self, batch: TraceBatch) -> Seen:
        """The AI spans of a batch, read by whoever asks first: for what is to be done at once. Fields that only show
        once a span has settled say nothing yet.
        """
        self._follow()
        return self._sight.see(batch)

    def hear(self, batch: LogBatch) -> None:
        """Take in what log records tell of failures."""
        self._follow()
        self._sight.hear(batch)

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent (empty: none) of a span that has come and is no AI span, or that a filter dropped; None for all
        others, and for what is not remembered any more.
        """
        return self._sight.plumbing(trace_id, span_id)

    def tick(self) -> None:
        """Tell all who share of what has settled."""
        self._sight.tick()

    def leave(self, listener: Listener) -> None:
        """For `shutdown`: what waits is told at once, and `listener` nothing more."""
        self._sight.leave(listener)

    def _follow(self) -> None:
        """A reload may have moved the component."""
        place = self._host.pipeline("traces")
        if place != self._place:
            self._sight.leave(self._listener)
            self._enter(place)

    def _enter(self, place: Place | None) -> None:
        self._place = place
        self._sight = self._host.in_common(_name(place), lambda: Sight(self._host))
        self._sight.enter(self._listener, self._host, self._settle, weighs=bool(samplers_before(place)))


def _name(place: Place | None) -> str:
    """The same for all who see the same spans."""
    if place is None:
        return "watch"
    others = [one for one in place.before if one.partition("/")[0] not in _WATCHERS]
    return f"watch {place.pipeline} behind {' '.join(others)}"


class Sight:
    """What is shared."""

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
        settling, read = self._settling, self._reader.read
        senders: dict[int, Sender] = {}
        for dropped in batch.dropped:
            settling.pass_by(*dropped)
        for span in batch:
            resource = span.scope.resource
            sender = senders.get(id(resource))
            try:
                if sender is None:
                    sender = senders[id(resource)] = self._reader.sender(resource)
                found = read(span, sender)
            except DecodeError as error:
                self._fault(error, then=_UNREAD)
                continue
            if found is None:
                parent = span.parent_span_id
                settling.pass_by(span.trace_id, span.span_id, b"" if parent in NO_SPAN else parent)
            else:
                seen.append((span, found))
                settling.wait(found, is_named=found.span_id not in NO_SPAN)
        settling.close(self._clock.monotonic() + self._settle)
        self._count()
        return seen

    def _count(self) -> None:
        if self._settling.repeated:
            self._repeated.add(self._settling.repeated)
            self._settling.repeated = 0

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
        if not spans:
            return
        for listener, host in self._listeners:
            try:
                listener(spans)
            except Exception as error:  # it is one of several, and the tick may be another's
                host.fault(error, then="; what it was told of is not counted")

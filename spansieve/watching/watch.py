"""How those who stand side by side in a pipeline see its AI spans: each is read once, and told of once it settled."""

from collections.abc import Sequence

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.plugin import Host, Place, Signal

from .above import Above
from .sight import Listener, Recorded, Seen, Sight
from .source import CountFrom, warn
from .span import Ids
from .weights import samplers_before


class Watch:
    """One watcher's place among those that share what is read. All of it on the chain thread, but for `of`."""

    def __init__(self, host: Host, listener: Listener, settle: float, source: Signal) -> None:
        """Use `of`; in the pipeline of `source` passes what is told of."""
        self._host = host
        self._listener = listener
        self._settle = settle
        self._source = source
        self._enter(host.pipeline(source))

    @classmethod
    def of(cls, host: Host, listener: Listener, *, settle: float, count_from: CountFrom = "spans") -> "Watch":
        """A place for the component of `host`; for `start`. Spans settle `settle` seconds after they came; of those
        who share them the most patient one decides. Behind a sampler spans weigh what they stand for, and the log says
        so, as where there is nothing to count. Counted from `logs`, the spans are those that log records tell of (those
        of a conversation in a trace of their own, below a span that nobody has), and no other is seen.
        """
        warn(host, count_from)
        watch = cls(host, listener, settle, "traces" if count_from == "spans" else "logs")
        samplers = samplers_before(host.pipeline("traces")) if count_from == "spans" else []
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
        if self._source == "logs":
            return ()
        self._follow()
        return self._sight.see(batch)

    def ids(self, batch: TraceBatch) -> Sequence[Ids]:
        """The trace, the id and the parent (empty: none) of every span of a batch, and of those that a filter dropped
        from it; those that `see` gives come first.
        """
        if self._source == "logs":
            return ()
        self._follow()
        return self._sight.ids(batch)

    def hear(self, batch: LogBatch) -> Recorded:
        """Take in what log records tell. Where spans are counted that is of failures, and none is given; else the
        records of calls, tools and runs are, as `see` gives spans, and those of what users asked for (`is_prompt`),
        which are not told of any more.
        """
        self._follow()
        if self._source == "logs":
            return self._sight.see_records(batch)
        self._sight.hear(batch)
        return ()

    def plumbing(self, trace_id: bytes, span_id: bytes) -> bytes | None:
        """The parent (empty: none) of a span that has come and is no AI span, or that a filter dropped; None for all
        others, and for what is not remembered any more.
        """
        return self._sight.plumbing(trace_id, span_id)

    def above(self, trace_id: bytes, parent: bytes) -> Above:
        """What encloses a span with this parent, as far as it has come."""
        return self._sight.above(trace_id, parent)

    def tick(self) -> None:
        """Tell all who share of what has settled."""
        self._sight.tick()

    def leave(self, listener: Listener) -> None:
        """For `shutdown`: what waits is told at once, and `listener` nothing more."""
        self._sight.leave(listener)

    @property
    def known(self) -> int:
        """Traces and spans that are remembered."""
        return self._sight.known

    def _follow(self) -> None:
        """A reload may have moved the component."""
        place = self._host.pipeline(self._source)
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
    others = [one for one in place.before if one not in place.readers]
    return f"watch {place.pipeline} behind {' '.join(others)}"

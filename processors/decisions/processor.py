"""`decisions`: what spans report is read as they pass; what they show is looked for once their trace is there."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from itertools import count, groupby
from math import inf
from operator import attrgetter, itemgetter
from typing import ClassVar, Final

from spansieve.actions.patterns import compile_pattern
from spansieve.dashboard import DashboardStatus
from spansieve.pdata import DecodeError, LogBatch, Span, TraceBatch
from spansieve.plugin import Host, Processor, Signal, StorageError
from spansieve.pseudonyms import Keyring, Pseudonyms
from spansieve.saved import Saved
from spansieve.watching import AiSpan, ByTraits, Traits, Watch

from .answers import UNKNOWN, Answer, Answers, called_by_record
from .config import DecisionsConfig
from .decided import Found
from .explicit import may_report, said_by
from .inferring import Look
from .kept import Kept
from .measures import Measures
from .patterns import Patterns
from .story import Story
from .traces import Told, Traces
from .view import shown

_MOST_TOLD: Final = 50_000
"""Spans of which is remembered what was read until they settle."""
_HASH_BYTES: Final = 8
_UNREAD: Final = "a span that can't be read is passed on, and not looked at"
_TRACE: Final = attrgetter("trace_id")
_DECIDED: Final = itemgetter(0)


class Decisions(Processor[DecisionsConfig]):
    """Holds nothing up: batches go on at once, without the text of reasoning."""

    config = DecisionsConfig
    stateful: ClassVar[bool] = True
    reads_only: ClassVar[bool] = True
    on_error: ClassVar = "pass"
    emits: ClassVar[frozenset[Signal]] = frozenset({"metrics"})

    def __init__(self, config: DecisionsConfig, host: Host) -> None:
        """Know no decision. Raises ValueError for a file of a key that can't be used."""
        Keyring.configured(config.hash)
        self._settings = config
        self._host = host
        self._early = host.counter("spansieve_decision_traces_early", description="Traces looked at for want of room.")
        self._forgotten = host.counter(
            "spansieve_decision_traces_forgotten",
            description="Traces of which was forgotten for want of room what may still follow.",
        )
        self._evicted = host.counter("spansieve_decision_patterns_evicted", description="Patterns that gave way.")
        self._counted = (0, 0, 0)
        self._measures = Measures(host, config)
        self._patterns = Patterns()
        self._traces = Traces(config.max_spans, config.idle)
        self._kept = Kept(config.max_spans)
        self._nameless = count()
        self._answers = Answers()
        self._may_tell = ByTraits(self._is_readable)
        self._families = [compile_pattern(pattern) for pattern in config.families]
        self._told: OrderedDict[tuple[bytes, bytes], Told] = OrderedDict()
        self._saved = Saved()
        self._is_dirty = False
        self._pseudonyms: Pseudonyms
        self._watch: Watch

    def start(self) -> None:
        """Take over what was known when the process ended. Raises StorageError, and ValueError as the constructor."""
        self._pseudonyms = Pseudonyms(Keyring.open(self._settings.hash, self._host))
        if self._settings.storage is not None:
            self._saved.open(self._host.storage(self._settings.storage))
            self._saved.load("patterns", self._patterns.load)
            if self._saved.unread:
                self._host.log.warning("the former table of patterns could not be read, and was left out")
        self._host.status(self._host.id, self.snapshot)
        settings = self._settings
        self._watch = Watch.of(self._host, self._settled, settle=settings.settle, count_from=settings.count_from)

    def traces(self, batch: TraceBatch) -> None:
        """Read what spans report, and take reasoning out; also where they are not what is counted."""
        if self._settings.count_from == "logs":
            self._take_out(batch)
            return
        for span, seen in self._watch.see(batch):
            if seen.has_events or self._may_tell[seen.traits]:
                try:
                    self._read(span, seen)
                except DecodeError as error:
                    self._host.fault(error, then=_UNREAD)
        self._forget()

    def _take_out(self, batch: TraceBatch) -> None:
        for span in batch:
            try:
                said_by(span, self._hashed)
            except DecodeError as error:
                self._host.fault(error, then=_UNREAD)

    def logs(self, batch: LogBatch) -> None:
        """Records tell of failures that no span shows: how a decision turned out. Or of all, if they are counted."""
        for record, seen in self._watch.hear(batch):
            try:
                called = called_by_record(record) if seen.traits.family == "model" else None
            except DecodeError as error:
                self._host.fault(error, then="a record that can't be read is passed on, and not looked at")
                continue
            if called is not None:
                self._told[seen.trace_id, seen.span_id] = Told((), Answer(None, called))
        self._forget()

    def tick(self) -> None:
        """Look at the traces that are there; send metrics; write what changed."""
        self._watch.tick()
        self._look()
        self._count_bounds()
        self._measures.meter.tick()
        self._save()

    def shutdown(self) -> None:
        """Look at all that waits, and write it."""
        if hasattr(self, "_watch"):
            self._watch.leave(self._settled)
            self._look(all_=True)
            self._measures.meter.flush()
            self._save(whole=True)

    def snapshot(self) -> DashboardStatus:
        """The table of patterns as plain data."""
        now_ns = self._host.clock.time_ns()
        return shown(now_ns, self._patterns, missing_as_zero=self._settings.missing_as_zero)

    def _forget(self) -> None:
        while len(self._told) > _MOST_TOLD:
            self._told.popitem(last=False)

    def _is_readable(self, traits: Traits) -> bool:
        """Whether attributes may say something; events may always."""
        return may_report(traits.keys) or (traits.family == "model" and self._answers.may_tell(traits))

    def _read(self, span: Span, seen: AiSpan) -> None:
        said = said_by(span, self._hashed)
        answer = self._answers.of(span, seen) if seen.traits.family == "model" else UNKNOWN
        if said or answer != UNKNOWN:
            self._told[seen.trace_id, seen.span_id] = Told(tuple(said), answer)

    def _hashed(self, text: str) -> str:
        return self._pseudonyms.mac(text.encode("utf-8", "surrogatepass"))[:_HASH_BYTES].hex()

    def _settled(self, spans: Sequence[AiSpan]) -> None:
        now = self._host.clock.monotonic()
        for trace_id, together in groupby(spans, _TRACE):
            if trace_id:
                self._gather(trace_id, [*together], now)
            else:
                for span in together:
                    self._gather(b"%d" % next(self._nameless), [span], now)

    def _gather(self, trace_id: bytes, spans: Sequence[AiSpan], now: float) -> None:
        trace = self._traces.add(trace_id, spans, now)
        if self._told:
            for span in spans:
                told = self._told.pop((span.trace_id, span.span_id), None)
                if told is not None:
                    trace.told[span] = told

    def _look(self, *, all_: bool = False) -> None:
        now, found = self._host.clock.monotonic(), Found()
        for trace_id, trace in self._traces.due(now, all_=all_):
            story = self._kept.take(trace_id)
            self._look_into(story, now, found).at(trace, self._watch.plumbing)
            self._kept.keep(trace_id, story, now)
        for story in self._kept.gone(inf if all_ else now):
            self._look_into(story, inf, found).close()
        self._take(found)

    def _look_into(self, story: Story, now: float, found: Found) -> Look:
        return Look(story, now, self._is_routed, found, overlaps=self._settings.count_from == "logs")

    def _take(self, found: Found) -> None:
        last = dict(found.made)
        for one, times in Counter(map(_DECIDED, found.made)).items():
            self._measures.count(one, times, last[one])
            self._patterns.add(one, times)
        for one, times in Counter(found.turned_out).items():
            self._patterns.judge(one, times)
        self._is_dirty |= bool(found.made or found.turned_out)

    def _is_routed(self, asked: str, answered: str) -> bool:
        return bool(self._families) and self._family(asked) != self._family(answered)

    def _family(self, model: str) -> int | None:
        name = model.encode(errors="replace")
        return next((at for at, pattern in enumerate(self._families) if pattern.search(name)), None)

    def _count_bounds(self) -> None:
        former = self._counted
        self._counted = self._traces.early, self._kept.forgotten, self._patterns.evicted
        if self._counted != former:
            counters = self._early, self._forgotten, self._evicted
            for counter, before, after in zip(counters, former, self._counted, strict=True):
                counter.add(after - before)

    def _save(self, *, whole: bool = False) -> None:
        try:
            if self._is_dirty and (self._saved.is_due(self._host.clock.monotonic()) or whole):
                self._saved.write({"patterns": self._patterns.state})
                self._is_dirty = False
        except StorageError as error:
            self._host.fault(error, then="decisions are written later")

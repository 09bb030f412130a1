"""Take personal data and secrets out of everything, and hash content, before anything is kept."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple, Protocol

from spansieve.pdata import (
    Attributes,
    DecodeError,
    LogBatch,
    LogRecord,
    MetricBatch,
    Resource,
    Rewriter,
    Scope,
    Span,
    TraceBatch,
    decode_text,
    encode_pair,
    encode_text,
)
from spansieve.plugin import Host, Mistake, Processor, Signal
from spansieve.pseudonyms import GLOBAL, Keyring, Pseudonyms, Within, derived
from spansieve.sampling import chosen
from spansieve.semconv import raw_mapping

from .assembly import engine_of
from .config import PromptPrivacyConfig
from .cuts import UNSEARCHED
from .dry_run import Reminder, confined
from .hashing import Hashing
from .memory import Change, Memories
from .people import MAX_PEOPLE, NOBODY, People, owners_of_homes
from .plans import Plan, Plans
from .policy import Policy
from .repeats import change_of, known_in
from .report import REDACTED, Report
from .scrubber import Scrubber
from .search import NO_HITS, Hits, Joined
from .sieve import look_at
from .told import Told
from .walker import Walker
from .withholding import Withholder

DEBUG_SAMPLE = "spansieve.debug_sample"
"""true: the span's trace is one of the few that keep their content, scrubbed, where others keep hashes."""
_ATTRIBUTES: dict[Signal, int] = {"traces": 9, "logs": 6}
"""The number of the field that attributes are."""
_NO_TRACE = bytes(16)
_SESSIONS = ("session.id", "gen_ai.conversation.id")


class Carrier(Protocol):
    """A resource, a scope or a metric."""

    def encode(self) -> bytes:
        """What it says, on the wire."""

    def rewrite(self, rewriter: Rewriter) -> bool:
        """Let `rewriter` see every text of it; whether one changed."""


class PromptPrivacy(Processor[PromptPrivacyConfig]):
    """Changes texts in place; drops no item. For traces, logs and metrics."""

    config = PromptPrivacyConfig
    privacy: ClassVar[bool] = True

    def __init__(self, config: PromptPrivacyConfig, host: Host) -> None:
        """Compile detectors and policy. Raises ValueError for a key that can't be read."""
        self._settings = config
        self._host = host
        Keyring.configured(config.hash)
        self._engine = engine_of(config)
        self._policy = Policy(config, raw_mapping())
        self._plans = Plans(self._policy)
        self._report = Report(host, marks=config.audit == "counts")
        self._scrubber = Scrubber(self._engine, self._policy, config.max_scan_bytes, host.fault)
        self._memories = Memories()
        self._told = Told(raw_mapping()["identity"]["user"], lambda key: self._policy.facts(key).identity)
        self._reminder = Reminder(host) if config.dry_run else None

    @classmethod
    def confines(cls, config: PromptPrivacyConfig) -> Mistake | None:
        """With `dry_run`, what passes must not leave this host."""
        return confined(config)

    def start(self) -> None:
        """Get the key. Raises ValueError for one that can't be read."""
        self._remind()
        keyring = Keyring.open(self._settings.hash, self._host)
        pseudonyms = Pseudonyms(keyring)
        key = derived(keyring.current, "prompt")
        self._hashing = Hashing(self._settings.hash, key, pseudonyms.key_id, self._host.fault)
        self._walker = Walker(self._scrubber, self._policy, pseudonyms, self._hashing, self._report)

    def traces(self, batch: TraceBatch) -> None:
        """Scrub and hash the spans, and what is around them."""
        self._remind()
        spans = list(batch)
        sifted = self._sift(spans, batch)
        for place, (span, plan) in enumerate(zip(spans, sifted.plans, strict=True)):
            if sifted.long or plan.content or span.has_events:
                self._span(span, plan, sifted, place)
            elif place in sifted.hits or plan.special:
                known = self._known(span, sifted, place)
                if known is None:
                    self._span(span, plan, sifted, place)
                else:
                    span.attributes.set_raw(known.changed)
        self._report.flush("traces")

    def _span(self, span: Span, plan: Plan, sifted: "Sifted", place: int) -> None:
        sampled = self._sampled(span.trace_id, span.trace_state)
        hashes = self._hashing.of_span(span, kept=plan.kept) if plan.content or span.has_events else {}
        self._walker.item(_scope_of(span), sampled=sampled)
        treated = span.has_events and (self._policy.treats or self._policy.names_people(sifted.joined.piece(place)))
        changed = self._scrub(span, sifted, place, treated=treated)
        self._mark(span.attributes, changed, hashes, sampled=sampled and (plan.content or bool(hashes)))

    def logs(self, batch: LogBatch) -> None:
        """Scrub and hash the records, and what is around them."""
        self._remind()
        records = list(batch)
        sifted = self._sift(records, batch)
        self._search_names(records, sifted)
        for place, (record, plan) in enumerate(zip(records, sifted.plans, strict=True)):
            name = self._event_name(record)
            if sifted.long or place in sifted.hits or plan.special or plan.content or name:
                self._record(record, name, sifted, place)
        self._report.flush("logs")

    def _search_names(self, records: Sequence[LogRecord], sifted: "Sifted") -> None:
        """Events' names are searched by themselves: their tag on the wire is a letter, which no core takes for one."""
        memory = self._walker.memory
        for place, record in enumerate(records):
            name = record.raw_event_name
            if not name or name in memory.clean:
                continue
            if self._scrubber.suspicious(name, self._walker.people):
                sifted.hits[place] = sifted.hits.get(place, NO_HITS)._replace(many=True)
            else:
                memory.put(name, None)

    def _record(self, record: LogRecord, name: str, sifted: "Sifted", place: int) -> None:
        sampled = self._sampled(record.trace_id, "")
        hashes = self._hashing.of_record(record, name, kept=sifted.plans[place].kept)
        self._walker.item(_scope_of(record), event=name, sampled=sampled)
        content = self._policy.event(name).speaks
        changed = self._scrub(record, sifted, place, treated=content, event=name)
        kept = content or sifted.plans[place].content or bool(hashes)
        self._mark(record.attributes, changed, hashes, sampled=sampled and kept)

    def metrics(self, batch: MetricBatch) -> None:
        """Scrub the metrics, their points and exemplars, and what is around them."""
        self._remind()
        metrics = batch.every_metric()
        joined = Joined([metric.encode() for metric in metrics])
        people = self._people(batch, joined.data)
        self._envelopes(batch.resources, batch.scopes)
        dirty = joined.hits(self._engine, people.unions)
        told = self._policy.treats or self._policy.names_people(joined.whole)
        is_changed = False
        for place, metric in enumerate(metrics):
            if told or place in dirty or joined.size(place) > self._settings.max_scan_bytes:
                self._walker.item(GLOBAL)
                is_changed |= self._rewrite(metric)
        if is_changed:
            batch.forget()
        self._report.scanned += len(joined.data)
        self._report.flush("metrics")

    def scrub(self, text: str, trace_id: bytes) -> str:
        """A text that stands alone, without what goes. Raises ValueError where it can't be searched."""
        raw = encode_text(text)
        self._walker.request(NOBODY, self._memories.of(NOBODY))
        self._walker.item(trace_id or None)
        new = self._walker.text(raw, "alert")
        self._report.flush("alerts")
        if new == UNSEARCHED and new != raw:
            raise ValueError("the text could not be searched")
        return text if new is None else decode_text(new)

    def _sift(self, items: Sequence[Span] | Sequence[LogRecord], batch: TraceBatch | LogBatch) -> "Sifted":
        """Where in `items` something may be: one search through all of them."""
        attributes = [item.attributes for item in items]
        plans = [self._plans.of(one) for one in attributes]
        joined = Joined([item.encode() for item in items], _ATTRIBUTES[batch.signal])
        people = self._people(batch, joined.data)
        self._envelopes(batch.resources, batch.scopes)
        self._report.scanned += len(joined.data)
        long = joined.longer_than(self._settings.max_scan_bytes)
        return Sifted(plans, joined, joined.hits(self._engine, people.unions), long)

    def _remind(self) -> None:
        if self._reminder is not None:
            self._reminder.remind()

    def _people(self, batch: TraceBatch | LogBatch | MetricBatch, data: bytes) -> People:
        """The people that a request names: under keys of identity, and by their home directories."""
        names: set[str] = set()
        carriers: list[Resource | Scope] = [*batch.resources, *batch.scopes]
        if self._settings.learns_names:
            for said in (data, *(carrier.encode() for carrier in carriers)):
                names |= self._told.names(said) | owners_of_homes(said)
        people = People(frozenset(sorted(names)[:MAX_PEOPLE])) if names else NOBODY
        self._walker.request(people, self._memories.of(people))
        return people

    def _envelopes(self, resources: Sequence[Resource], scopes: Sequence[Scope]) -> None:
        """Senders say the same of themselves in every request: what was clean once is not searched again."""
        carriers: list[Resource | Scope] = [*resources, *scopes]
        for carrier in carriers:
            raw = carrier.encode()
            if raw in self._walker.memory.clean:
                continue
            long = len(raw) > self._settings.max_scan_bytes
            special = self._plans.of(carrier.attributes).special
            if long or special or self._scrubber.suspicious(raw, self._walker.people):
                self._walker.item(GLOBAL)
                self._rewrite(carrier)
            else:
                self._walker.memory.put(raw, None)

    def _scrub(
        self, item: Span | LogRecord, sifted: "Sifted", place: int, *, treated: bool, event: str = ""
    ) -> dict[str, bytes]:
        """Scrub the item at `place`; `treated`: its events, or what it holds as the event that it is, may be content
        that does not pass as it is. The attributes that are still to be set. What fails is withheld. Raises DecodeError
        where the item is malformed.
        """
        try:
            return self._scrubbed(item, sifted, place, rest=treated)
        except DecodeError:
            raise
        except Exception as error:
            withholder = self._withholder(error, event)
            if not self._policy.dry_run:
                item.attributes.rewrite(withholder, "attribute")
                item.rewrite_rest(withholder)
            return {}

    def _scrubbed(self, item: Span | LogRecord, sifted: "Sifted", place: int, *, rest: bool) -> dict[str, bytes]:
        hits, plan, attributes = sifted.hits.get(place), sifted.plans[place], item.attributes
        changed: dict[str, bytes] = {}
        whole = (rest and isinstance(item, LogRecord)) or sifted.joined.size(place) > self._settings.max_scan_bytes
        if whole or (attributes.repeats and (hits or plan.special)):
            attributes.rewrite(self._walker, "attribute")
            rest = True
        elif (hits or plan.special) and not rest and (known := self._known(item, sifted, place)) is not None:
            changed |= known.texts
        elif hits or plan.special:
            look = look_at(attributes, plan, hits or NO_HITS, sifted.joined.piece(place), self._walker)
            rest = rest or look.rest
            if look.is_plain:
                changed = self._walker.texts(attributes.raws(), look.held)
            else:
                attributes.rewrite(self._walker, "attribute")
        if rest:
            item.rewrite_rest(self._walker)
        return changed

    def _known(self, item: Span | LogRecord, sifted: "Sifted", place: int) -> Change | None:
        """What changes in the item, which is counted, where nothing is in it but what was seen before."""
        held = known_in(item.attributes, sifted.plans[place].special, self._walker.memory)
        if held is None or not sifted.joined.covers(place, sifted.hits.get(place, NO_HITS), held):
            return None
        return change_of(held, _scope_of(item), self._walker, self._report)

    def _withholder(self, error: Exception, event: str = "") -> Withholder:
        self._host.fault(error, then="what it was in is withheld")
        self._report.withheld("error")
        return Withholder(self._scrubber, self._policy, self._walker.people, event)

    def _event_name(self, record: LogRecord) -> str:
        """Which event the record is. Some have a place in a program's source for a name, and the name in an attribute,
        or the full one as their body.
        """
        told = record.attributes.get("event.name", "")
        names = [name for name in (told, record.event_name) if isinstance(name, str) and name]
        if names and self._policy.treats and not any(self._policy.event(name).speaks for name in names):
            body = record.body
            names[:0] = [body] if isinstance(body, str) and self._policy.event(body).speaks else []
        return next((name for name in names if self._policy.event(name).speaks), names[0] if names else "")

    def _rewrite(self, carrier: Carrier) -> bool:
        """Scrub a resource, a scope or a metric, likewise; whether something of it may have changed."""
        try:
            return carrier.rewrite(self._walker)
        except DecodeError:
            raise
        except Exception as error:
            withholder = self._withholder(error)
            if not self._policy.dry_run:
                carrier.rewrite(withholder)
            return True

    def _sampled(self, trace_id: bytes, trace_state: str) -> bool:
        """Whether the trace is one of those that keep content where others keep hashes."""
        sample = self._settings.debug_sample
        return sample is not None and self._policy.treats and chosen(trace_id, trace_state, sample.ratio)

    def _mark(
        self, attributes: Attributes, changed: dict[str, bytes], hashes: Mapping[str, bytes], *, sampled: bool
    ) -> None:
        """Set what was `changed`, the hashes of the item's content, and what was taken out of it: in a dry run the last
        alone.
        """
        if not self._policy.dry_run:
            changed.update(hashes)
            if sampled:
                changed[DEBUG_SAMPLE] = encode_pair(DEBUG_SAMPLE, value=True)
        if self._report.item and self._report.marks:
            changed[REDACTED] = self._report.summary()
        if changed:
            attributes.set_raw(changed)


class Sifted(NamedTuple):
    """The items of a request: their plans, their bytes, and where in these something may be."""

    plans: list[Plan]
    joined: Joined
    hits: dict[int, Hits]
    long: bool
    """Whether some item is longer than what one text may have."""


def _scope_of(item: Span | LogRecord) -> Within:
    """What the item's placeholders have in common with others'. A trace id of zeros alone is none."""
    trace_id = item.trace_id
    return trace_id if trace_id and trace_id != _NO_TRACE else _session(item.attributes)


def _session(attributes: Attributes) -> Within:
    """What placeholders have in common where there is no trace."""
    for key in _SESSIONS:
        value = attributes.get(key, "")
        if isinstance(value, str) and value:
            return value.encode(errors="replace")
    return None

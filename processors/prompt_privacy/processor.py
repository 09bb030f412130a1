"""Take personal data and secrets out of everything, and hash content, before anything is kept."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Protocol

from spansieve.pdata import (
    Attributes,
    DataPoint,
    DecodeError,
    LogBatch,
    LogRecord,
    MetricBatch,
    Resource,
    Rewriter,
    Scope,
    Span,
    TraceBatch,
    Writable,
    decode_pair,
)
from spansieve.plugin import Host, Processor
from spansieve.pseudonyms import GLOBAL, Keyring, Pseudonyms, Within, derived
from spansieve.sampling import chosen
from spansieve.semconv import raw_mapping

from .assembly import engine_of
from .config import PromptPrivacyConfig
from .hashing import Hashing
from .people import MAX_PEOPLE, NOBODY, People, is_name, owners_of_homes
from .plans import Plan, Plans
from .policy import Policy
from .report import REDACTED, Report
from .scrubber import Scrubber
from .search import Joined
from .walker import Walker
from .withholding import Withholder

DEBUG_SAMPLE = "spansieve.debug_sample"
"""true: the span's trace is one of the few that keep their content, scrubbed, where others keep hashes."""
_ENVELOPES = 4096
_SESSIONS = ("session.id", "gen_ai.conversation.id")


class _Carrier(Protocol):
    def encode(self) -> bytes: ...
    def rewrite(self, rewriter: Rewriter) -> bool: ...


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
        self._report = Report(host)
        self._scrubber = Scrubber(self._engine, self._policy, config.max_scan_bytes, host.fault)
        self._clean: set[tuple[frozenset[str], bytes]] = set()

    def start(self) -> None:
        """Get the key. Raises ValueError for one that can't be read."""
        keyring = Keyring.open(self._settings.hash, self._host)
        pseudonyms = Pseudonyms(keyring)
        key = derived(keyring.current, "prompt")
        self._hashing = Hashing(self._settings.hash, key, pseudonyms.key_id, self._host.fault)
        self._walker = Walker(self._scrubber, self._policy, pseudonyms, self._hashing, self._report)

    def traces(self, batch: TraceBatch) -> None:
        """Scrub and hash the spans, and what is around them."""
        spans = list(batch)
        plans = [self._plans.of(span.attributes) for span in spans]
        joined = Joined([span.encode() for span in spans])
        people = self._people(_named(zip(spans, plans, strict=True)), batch.resources, joined)
        self._envelopes(people, batch.resources, batch.scopes)
        dirty = self._dirty(joined, people)
        treats = self._policy.treats
        for place, (span, plan) in enumerate(zip(spans, plans, strict=True)):
            changing = place in dirty or plan.treated or (treats and span.has_events)
            if changing or plan.content or span.has_events:
                self._span(span, changing=changing)
        self._report.flush("traces")

    def _span(self, span: Span, *, changing: bool) -> None:
        sampled = self._sampled(span.trace_id, span.trace_state)
        hashes = self._hashing.of_span(span)
        self._walker.item(span.trace_id or _session(span.attributes), sampled=sampled)
        if changing:
            self._rewrite(span)
        added = self._marks(hashes)
        if sampled and hashes:
            added[DEBUG_SAMPLE] = True
        if added:
            span.attributes.update(added)

    def _sampled(self, trace_id: bytes, trace_state: str) -> bool:
        """Whether the trace is one of those that keep content where others keep hashes."""
        sample = self._settings.debug_sample
        return sample is not None and self._policy.treats and chosen(trace_id, trace_state, sample.ratio)

    def logs(self, batch: LogBatch) -> None:
        """Scrub and hash the records, and what is around them."""
        records = list(batch)
        plans = [self._plans.of(record.attributes) for record in records]
        joined = Joined([record.encode() for record in records])
        people = self._people(_named(zip(records, plans, strict=True)), batch.resources, joined)
        self._envelopes(people, batch.resources, batch.scopes)
        dirty = self._dirty(joined, people)
        for place, (record, plan) in enumerate(zip(records, plans, strict=True)):
            changing = place in dirty or plan.treated or self._policy.treats
            if changing or plan.content or record.event_name:
                self._record(record, changing=changing)
        self._report.flush("logs")

    def _record(self, record: LogRecord, *, changing: bool) -> None:
        sampled = self._sampled(record.trace_id, "")
        name = record.event_name or record.attributes.get("event.name", "")
        event = name if isinstance(name, str) else ""
        hashes = self._hashing.of_record(record, event)
        self._walker.item(record.trace_id or _session(record.attributes), event=event, sampled=sampled)
        if changing:
            self._rewrite(record)
        added = self._marks(hashes)
        if sampled and hashes:
            added[DEBUG_SAMPLE] = True
        if added:
            record.attributes.update(added)

    def metrics(self, batch: MetricBatch) -> None:
        """Scrub the metrics, their points and exemplars, and what is around them."""
        metrics = batch.every_metric()
        joined = Joined([metric.encode() for metric in metrics])
        points = ((point, self._plans.of(point.attributes)) for point in batch) if _may_name(joined.data) else ()
        people = self._people(_named(points), batch.resources, joined)
        self._envelopes(people, batch.resources, batch.scopes)
        dirty = self._dirty(joined, people)
        for place in sorted(dirty):
            metric = metrics[place]
            self._walker.item(GLOBAL)
            self._rewrite(metric)
        if dirty:
            batch.forget()
        self._report.flush("metrics")

    def _dirty(self, joined: Joined, people: People) -> set[int]:
        self._report.scanned += len(joined.data)
        unions = self._engine.unions if people.union is None else (*self._engine.unions, people.union)
        return joined.hits(unions)

    def _people(self, named: Iterable[str], resources: Sequence[Resource], joined: Joined) -> People:
        """The people that a request names: in identity attributes, and by their home directories."""
        if not self._settings.learns_names:
            self._walker.request(NOBODY)
            return NOBODY
        names = {*named, *owners_of_homes(joined.data)}
        for resource in resources:
            names.update(_names(resource.attributes, self._plans.of(resource.attributes)))
            names.update(owners_of_homes(resource.encode()))
        people = People(frozenset(sorted(names)[:MAX_PEOPLE])) if names else NOBODY
        self._walker.request(people)
        return people

    def _envelopes(self, people: People, resources: Sequence[Resource], scopes: Sequence[Scope]) -> None:
        carriers: list[_Carrier] = [*resources, *scopes]
        for carrier in carriers:
            self._envelope(people, carrier)

    def _envelope(self, people: People, carrier: _Carrier) -> None:
        """Senders say the same of themselves in every request: what was clean once is not searched again."""
        known = (people.names, carrier.encode())
        if known in self._clean:
            return
        if self._scrubber.suspicious(known[1], people):
            self._walker.item(GLOBAL)
            self._rewrite(carrier)
        else:
            if len(self._clean) >= _ENVELOPES:
                self._clean.clear()
            self._clean.add(known)

    def _rewrite(self, carrier: _Carrier) -> None:
        """Scrub one item. What fails within is withheld. Raises DecodeError where the item is malformed inside."""
        try:
            carrier.rewrite(self._walker)
        except DecodeError:
            raise
        except Exception as error:
            self._host.fault(error, then="what the item says is withheld")
            carrier.rewrite(Withholder(self._scrubber, self._policy, self._walker.people))
            self._report.withheld("error")

    def _marks(self, hashes: dict[str, Writable]) -> dict[str, Writable]:
        """What is added to an item: the hashes of its content, and what was taken out of it."""
        added = dict(hashes)
        if self._report.item and self._settings.audit == "counts":
            added[REDACTED] = list(self._report.summary())
        return added


def _named(items: Iterable[tuple[Span | LogRecord | DataPoint, Plan]]) -> Iterator[str]:
    for item, plan in items:
        if plan.identity:
            yield from _names(item.attributes, plan)


def _names(attributes: Attributes, plan: Plan) -> Iterator[str]:
    for key in plan.identity:
        value = decode_pair(attributes.raws()[key])
        if isinstance(value, str) and is_name(value):
            yield value


def _may_name(data: bytes) -> bool:
    return b"user" in data or b"author" in data or b"owner" in data


def _session(attributes: Attributes) -> Within:
    """What placeholders have in common where there is no trace."""
    for key in _SESSIONS:
        value = attributes.get(key, "")
        if isinstance(value, str) and value:
            return value.encode(errors="replace")
    return None

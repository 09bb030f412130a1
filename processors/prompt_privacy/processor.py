"""Take personal data and secrets out of everything, and hash content, before anything is kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
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
    Writable,
    decode_pair,
)
from spansieve.plugin import Host, Processor
from spansieve.pseudonyms import GLOBAL, Keyring, Pseudonyms, Within, derived
from spansieve.sampling import chosen
from spansieve.semconv import raw_mapping

from .assembly import engine_of
from .config import PromptPrivacyConfig
from .detectors import Union
from .hashing import Hashing
from .memory import Memories
from .people import MAX_PEOPLE, NOBODY, People, is_name, owners_of_homes
from .plans import Plan, Plans
from .policy import Policy
from .report import REDACTED, Report
from .scrubber import Scrubber
from .search import Joined
from .sieve import Look, Sieve, rewrite_attributes
from .walker import Walker
from .withholding import Withholder

DEBUG_SAMPLE = "spansieve.debug_sample"
"""true: the span's trace is one of the few that keep their content, scrubbed, where others keep hashes."""
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
        self._memories = Memories()

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
        sifted = self._sift(spans, batch.resources, batch.scopes)
        for span, plan, look in zip(spans, sifted.plans, sifted.looks, strict=True):
            if look or plan.content or span.has_events:
                self._span(span, plan, look)
        self._report.flush("traces")

    def _span(self, span: Span, plan: Plan, look: Look) -> None:
        sampled = self._sampled(span.trace_id, span.trace_state)
        hashes = self._hashing.of_span(span, kept=plan.kept)
        self._walker.item(span.trace_id or _session(span.attributes), sampled=sampled)
        self._scrub(span, look | (Look.REST if span.has_events and self._policy.treats else Look.NOTHING))
        self._mark(span.attributes, hashes, sampled=sampled)

    def logs(self, batch: LogBatch) -> None:
        """Scrub and hash the records, and what is around them."""
        records = list(batch)
        sifted = self._sift(records, batch.resources, batch.scopes)
        for record, plan, look in zip(records, sifted.plans, sifted.looks, strict=True):
            name = _event_name(record)
            if look or plan.content or name:
                self._record(record, name, plan, look)
        self._report.flush("logs")

    def _record(self, record: LogRecord, name: str, plan: Plan, look: Look) -> None:
        sampled = self._sampled(record.trace_id, "")
        hashes = self._hashing.of_record(record, name, kept=plan.kept)
        self._walker.item(record.trace_id or _session(record.attributes), event=name, sampled=sampled)
        self._scrub(record, look | (Look.REST if self._policy.event(name).kind else Look.NOTHING))
        self._mark(record.attributes, hashes, sampled=sampled)

    def metrics(self, batch: MetricBatch) -> None:
        """Scrub the metrics, their points and exemplars, and what is around them."""
        metrics = batch.every_metric()
        joined = Joined([metric.encode() for metric in metrics])
        points = ((point.attributes, self._plans.of(point.attributes)) for point in batch)
        named = _named(points) if _may_name(joined.data) else ()
        people = self._people(named, batch.resources, joined.data)
        self._envelopes(batch.resources, batch.scopes)
        dirty = joined.hits(self._unions(people))
        for place in sorted(dirty):
            self._walker.item(GLOBAL)
            self._rewrite(metrics[place].rewrite)
        if dirty:
            batch.forget()
        self._report.scanned += len(joined.data)
        self._report.flush("metrics")

    def _sift(
        self, items: Sequence[Span] | Sequence[LogRecord], resources: Sequence[Resource], scopes: Sequence[Scope]
    ) -> "_Sifted":
        """Where in `items` something may be: one search through all pieces of them that are new."""
        attributes = [item.attributes for item in items]
        plans = [self._plans.of(one) for one in attributes]
        rests = [item.rest() for item in items]
        every = b"\n".join(chain(*(one.raws().values() for one in attributes), *rests))
        people = self._people(_named(zip(attributes, plans, strict=True)), resources, every)
        self._envelopes(resources, scopes)
        sieve = Sieve(self._walker, self._memory, self._unions(people))
        self._report.scanned += len(every)
        return _Sifted(plans, sieve.looks(attributes, plans, rests))

    def _unions(self, people: People) -> tuple[Union, ...]:
        return self._engine.unions if people.union is None else (*self._engine.unions, people.union)

    def _people(self, named: Iterable[str], resources: Sequence[Resource], data: bytes) -> People:
        """The people that a request names: in identity attributes, and by their home directories."""
        names: set[str] = set()
        if self._settings.learns_names:
            names.update(named, owners_of_homes(data))
            for resource in resources:
                names.update(_named([(resource.attributes, self._plans.of(resource.attributes))]))
                names.update(owners_of_homes(resource.encode()))
        people = People(frozenset(sorted(names)[:MAX_PEOPLE])) if names else NOBODY
        self._memory = self._memories.of(people)
        self._walker.request(people, self._memory)
        return people

    def _envelopes(self, resources: Sequence[Resource], scopes: Sequence[Scope]) -> None:
        """Senders say the same of themselves in every request: what was clean once is not searched again."""
        carriers: list[_Carrier] = [*resources, *scopes]
        for carrier in carriers:
            raw = carrier.encode()
            if raw in self._memory.clean:
                continue
            if self._scrubber.suspicious(raw, self._walker.people) or _may_name(raw):
                self._walker.item(GLOBAL)
                self._rewrite(carrier.rewrite)
            else:
                self._memory.put(raw, None)

    def _scrub(self, item: Span | LogRecord, look: Look) -> None:
        if Look.ATTRIBUTES in look:
            self._rewrite(lambda rewriter: rewrite_attributes(item.attributes, rewriter, self._walker, self._memory))
        if Look.REST in look:
            self._rewrite(item.rewrite_rest)

    def _rewrite(self, rewrite: Callable[[Rewriter], bool]) -> None:
        """Scrub something. What fails within is withheld. Raises DecodeError where it is malformed inside."""
        try:
            rewrite(self._walker)
        except DecodeError:
            raise
        except Exception as error:
            self._host.fault(error, then="what it was in is withheld")
            rewrite(Withholder(self._scrubber, self._policy, self._walker.people))
            self._report.withheld("error")

    def _sampled(self, trace_id: bytes, trace_state: str) -> bool:
        """Whether the trace is one of those that keep content where others keep hashes."""
        sample = self._settings.debug_sample
        return sample is not None and self._policy.treats and chosen(trace_id, trace_state, sample.ratio)

    def _mark(self, attributes: Attributes, hashes: dict[str, Writable], *, sampled: bool) -> None:
        """Add the hashes of an item's content, and what was taken out of it."""
        if sampled and hashes:
            hashes[DEBUG_SAMPLE] = True
        if self._report.item and self._settings.audit == "counts":
            hashes[REDACTED] = self._report.summary()
        if hashes:
            attributes.update(hashes)


class _Sifted(NamedTuple):
    plans: list[Plan]
    looks: list[Look]


def _named(items: Iterable[tuple[Attributes, Plan]]) -> Iterator[str]:
    for attributes, plan in items:
        for key in plan.identity:
            value = decode_pair(attributes.raws()[key])
            if isinstance(value, str) and is_name(value):
                yield value


def _may_name(data: bytes) -> bool:
    return b"user" in data or b"author" in data or b"owner" in data


def _event_name(record: LogRecord) -> str:
    name = record.event_name or record.attributes.get("event.name", "")
    return name if isinstance(name, str) else ""


def _session(attributes: Attributes) -> Within:
    """What placeholders have in common where there is no trace."""
    for key in _SESSIONS:
        value = attributes.get(key, "")
        if isinstance(value, str) and value:
            return value.encode(errors="replace")
    return None

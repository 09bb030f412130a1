"""The processor, watched: what it finds in a request, in which item, and where in that."""

from collections.abc import Callable, Iterable

from spansieve.pdata import (
    LogBatch,
    LogRecord,
    Metric,
    MetricBatch,
    Span,
    TraceBatch,
    Wire,
    key_of,
)
from spansieve.plugin import Host
from spansieve.pseudonyms import Keyring, Pseudonyms

from .config import PromptPrivacyConfig
from .cuts import Cut, Slot
from .memory import Held
from .plans import Plan
from .policy import Facts
from .processor import Carrier, PromptPrivacy, Sifted
from .scrub_notes import CONTENT
from .walker import Walker

Seen = Callable[[str, Slot], None]
"""Is told where in an item something was found, and what."""


class WatchedWalker(Walker):
    """Tells of each finding as it is replaced; what it does to texts is the walker's."""

    seen: Seen
    _key = ""

    def replaced(self, raw: bytes, held: Held, where: str) -> bytes | None:
        """Remember the attribute's key."""
        self._key = key_of(raw)
        return super().replaced(raw, held, where)

    def text(self, raw: bytes, where: str) -> bytes | None:
        """It has no key."""
        self._key = ""
        return super().text(raw, where)

    def value(self, raw: bytes, where: str) -> bytes | None:
        """It has no key."""
        self._key = ""
        return super().value(raw, where)

    def _count(self, cut: Cut) -> None:
        for slot in sorted((*cut.slots, *cut.allowed), key=lambda one: one.start):
            self.seen(self._there(), slot)
        for reason in cut.withheld:
            self._tell("WITHHELD", reason, "withheld")
        super()._count(cut)

    def _content(self, message: Wire, facts: Facts) -> bytes | None:
        new = super()._content(message, facts)
        if facts.treatment.action != "truncate" and new != message.string_value:
            self._tell(facts.kind.upper(), CONTENT, facts.treatment.action)
        return new

    def _tell(self, entity: str, rule: str, action: str) -> None:
        self.seen(self._there(), Slot(entity, rule, action, "", shared=False, start=0, end=0))

    def _there(self) -> str:
        """Name, status and the like, or the attribute by its key; keys are shown that nothing is in."""
        if self._where == "key":
            return "key of an attribute"
        shown = self._key and not self._scrubber.cut(self._key.encode())
        return f"{self._where} {self._key}" if shown else self._where


class Watched(PromptPrivacy):
    """Tells `seen` of each finding: the item it is in, the place in that, and what it is."""

    def __init__(self, config: PromptPrivacyConfig, host: Host, seen: Seen) -> None:
        """Raises ValueError as the processor does."""
        super().__init__(config, host)
        self._seen = seen
        self._item = ""
        self._items: dict[int, str] = {}
        self._metrics: dict[bytes, str] = {}

    def start(self) -> None:
        """Raises ValueError as the processor does."""
        super().start()
        pseudonyms = Pseudonyms(Keyring.open(self._settings.hash, self._host))
        walker = WatchedWalker(self._scrubber, self._policy, pseudonyms, self._hashing, self._report)
        walker.seen = lambda there, slot: self._seen(f"{self._item}, {there}", slot)
        self._walker = walker

    def traces(self, batch: TraceBatch) -> None:
        """Scrub the spans."""
        self._number(batch, batch)
        super().traces(batch)

    def logs(self, batch: LogBatch) -> None:
        """Scrub the records."""
        self._number(batch, batch)
        super().logs(batch)

    def metrics(self, batch: MetricBatch) -> None:
        """Scrub the metrics."""
        self._number(batch, ())
        self._metrics = {one.encode(): f"metric {place}" for place, one in enumerate(batch.every_metric(), 1)}
        super().metrics(batch)

    def _number(self, batch: TraceBatch | LogBatch | MetricBatch, items: Iterable[Span | LogRecord]) -> None:
        self._items = {id(one): _named(place, one) for place, one in enumerate(items, 1)}
        self._items |= {id(one): f"resource {place}" for place, one in enumerate(batch.resources, 1)}
        self._items |= {id(one): f"scope {place}" for place, one in enumerate(batch.scopes, 1)}

    def _span(self, span: Span, plan: Plan, sifted: Sifted, place: int) -> None:
        self._item = self._items[id(span)]
        super()._span(span, plan, sifted, place)

    def _known(self, _item: Span | LogRecord, _sifted: Sifted, _place: int) -> None:
        """Each item is looked at: what is found in it is told of each time."""

    def _record(self, record: LogRecord, name: str, sifted: Sifted, place: int) -> None:
        self._item = self._items[id(record)]
        super()._record(record, name, sifted, place)

    def _rewrite(self, carrier: Carrier) -> bool:
        self._item = self._metrics[carrier.encode()] if isinstance(carrier, Metric) else self._items[id(carrier)]
        return super()._rewrite(carrier)


def _named(place: int, item: Span | LogRecord) -> str:
    """An item by its number and ids; a name could hold what is to be found."""
    kind = "span" if isinstance(item, Span) else "log record"
    ids = "/".join(one.hex() for one in (item.trace_id, item.span_id) if one)
    return f"{kind} {place} ({ids})" if ids else f"{kind} {place}"

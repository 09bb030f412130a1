"""What was found, in numbers: on the item it was found in, and as metrics. No value, length or hash is in them."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from spansieve.pdata import encode_pair
from spansieve.plugin import Host, Signal

REDACTED: Final = "spansieve.privacy.redacted"
"""The attribute of a span or log record that says what was taken out of it, and how often: `EMAIL:2`."""
MAX_ENTRIES = 16
_SUMMARIES = 1024

_PLACES = {
    "trace_state": "attribute",
    "link": "attribute",
    "scope": "resource",
    "severity": "name",
    "description": "name",
    "unit": "name",
}


class Report:
    """Counts of one component; `flush` hands them to the host, once a request."""

    def __init__(self, host: Host, *, marks: bool) -> None:
        """Register the metrics; `marks`: items are to say what was found in them."""
        self.marks = marks
        self._findings = host.counter(
            "spansieve_privacy_findings",
            unit="{finding}",
            description="Findings, by what they are, what was done, and where they stood.",
        )
        self._withheld = host.counter(
            "spansieve_privacy_withheld", unit="{value}", description="Values, or parts of them, that were withheld."
        )
        self._scanned = host.counter(
            "spansieve_privacy_scanned_bytes", unit="By", description="Bytes that were searched."
        )
        self._dirty = host.counter(
            "spansieve_privacy_dirty_strings", unit="{string}", description="Texts that were looked at closely."
        )
        self._hits = host.counter(
            "spansieve_privacy_cache_hits", unit="{value}", description="Attributes whose findings were known already."
        )
        self.item: Counter[str] = Counter()
        """What was found in the item at hand, by entity."""
        self._summaries: dict[tuple[tuple[str, int], ...], bytes] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._reasons: Counter[str] = Counter()
        self.scanned = self.dirty = self.hits = 0

    def found(self, entity: str, action: str, where: str) -> None:
        """One finding."""
        self._counts[entity, action, _PLACES.get(where, where)] += 1
        self.item[entity] += 1

    def again(self, counted: Iterable[tuple[str, str, str]]) -> None:
        """Findings, each as entity, action and place, that were seen in another item already."""
        for one in counted:
            self._counts[one] += 1
            self.item[one[0]] += 1
        self.hits += 1

    def withheld(self, reason: str) -> None:
        """One value of which something was withheld."""
        self._reasons[reason] += 1
        self.item["WITHHELD"] += 1

    def summary(self) -> bytes:
        """The attribute `REDACTED` for the item at hand, encoded; most frequent first, then by name."""
        said = tuple(sorted(self.item.items(), key=lambda one: (-one[1], one[0]))[:MAX_ENTRIES])
        known = self._summaries.get(said)
        if known is None:
            if len(self._summaries) >= _SUMMARIES:
                self._summaries.clear()
            known = encode_pair(REDACTED, [f"{entity}:{count}" for entity, count in said])
            self._summaries[said] = known
        return known

    def flush(self, signal: Signal) -> None:
        """Hand on what was counted since the last time."""
        for (entity, action, where), count in self._counts.items():
            self._findings.add(count, entity=entity, action=action, signal=signal, where=where)
        for reason, count in self._reasons.items():
            self._withheld.add(count, reason=reason)
        for counter, count in ((self._scanned, self.scanned), (self._dirty, self.dirty), (self._hits, self.hits)):
            if count:
                counter.add(count)
        self._counts.clear()
        self._reasons.clear()
        self.scanned = self.dirty = self.hits = 0

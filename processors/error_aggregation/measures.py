"""What is counted of errors, patterns and alerts."""

from collections.abc import Sequence

from spansieve.alerts import Alert
from spansieve.plugin import Host

from .ignoring import Ignored
from .pattern import Base
from .seen import Seen
from .table import Table
from .traces import Traces

_MOST_LABELS = 200
"""Sets of labels of one metric; what comes then is `other`."""


class Measures:
    """The metrics of one processor."""

    def __init__(self, host: Host) -> None:
        """Register them."""
        count, gauge = host.counter, host.gauge
        self._errors = count("spansieve_errors", description="Errors, each cascade once.")
        self._ignored = count("spansieve_errors_ignored", description="Errors that are none by the configuration.")
        self._patterns = gauge("spansieve_error_patterns", description="Fingerprints kept.")
        self._evictions = count("spansieve_error_pattern_evictions", description="Fingerprints that gave way.")
        self._cascades = count("spansieve_error_cascades", description="Errors that were the failure of one below.")
        self._pending = gauge("spansieve_error_pending", description="Errors that wait for what caused them.")
        self._traces = gauge("spansieve_error_traces", description="Traces with an error that are remembered.")
        self._alerts = count("spansieve_alerts", description="Alerts that were raised or ended.")
        self._suppressed = count("spansieve_alerts_suppressed", description="Alerts that were not raised, by reason.")
        self._known: set[tuple[str, str]] = set()
        self._counted: dict[tuple[str, str, bool], int] = {}
        """Errors that are not added yet: they are between two ticks."""
        self._told: dict[str, str] = {}
        self._evicted = 0

    def counted(self, some: Sequence[Seen], base: Base) -> None:
        """Errors of one key count."""
        recovered = sum(seen.recovered for seen in some)
        for is_good, count in ((True, recovered), (False, len(some) - recovered)):
            if count:
                key = base.type, base.tool, is_good
                self._counted[key] = self._counted.get(key, 0) + count

    def ignored(self, reason: Ignored) -> None:
        """An error is none."""
        self._ignored.add(1, reason=reason)

    def merged(self, count: int) -> None:
        """Errors were the same failure as others."""
        self._cascades.add(count)

    def suppressed(self, reason: str) -> None:
        """An alert was not raised."""
        self._suppressed.add(1, reason=reason)

    def told(self, alert: Alert) -> None:
        """An alert was sent; one that is told anew counts once."""
        if self._told.get(alert.id) != alert.status:
            self._alerts.add(1, type=alert.type, status=alert.status)
        self._told[alert.id] = alert.status
        if alert.status == "resolved":
            del self._told[alert.id]

    def show(self, table: Table, traces: Traces) -> None:
        """What is there now, and what was counted since."""
        for (type_, tool, recovered), count in self._counted.items():
            known = (type_, tool) in self._known or len(self._known) < _MOST_LABELS // 2
            if known:
                self._known.add((type_, tool))
            type_, tool = (type_, tool) if known else ("other", "other")  # noqa: PLW2901
            self._errors.add(count, type=type_, tool=tool or "unknown", recovered=str(recovered).lower())
        self._counted = {}
        self._patterns.set(table.size)
        self._pending.set(traces.pending)
        self._traces.set(len(traces))
        if table.evicted > self._evicted:
            self._evictions.add(table.evicted - self._evicted)
            self._evicted = table.evicted

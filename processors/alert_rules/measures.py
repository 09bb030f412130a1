"""What is counted of rules and alerts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import get_args

from spansieve.alerts import Alert
from spansieve.plugin import Host

from .growth import Growths
from .life import State
from .watch import Watch


class Measures:
    """The metrics of one processor."""

    def __init__(self, host: Host) -> None:
        """Register them."""
        self._alerts = host.counter("spansieve_alerts", description="Alerts that were raised or ended.")
        self._states = host.gauge("spansieve_alert_rules", description="Series of rules, by state.")
        self._folded = host.counter(
            "spansieve_alert_rules_folded", description="Increases of series beyond those of a rule, counted as other."
        )
        self._refused = host.counter(
            "spansieve_alert_rules_refused", description="Readings of cumulative series that found no room."
        )
        self._before = {"folded": 0, "refused": 0}

    def told(self, alerts: Iterable[Alert]) -> None:
        """Alerts were sent."""
        for alert in alerts:
            self._alerts.add(1, type=alert.type, status=alert.status)

    def show(self, watches: Sequence[Watch], growths: Growths) -> None:
        """What is there now, and what was counted since."""
        states = Counter(group.life.state for watch in watches for group in watch.groups.values())
        for state in get_args(State):
            self._states.set(states[state], state=state)
        folded, refused = sum(watch.folded for watch in watches), growths.refused
        self._folded.add(folded - self._before["folded"])
        self._refused.add(refused - self._before["refused"])
        self._before = {"folded": folded, "refused": refused}

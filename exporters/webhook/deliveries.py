"""What became of each alert at one endpoint, for people to see; the metrics of notifications count it."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from spansieve.alerts import Alert
from spansieve.alerts.status import DeliveryRow, DeliveryState
from spansieve.alerts.times import rfc3339

MAX_ALERTS: Final = 200
"""Alerts that are shown; of more, the one of which there was no news for the longest time goes."""


class Deliveries:
    """Of the alerts that an endpoint was given last. Not from several threads at once."""

    def __init__(self, endpoint: str) -> None:
        """It was given none."""
        self._endpoint = endpoint
        self._rows: OrderedDict[str, DeliveryRow] = OrderedDict()

    def became(self, alerts: Iterable[Alert], state: DeliveryState, now_ns: int, why: str = "") -> None:
        """`alerts` are in this state from `now_ns` on; `why` is short, without content."""
        for alert in alerts:
            row = DeliveryRow(alert=alert.id, endpoint=self._endpoint, state=state, why=why, time=rfc3339(now_ns))
            self._rows[alert.id] = row
            self._rows.move_to_end(alert.id)
        while len(self._rows) > MAX_ALERTS:
            self._rows.popitem(last=False)

    def rows(self) -> list[DeliveryRow]:
        """All of them, the latest last."""
        return [*self._rows.values()]

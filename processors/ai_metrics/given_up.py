"""What went for want of room, counted."""

from collections.abc import Mapping

from spansieve.plugin import Host

from .calls import Calls
from .concurrency import Concurrency
from .pending import Pending
from .requests import Requests


class GivenUp:
    """Tells the program's own metrics what the tables have given up."""

    def __init__(
        self, host: Host, calls: Calls, requests: Requests, concurrency: Concurrency, pending: Pending
    ) -> None:
        """Of these."""
        self._counter = host.counter(
            "spansieve_ai_metrics_evicted", description="Entries that went for want of room, by table."
        )
        self._calls = calls
        self._requests = requests
        self._concurrency = concurrency
        self._pending = pending
        self._told: dict[str, int] = {}

    def show(self) -> None:
        """Add what is new."""
        for table, count in self._counts().items():
            more = count - self._told.get(table, 0)
            if more:
                self._counter.add(more, table=table)
        self._told = dict(self._counts())

    def _counts(self) -> Mapping[str, int]:
        return {
            "tool_runs": self._concurrency.left_out,
            "traces": self._pending.traces.given_up,
            "parents": self._pending.parents.given_up,
            "roots": self._requests.given_up,
            "requests": self._calls.duplicates.forgotten,
            "conversations": self._calls.conversations.forgotten,
        }

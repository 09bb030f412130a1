"""Which spans were told of, so that none is told of twice."""

from collections import deque
from typing import Final

MAX_TOLD: Final = 100_000
"""Spans that are known to have been told of."""


class ToldIds:
    """The ids that were told of last."""

    def __init__(self) -> None:
        """There are none."""
        self._order: deque[bytes] = deque()
        self.ids: set[bytes] = set()
        """By trace and id; to be asked only."""

    def add(self, ids: list[bytes]) -> None:
        """Some that are not among them."""
        self.ids.update(ids)
        self._order.extend(ids)
        for _ in range(len(self._order) - MAX_TOLD):
            self.ids.discard(self._order.popleft())

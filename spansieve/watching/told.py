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
        self._ids: set[bytes] = set()

    def __contains__(self, id_: bytes) -> bool:
        return id_ in self._ids

    def add(self, ids: list[bytes]) -> None:
        """Some that are not among them."""
        self._ids.update(ids)
        self._order.extend(ids)
        while len(self._order) > MAX_TOLD:
            self._ids.discard(self._order.popleft())

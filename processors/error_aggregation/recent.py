"""Requests that just passed, for the spans that came before the error of their trace."""

from collections import deque
from typing import Final

from spansieve.pdata import apart

MAX_BYTES: Final = 64 * 1024
"""What is kept; where more passes, senders have few such spans in a request of their own anyway, and looking would
cost more than it finds.
"""


class Recent:
    """The last requests without an error. Seconds are monotonic."""

    def __init__(self, seconds: float) -> None:
        """Keep each so long."""
        self._seconds = seconds
        self._bodies: deque[tuple[float, bytes]] = deque()
        self._size_bytes = 0

    def put(self, body: bytes, now: float) -> None:
        """Keep a request, if it is small."""
        if len(body) <= MAX_BYTES:
            self._bodies.append((now, body))
            self._size_bytes += len(body)
        else:
            self._bodies.clear()
            self._size_bytes = 0
        self._expire(now)

    def __len__(self) -> int:
        return len(self._bodies)

    def spans(self, trace_id: bytes, now: float) -> list[bytes]:
        """The spans of a trace that came, encoded. Raises DecodeError."""
        self._expire(now)
        found = [body for _, body in self._bodies if trace_id in body]
        return [wire for body in found for _, wires in apart(body) for wire in wires if wire[2:18] == trace_id]

    def _expire(self, now: float) -> None:
        while self._bodies and (self._size_bytes > MAX_BYTES or self._bodies[0][0] + self._seconds < now):
            self._size_bytes -= len(self._bodies.popleft()[1])

"""Errors that log records told of, of traces that nobody has seen yet."""

from collections import OrderedDict

from spansieve.failures import Failure

MOST = 10_000
SECONDS = 60.0


class Told:
    """Errors by trace id: at most MOST, each for SECONDS."""

    def __init__(self) -> None:
        """Nobody told anything."""
        self._known: OrderedDict[bytes, tuple[float, Failure]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def put(self, trace_id: bytes, failure: Failure, now: float) -> list[bytes]:
        """Remember the first error of a trace; the trace that is forgotten for it."""
        if trace_id not in self._known:
            self._known[trace_id] = now + SECONDS, failure
            if len(self._known) > MOST:
                return [self._known.popitem(last=False)[0]]
        return []

    def take(self, trace_id: bytes) -> Failure | None:
        """The error of a trace that is here now."""
        found = self._known.pop(trace_id, None)
        return None if found is None else found[1]

    def expire(self, now: float) -> list[bytes]:
        """Forget what is too old; the traces."""
        gone = []
        while self._known and next(iter(self._known.values()))[0] <= now:
            gone.append(self._known.popitem(last=False)[0])
        return gone

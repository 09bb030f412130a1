"""An exporter's queue for one signal: bounded room, a lane a pipeline, and batches read from it.

The chain thread alone puts, so what it saw as room is still there when it puts. The exporter's threads take. A lane's
items stay on the books as held until its batch has an outcome.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from spansieve.plugin import Batching, Clock, QueueConfig

from .books import Ledger

LINGER = 0.005
"""Seconds that a request waits for others where nobody configured batching: one call to the backend then carries
many.
"""
LINGER_BYTES = 1 << 20
"""A lane that holds this much is sent without waiting."""
JOINED_BYTES = 4_000_000
"""Requests are joined up to this size: below the 4 MiB that gRPC servers take by default."""
SIZERS = ("requests", "items", "bytes")


Done = Callable[[str], None]
"""Tells whoever waits for a backend's answer why the data was given up; "" = the backend has it."""

FOR_GOOD = frozenset({"permanent", "malformed"})
"""Reasons for which it is of no use to send the same again."""


class Entry(NamedTuple):
    """One request as it waits: OTLP bytes, their items, when it came (monotonic seconds), and whom to tell what
    became of it.
    """

    body: bytes
    items: int
    since: float
    done: Done | None = None


@dataclass(eq=False)
class Taken:
    """What goes to the backend in one go (or in pieces of `max_size`).

    `written` items have an outcome on the books; once it is `abandoned`, nothing more is written down.
    """

    lane: "Lane"
    entries: list[Entry]
    written: int = 0
    abandoned: bool = False

    @property
    def items(self) -> int:
        """Spans, log records or data points."""
        return sum(entry.items for entry in self.entries)

    @property
    def size_bytes(self) -> int:
        """Bytes of all entries."""
        return sum(len(entry.body) for entry in self.entries)

    @property
    def body(self) -> bytes:
        """Concatenated requests are a valid request (protobuf encoding, "Last One Wins" and repeated fields)."""
        return self.entries[0].body if len(self.entries) == 1 else b"".join([entry.body for entry in self.entries])


class Lane:
    """What one pipeline has waiting for one exporter."""

    def __init__(self, pipeline: str) -> None:
        """Empty. `batching` None: linger for at most 5 ms."""
        self.pipeline = pipeline
        self.batching: Batching | None = None
        self.ledger: Ledger | None = None
        self.entries: deque[Entry] = deque()
        self.items = 0
        self.size_bytes = 0
        self.in_flight_items = 0

    @property
    def held(self) -> int:
        """Items that wait or are in flight."""
        return self.items + self.in_flight_items

    def enough(self) -> bool:
        """Whether what waits is worth sending at once; so is what a sender waits for."""
        if self.entries[0].done is not None:
            return True
        batching = self.batching
        if batching is None:
            return self.size_bytes >= LINGER_BYTES
        return (self.items if batching.sizer == "items" else self.size_bytes) >= batching.min_size

    def due(self) -> float:
        """When (monotonic seconds) the oldest entry has waited long enough; at once if there is enough to send."""
        since = self.entries[0].since
        if self.enough():
            return since
        return since + (LINGER if self.batching is None else self.batching.timeout)

    def pop(self) -> list[Entry]:
        """The oldest entries that fit into one batch, at least one."""
        most = self.batching.max_size if self.batching else 0
        by_items = self.batching is None or self.batching.sizer == "items"
        taken: list[Entry] = []
        items = size = 0
        while self.entries:
            entry = self.entries[0]
            amount = items + entry.items if by_items else size + len(entry.body)
            if taken and (size + len(entry.body) > JOINED_BYTES or (most and amount > most)):
                break
            taken.append(self.entries.popleft())
            items += entry.items
            size += len(entry.body)
        self.items -= items
        self.size_bytes -= size
        self.in_flight_items += items
        return taken


class Queue:
    """The room that an exporter has for one signal; `sizer` and `queue_size` as the Go Collector's `sending_queue`."""

    def __init__(self, config: QueueConfig, clock: Clock, freed: Callable[[], None]) -> None:
        """`freed` is called, from an exporter's thread, whenever there is more room than before."""
        self.configure(config)
        self._clock = clock
        self._freed = freed
        self._changed = threading.Condition(threading.Lock())
        self._lanes: dict[str, Lane] = {}
        self._requests = self._items = self._waiting_bytes = 0
        self._in_flight_bytes = 0
        self.in_flight: set[Taken] = set()
        self._draining = False

    def configure(self, config: QueueConfig) -> None:
        """Go on by other keys; what waits stays."""
        self.config = config
        self._unit = SIZERS.index(config.sizer)

    def lane(self, pipeline: str) -> Lane:
        """The lane of `pipeline`, the same one for as long as the queue lives."""
        with self._changed:
            lane = self._lanes.get(pipeline)
            if lane is None:
                lane = self._lanes[pipeline] = Lane(pipeline)
            return lane

    def batch(self, lane: Lane, batching: Batching | None) -> None:
        """Join what waits in `lane` as `batching` says; the exporter's own `batch` comes before a pipeline's."""
        own = self.config.batch
        with self._changed:
            lane.batching = Batching(own.min_size, own.max_size, own.flush_timeout, own.sizer) if own else batching
            self._changed.notify_all()

    @property
    def size(self) -> int:
        """What waits, in units of `sizer`."""
        return (self._requests, self._items, self._waiting_bytes)[self._unit]

    def room(self, requests: int, items: int, size_bytes: int) -> bool:
        """Whether this much fits now."""
        more = (requests, items, size_bytes)[self._unit]
        held_bytes = self._waiting_bytes + self._in_flight_bytes
        return self.size + more <= self.config.queue_size and held_bytes + size_bytes <= self.config.max_bytes

    def ever(self, items: int, size_bytes: int) -> bool:
        """Whether a request of this size would fit into the empty queue."""
        most = (1, items, size_bytes)[self._unit]
        return most <= self.config.queue_size and size_bytes <= self.config.max_bytes

    def put(self, lane: Lane, body: bytes, items: int, done: Done | None = None) -> None:
        """Hold a request. From the chain thread, after `room` said yes."""
        with self._changed:
            waited = bool(lane.entries) and not lane.enough()
            lane.entries.append(Entry(body, items, self._clock.monotonic(), done))
            lane.items += items
            lane.size_bytes += len(body)
            self._requests += 1
            self._items += items
            self._waiting_bytes += len(body)
            if len(lane.entries) == 1 or (waited and lane.enough()):
                self._changed.notify()

    @property
    def in_flight_requests(self) -> int:
        """Batches that the backend has not answered."""
        return len(self.in_flight)

    def take(self, stop: Callable[[], bool] = bool) -> Taken | None:
        """Wait for the next batch; None once `stop()` is true (`wake` makes it look), or the queue is drained and
        empty.

        One thread at a time.
        """
        with self._changed:
            while not stop():
                taken = self._due()
                if taken is not None:
                    return taken
                waiting = [lane.due() for lane in self._lanes.values() if lane.entries]
                if self._draining and not waiting:
                    return None
                self._changed.wait(min(waiting) - self._clock.monotonic() if waiting else None)
            return None

    def wake(self) -> None:
        """Let whoever takes look again."""
        with self._changed:
            self._changed.notify_all()

    def take_now(self) -> Taken | None:
        """The next batch if one is due, without waiting."""
        with self._changed:
            return self._due()

    def _due(self) -> Taken | None:
        now = self._clock.monotonic()
        ready = [lane for lane in self._lanes.values() if lane.entries and (self._draining or lane.due() <= now)]
        return self._pop(min(ready, key=lambda lane: lane.entries[0].since)) if ready else None

    def _pop(self, lane: Lane) -> Taken:
        taken = Taken(lane, lane.pop())
        self._requests -= len(taken.entries)
        self._items -= taken.items
        self._waiting_bytes -= taken.size_bytes
        self._in_flight_bytes += taken.size_bytes
        self.in_flight.add(taken)
        return taken

    def settle(self, taken: Taken) -> None:
        """The batch has its outcome: it is no longer held."""
        with self._changed:
            if taken not in self.in_flight:
                return
            self.in_flight.discard(taken)
            taken.lane.in_flight_items -= taken.items
            self._in_flight_bytes -= taken.size_bytes
        self._freed()

    def give_back(self, taken: Taken, entries: list[Entry]) -> None:
        """What of a batch was not sent waits again, before everything else of its lane; the rest is settled."""
        with self._changed:
            if taken not in self.in_flight:
                return
            lane = taken.lane
            lane.entries.extendleft(reversed(entries))
            items, size = sum(entry.items for entry in entries), sum(len(entry.body) for entry in entries)
            lane.items += items
            lane.size_bytes += size
            self._requests += len(entries)
            self._items += items
            self._waiting_bytes += size
            self._changed.notify_all()
        self.settle(taken)

    def drain(self) -> None:
        """Send what waits without lingering; `take` answers None when all is taken."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()

    def left(self) -> list[Taken]:
        """Take out all that still waits, when the time to send it has run out."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()
            rest = []
            for lane in self._lanes.values():
                while lane.entries:
                    rest.append(self._pop(lane))
            return rest

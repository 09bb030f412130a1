"""An exporter's queue for one signal: bounded room, a lane a pipeline, and batches read from it; in memory or on disk.

The chain thread alone puts, so what it saw as room is still there when it puts. The exporter's threads take. A lane's
items stay on the books as held until its batch has an outcome; on disk, a request stays there until then.
"""

import threading
from collections.abc import Callable, Iterable

from spansieve.plugin import Batching, Clock, QueueConfig, Storage, StorageError

from .disk import Disk, Mark, mark_of, marks
from .lane import Done, Entry, Lane, Taken

SIZERS = ("requests", "items", "bytes")
FOR_GOOD = frozenset({"permanent", "malformed"})
"""Reasons for which it is of no use to send the same again."""
AGAIN_SECONDS = 1.0
"""After a storage failed it is asked again this much later."""


class Queue:
    """The room that an exporter has for one signal; `sizer` and `queue_size` as the Go Collector's `sending_queue`."""

    def __init__(self, config: QueueConfig, clock: Clock, freed: Callable[[], None]) -> None:
        """In memory until `open`. `freed` is called, from an exporter's thread, whenever there is more room."""
        self.configure(config)
        self._clock = clock
        self._freed = freed
        self._changed = threading.Condition(threading.Lock())
        self._lanes: dict[str, Lane] = {}
        self._in_flight_bytes = 0
        self.in_flight: set[Taken] = set()
        self._draining = False
        self._storage: Storage | None = None
        self._number = 0  # of the next request on disk
        self._undeleted: list[str] = []  # keys that have an outcome, and that the storage did not let go yet

    def configure(self, config: QueueConfig) -> None:
        """Go on by other keys; what waits stays."""
        self.config = config
        self._unit = SIZERS.index(config.sizer)

    @property
    def on_disk(self) -> bool:
        """Whether what waits outlives the process."""
        return self.config.storage is not None

    def open(self, storage: Storage) -> None:
        """Keep what waits in `storage` from now on, what stands there already first. Raises StorageError.

        A queue that is open may be given another storage, or the same one after it was opened anew: what the former one
        had and this one has not is written down as failed, what is new as restored.
        """
        if storage is self._storage:
            return
        with self._changed:
            past = frozenset([*self._undeleted, *(key for taken in self.in_flight for key in taken.keys)])
            totals: dict[str, tuple[int, int, int]] = {}
            for mark in marks(storage):
                self._number = max(self._number, mark.number + 1)
                if mark.key() not in past:
                    requests, items, size = totals.get(mark.pipeline, (0, 0, 0))
                    totals[mark.pipeline] = requests + 1, items + mark.items, size + mark.size_bytes
            self._storage = storage
            for pipeline in {*self._lanes, *totals}:
                requests, items, size = totals.get(pipeline, (0, 0, 0))
                self._lane(pipeline).stand_on(Disk(storage, pipeline, requests, past), items, size)
            self._changed.notify_all()

    def lane(self, pipeline: str) -> Lane:
        """The lane of `pipeline`, the same one for as long as the queue lives."""
        with self._changed:
            return self._lane(pipeline)

    def _lane(self, pipeline: str) -> Lane:
        lane = self._lanes.get(pipeline)
        if lane is None:
            lane = self._lanes[pipeline] = Lane(pipeline)
            if self._storage is not None:
                lane.disk = Disk(self._storage, pipeline, 0, frozenset())
        return lane

    def lanes(self) -> list[Lane]:
        """All lanes, those of pipelines that are gone and left something on disk included."""
        with self._changed:
            return list(self._lanes.values())

    def batch(self, lane: Lane, batching: Batching | None) -> None:
        """Join what waits in `lane` as `batching` says; the exporter's own `batch` comes before a pipeline's."""
        own = self.config.batch
        with self._changed:
            lane.batching = Batching(own.min_size, own.max_size, own.flush_timeout, own.sizer) if own else batching
            self._changed.notify_all()

    @property
    def size(self) -> int:
        """What waits, in units of `sizer`."""
        lanes = list(self._lanes.values())
        if self._unit == 0:
            return sum(lane.requests for lane in lanes)
        return sum(lane.items for lane in lanes) if self._unit == 1 else sum(lane.size_bytes for lane in lanes)

    @property
    def held(self) -> int:
        """Items that wait or are in flight, in memory or on disk."""
        return sum(lane.held for lane in list(self._lanes.values()))

    @property
    def held_bytes(self) -> int:
        """Bytes that wait or are in flight, in memory or on disk."""
        return sum(lane.size_bytes for lane in list(self._lanes.values())) + self._in_flight_bytes

    def oldest(self) -> float | None:
        """Seconds since the oldest request came that the backend does not have: 0.0 = there is none, None = it was read
        from the disk, where no time stands.
        """
        with self._changed:
            entries = [lane.entries[0] for lane in self._lanes.values() if lane.entries]
            entries += [taken.entries[0] for taken in self.in_flight if taken.entries]
            since = min((entry.since for entry in entries), default=None)
            if since is None:
                return 0.0
            return max(0.0, self._clock.monotonic() - since) if since else None

    def room(self, requests: int, items: int, size_bytes: int) -> bool:
        """Whether this much fits now."""
        more = (requests, items, size_bytes)[self._unit]
        fits = self.size + more <= self.config.queue_size and self.held_bytes + size_bytes <= self.config.limit_bytes
        return fits and (self._storage is None or self._storage.room(size_bytes))

    def ever(self, items: int, size_bytes: int) -> bool:
        """Whether a request of this size would fit into the empty queue."""
        most = (1, items, size_bytes)[self._unit]
        return most <= self.config.queue_size and size_bytes <= self.config.limit_bytes

    def write(self, lane: Lane, body: bytes, items: int) -> str:
        """Keep a request on disk, where the queue is there: the key to `put` it with. From the chain thread.

        Raises StorageError.
        """
        if self._storage is None:
            return ""
        key = Mark(lane.pipeline, self._number, 0, items, len(body)).key()
        self._storage.put(key, body)
        self._number += 1
        return key

    def unwrite(self, key: str) -> None:
        """Take back what was written and will not be put."""
        if key:
            self._forget([key])

    def put(self, lane: Lane, body: bytes, items: int, done: Done | None = None, *, key: str = "") -> None:
        """Hold a request, which `write` has kept under `key`. From the chain thread, after `room` said yes."""
        entry = Entry(body, items, len(body), self._clock.monotonic(), done, key)
        with self._changed:
            waited = bool(lane.entries) and not lane.enough()
            lane.append(entry)
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
                failing = self._read_on()
                taken = self._due()
                if taken is not None:
                    return taken
                waiting = [lane.due() for lane in self._lanes.values() if lane.entries]
                if failing:
                    waiting.append(self._clock.monotonic() + AGAIN_SECONDS)
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
            self._read_on()
            return self._due()

    def _read_on(self) -> bool:
        """Have the oldest of each lane at hand; whether a storage failed at it."""
        failing = False
        for lane in self._lanes.values():
            if lane.disk is None or lane.entries:
                continue
            try:
                lane.read_on()
            except StorageError:
                failing = True
        return failing

    def _due(self) -> Taken | None:
        now = self._clock.monotonic()
        ready = [lane for lane in self._lanes.values() if lane.entries and (self._draining or lane.due() <= now)]
        return self._pop(min(ready, key=lambda lane: lane.entries[0].since)) if ready else None

    def _pop(self, lane: Lane) -> Taken:
        taken = Taken(lane, lane.pop())
        self._in_flight_bytes += taken.size_bytes
        self.in_flight.add(taken)
        return taken

    def load(self, taken: Taken) -> int:
        """Read what of `taken` stands on disk. What is not there any more, because the storage was damaged, is taken
        out of it; returns how many items that are. Raises StorageError.
        """
        storage = self._storage
        if storage is None or not taken.keys:
            return 0
        bodies = [entry.body or storage.get(entry.key) for entry in taken.entries]
        whole = [
            entry._replace(body=body) for entry, body in zip(taken.entries, bodies, strict=True) if body is not None
        ]
        with self._changed:
            before = taken.items, taken.size_bytes
            taken.entries = whole
            lost = before[0] - taken.items
            if taken in self.in_flight:
                taken.lane.in_flight_items -= lost
                self._in_flight_bytes -= before[1] - taken.size_bytes
        return lost

    def settle(self, taken: Taken) -> None:
        """The batch has its outcome: it is no longer held."""
        self._forget(taken.keys)
        with self._changed:
            if taken not in self.in_flight:
                return
            self._landed(taken)
        self._freed()

    def _forget(self, keys: Iterable[str]) -> None:
        """Take keys out of the storage, now or as soon as it can: until then they would come again after a restart."""
        with self._changed:
            self._undeleted += keys
            going, self._undeleted = self._undeleted, []
            storage = self._storage
        if storage is None or not going:
            return
        try:
            storage.delete(*going)
        except StorageError:
            with self._changed:
                self._undeleted += going

    def give_back(self, taken: Taken, pieces: list[tuple[bytes, int]] | None = None) -> None:
        """What of a batch was not sent (`pieces`, bodies with their items; None: all of it) waits again, before
        everything else of its lane; the rest is settled.
        """
        if pieces is None or sum(items for _, items in pieces) == taken.items:
            entries = [entry._replace(body=b"") if entry.key else entry for entry in taken.entries]
        else:
            entries = self._rewritten(taken, pieces)
        with self._changed:
            if taken not in self.in_flight:
                return
            taken.lane.give_back(entries)
            self._landed(taken)
            self._changed.notify_all()
        self._freed()

    def _landed(self, taken: Taken) -> None:
        self.in_flight.discard(taken)
        taken.lane.in_flight_items -= taken.items
        self._in_flight_bytes -= taken.size_bytes

    def _rewritten(self, taken: Taken, pieces: list[tuple[bytes, int]]) -> list[Entry]:
        """The unsent pieces of a batch as entries of their own; on disk they take its place.

        Where the storage fails they wait in memory, and after the process's end all of the batch comes again.
        """
        entries = taken.remade(pieces)
        if self._storage is None or not taken.keys:
            return entries
        places = [mark for key in taken.keys if (mark := mark_of(key))]
        number = places[0].number
        part = max(mark.part for mark in places if mark.number == number) + 1
        try:
            with self._storage.transaction():
                self._storage.delete(*taken.keys)
                for at, entry in enumerate(entries):
                    mark = Mark(taken.lane.pipeline, number, part + at, entry.items, entry.size_bytes)
                    self._storage.put(mark.key(), entry.body)
                    entries[at] = entry._replace(key=mark.key(), body=b"")
        except StorageError:
            self._forget(taken.keys)
            return taken.remade(pieces)
        return entries

    def drain(self) -> None:
        """Send what waits without lingering; `take` answers None when all is taken."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()

    def resume(self) -> None:
        """Linger again: a drained queue has a new owner."""
        with self._changed:
            self._draining = False

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

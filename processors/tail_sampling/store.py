"""The buffer and the decisions on disk, so that a restart loses neither. Source: SAMPLING, section 5."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from spansieve.failures import Failure
from spansieve.plugin import Storage

from .decisions import Decision
from .facts import TraceFacts

_SPANS, _DECISIONS, _STATE, _TOLD = "spans/", "decisions/", "state/", "told/"


class Stored(NamedTuple):
    """A trace that was not decided when the process ended."""

    trace_id: bytes
    first_ns: int
    """Wall clock, when its first span came."""
    bodies: list[bytes]
    """Requests of its spans alone, in order."""


class Store:
    """Spans by trace and request, decisions, and what else is to last. Until it is opened, nothing of it is kept, and
    all do nothing; then every method raises StorageError.

    A trace's spans have one key each request; the time of its first span stands in front, so that a scan gives the
    oldest trace first. What is decided is noted, and written by `flush`: one transaction for many.
    """

    def __init__(self) -> None:
        """It is not open."""
        self._storage: Storage | None = None
        self._keys: dict[bytes, list[str]] = {}
        self._decided: dict[bytes, tuple[Decision, int]] = {}
        self._gone: list[str] = []
        self._heard: dict[bytes, tuple[Failure, int]] = {}
        self._told: set[bytes] = set()
        """Traces of which an error is on disk that no span of theirs tells."""

    def open(self, storage: Storage) -> None:
        """Write into `storage`."""
        self._storage = storage

    def put(self, traces: Iterable[TraceFacts], time_ns: int) -> None:
        """Keep spans of undecided traces that came in one request at `time_ns`: all of them, or none."""
        if self._storage is None:
            return
        made: list[tuple[bytes, str]] = []
        with self._storage.transaction():
            for trace in traces:
                known = self._keys.get(trace.trace_id)
                begun = known[0].rpartition("/")[0] if known else f"{_SPANS}{time_ns:020d}/{trace.trace_id.hex()}"
                key = f"{begun}/{len(known or ()):08d}"
                self._storage.put(key, trace.encode())
                made.append((trace.trace_id, key))
        for trace_id, key in made:
            self._keys.setdefault(trace_id, []).append(key)

    def decided(self, trace_id: bytes, decision: Decision, time_ns: int, forgotten: Iterable[bytes]) -> None:
        """Note a decision, in place of one before, and that those of `forgotten` are remembered no longer."""
        if self._storage is None:
            return
        for old in forgotten:
            self._decided.pop(old, None)
            self._gone.append(_DECISIONS + old.hex())
        self._decided[trace_id] = decision, time_ns
        self.unheard((trace_id,))

    def heard(self, trace_id: bytes, failure: Failure, time_ns: int) -> None:
        """Note an error of a trace that is not decided, which a log record tells of."""
        if self._storage is not None and trace_id not in self._told:
            self._heard[trace_id] = failure, time_ns
            self._told.add(trace_id)

    def unheard(self, trace_ids: Iterable[bytes]) -> None:
        """Note that such errors of these traces are of no use any more."""
        for trace_id in self._told.intersection(trace_ids):
            self._told.discard(trace_id)
            if self._heard.pop(trace_id, None) is None:
                self._gone.append(_TOLD + trace_id.hex())

    def settled(self, trace_ids: Iterable[bytes]) -> None:
        """Note that the spans of these are needed no longer: they were emitted, or dropped."""
        if self._storage is not None:
            for trace_id in trace_ids:
                self._gone += self._keys.pop(trace_id, ())

    def flush(self, state: Mapping[str, Any] | None = None) -> None:
        """Write what was noted, and `state`, fit for JSON, by name."""
        if self._storage is None or not (self._decided or self._gone or self._heard or state):
            return
        with self._storage.transaction():
            for trace_id, (failure, time_ns) in self._heard.items():
                self._storage.put(_TOLD + trace_id.hex(), json.dumps([time_ns, *failure]).encode())
            for trace_id, (decision, time_ns) in self._decided.items():
                self._storage.put(_DECISIONS + trace_id.hex(), json.dumps([time_ns, *decision]).encode())
            for name, said in (state or {}).items():
                self._storage.put(_STATE + name, json.dumps(said).encode())
            self._storage.delete(*self._gone)
        self._decided, self._gone, self._heard = {}, [], {}

    def load(self) -> Iterator[Stored]:
        """The traces that were held, in order of their first spans."""
        if self._storage is None:
            return
        for (first, trace), keys in groupby(self._storage.scan(_SPANS), key=lambda key: key.split("/")[1:3]):
            trace_id = bytes.fromhex(trace)
            known = self._keys[trace_id] = list(keys)
            bodies = [body for key in known if (body := self._storage.get(key)) is not None]
            yield Stored(trace_id, int(first), bodies)

    def told(self) -> list[tuple[bytes, int, Failure]]:
        """Trace, wall clock, and the error that a log record told of."""
        said = self._by_trace(_TOLD)
        self._told = {trace_id for trace_id, _ in said}
        return [(trace_id, at, Failure(source, tuple(some), soft)) for trace_id, (at, source, some, soft) in said]

    def decisions(self) -> list[tuple[bytes, int, Decision]]:
        """Trace, wall clock and decision, the oldest first."""
        said = sorted(self._by_trace(_DECISIONS), key=lambda one: one[1][0])
        return [(trace_id, time_ns, Decision(*fields)) for trace_id, (time_ns, *fields) in said]

    def _by_trace(self, prefix: str) -> list[tuple[bytes, Any]]:
        """What is kept of each trace under `prefix`."""
        if self._storage is None:
            return []
        found = [(key, self._storage.get(key)) for key in self._storage.scan(prefix)]
        return [(bytes.fromhex(key.removeprefix(prefix)), json.loads(raw)) for key, raw in found if raw is not None]

    def state(self, name: str) -> Any:  # noqa: ANN401 (JSON)
        """What `flush` was given under `name`, or None."""
        raw = None if self._storage is None else self._storage.get(_STATE + name)
        return None if raw is None else json.loads(raw)

"""What the program knows of itself, as plain data: `Host.inspect` gives it to whoever shows it.

Names, numbers and texts of our own alone. Nothing that passed through the pipelines is in it, and no secret, because a
status page has no password.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from spansieve.links import LinkTemplate


@dataclass(frozen=True, slots=True)
class ProcessState:
    """The program itself: `started_ns` in ns since 1970, `uptime` and `cpu` in seconds."""

    version: str
    python: str
    pid: int
    ready: bool
    started_ns: int
    uptime: float
    cpu: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class PipelineState:
    """A pipeline by its components' ids, as configured; `off` are the exporters that their configuration switches
    off.
    """

    id: str
    receivers: tuple[str, ...]
    processors: tuple[str, ...]
    exporters: tuple[str, ...]
    off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listener:
    """A receiver or extension that runs: its kind (`receivers`, ...), id, and `host:port` of each listener."""

    kind: str
    id: str
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueState:
    """An exporter's queue of one signal. `size` and `capacity` count `sizer`; `held_bytes` wait or are in flight, of at
    most `limit_bytes` (None: the storage's limit).

    `oldest` is how many seconds ago the oldest request came that the backend does not have (None: it was read from the
    disk, where no time stands). `storage` names the extension that keeps it, "" = memory. `retrying`: the backend did
    not take the last try. `leaving`: a reload took the exporter away; it sends the rest.
    """

    exporter: str
    signal: str
    sizer: str
    size: int
    capacity: int
    held_bytes: int
    limit_bytes: int | None
    in_flight: int
    oldest: float | None
    storage: str
    retrying: bool
    leaving: bool


INCOMING = ("accepted", "restored")
"""The outcomes by which items come into an account; by all others they leave it."""


@dataclass(frozen=True, slots=True)
class Account:
    """The books of one exporter in one pipeline, in items; `reasons` parts each outcome by its reason ("" = none)."""

    pipeline: str
    exporter: str
    reasons: Mapping[str, Mapping[str, int]]
    held: int

    def total(self, outcome: str) -> int:
        """Items with this outcome (`accepted`, `restored`, `exported`, ...), whatever the reason."""
        return sum(self.reasons.get(outcome, {}).values())

    @property
    def came(self) -> int:
        """Items that came in."""
        return sum(map(self.total, INCOMING))

    @property
    def went(self) -> int:
        """Items that have an outcome."""
        return sum(self.total(outcome) for outcome in self.reasons if outcome not in INCOMING)

    @property
    def missing(self) -> int:
        """0 when the books balance; under load the two sides are read a moment apart."""
        return self.came - self.went - self.held


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that went wrong, however often; `component` is kind and id, times are ns since 1970."""

    component: str
    level: str
    text: str
    times: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class ConfigState:
    """The configuration in force: YAML with defaults filled in and secrets masked, and the reloads that were taken and
    `refused`. `stale`: the last one was refused, so the files say something else.
    """

    text: str
    files: tuple[str, ...]
    since_ns: int
    reloads: int
    refused: int
    stale: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything at one moment; `tables` are the names that `Host.show` knows, `links` lead to trace backends."""

    time_ns: int
    process: ProcessState
    pipelines: tuple[PipelineState, ...]
    listeners: tuple[Listener, ...]
    queues: tuple[QueueState, ...]
    books: tuple[Account, ...]
    faults: tuple[Fault, ...]
    config: ConfigState
    tables: tuple[str, ...]
    links: tuple[LinkTemplate, ...]

"""Gathers what the program knows of itself, from whatever thread asks."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from spansieve import __version__
from spansieve.assembly import Assembly, Instance
from spansieve.config.load import Loaded
from spansieve.config.show import show
from spansieve.host import Core, Snapshot
from spansieve.inspection import ConfigState, Inspection, Listener, PipelineState, ProcessState, QueueState
from spansieve.links import LinkTemplate
from spansieve.pipeline.books import Books
from spansieve.pipeline.sender import Sender
from spansieve.plugin import Exporter
from spansieve.telemetry.logs import place_of
from spansieve.telemetry.process import cpu_seconds, resident_bytes

SNAPSHOT_SECONDS = 5.0
"""A component's table is made on the chain thread, which may be busy: this long it is waited for."""


class Running(NamedTuple):
    """What runs now: an assembly, and the exporters that a reload took away and that still send."""

    assembly: Assembly
    leaving: Sequence[Instance]
    ready: bool


class Inspector:
    """Reads what is safe to read from any thread, and asks the chain thread for the rest."""

    def __init__(self, core: Core, books: Books, running: Callable[[], Running]) -> None:
        """`running` tells what runs now. The program's life begins here."""
        self._core = core
        self._books = books
        self._running = running
        self._started = core.clock.time_ns(), core.clock.monotonic()
        self._stale = False
        self._config_since = core.clock.time_ns()
        self._shown: tuple[Loaded, str] | None = None
        self._reloads = core.instruments.sum("spansieve_service_reloads", "Reloads of the configuration, by outcome.")
        for outcome in ("taken", "refused"):
            self._reloads.add((("outcome", outcome),), 0)

    def reloaded(self, outcome: Literal["taken", "refused"]) -> None:
        """Another configuration is in force from now on, or was refused."""
        self._reloads.add((("outcome", outcome),), 1)
        self._stale = outcome == "refused"
        if not self._stale:
            self._config_since = self._core.clock.time_ns()

    def inspect(self) -> Inspection:
        """Everything at this moment."""
        running = self._running()
        assembly = running.assembly
        return Inspection(
            time_ns=self._core.clock.time_ns(),
            process=self._process(ready=running.ready),
            pipelines=tuple(_pipelines(assembly)),
            listeners=tuple(_listeners(assembly)),
            queues=tuple(_queues(running)),
            books=tuple(self._books.balance()),
            faults=tuple(self._core.faults.latest()),
            config=self._config(assembly.loaded),
            tables=tuple(sorted(self._statuses())),
            links=tuple(dict.fromkeys(_links(assembly))),
        )

    def show(self, name: str) -> object:
        """What a component shows under `name`, made on the chain thread, so that processors need no lock.

        Raises LookupError for an unknown name, and TimeoutError or RuntimeError, said to the user, where it can't be
        shown now.
        """
        snapshot = self._statuses()[name]
        try:
            return self._core.chain.call(snapshot, SNAPSHOT_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"the chain thread is busy and did not answer within {SNAPSHOT_SECONDS:g} s") from None
        except Exception as error:  # its text is for nobody's eyes, its place is
            raise RuntimeError(f"the plugin failed: {place_of(error)}") from None

    def _statuses(self) -> dict[str, Snapshot]:
        instances = self._running().assembly.instances.values()
        return {name: snapshot for one in instances for name, snapshot in one.host.statuses.items()}

    def _process(self, *, ready: bool) -> ProcessState:
        began_ns, began = self._started
        return ProcessState(
            version=__version__,
            python=platform.python_version(),
            pid=os.getpid(),
            ready=ready,
            started_ns=began_ns,
            uptime=self._core.clock.monotonic() - began,
            cpu=cpu_seconds(),
            rss_bytes=resident_bytes(),
        )

    def _config(self, loaded: Loaded) -> ConfigState:
        if self._shown is None or self._shown[0] is not loaded:
            self._shown = loaded, show(loaded)
        taken, refused = (int(self._reloads.value((("outcome", one),))) for one in ("taken", "refused"))
        return ConfigState(
            text=self._shown[1],
            files=tuple(map(str, loaded.files)),
            since_ns=self._config_since,
            reloads=taken,
            refused=refused,
            stale=self._stale,
        )


def _pipelines(assembly: Assembly) -> Iterable[PipelineState]:
    built = {pipeline.id: pipeline for pipeline in assembly.graph.pipelines}
    for name, wanted in assembly.loaded.service.pipelines.items():
        on = {outlet.exporter for outlet in built[name].lanes}
        off = tuple(exporter for exporter in wanted.exporters if exporter not in on)
        yield PipelineState(name, tuple(wanted.receivers), tuple(wanted.processors), tuple(wanted.exporters), off)


def _listeners(assembly: Assembly) -> Iterable[Listener]:
    for kind in ("receivers", "extensions"):
        for one in assembly.of_kind(kind):
            yield Listener(kind, one.id, tuple(one.component.endpoints(one.config)))


def _links(assembly: Assembly) -> Iterable[LinkTemplate]:
    for one in assembly.of_kind("exporters"):
        exporter: Exporter[Any] = one.component  # type: ignore[assignment]
        yield from exporter.links(one.config)


def _queues(running: Running) -> Iterable[QueueState]:
    exporters = [(one, False) for one in running.assembly.of_kind("exporters")]
    exporters += [(one, True) for one in list(running.leaving)]
    for instance, leaving in exporters:
        for sender in list(instance.senders.values()):
            yield _queue(instance.id, sender, leaving=leaving)


def _queue(exporter: str, sender: Sender, *, leaving: bool) -> QueueState:
    queue = sender.queue
    return QueueState(
        exporter=exporter,
        signal=sender.signal,
        sizer=queue.config.sizer,
        size=queue.size,
        capacity=queue.config.queue_size,
        held_bytes=queue.held_bytes,
        limit_bytes=queue.config.max_bytes or None,
        in_flight=queue.in_flight_requests,
        oldest=queue.oldest(),
        storage=queue.config.storage or "",
        retrying=sender.retrying,
        leaving=leaving,
    )

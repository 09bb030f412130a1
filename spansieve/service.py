"""The service: orderly start and stop, and a reload that loses nothing."""

import logging
import threading
import uuid
from collections.abc import Iterable
from typing import Any

from spansieve import __version__
from spansieve.assembly import Assembler, Assembly, Instance
from spansieve.clock import SystemClock
from spansieve.config.load import Loaded
from spansieve.config.problems import ConfigError, Problem
from spansieve.host import Core
from spansieve.pipeline.chain import Chain
from spansieve.plugin import Clock, Extension, Processor, Storage
from spansieve.telemetry.endpoint import TelemetryEndpoint
from spansieve.telemetry.instruments import Instruments
from spansieve.telemetry.process import describe_service, watch_process
from spansieve.wiring import Wiring

log = logging.getLogger("spansieve")


class Service:
    """One running configuration after another, in one process.

    Start: extensions, exporters, processors, receivers. Stop: receivers (they answer what is open), processors,
    exporters
    (they drain), extensions. All methods from one thread.
    """

    def __init__(self, loaded: Loaded, clock: Clock | None = None) -> None:
        """Build everything and open nothing. Raises ConfigError."""
        instruments = Instruments()
        self.core = Core(clock or SystemClock(), instruments)
        self.core.find_storage = self._storage
        self._assembler = Assembler(self.core)
        self._endpoint: TelemetryEndpoint | None = None
        try:
            self._assembly = self._assembler.build(loaded)
        except BaseException:
            self.core.loop.close()
            raise
        self.core.chain = Chain(self._assembly.graph, self.core.clock, self.core.faults)
        self._retiring: list[threading.Thread] = []
        self._identity = str(uuid.uuid4())
        self._describe(loaded)
        watch_process(instruments, self.core.clock)
        self._watch_queues(instruments)

    def _describe(self, loaded: Loaded) -> None:
        """Say who this is; `service.telemetry.resource` adds to it, replaces, and (with null) takes out."""
        own = {
            "service.name": "spansieve",
            "service.version": __version__,
            "service.instance.id": self._identity,
            **loaded.service.telemetry.resource,
        }
        describe_service(self.core.instruments, {key: value for key, value in own.items() if value is not None})

    @property
    def failed(self) -> threading.Event:
        """Set when a component can't go on."""
        return self.core.failed

    @property
    def books(self) -> Any:  # noqa: ANN401
        """The books; see `pipeline.books.Books`."""
        return self._assembler.books

    def discard(self) -> None:
        """Throw away a service that was never started."""
        self.core.instruments.close()
        self.core.loop.close()

    def start(self) -> None:
        """Open everything. Raises OSError, ValueError or ConfigError; what was opened is closed again then."""
        self.core.chain.start()
        try:
            self._endpoint = self._open_endpoint(self._assembly.loaded)
            for kind in ("extensions", "exporters", "processors", "receivers"):
                self._start_all(self._assembly.of_kind(kind))
        except BaseException:
            self.stop()
            raise
        self._ready("ready")
        self._say_what_is_off(self._assembly.loaded)

    def _start_all(self, instances: Iterable[Instance]) -> None:
        for instance in instances:
            if instance.running:
                continue
            instance.running = True  # before `start`: a failed one is shut down as well
            instance.component.start()
            for sender in instance.senders.values():
                sender.start()

    def _ready(self, word: str) -> None:
        for instance in self._assembly.of_kind("extensions"):
            if isinstance(instance.component, Extension):
                getattr(instance.component, word)()

    def _say_what_is_off(self, loaded: Loaded) -> None:
        for component, settings in loaded.exporters.items():
            why = settings.component.off(settings.config)  # type: ignore[attr-defined]
            if why:
                log.info("exporters.%s is off: %s", component, why)

    # --- stop
    # -----------------------------------------------------------------------------------------------------------

    def stop(self) -> int:
        """Close everything within `service.shutdown_timeout`; returns the items that could not be sent in that time."""
        assembly = self._assembly
        deadline = self.core.clock.monotonic() + assembly.loaded.service.shutdown_timeout
        self._ready("not_ready")
        for instance in assembly.of_kind("receivers"):
            self._close(instance)
        self.core.chain.call(lambda: self._finish(assembly, assembly.of_kind("processors")))
        left = self._drain(assembly.of_kind("exporters"), deadline)
        for thread in self._retiring:
            thread.join(max(0.0, deadline - self.core.clock.monotonic()))
        self.core.chain.stop()
        for instance in assembly.of_kind("extensions"):
            self._close(instance)
        if self._endpoint:
            self._endpoint.close()
        self.core.instruments.close()
        self.core.loop.close()
        return left

    def _finish(self, assembly: Assembly, processors: Iterable[Instance]) -> None:
        """Shut processors down, on the chain thread, while what they still emit has somewhere to go."""
        for instance in processors:
            if not instance.running:
                continue
            component = instance.component
            if isinstance(component, Processor) and component.stateful:
                assembly.graph.finish(instance.id, lambda stop=instance: self._close(stop))  # type: ignore[misc]
            else:
                self._close(instance)

    def _close(self, instance: Instance) -> None:
        if not instance.running:
            return
        instance.running = False
        try:
            instance.component.shutdown()
        except Exception as error:  # the others are closed all the same
            self.core.faults.saw(instance.kind, instance.id, error, " while it was shut down")

    def _drain(self, exporters: Iterable[Instance], deadline: float) -> int:
        """Let all exporters send what they hold, side by side; returns the items left."""
        lefts: list[int] = []
        threads = [
            threading.Thread(target=lambda one=instance: lefts.append(self._drain_one(one, deadline)), daemon=True)
            for instance in exporters
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - self.core.clock.monotonic()) + 5.0)
        return sum(lefts)

    def _drain_one(self, instance: Instance, deadline: float) -> int:
        left = 0
        for signal, sender in instance.senders.items():
            remains = sender.stop(deadline) if instance.running else 0
            if remains:
                log.warning(
                    "exporters.%s: %d items of %s could not be sent before the end", instance.id, remains, signal
                )
            left += remains
        self._close(instance)
        return left

    # --- reload
    # ---------------------------------------------------------------------------------------------------------

    def reload(self, loaded: Loaded) -> None:
        """Go over to another configuration without losing an item; what did not change goes on as it is.

        Raises ConfigError, OSError or ValueError when that can't be; the former configuration then goes on.
        """
        former = self._assembly
        assembly = self._assembler.build(loaded, former)
        fresh = [instance for instance in assembly.instances.values() if not instance.running]
        gone = [one for key, one in former.instances.items() if assembly.instances.get(key) is not one]
        try:
            for kind in ("extensions", "exporters", "processors"):
                self._start_all(instance for instance in fresh if instance.kind == kind)
            self._start_new_senders(assembly)
        except BaseException:
            self.core.wiring = Wiring(former.loaded.service.pipelines)
            self._discard(fresh)
            self._assembler.book(former)
            raise
        for instance in gone:
            if instance.kind == "receivers":  # they answer what is open, by the former pipelines
                self._close(instance)
        self._switch(former, assembly, gone)
        try:
            self._start_all(instance for instance in fresh if instance.kind == "receivers")
        except BaseException:
            self._go_back(former, assembly, fresh, gone)
            raise
        self._retire([instance for instance in gone if instance.kind in {"exporters", "extensions"}])
        self._endpoint = self._reopen_endpoint(former.loaded, loaded)
        self._describe(loaded)
        self._say_what_is_off(loaded)

    def _start_new_senders(self, assembly: Assembly) -> None:
        """An exporter that was taken over may serve a signal that it did not serve before."""
        for instance in assembly.of_kind("exporters"):
            for sender in instance.senders.values():
                sender.start()

    def _switch(self, former: Assembly, assembly: Assembly, gone: list[Instance]) -> None:
        def switch() -> None:
            self._finish(former, [instance for instance in gone if instance.kind == "processors"])
            self.core.chain.swap(assembly.graph)

        self.core.chain.call(switch)
        self._assembly = assembly
        for instance in assembly.of_kind("extensions"):
            if isinstance(instance.component, Extension):
                instance.component.ready()

    def _discard(self, fresh: list[Instance]) -> None:
        deadline = self.core.clock.monotonic()
        for instance in fresh:
            for sender in instance.senders.values():
                sender.stop(deadline)
            self._close(instance)
            instance.senders.clear()

    def _go_back(self, former: Assembly, failed: Assembly, fresh: list[Instance], gone: list[Instance]) -> None:
        """A new receiver could not open: make the former pipelines again, from the former configuration."""
        log.error("the new receivers could not be opened; going back to the former configuration")
        for instance in fresh:
            if instance.kind == "receivers":
                self._close(instance)
        kept = {key: one for key, one in former.instances.items() if one.running}
        again = self._assembler.build(former.loaded, Assembly(former.loaded, kept, former.graph))
        for kind in ("extensions", "exporters", "processors"):
            self._start_all(instance for instance in again.of_kind(kind))
        self._switch(failed, again, [one for one in fresh if one.kind == "processors"])
        self._start_all(again.of_kind("receivers"))
        self._retire([one for one in fresh if one.kind in {"exporters", "extensions"}])

    def _retire(self, instances: list[Instance]) -> None:
        """Let exporters that are no longer named send what they hold, beside everything else."""
        deadline = self.core.clock.monotonic() + self._assembly.loaded.service.shutdown_timeout
        for instance in instances:
            thread = threading.Thread(target=self._drain_one, args=(instance, deadline), daemon=True)
            thread.start()
            self._retiring.append(thread)
        self._retiring = [thread for thread in self._retiring if thread.is_alive()]

    # --- what the service says of itself
    # --------------------------------------------------------------------------------

    def _open_endpoint(self, loaded: Loaded) -> TelemetryEndpoint | None:
        where = loaded.service.telemetry.metrics.endpoint
        if not where:
            return None
        return TelemetryEndpoint(where, self.core.instruments, self._snapshot, self.core.loop)

    def _snapshot(self, name: str) -> object:
        """What a component shows, read on the chain thread, so that processors need no lock. Raises KeyError."""
        return self.core.chain.call(self.core.statuses[name]) if name else sorted(self.core.statuses)

    def _reopen_endpoint(self, former: Loaded, loaded: Loaded) -> TelemetryEndpoint | None:
        if former.service.telemetry.metrics.endpoint == loaded.service.telemetry.metrics.endpoint:
            return self._endpoint
        if self._endpoint:
            self._endpoint.close()
        try:
            return self._open_endpoint(loaded)
        except OSError as error:  # worth a word, not worth the pipelines
            log.error("service.telemetry.metrics: %s", error)
            return None

    def _watch_queues(self, instruments: Instruments) -> None:
        def senders() -> list[tuple[tuple[tuple[str, str], ...], Any]]:
            return [
                ((("data_type", signal), ("exporter", instance.id)), sender.queue)
                for instance in self._assembly.of_kind("exporters")
                for signal, sender in list(instance.senders.items())
            ]

        for name, read, description in (
            ("queue_size", lambda queue: queue.size, "What waits, in units of the queue's `sizer`."),
            ("queue_capacity", lambda queue: queue.config.queue_size, "Room, in units of the queue's `sizer`."),
            (
                "in_flight_requests",
                lambda queue: queue.in_flight_requests,
                "Batches that the backend has not answered.",
            ),
        ):
            instruments.observed(
                f"otelcol_exporter_{name}",
                lambda read=read: [(labels, read(queue)) for labels, queue in senders()],  # type: ignore[misc]
                description,
            )

    def _storage(self, extension: str, owner: str) -> Storage:
        instance = self._assembly.instances.get(("extensions", extension, ""))
        if instance is None or not isinstance(instance.component, Extension):
            raise ConfigError(
                [Problem("", 0, 0, owner, f"wants storage of {extension}, which is not in service.extensions")]
            )
        return instance.component.storage(owner)

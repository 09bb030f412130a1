"""The service: orderly start and stop, and a reload that loses nothing."""

import logging
import threading
import uuid
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Literal

from spansieve import __version__
from spansieve.assembly import Assembler, Assembly, Instance, StartError
from spansieve.clock import SystemClock
from spansieve.config.load import Loaded
from spansieve.host import Core
from spansieve.inspector import Inspector, Running
from spansieve.pipeline.chain import Chain
from spansieve.plugin import Clock, Exporter, Extension, Processor, Storage, StorageError
from spansieve.telemetry.endpoint import TelemetryEndpoint
from spansieve.telemetry.instruments import Instruments
from spansieve.telemetry.logs import component_log
from spansieve.telemetry.process import describe_service, watch_process
from spansieve.workers.staff import Staff

log = logging.getLogger("spansieve")


class Service:
    """One running configuration after another, in one process.

    Start: extensions, exporters, processors, receivers. Stop: receivers (they answer what is open), processors,
    exporters (they drain), extensions. All methods from one thread.
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
        self._retiring: list[Instance] = []
        self._workers = Staff(self.core)
        self.core.others_bytes = lambda: self._workers.family.resident_bytes
        self._ready = False
        self.inspector = Inspector(self.core, self.books, self._running)
        self.core.inspector = self.inspector
        self._identity = str(uuid.uuid4())
        self._describe(loaded)
        watch_process(instruments, self.core.clock, self._workers.family)
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

    def _running(self) -> Running:
        return Running(self._assembly, tuple(self._retiring), self._ready)

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
        """Open everything. Raises StartError; what was opened is closed again then."""
        self.core.chain.ticks = False  # what starts is not ready for it, and what it has on disk not on the books
        self.core.chain.start()
        try:
            self._endpoint = self._open_endpoint(self._assembly.loaded)
            self._start_behind_receivers(self._assembly)
            self._start_kind(self._assembly, "processors")
            self.core.chain.call(self._attach_first)
            self._start_all(self._assembly.instances.values())
            with self._workers.changed(self._assembly.loaded):
                pass
        except BaseException:
            self.stop()
            raise
        self._ready = True
        self._tell_extensions("ready", self._assembly.of_kind("extensions"))
        self._say_what_is_off(self._assembly.loaded)

    def _attach_first(self) -> None:
        self._assembler.attach(self._assembly)
        self.core.chain.ticks = True

    def _start_all(self, instances: Iterable[Instance]) -> None:
        for instance in instances:
            self._start_part(instance)
            for sender in instance.senders.values():
                sender.start()

    def _start_part(self, instance: Instance) -> None:
        """Start a component that does not run, but not yet an exporter's senders: their queue may have others still."""
        if instance.running or instance.elsewhere:
            return
        instance.running = True  # before `start`: a failed one is shut down as well
        try:
            instance.component.start()
        except Exception as error:
            raise StartError(instance, error) from error
        if isinstance(instance.component, Extension):
            self.core.extensions[instance.id] = instance.component

    def _start_behind_receivers(self, assembly: Assembly) -> None:
        """Start all that remembers nothing of what passes: it may run beside what it is to replace."""
        self._start_kind(assembly, "extensions")
        self._start_kind(assembly, "exporters")
        self.core.chain.call(lambda: self._open_queues(assembly))
        for instance in assembly.of_kind("processors"):
            if not _is_stateful(instance):
                self._start_part(instance)

    def _start_kind(self, assembly: Assembly, kind: str) -> None:
        for instance in assembly.of_kind(kind):
            self._start_part(instance)

    def _open_queues(self, assembly: Assembly) -> None:
        """Give queues their storage; on the chain thread, which alone puts into them. Raises StartError."""
        for instance in (*assembly.of_kind("exporters"), *self._retiring):
            for signal, sender in instance.senders.items():
                storage = sender.settings.sending_queue.storage
                if storage is None:
                    continue
                try:
                    sender.queue.open(self._storage(storage, f"exporter_{instance.id}_{signal}"))
                except StorageError as error:
                    if instance not in self._retiring:  # what such a one holds waits on its disk
                        raise StartError(instance, error) from error

    def _tell_extensions(self, word: Literal["ready", "not_ready"], instances: Iterable[Instance]) -> None:
        for instance in instances:
            if instance.running and isinstance(instance.component, Extension):
                try:
                    getattr(instance.component, word)()
                except Exception as error:  # the service goes on without its being told
                    self.core.faults.saw(instance.kind, instance.id, error)

    def _say_what_is_off(self, loaded: Loaded) -> None:
        off = set()
        for component, settings in loaded.exporters.items():
            why = settings.component.off(settings.config)  # type: ignore[attr-defined]
            if why:
                off.add(component)
                log.info("exporters/%s is off: %s", component, why)
        for name, pipeline in loaded.service.pipelines.items():
            if off.issuperset(pipeline.exporters):
                log.warning("service.pipelines.%s: all its exporters are off, so what it takes goes nowhere", name)

    def where(self) -> str:
        """Where the service listens, for the log."""
        listeners = [
            f"{instance.id} on {', '.join(instance.component.endpoints(instance.config))}"
            for instance in self._assembly.of_kind("receivers")
        ]
        service = self._assembly.loaded.service
        metrics = service.telemetry.metrics.endpoint if self._endpoint else ""
        if service.workers > 1:
            listeners.append(f"{service.workers} intake processes")
        return "; ".join(listeners) + (f"; its own metrics on http://{metrics}/metrics" if metrics else "")

    def stop(self) -> int:
        """Close everything within `service.shutdown_timeout`; returns the items that could not be sent in that time."""
        assembly = self._assembly
        clock = self.core.clock
        deadline = clock.monotonic() + assembly.loaded.service.shutdown_timeout
        self._ready = False
        self._tell_extensions("not_ready", assembly.of_kind("extensions"))
        for instance in assembly.of_kind("receivers"):
            self._close(instance)
        self._workers.stop()
        left = self._finish_in_time(assembly, deadline)
        left += self._drain([*assembly.of_kind("exporters"), *self._retiring], deadline)
        if self._endpoint:
            self._endpoint.close()
        self.core.chain.stop(max(1.0, deadline - clock.monotonic()))
        for instance in assembly.of_kind("extensions"):
            self._close(instance)
        self.core.instruments.close()
        self.core.loop.close()
        return left

    def _finish_in_time(self, assembly: Assembly, deadline: float) -> int:
        """Shut all processors down; returns the items that they could not let go of."""
        wait = max(1.0, deadline - self.core.clock.monotonic())
        try:
            return self.core.chain.call(lambda: self._finish(assembly, assembly.of_kind("processors")), wait)
        except TimeoutError:
            log.error("a processor does not end, so what it holds is lost")
            return 0

    def _finish(self, assembly: Assembly, processors: Iterable[Instance]) -> int:
        """Shut processors down, on the chain thread, while what they still emit has somewhere to go."""
        left = 0
        for instance in processors:
            if not instance.running:
                continue
            if _is_stateful(instance):
                left += assembly.graph.finish(instance.id, partial(self._close, instance))
            else:
                self._close(instance)
        return left

    def _close(self, instance: Instance) -> None:
        if not instance.running:
            return
        instance.running = False
        if self.core.extensions.get(instance.id) is instance.component:
            del self.core.extensions[instance.id]
        try:
            instance.component.shutdown()
        except Exception as error:  # the others are closed all the same
            self.core.faults.saw(instance.kind, instance.id, error, " while it was shut down")

    def _drain(self, exporters: Sequence[Instance], deadline: float) -> int:
        """Let exporters send what they hold, all side by side; returns the items left at `deadline`."""
        senders = [(instance, sender) for instance in exporters for sender in instance.senders.values()]
        for _, sender in senders:
            sender.hurry()
        threads = [threading.Thread(target=sender.give_up, args=(deadline,), daemon=True) for _, sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for instance, sender in senders:
            if sender.kept:
                component_log(f"exporters/{instance.id}").info(
                    "%d items of %s stay on disk, and are sent after the next start", sender.kept, sender.signal
                )
            if sender.left:
                component_log(f"exporters/{instance.id}").warning(
                    "%d items of %s could not be sent before the end", sender.left, sender.signal
                )
        for instance in exporters:
            self._close(instance)
        return sum(sender.left for _, sender in senders)

    def reload(self, loaded: Loaded) -> None:
        """Go over to another configuration without losing an item; what did not change goes on as it is.

        An exporter that changed hands its queue to its successor, one that is gone sends what it holds beside
        everything else. Raises ConfigError or StartError when that can't be; the former configuration then goes on.
        """
        former = self._assembly
        assembly = self._assembler.build(loaded, former, self._retiring)
        fresh = [instance for instance in assembly.instances.values() if not instance.running]
        gone = [one for key, one in former.instances.items() if assembly.instances.get(key) is not one]
        replaced = {(one.kind, one.id) for one in fresh}
        try:
            for instance in gone:  # it may hold the port that its successor wants
                if _listens_behind(instance) and (instance.kind, instance.id) in replaced:
                    self._close(instance)
            self._start_behind_receivers(assembly)
            for instance in gone:
                if instance.kind == "receivers":  # they answer what is open, by the former pipelines
                    self._close(instance)
            with self._workers.changed(loaded):
                self._switch(former, assembly, gone)
                self._start_all(assembly.instances.values())
        except BaseException:
            self._go_back(former, fresh)
            raise
        self._retire(gone)
        self._endpoint = self._reopen_endpoint(former.loaded, loaded)
        self._describe(loaded)
        self.inspector.reloaded("taken")
        self._tell_extensions("ready", fresh)
        self._say_what_is_off(loaded)

    def _switch(self, former: Assembly, assembly: Assembly, gone: Iterable[Instance]) -> None:
        """Exchange the graph between two requests. Processors that remember begin where those that are gone ended: what
        these tell or write last is neither told twice nor missed. Raises StartError.
        """

        def switch() -> None:
            self._finish(former, [instance for instance in gone if instance.kind == "processors"])
            self._start_kind(assembly, "processors")
            self._assembler.attach(assembly)
            self.core.chain.swap(assembly.graph)

        taken_over = {sender.queue for one in assembly.of_kind("exporters") for sender in one.senders.values()}
        for instance in (*gone, *self._retiring):
            for sender in instance.senders.values():
                if sender.queue in taken_over:
                    sender.release()
                    sender.queue.resume()
        self.core.chain.call(switch)
        self._assembly = assembly

    def _go_back(self, former: Assembly, fresh: list[Instance]) -> None:
        """The new configuration can't be: make what is closed of the former one again. If that can't be either, the
        service has failed.
        """
        log.error("going back to the former configuration")
        failed = self._assembly
        for instance in fresh:
            if failed is former and instance.kind == "processors":
                self.core.chain.call(partial(self._close, instance))
            elif failed is former or instance.kind == "receivers" or _listens_behind(instance):
                self._close(instance)  # what the graph that runs knows is finished when it is exchanged
        kept = {key: one for key, one in former.instances.items() if one.running}
        replaced = [one for one in fresh if one.running or one.kind == "exporters"]  # whose senders may run
        try:
            usable = {key: one for key, one in failed.instances.items() if one.running or not _is_stateful(one)}
            base = Assembly(former.loaded, {**usable, **kept}, former.graph, former.wiring)
            again = self._assembler.build(former.loaded, base)
            self._start_behind_receivers(again)
            with self._workers.changed(former.loaded):
                self._switch(failed, again, replaced)
                self._start_all(again.instances.values())
        except BaseException as error:
            self.core.faults.saw("service", "reload", error, ", on the way back; stopping")
            self.core.failed.set()
            return
        self._retire(replaced)
        self._tell_extensions("ready", [one for one in again.of_kind("extensions") if one not in kept.values()])

    def _retire(self, gone: Iterable[Instance]) -> None:
        """Let exporters that are gone send what they hold, beside everything else, and close them after that."""
        for instance in gone:
            if instance.kind != "exporters" or not instance.running:
                self._close(instance)
                continue
            for sender in instance.senders.values():
                if not sender.released:
                    sender.drain()
            self._retiring.append(instance)
            threading.Thread(target=self._retired, args=(instance,), daemon=True).start()

    def _retired(self, instance: Instance) -> None:
        for sender in instance.senders.values():
            sender.join(None)
        if instance in self._retiring:
            self._retiring.remove(instance)
            self._close(instance)

    def _open_endpoint(self, loaded: Loaded) -> TelemetryEndpoint | None:
        metrics = loaded.service.telemetry.metrics
        if not metrics.endpoint:
            return None
        try:
            return TelemetryEndpoint(metrics.endpoint, self.core.instruments, self.core.loop)
        except OSError as error:
            if metrics.chosen:
                raise
            log.warning("going on without metrics: %s", error)  # nobody asked for just this port
            return None

    def _reopen_endpoint(self, former: Loaded, loaded: Loaded) -> TelemetryEndpoint | None:
        wanted = loaded.service.telemetry.metrics.endpoint
        if former.service.telemetry.metrics.endpoint == wanted and bool(wanted) == (self._endpoint is not None):
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
            ("otelcol_exporter_queue_size", lambda queue: queue.size, "What waits, in units of the queue's `sizer`."),
            (
                "otelcol_exporter_queue_capacity",
                lambda queue: queue.config.queue_size,
                "Room, in units of the queue's `sizer`.",
            ),
            ("spansieve_exporter_held_items", lambda queue: queue.held, "Items that wait or are in flight."),
            (
                "otelcol_exporter_in_flight_requests",
                lambda queue: queue.in_flight_requests,
                "Batches that the backend has not answered.",
            ),
        ):
            instruments.observed(
                name,
                lambda read=read: [(labels, read(queue)) for labels, queue in senders()],  # type: ignore[misc]
                description,
            )

    def _storage(self, extension: str, owner: str) -> Storage:
        running = self.core.extensions.get(extension)
        if running is None:
            raise StorageError(f"the storage extension {extension} does not run now")
        return running.storage(owner)


def _listens_behind(instance: Instance) -> bool:
    """Whether it may hold a port, and is no receiver."""
    return instance.kind == "extensions" or (isinstance(instance.component, Exporter) and instance.component.listens)


def _is_stateful(instance: Instance) -> bool:
    return isinstance(instance.component, Processor) and instance.component.stateful

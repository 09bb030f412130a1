"""From a configuration to components and pipelines; a reload takes over what did not change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from spansieve.config.extensions import marked
from spansieve.config.load import ComponentConfig, Loaded
from spansieve.config.problems import ConfigError, Problem
from spansieve.front import front, received, stateless
from spansieve.host import ComponentHost, Core
from spansieve.pipeline.books import Books, Held, Ledger
from spansieve.pipeline.graph import Graph, Outlet, Pipeline
from spansieve.pipeline.queue import Queue
from spansieve.pipeline.sender import Sender
from spansieve.pipeline.stage import Stage
from spansieve.pipeline.tally import ExporterTally
from spansieve.plugin import (
    Batching,
    Component,
    Config,
    Exporter,
    ExporterConfig,
    Processor,
    Signal,
    StorageError,
)
from spansieve.telemetry.logs import place_of
from spansieve.wiring import Wiring, signal_of

Key = tuple[str, str, str]
"""Kind, id, and for stateless processors the pipeline."""


@dataclass(eq=False)
class Instance:
    """A component with the configuration that it was made from."""

    kind: str
    id: str
    config: Config
    component: Component[Any]
    host: ComponentHost
    senders: dict[Signal, Sender] = field(default_factory=dict)
    running: bool = False
    elsewhere: bool = False
    """Whether intake processes run it: it is made here for what its constructor says, and never started."""


class StartError(OSError):
    """A component that can't be opened; the text names it."""

    def __init__(self, instance: Instance, error: Exception) -> None:
        """Say of `instance` what `error` says to the user, or where an unexpected one came from."""
        where = f"{instance.kind}.{instance.id}"
        if isinstance(error, OSError) and error.strerror:
            text = error.strerror + (f": {error.filename}" if error.filename else "")
        elif isinstance(error, (OSError, ValueError, ConfigError, StorageError)):
            text = str(error)
        else:
            text = f"the plugin failed: {place_of(error)}"
        super().__init__(text if where in text else f"{where}: {text}")


@dataclass(eq=False)
class Assembly:
    """All components of one configuration, and the graph that they make."""

    loaded: Loaded
    instances: dict[Key, Instance]
    graph: Graph
    wiring: Wiring

    def of_kind(self, kind: str) -> Iterator[Instance]:
        """The instances of `kind`, in the order of the configuration."""
        return (instance for instance in self.instances.values() if instance.kind == kind)


class Assembler:
    """Builds assemblies that share one core and one set of books."""

    def __init__(self, core: Core) -> None:
        """Nothing is built before `build`."""
        self._core = core
        self.books = Books(core.instruments)
        self._unconnected = core.instruments.sum(
            "spansieve_pipeline_unconnected_items", "Emitted items that no pipeline takes."
        )

    def build(self, loaded: Loaded, former: Assembly | None = None, retiring: Sequence[Instance] = ()) -> Assembly:
        """Make what `loaded` wants; components of `former` with an equal configuration are taken over as they are, and
        queues on disk of `retiring` exporters by their successors.

        Nothing that runs is touched before `attach`. Raises ConfigError, with what a component's constructor says.
        """
        wiring = Wiring.of(loaded)
        parts = Parts(self._core, loaded, wiring, former.instances if former else {}, retiring)
        parts.make_all()
        pipelines = [self._pipeline(parts, name) for name in loaded.service.pipelines]
        return Assembly(loaded, parts.made, Graph(pipelines, self._unconnected), wiring)

    def build_front(self, loaded: Loaded) -> Assembly:
        """Make what an intake process runs of `loaded`: receivers, pipelines that end before the first stateful
        processor, and the extensions that these components name. Raises ConfigError.
        """
        wiring = Wiring.of(loaded)
        parts = Parts(self._core, loaded, wiring, {}, ())
        pipelines = []
        for name in loaded.service.pipelines:
            receivers = received(loaded, name)
            for receiver in receivers:
                parts.get("receivers", receiver, name)
            if receivers:
                stages = [self._stage(parts, name, one) for one in stateless(loaded, name)]
                pipelines.append(Pipeline(name, signal_of(name), tuple(receivers), stages, []))
        for instance in list(parts.made.values()):
            for _, extension, gives in marked(instance.config):
                if gives != "storage":  # which the parent alone opens
                    parts.get("extensions", extension, "")
        return Assembly(loaded, parts.made, Graph(pipelines, self._unconnected), wiring)

    def attach(self, assembly: Assembly) -> None:
        """Put `assembly` in force: batching, books, what hosts say of the pipelines. On the chain thread."""
        for instance in assembly.instances.values():
            instance.host.wiring = assembly.wiring
            if isinstance(instance.component, Processor):
                instance.component.rewired()
        holders: dict[Ledger, dict[object, Held]] = {}
        for pipeline in assembly.graph.pipelines:
            for outlet in pipeline.lanes:
                outlet.lane.ledger = outlet.ledger
                outlet.queue.batch(outlet.lane, outlet.batching)
                of_lane = holders.setdefault(outlet.ledger, {})
                of_lane[outlet.lane] = partial(getattr, outlet.lane, "held")
                for stage in pipeline.stages:
                    if stage.processor.stateful:
                        of_lane[stage.processor] = partial(stage.processor.held, stage.signal)
        for instance in assembly.of_kind("exporters"):
            for sender in instance.senders.values():
                for lane in sender.queue.lanes():
                    if lane.ledger is None:  # something on disk, of a pipeline that is gone
                        lane.ledger = self.books.open(lane.pipeline, instance.id)
                        holders[lane.ledger] = {lane: partial(getattr, lane, "held")}
        self.books.attach(holders)
        self._core.admission.guards = assembly.graph.guards

    def _pipeline(self, parts: "Parts", name: str) -> Pipeline:
        wanted = parts.loaded.service.pipelines[name]
        signal = signal_of(name)
        batching: Batching | None = None
        stages = []
        for component in wanted.processors:
            wish = parts.batching(component)
            if wish is not None:
                batching = wish
                continue
            stages.append(self._stage(parts, name, component))
        outlets = [
            self._outlet(parts, name, component, batching) for component in wanted.exporters if not parts.off(component)
        ]
        nowhere = None if outlets else self.books.open(name, "")
        return Pipeline(name, signal, tuple(wanted.receivers), stages, outlets, nowhere, front(parts.loaded, name))

    def _stage(self, parts: "Parts", pipeline: str, component: str) -> Stage:
        processor: Processor[Any] = parts.get("processors", component, pipeline).component  # type: ignore[assignment]
        return Stage(processor, component, signal_of(pipeline), self._core.instruments, self._core.faults)

    def _outlet(self, parts: "Parts", pipeline: str, exporter: str, batching: Batching | None) -> Outlet:
        signal = signal_of(pipeline)
        instance = parts.get("exporters", exporter, pipeline)
        tally = ExporterTally(self._core.instruments, exporter, signal)
        sender = instance.senders.get(signal)
        if sender is None or sender.released:
            sender = instance.senders[signal] = self._sender(instance, signal, tally, parts.queue(exporter, signal))
        lane = sender.queue.lane(pipeline)
        return Outlet(exporter, sender.queue, lane, batching, self.books.open(pipeline, exporter), tally)

    def _sender(self, instance: Instance, signal: Signal, tally: ExporterTally, former: Queue | None) -> Sender:
        """A sender over a new queue, or over the one that a former configuration of the exporter left."""
        config = instance.config
        settings = config if isinstance(config, ExporterConfig) else ExporterConfig()
        queue = former or Queue(settings.sending_queue, self._core.clock, self._core.freed)
        exporter: Exporter[Any] = instance.component  # type: ignore[assignment]
        return Sender(
            exporter,
            instance.id,
            signal,
            queue=queue,
            settings=settings,
            clock=self._core.clock,
            tally=tally,
            faults=self._core.faults,
        )


class Parts:
    """The instances of one build: taken over, or made."""

    def __init__(
        self,
        core: Core,
        loaded: Loaded,
        wiring: Wiring,
        former: dict[Key, Instance],
        retiring: Sequence[Instance],
    ) -> None:
        """Nothing is made before `get`."""
        self.loaded = loaded
        self._wiring = wiring
        self.made: dict[Key, Instance] = {}
        self._core = core
        self._former = former
        self._retiring = retiring

    def off(self, exporter: str) -> bool:
        """Whether an exporter's configuration switches it off."""
        settings = self.loaded.exporters[exporter]
        exporter_class: type[Exporter[Any]] = settings.component  # type: ignore[assignment]
        return exporter_class.off(settings.config) is not None

    def batching(self, processor: str) -> Batching | None:
        """What a processor wants of the exporters' queues, if that is all it is."""
        settings = self.loaded.processors[processor]
        processor_class: type[Processor[Any]] = settings.component  # type: ignore[assignment]
        return processor_class.batching(settings.config)

    def make_all(self) -> None:
        """Make or take over everything that a pipeline or `service.extensions` names."""
        for extension in self.loaded.service.extensions:
            self.get("extensions", extension, "")
        for name, pipeline in self.loaded.service.pipelines.items():
            for exporter in pipeline.exporters:
                if not self.off(exporter):
                    self.get("exporters", exporter, name)
            for processor in pipeline.processors:
                if self.batching(processor) is None:
                    self.get("processors", processor, name)
            for receiver in pipeline.receivers:
                if receiver in self.loaded.receivers:
                    self.get("receivers", receiver, name)

    def get(self, kind: str, component: str, pipeline: str) -> Instance:
        """The instance that stands in `pipeline`: stateless processors, guards apart, have one for each, all others one
        for all.
        """
        settings: ComponentConfig = getattr(self.loaded, kind)[component]
        component_class = settings.component
        shared = not issubclass(component_class, Processor) or component_class.stateful or component_class.guards
        key = (kind, component, "" if shared else pipeline)
        if key in self.made:
            return self.made[key]
        former = self._former.get(key)
        elsewhere = kind == "receivers" and self.loaded.service.workers > 1 and not self._core.shared
        if (
            former is not None
            and type(former.component) is component_class
            and former.config == settings.config
            and former.elsewhere == elsewhere
        ):
            self.made[key] = former
            return former
        host = ComponentHost(self._core, kind, component, self._wiring)
        try:
            made = component_class(settings.config, host)
        except (ValueError, OSError) as error:
            raise ConfigError([Problem("", 0, 0, f"{kind}.{component}", str(error))]) from error
        except Exception as error:  # its text is for nobody's eyes, its place is
            problem = f"the plugin failed while it was made: {place_of(error)}"
            raise ConfigError([Problem("", 0, 0, f"{kind}.{component}", problem)]) from error
        instance = self.made[key] = Instance(kind, component, settings.config, made, host, elsewhere=elsewhere)
        return instance

    def queue(self, exporter: str, signal: Signal) -> Queue | None:
        """The queue that a former configuration of the exporter has for `signal`, if it stands where it should now."""
        former = self._former.get(("exporters", exporter, ""))
        config = self.loaded.exporters[exporter].config
        storage = config.sending_queue.storage if isinstance(config, ExporterConfig) else None
        for instance in [*([former] if former else []), *self._retiring]:
            sender = instance.senders.get(signal)
            same = sender is not None and instance.id == exporter and sender.queue.config.storage == storage
            if sender is not None and same and (instance is former or storage is not None):
                return sender.queue
        return None

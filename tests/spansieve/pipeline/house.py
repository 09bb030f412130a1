"""A small house for tests: pipelines built by hand, with queues that are read by the test instead of a backend."""

from collections.abc import Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any

from spansieve import pdata
from spansieve.host import ComponentHost, Core
from spansieve.pipeline.books import Books
from spansieve.pipeline.chain import Chain
from spansieve.pipeline.graph import Graph, Outlet, Pipeline
from spansieve.pipeline.intake import Request
from spansieve.pipeline.queue import Queue
from spansieve.pipeline.stage import Stage
from spansieve.pipeline.tally import ExporterTally, ReceiverTally
from spansieve.plugin import Answer, Config, Processor, QueueConfig, Signal
from spansieve.telemetry.instruments import Instruments
from spansieve.testing import FakeClock


class NoConfig(Config):
    """Nothing to configure."""


class Tested(Processor[NoConfig]):
    """A processor for tests: no configuration."""

    __test__ = False

    config = NoConfig

    def __init__(self) -> None:
        """Without host; `House.pipeline` gives it one."""
        self.host: Any = None


class House:
    """A core, a chain, and exporters' queues by name."""

    def __init__(self) -> None:
        """Nothing runs before `open`."""
        self.clock = FakeClock()
        self.core = Core(self.clock, Instruments())
        self.books = Books(self.core.instruments)
        self.queues: dict[tuple[str, Signal], Queue] = {}
        self.settings: dict[str, QueueConfig] = {}
        self.pipelines: list[Pipeline] = []
        self.hosts: dict[str, ComponentHost] = {}

    def exporter(self, name: str, **settings: object) -> None:
        """Configure the queue of the exporter `name`."""
        self.settings[name] = QueueConfig.model_validate(settings)

    def pipeline(
        self,
        name: str,
        processors: dict[str, Tested] | None = None,
        exporters: Sequence[str] = ("backend",),
        receivers: Sequence[str] = ("otlp",),
    ) -> Pipeline:
        """Add a pipeline."""
        signal: Signal = name.partition("/")[0]  # type: ignore[assignment]
        stages = []
        for component, processor in (processors or {}).items():
            processor.host = self.hosts.setdefault(component, ComponentHost(self.core, "processors", component))
            stages.append(Stage(processor, component, signal, self.core.instruments, self.core.faults))
        outlets = [self._outlet(name, signal, exporter, stages) for exporter in exporters]
        made = Pipeline(name, signal, tuple(receivers), stages, outlets)
        self.pipelines.append(made)
        return made

    def _outlet(self, pipeline: str, signal: Signal, exporter: str, stages: list[Stage]) -> Outlet:
        queue = self.queues.get((exporter, signal))
        if queue is None:
            config = self.settings.get(exporter, QueueConfig())
            queue = self.queues[exporter, signal] = Queue(config, self.clock, self.core.freed)
        lane = queue.lane(pipeline)
        ledger = lane.ledger = self.books.open(pipeline, exporter)
        stateful = [stage.processor for stage in stages if stage.processor.stateful]
        ledger.attach({lane: lambda: lane.held, **{one: partial(one.held, signal) for one in stateful}})
        return Outlet(exporter, queue, lane, None, ledger, ExporterTally(self.core.instruments, exporter, signal))

    def open(self) -> "House":
        """Start the chain."""
        graph = Graph(self.pipelines, self.core.instruments.sum("spansieve_pipeline_unconnected_items"))
        self.core.chain = Chain(graph, self.clock, self.core.faults)
        self.core.chain.start()
        return self

    def close(self) -> None:
        """Stop, and look whether the books balance."""
        self.core.chain.stop()
        self.core.loop.close()
        self.check_books()

    def check_books(self) -> None:
        """Every line of the books adds up."""
        assert all(line.missing == 0 for line in self.books.balance()), self.books.balance()

    def hand_in(self, body: bytes, signal: Signal = "traces", receiver: str = "otlp") -> "SimpleQueue[Answer]":
        """Hand a request in; its answer comes into the queue."""
        answers: SimpleQueue[Answer] = SimpleQueue()
        tally = ReceiverTally(self.core.instruments, receiver, "test", signal)
        self.core.chain.hand_in(Request(receiver, signal, body, tally, answers.put))
        return answers

    def send(self, body: bytes, signal: Signal = "traces", receiver: str = "otlp") -> Answer:
        """Hand a request in, and wait for its answer."""
        return self.hand_in(body, signal, receiver).get(timeout=10)

    def tick(self) -> None:
        """Let everything that is ticked do so now."""

        def ticks() -> None:
            for ticker in list(self.core.chain.graph.tickers.values()):
                ticker()

        self.core.chain.call(ticks)

    def came_out(self, exporter: str = "backend", signal: Signal = "traces", given_up: str = "") -> list[pdata.Span]:
        """The spans that wait for `exporter` now, as its backend would get them; they count as exported."""
        queue = self.queues[exporter, signal]
        self.clock.advance(seconds=0.01)
        spans: list[Any] = []
        while (taken := queue.take_now()) is not None:
            spans += list(pdata.parse(signal, taken.body))
            assert taken.lane.ledger
            taken.lane.ledger.count("failed" if given_up else "exported", taken.items, given_up)
            queue.settle(taken)
            for entry in taken.entries:
                if entry.done:
                    entry.done(given_up)
        return spans

    def count(self, metric: str, **labels: str) -> float:
        """The value of a counter of the service's own."""
        return self.core.instruments.sum(metric).value(tuple(sorted(labels.items())))

    def outcome(self, word: str, reason: str = "", pipeline: str = "traces", exporter: str = "backend") -> float:
        """One line of the books."""
        return self.count("spansieve_pipeline_items", pipeline=pipeline, exporter=exporter, outcome=word, reason=reason)

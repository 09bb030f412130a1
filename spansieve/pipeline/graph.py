"""Pipelines as they run: which stages stand in which order, where receivers and emitters lead, and who is ticked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from spansieve import pdata
from spansieve.admission import Guards
from spansieve.front import Front
from spansieve.plugin import Batching, Refused, Signal
from spansieve.telemetry.instruments import Sum

from .books import Ledger
from .intake import MISSED, Mark, Passage, copies, lacking, leave_out, write
from .lane import Done, Lane
from .queue import Queue
from .stage import Stage, observe
from .tally import ExporterTally


@dataclass(frozen=True)
class Outlet:
    """One exporter as a pipeline sees it."""

    exporter: str
    queue: Queue
    lane: Lane
    batching: Batching | None
    ledger: Ledger
    tally: ExporterTally

    @property
    def waits(self) -> bool:
        """Whether the sender's answer waits for the backend's."""
        return self.queue.config.wait_for_result or not self.queue.config.enabled

    def write(self, body: bytes, items: int) -> str:
        """Onto the disk, if the queue stands there; the key to `put` it with. Raises StorageError."""
        return self.queue.write(self.lane, body, items)

    def put(self, body: bytes, items: int, done: Done | None, key: str) -> None:
        """Into the queue."""
        self.queue.put(self.lane, body, items, done if self.waits else None, key=key)

    def miss(self, items: int) -> None:
        """Go without so many: there is no room, and they are made anew."""
        self.tally.enqueue_failed(items)
        self.ledger.count("failed", items, MISSED)


@dataclass
class Pipeline:
    """One pipeline: the order of its stages and where it ends."""

    id: str
    signal: Signal
    receivers: tuple[str, ...]
    stages: list[Stage]
    lanes: list[Outlet]
    stateless: list[Stage] = field(init=False)
    stateful: list[Stage] = field(init=False)
    nowhere: Ledger | None = None
    """The account of a pipeline whose exporters are all off."""
    front: Front = ()
    """What does the stateless work, as its configuration says."""
    waits: int = field(init=False)

    def __post_init__(self) -> None:
        """Guards first, wherever they stand; then part the stages before the first stateful one from the rest."""
        self.stages.sort(key=lambda stage: not stage.processor.guards)
        first = next((i for i, stage in enumerate(self.stages) if stage.processor.stateful), len(self.stages))
        self.stateless, self.stateful = self.stages[:first], self.stages[first:]
        self.waits = sum(lane.waits for lane in self.lanes)

    def leads_nowhere(self, came: int, items: int, marks: Sequence[Mark]) -> None:
        """Write down what no exporter gets, because all are off."""
        if self.nowhere is None:
            return
        for outcome, count, reason in [("accepted", came, ""), *marks, ("filtered", items, "exporter_off")]:
            if count:
                self.nowhere.count(outcome, count, reason)

    @property
    def unguarded(self) -> list[Stage]:
        """What an emission passes: it is in memory already, so no guard has a say."""
        return [stage for stage in self.stages if not stage.processor.guards]

    @property
    def blocked(self) -> bool:
        """Whether an emitter in it waits for room, so that nothing more may come in."""
        return any(stage.blocked for stage in self.stateful)


class Target(NamedTuple):
    """Where an emission goes on: the stages that are still to come, and whether its items are new to the pipeline."""

    pipeline: Pipeline
    stages: Sequence[Stage]
    enters: bool


class Graph:
    """All pipelines of one configuration. Used on the chain thread alone."""

    def __init__(self, pipelines: Sequence[Pipeline], unconnected: Sum) -> None:
        """`unconnected` counts emissions that lead nowhere."""
        self.pipelines = tuple(pipelines)
        self.by_id = {pipeline.id: pipeline for pipeline in self.pipelines}
        self._unconnected = unconnected
        self.routes: dict[tuple[str, Signal], list[Pipeline]] = {}
        self._behind: dict[tuple[str, Signal], Target] = {}
        self._stages: dict[str, list[tuple[Pipeline, Stage]]] = {}
        for pipeline in self.pipelines:
            for receiver in pipeline.receivers:
                self.routes.setdefault((receiver, pipeline.signal), []).append(pipeline)
            for at, stage in enumerate(pipeline.stages):
                if stage.processor.stateful or stage.processor.guards:
                    self._stages.setdefault(stage.id, []).append((pipeline, stage))
                if stage.processor.stateful:
                    self._behind[stage.id, pipeline.signal] = Target(pipeline, pipeline.stages[at + 1 :], enters=False)
        for stages in self._stages.values():
            for _, stage in stages:
                stage.others = [one for one in stages if one[1] is not stage and stage.processor.stateful]
        self.guards: Guards = {
            route: tuple({stage.processor for one in pipelines for stage in one.stages if stage.processor.guards})
            for route, pipelines in self.routes.items()
        }
        self.tickers = {
            component: self._ticker(stages)
            for component, stages in self._stages.items()
            if hasattr(stages[0][1].processor, "tick")
        }
        self._finishing = False

    def _ticker(self, stages: list[tuple[Pipeline, Stage]]) -> Callable[[], None]:
        def tick() -> None:
            observe(stages, stages[0][1].tick)

        return tick

    def finish(self, component: str, stop: Callable[[], None]) -> int:
        """Run a stateful processor's `stop`, which may emit what it holds, and book what it sheds.

        It is its last chance, so its emissions are taken whether there is room or not. What it does not let go of is
        written down as failed; returns the items of it that are not stored either. Where the graph goes on, nothing
        more comes to it: intake refuses.
        """
        self.tickers.pop(component, None)
        stages = self._stages.get(component, [])
        self._finishing = True
        try:
            observe(stages, stop)
        finally:
            self._finishing = False
        left = 0
        for pipeline, stage in stages:
            stage.blocked.add(stage.signal)
            for lane in pipeline.lanes:
                held = lane.ledger.detach(stage.processor, "failed", "shutdown")
                left = max(left, held - stage.processor.stored(stage.signal))
        return left

    def ahead(self, component: str, signal: Signal, batch: pdata.Batch) -> None:
        """What `Host.ahead` promises."""
        for pipeline, stage in self._stages.get(component, ()):
            if stage.signal == signal:
                for before in pipeline.stateless:
                    getattr(before.processor, signal)(batch)
                return

    def scrub(self, component: str, text: str, trace_id: bytes) -> str:
        """What `Host.scrub` promises."""
        for pipeline, _ in self._stages.get(component, ()):
            for before in pipeline.stateless:
                if before.processor.privacy:
                    return before.processor.scrub(text, trace_id)
        return text

    def emit(
        self, component: str, signal: Signal, batch: pdata.Batch, *, holds_up: bool = True, repeatable: bool = False
    ) -> bool:
        """What `Host.emit` promises."""
        targets = [
            Target(pipeline, pipeline.unguarded, enters=True) for pipeline in self.routes.get((component, signal), ())
        ]
        if behind := self._behind.get((component, signal)):
            targets.insert(0, behind)
        items = len(batch)
        if not targets:
            self._unconnected.add((("component", component), ("signal", signal)), items)
            return True
        if not items:
            return True
        passages = [
            Passage(target.pipeline, one, items if target.enters else 0, target.stages)
            for target, one in zip(targets, copies(signal, batch, len(targets)), strict=True)
        ]
        room = self._room(passages, repeatable=repeatable)
        for _, stage in () if repeatable else self._stages.get(component, ()):
            if room:
                stage.blocked.discard(signal)
            elif holds_up and component in self.tickers:  # who is not ticked can only try again when more comes in
                stage.blocked.add(signal)
        if not room:
            return False
        for passage in passages:
            self._pass_on(passage)
        for pipeline, stage in self._stages.get(component, ()):
            if pipeline.signal == signal:
                stage.emitted += items
        return True

    def _room(self, passages: Sequence[Passage], *, repeatable: bool) -> bool:
        """Whether they can go on; of what is repeatable, that which can."""
        if self._finishing:
            return True
        if repeatable:
            leave_out(passages)
            return True
        try:
            return not lacking(passages)
        except Refused:
            return False

    def _pass_on(self, passage: Passage) -> None:
        try:
            passage.advance(passage.ahead)
        except (Refused, pdata.DecodeError):  # nobody is left who could send it again
            passage.give_up("processor_error")
        write([passage], must=True)
        passage.put(None)

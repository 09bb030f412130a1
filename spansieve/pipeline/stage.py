"""One processor in a chain: it is called, its mistakes are contained, and what it took away is written down."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from spansieve.pdata import Batch, DecodeError
from spansieve.plugin import Processor, Refused, Signal
from spansieve.telemetry.instruments import Instruments, Labels

from .faults import Faults

if TYPE_CHECKING:
    from .graph import Pipeline


class Dropped(Exception):
    """A processor failed and its `on_error` gives the batch up."""


class Stage:
    """A processor as it stands in one pipeline.

    Of its last call: `emitted` items were sent on by `host.emit`, `moved` left the batch to be held or emitted, and
    `shed` are gone (negative: it made some). `blocked` are the signals in which it waits for room.
    """

    def __init__(
        self, processor: Processor[Any], component: str, signal: Signal, instruments: Instruments, faults: Faults
    ) -> None:
        """`component` is the full id; the processor must have a method called `signal`."""
        self.processor = processor
        self.id = component
        self.signal: Signal = signal
        self.emitted = self.moved = self.shed = 0
        self.blocked: set[Signal] = set()
        self.others: Sequence[tuple[Pipeline, Stage]] = ()
        """The same stateful processor in other pipelines: a log record may let go of spans."""
        self._call: Callable[[Any], None] = getattr(processor, signal)
        self._stateful = processor.stateful
        self._faults = faults
        self._labels: Labels = (("otel_signal", signal), ("processor", component))
        self._incoming = instruments.sum("otelcol_processor_incoming_items", "Items that came in.")
        self._outgoing = instruments.sum("otelcol_processor_outgoing_items", "Items that went on.")

    def run(self, batch: Batch) -> None:
        """Let the processor work on `batch`; afterwards, also when this raises, `shed` and `moved` tell what it did.

        Raises Refused or Dropped as the processor's `on_error` says, and DecodeError where it met malformed bytes.
        """
        before = len(batch)
        held = self.processor.held(self.signal) if self._stateful else 0
        self.emitted = self.moved = 0
        self._incoming.add(self._labels, before)
        try:
            self._call(batch)
        except (DecodeError, Refused):
            raise
        except Exception as error:
            self._failed(error)
        finally:
            after = len(batch)
            self._outgoing.add(self._labels, after + self.emitted)
            if self._stateful:
                self.moved = self.processor.held(self.signal) - held + self.emitted
            self.shed = before - after - self.moved

    def _failed(self, error: Exception) -> None:
        policy = self.processor.on_error
        self._faults.saw(
            "processors", self.id, error, {"refuse": "; refused", "drop": "; dropped", "pass": "; passed on"}[policy]
        )
        if policy == "refuse":
            raise Refused(f"processor {self.id} failed") from None
        if policy == "drop":
            raise Dropped from None

    def tick(self) -> None:
        """Let the processor do what is due."""
        try:
            self.processor.tick()  # type: ignore[attr-defined]  # only processors that have one are ticked
        except Exception as error:
            self._faults.saw("processors", self.id, error, "; it is ticked again")


def observe(stages: "Sequence[tuple[Pipeline, Stage]]", work: Callable[[], object]) -> None:
    """Do `work` outside of a batch of these places of a stateful processor, and book what it shed, in each of them."""
    before = [stage.processor.held(stage.signal) for _, stage in stages]
    for _, stage in stages:
        stage.emitted = 0
    try:
        work()
    finally:
        for (pipeline, stage), held in zip(stages, before, strict=True):
            shed = held - stage.processor.held(stage.signal) - stage.emitted
            for lane in pipeline.lanes:
                if shed > 0:
                    lane.ledger.count(stage.processor.sheds, shed, stage.id)
                elif shed < 0:
                    lane.ledger.count("accepted", -shed, stage.id)

"""The intake processes of one configuration."""

import threading
from functools import partial
from typing import Any

from spansieve.config.load import Loaded
from spansieve.front import Front, front, whole
from spansieve.host import Core
from spansieve.pipeline.tally import ReceiverTally

from .counters import Family
from .intake import Intake
from .link import Broken, Frame
from .prepared import Part, Prepared

START_SECONDS = 60.0
STOP_SECONDS = 20.0
"""Longer than receivers wait for what is open."""
TELL_SECONDS = 0.5


MAX_OPEN_BYTES = 256 * 1024 * 1024
"""Of what all processes together handed over and the parent has not answered."""


class WorkerError(OSError):
    """The intake processes can't be started; the text says why."""


class Pool:
    """As many intake processes as `service.workers` says. What they hand over waits until `open`."""

    def __init__(self, loaded: Loaded, core: Core, family: Family) -> None:
        """Nothing runs before `start`."""
        self.snapshot = loaded.snapshot.to_json()
        self.most_bytes = MAX_OPEN_BYTES // loaded.service.workers
        self.opened = threading.Event()
        self._core = core
        self._dead = False
        self._made_of = whole(loaded)
        self._fronts: dict[str, Front] = {}
        self.adopt(loaded)
        self._tallies: dict[tuple[str, str, str], ReceiverTally] = {}
        self._requests = core.instruments.sum("spansieve_worker_requests", "Requests that it handed over.")
        self.intakes = [Intake(number, self, core, family) for number in range(1, loaded.service.workers + 1)]

    def serves(self, loaded: Loaded) -> bool:
        """Whether its processes do what `loaded` wants of them."""
        return not self._dead and self._made_of == whole(loaded)

    def adopt(self, loaded: Loaded) -> None:
        """Go on under another configuration that it `serves`."""
        self._fronts = {name: front(loaded, name) for name in loaded.service.pipelines}

    def start(self) -> None:
        """Start all processes, side by side, and wait until they listen. Raises WorkerError; none runs then."""
        for intake in self.intakes:
            intake.start()
        for intake in self.intakes:
            intake.up.wait(START_SECONDS)
        problems = [intake.problem for intake in self.intakes if intake.problem or not intake.up.is_set()]
        if problems:
            self.kill()
            raise WorkerError(problems[0] or f"an intake process did not start within {START_SECONDS:g} s")

    def open(self) -> None:
        """From now on what they hand over is taken."""
        self.opened.set()

    @property
    def running(self) -> int:
        """Processes that run."""
        return sum(intake.running for intake in self.intakes)

    def take(self, intake: Intake, frame: Frame) -> None:
        """A request came from `intake`. Raises Broken for one that is none."""
        link = intake.link
        if self._dead or link is None:
            return
        number, receiver, signal, transport, items, rejected, parts = frame.header
        self._requests.add((("worker", str(intake.number)),), 1)
        prepared = Prepared(
            receiver,
            signal,
            frame.body,
            self._tally(receiver, transport, signal),
            number=number,
            reply=partial(intake.reply, link),
            parts=_cut(frame.body, parts),
            fronts=self._fronts,
            items=items,
            rejected=rejected,
        )
        self._core.chain.hand_in(prepared)

    def _tally(self, receiver: str, transport: str, signal: Any) -> ReceiverTally:  # noqa: ANN401
        tally = self._tallies.get((receiver, transport, signal))
        if tally is None:
            tally = ReceiverTally(self._core.instruments, receiver, transport, signal)
            self._tallies[receiver, transport, signal] = tally
        return tally

    def refresh(self) -> None:
        """Bring up to date what they count; who does not answer in time is left as it was."""
        for intake in self.intakes:
            intake.ask()
        deadline = self._core.clock.monotonic() + TELL_SECONDS
        for intake in self.intakes:
            intake.told.wait(max(0.0, deadline - self._core.clock.monotonic()))

    def stop(self) -> None:
        """Let them answer what is open, and end; those that don't are ended. What they handed over is still taken."""
        for intake in self.intakes:
            intake.stop()
        self.open()
        deadline = self._core.clock.monotonic() + STOP_SECONDS
        late = [one for one in self.intakes if not one.join(max(0.1, deadline - self._core.clock.monotonic()))]
        self._end(late)

    def kill(self) -> None:
        """End them at once; what they handed over and was not taken is not answered."""
        self._end(self.intakes)

    def _end(self, intakes: list[Intake]) -> None:
        self._dead = True
        for intake in intakes:
            intake.kill()
        self.open()
        for intake in intakes:
            intake.join(STOP_SECONDS)


def _cut(body: bytes, parts: list[Any]) -> list[Part]:
    """The parts of a request with their bytes, which stand one behind the other in `body`. Raises Broken."""
    if sum(size for _, _, size, *_ in parts) != len(body):
        raise Broken("a request is not as long as its parts")
    cut, at = [], 0
    for pipeline, items, size, marks, dropped in parts:
        cut.append(Part(pipeline, items, body[at : at + size], marks, dropped))  # of all of it, no copy is made
        at += size
    return cut

"""A request as an intake process hands it over: its stateless part is done, and the parent holds it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from spansieve import pdata
from spansieve.front import Front
from spansieve.pipeline.graph import Graph
from spansieve.pipeline.intake import BLOCKED, Mark, Parked, Passage, Request, admit
from spansieve.pipeline.tally import ReceiverTally
from spansieve.plugin import Answer, Refused, Signal

Reply = Callable[[int, bool, Answer], None]


class Part(NamedTuple):
    """What goes into one pipeline: its bytes and their items, what became of the others on the way, and the dropped
    spans that its batch remembers (trace, span and parent, in hexadecimal).
    """

    pipeline: str
    items: int
    body: bytes
    marks: Sequence[Mark]
    dropped: Sequence[Sequence[str]] = ()


class Prepared(Request):
    """Taken by the chain like any request; the intake process counts what is malformed, the parent all else."""

    __slots__ = ("_fronts", "_number", "_parts", "_reply", "_undecodable")

    def __init__(
        self,
        receiver: str,
        signal: Signal,
        body: bytes,
        tally: ReceiverTally,
        *,
        number: int,
        reply: Reply,
        parts: Sequence[Part],
        fronts: Mapping[str, Front],
        items: int,
        rejected: int,
    ) -> None:
        """`body` is all that the parts have; `fronts` say by pipeline who prepared it; `reply(number, again, answer)`
        is called once.
        """
        super().__init__(receiver, signal, body, tally, partial(reply, number, False))
        self.items = items
        self.rejected = rejected
        self._number = number
        self._reply = reply
        self._parts = parts
        self._fronts = fronts
        self._undecodable = False

    def take(self, graph: Graph) -> Answer | Parked | None:
        """Hold it on all its paths or not at all."""
        try:
            return admit(self, [self._passage(graph, part) for part in self._parts])
        except Refused as refusal:
            return Answer("refused", message=str(refusal), retry_after=refusal.after)
        except pdata.DecodeError as error:
            self._undecodable = True
            return Answer("malformed", message=str(error))

    def _passage(self, graph: Graph, part: Part) -> Passage:
        pipeline = graph.by_id.get(part.pipeline)
        if pipeline is None or pipeline.front != self._fronts.get(part.pipeline):
            raise Refused("the configuration has changed")  # other processors than these have to see it first
        if pipeline.blocked:
            raise Refused(BLOCKED)
        batch = pdata.known(self.signal, part.body, part.items)
        if isinstance(batch, pdata.TraceBatch) and part.dropped:
            batch.dropped = [pdata.DroppedSpan(*map(bytes.fromhex, span)) for span in part.dropped]
        return Passage(pipeline, batch, self.items, pipeline.stateful, part.marks)

    def finish(self, answer: Answer) -> None:
        """Count what became of it, and tell the intake process."""
        if answer.outcome == "malformed":
            self._reply(self._number, self._undecodable, answer)
        else:
            super().finish(answer)

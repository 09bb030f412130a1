"""An intake process's way to its parent: requests whose stateless part is done go up, answers come down."""

import threading
from typing import Any

from spansieve import pdata
from spansieve.host import Core
from spansieve.pipeline.graph import Graph
from spansieve.pipeline.intake import Parked, Passage, Request, contained, prepare, without_the_malformed
from spansieve.plugin import Answer, Refused

from .link import Broken, Kind, Link

_REQUEST_BYTES = 1024
"""What a request costs besides its bytes."""


class Outgoing(Request):
    """A request that is on its way to the parent."""

    __slots__ = ("_uplink", "error")

    def __init__(self, uplink: "Uplink", *arguments: Any) -> None:  # noqa: ANN401
        """`arguments` as a Request's."""
        super().__init__(*arguments)
        self._uplink = uplink
        self.error: pdata.DecodeError | None = None
        """What the parent met in the bytes: the malformed items are then taken out first."""

    def take(self, graph: Graph) -> Answer | Parked | None:
        """Do the stateless work and send it up. None: the parent answers."""

        def work(body: bytes) -> Answer | None:
            return self._uplink.forward(self, prepare(graph, self, body))

        if self.error is not None:
            return without_the_malformed(self, work, self.error)
        return contained(self, work)


class Uplink:
    """What is on its way, by numbers."""

    def __init__(self, link: Link, core: Core, most_bytes: int) -> None:
        """Send over `link`; once the parent has not answered `most_bytes`, senders are asked to come again."""
        self._link = link
        self._core = core
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Outgoing, int]] = {}
        self._open_bytes = 0
        self._last = 0

    def request(self, *arguments: Any) -> Outgoing:  # noqa: ANN401
        """A request as `Core.request` makes them."""
        return Outgoing(self, *arguments)

    def forward(self, request: Outgoing, passages: list[Passage]) -> Answer | None:
        """Send up what was prepared. Raises Refused. On the chain thread."""
        if not passages:
            return request.accepted()
        bodies = [passage.body() if len(passage.batch) else b"" for passage in passages]
        number = self._enter(request, sum(map(len, bodies)) + _REQUEST_BYTES)
        parts = [
            [passage.pipeline.id, len(passage.batch), len(body), passage.marks, _dropped(passage.batch)]
            for passage, body in zip(passages, bodies, strict=True)
        ]
        header = [
            number, request.receiver, request.signal, request.tally.transport, request.items, request.rejected, parts
        ]  # fmt: skip
        try:
            self._link.send(Kind.REQUEST, header, *bodies)
        except Broken:
            self._leave(number)
            raise Refused("the program stops") from None
        return None

    def _enter(self, request: Outgoing, size: int) -> int:
        with self._lock:
            fits = not self._open_bytes or self._open_bytes + size <= self._most_bytes
            if fits:
                self._last += 1
                self._open[self._last] = request, size
                self._open_bytes += size
                return self._last
        request.tally.busy()
        raise Refused("too many requests are waiting")

    def _leave(self, number: int) -> Outgoing | None:
        with self._lock:
            request, size = self._open.pop(number, (None, 0))
            self._open_bytes -= size
        return request

    def answered(self, number: int, answer: Answer, *, again: bool) -> None:
        """The parent answers. `again`: it met malformed bytes, and the rest may come without them.

        What it took and refused it has counted itself.
        """
        request = self._leave(number)
        if request is None:
            return
        if again and request.error is None:
            request.error = pdata.DecodeError(answer.message)
            self._core.chain.hand_in(request)
            return
        tell = request.finish if answer.outcome == "malformed" else request.answer
        try:
            tell(answer)
        except Exception as error:  # the others are answered all the same
            self._core.faults.saw("receivers", request.receiver, error)


def _dropped(batch: pdata.Batch) -> list[list[str]]:
    """What the batch remembers of dropped spans: trace, span and parent, in hexadecimal."""
    dropped = batch.dropped if isinstance(batch, pdata.TraceBatch) else ()
    return [[one.hex() for one in span] for span in dropped]

"""How a request is taken: stateless work, room on every path, stateful work, and only then into the queues (law 3)."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from spansieve import pdata
from spansieve.plugin import Answer, Refused, Signal, StorageError

from .books import Outcome
from .lane import Done
from .queue import FOR_GOOD, Queue
from .stage import Dropped, Stage, observe
from .tally import ExporterTally, ReceiverTally

if TYPE_CHECKING:
    from .graph import Graph, Outlet, Pipeline

FULL = "sending queue is full"
BLOCKED = "a processor waits for room behind it"
MISSED = "missed_round"
"""The reason on the books where there was no room for what is made anew."""

ResultT = TypeVar("ResultT")
Mark = tuple[Outcome, int, str]
"""An outcome on the books, for so many items, with its reason."""


class Request:
    """A receiver's request on its way to an answer."""

    __slots__ = ("answer", "body", "items", "lacked", "receiver", "rejected", "signal", "tally")

    def __init__(
        self, receiver: str, signal: Signal, body: bytes, tally: ReceiverTally, answer: Callable[[Answer], None]
    ) -> None:
        """`receiver` is the component's id; `answer` is called once."""
        self.receiver = receiver
        self.signal: Signal = signal
        self.body = body
        self.tally = tally
        self.answer = answer
        self.items = 0
        self.rejected = 0
        self.lacked: list[ExporterTally] = []  # whose queues had no room when somebody last looked

    def take(self, graph: "Graph") -> "Answer | Parked | None":
        """Take it on all its paths or not at all. None: the answer comes later, from another thread."""
        return contained(self, lambda body: admit(self, prepare(graph, self, body)))

    def finish(self, answer: Answer) -> None:
        """Count what became of it, and tell the receiver."""
        if answer.outcome == "accepted":
            self.tally.accepted(self.items)
            if self.rejected:
                self.tally.rejected(self.rejected)
        elif answer.outcome == "refused":
            self.tally.refused(self.items)
            for exporter in self.lacked:
                exporter.enqueue_failed(self.items)
        else:
            self.tally.malformed()
        self.answer(answer)

    def accepted(self) -> Answer:
        """The answer when everything else is held."""
        if not self.rejected:
            return Answer("accepted")
        return Answer("accepted", self.rejected, f"{self.rejected} items were malformed and have been left out")


class Passage:
    """A batch on its way through one pipeline."""

    __slots__ = ("_body", "_keys", "_lacked", "ahead", "batch", "came", "marks", "missed_by", "moved", "pipeline")

    def __init__(
        self, pipeline: "Pipeline", batch: pdata.Batch, came: int, ahead: Sequence[Stage], marks: Iterable[Mark] = ()
    ) -> None:
        """`came` items are new to the pipeline's books (0: they were on them already); `ahead` is what runs once
        there is room; `marks` is what became of items before.
        """
        self.pipeline = pipeline
        self.batch = batch
        self.came = came
        self.ahead = ahead
        self.moved = False  # whether a processor has something of it
        self.marks: list[Mark] = list(marks)
        self.missed_by: set[str] = set()
        """The exporters that go without it."""
        self._body: bytes | None = None
        self._keys: dict[str, str] = {}  # of what stands on disk, by exporter
        self._lacked: ExporterTally | None = None  # whose storage took nothing

    def advance(self, stages: Iterable[Stage]) -> None:
        """Run `stages`. Raises Refused and DecodeError; a batch that a stage drops is gone."""
        for stage in stages:
            if not len(self.batch):
                return
            try:
                observe(stage.others, partial(stage.run, self.batch))
            except Dropped:
                self.give_up("processor_error")
                return
            finally:
                self.moved = self.moved or bool(stage.moved)
                if stage.shed > 0:
                    self.marks.append((stage.processor.sheds, stage.shed, stage.id))
                elif stage.shed < 0:
                    self.marks.append(("accepted", -stage.shed, stage.id))

    def give_up(self, reason: str) -> None:
        """Nothing more comes of the batch."""
        self.marks.append(("failed", len(self.batch), reason))
        self.batch.retain(_none)

    def body(self) -> bytes:
        """What goes into the queues; the batch must not change after this."""
        if self._body is None:
            self._body = self.batch.encode()
        return self._body

    def size(self) -> int:
        """Bytes that it will take: exactly, or nearly while there are stages ahead."""
        return self.batch.size_bytes if self.ahead else len(self.body())

    def ask_ahead(self) -> None:
        """Raises NoRoom where a stateful processor that it is to pass has none."""
        size = self.size()
        for stage in self.ahead:
            if not stage.processor.room(stage.signal, size):
                raise NoRoom(f"processor {stage.id} has no room")

    def write(self) -> None:
        """Keep the batch on disk where a queue stands there. Raises Refused; `unwrite` takes back what was kept."""
        if not len(self.batch):
            return
        for lane in self.pipeline.lanes:
            if lane.exporter in self.missed_by:
                continue
            try:
                self._keys[lane.exporter] = lane.write(self.body(), len(self.batch))
            except StorageError as error:
                self._lacked = lane.tally
                raise Refused(f"the storage of {lane.exporter} takes nothing: {error}") from None

    def unwrite(self) -> None:
        """Take back what `write` kept: the request is refused."""
        for lane in self.pipeline.lanes:
            lane.queue.unwrite(self._keys.pop(lane.exporter, ""))
        if self._lacked is not None:
            self._lacked.enqueue_failed(len(self.batch))

    def go_on(self) -> None:
        """What `write` could not keep will be held in memory."""
        if self._lacked is not None:
            self._lacked.unstored(len(self.batch))

    def put(self, done: Done | None) -> None:
        """Hand the batch to the pipeline's queues and write everything down. What `write` has not kept waits in
        memory.
        """
        items = len(self.batch)
        if not self.pipeline.lanes:
            self.pipeline.leads_nowhere(self.came, items, self.marks)
        for lane in self.pipeline.lanes:
            if self.came:
                lane.ledger.count("accepted", self.came)
            for outcome, count, reason in self.marks:
                lane.ledger.count(outcome, count, reason)
            if items and lane.exporter in self.missed_by:
                lane.miss(items)
            elif items:
                lane.put(self.body(), items, done, self._keys.get(lane.exporter, ""))


def _none(_: object) -> bool:
    return False


class NoRoom(Refused):
    """A stateful processor has no room now; it says so where its `block_on_overflow` lets senders wait."""


class Parked:
    """A request that is ready but finds no room, in queues or processors whose `block_on_overflow` lets its sender
    wait.
    """

    def __init__(self, request: Request, passages: Sequence[Passage], reason: str) -> None:
        """`reason`: what it is refused with in the end; `until` (monotonic seconds) is set by the chain."""
        self.request = request
        self.passages = passages
        self.reason = reason
        self.until = 0.0

    def retry(self) -> "Answer | Parked | None":
        """Look for room again."""
        try:
            if any(passage.pipeline.blocked for passage in self.passages):
                return self
            return self if lacking(self.passages, self.request) else _hold(self.request, self.passages)
        except NoRoom:
            return self
        except Refused as refusal:
            return Answer("refused", message=str(refusal), retry_after=refusal.after)
        except pdata.DecodeError as error:
            return Answer("malformed", message=str(error))

    def refuse(self) -> Answer:
        """There was no room in time."""
        return Answer("refused", message=self.reason)


def contained(request: Request, work: Callable[[bytes], ResultT]) -> ResultT | Answer:
    """What `work` makes of the request's bytes, or the answer to what it raised. Raises nothing of OTLP's or ours."""
    try:
        return work(request.body)
    except Refused as refusal:
        return Answer("refused", message=str(refusal), retry_after=refusal.after)
    except pdata.DecodeError as error:
        return without_the_malformed(request, work, error)


def without_the_malformed(
    request: Request, work: Callable[[bytes], ResultT], error: pdata.DecodeError
) -> ResultT | Answer:
    """Somebody read deeper than the intake's check and met bytes that are not OTLP: take the items that are."""
    try:
        better = pdata.mend(request.signal, request.body)
        if not better.items or not (better.dropped or better.repaired):
            return Answer("malformed", message=str(error))
        request.rejected = better.dropped
        return work(better.body)
    except Refused as refusal:
        return Answer("refused", message=str(refusal), retry_after=refusal.after)
    except pdata.DecodeError as again:
        return Answer("malformed", message=str(again))


def prepare(graph: "Graph", request: Request, body: bytes) -> list[Passage]:
    """Do the stateless work on `body`, the request's or a mended one, for each of its pipelines. No passages: there was
    nothing in it. Raises Refused and DecodeError.
    """
    pipelines = graph.routes.get((request.receiver, request.signal), ())
    if not pipelines:
        raise Refused("no pipeline takes this signal now")
    batch = pdata.parse(request.signal, body)
    request.rejected += batch.drop_invalid_ids()
    request.items = len(batch)
    if not request.items:
        return []
    if any(pipeline.blocked for pipeline in pipelines):
        raise Refused(BLOCKED)
    batches = copies(request.signal, batch, len(pipelines))
    passages = [
        Passage(pipeline, one, request.items, pipeline.stateful)
        for pipeline, one in zip(pipelines, batches, strict=True)
    ]
    for passage in passages:
        passage.advance(passage.pipeline.stateless)
    return passages


def admit(request: Request, passages: Sequence[Passage]) -> Answer | Parked | None:
    """Hold what was prepared, if there is room everywhere. Raises Refused and DecodeError."""
    if not passages:
        return request.accepted()
    try:
        full = lacking(passages, request)
    except NoRoom as refusal:
        return Parked(request, passages, str(refusal))
    if full:
        if all(queue.config.block_on_overflow for queue in full):
            return Parked(request, passages, FULL)
        raise Refused(FULL)
    return _hold(request, passages)


def copies(signal: Signal, batch: pdata.Batch, count: int) -> list[pdata.Batch]:
    """`batch` and as many independent ones as make `count`; what it remembers of dropped spans is in each."""
    if count == 1:
        return [batch]
    body = batch.encode()
    others = [pdata.parse(signal, body) for _ in range(count - 1)]
    if isinstance(batch, pdata.TraceBatch) and batch.dropped:
        for other in others:
            cast("pdata.TraceBatch", other).dropped = list(batch.dropped)
    return [batch, *others]


def lacking(passages: Sequence[Passage], request: Request | None = None) -> list[Queue]:
    """The queues that have no room for all of `passages`; `request` remembers whose. Raises NoRoom where a stateful
    processor has none, and DecodeError for a request that would not even fit into an empty queue.
    """
    for passage in passages:
        if len(passage.batch):
            passage.ask_ahead()
    full = [lane for _, lane in shortages(passages, are_requests=request is not None)]
    if request is not None:
        request.lacked = [lane.tally for lane in full]
    return [lane.queue for lane in full]


def leave_out(passages: Sequence[Passage]) -> None:
    """Of what is made anew, all goes where there is room now, and nothing elsewhere."""
    for passage in passages:
        try:
            passage.ask_ahead()
        except NoRoom:
            passage.give_up(MISSED)
    for passage, lane in shortages(passages, are_requests=False):
        passage.missed_by.add(lane.exporter)


def shortages(passages: Sequence[Passage], *, are_requests: bool) -> "Iterator[tuple[Passage, Outlet]]":
    """The lanes whose queues have no room for their passages. Raises DecodeError for requests that would not even fit
    into an empty queue; an emission like that is never dropped, and goes alone, through the empty queue.
    """
    demand: dict[Queue, list[int]] = {}
    for passage in passages:
        items = len(passage.batch)
        if not items:
            continue
        size = passage.size()
        for lane in passage.pipeline.lanes:
            if not lane.queue.ever(items, size):
                if are_requests:
                    raise pdata.DecodeError(
                        f"{items} items of {size} bytes are more than the queue of {lane.exporter} can hold"
                    )
                if lane.queue.size:
                    yield passage, lane
                continue
            wanted = demand.setdefault(lane.queue, [0, 0, 0])
            wanted[0] += 1
            wanted[1] += items
            wanted[2] += size
            if not lane.queue.room(*wanted):
                yield passage, lane


def _hold(request: Request, passages: Sequence[Passage]) -> Answer | None:
    """There is room: run what is stateful, then hand everything over.

    Raises Refused and DecodeError where a stateful processor does, as long as no processor has anything of the request.
    Once one has, it can't be refused any more without coming twice: then what the failing pipeline would have had is
    written down as failed, and the others go on.
    """
    for passage in passages:
        try:
            passage.advance(passage.ahead)
        except (Refused, pdata.DecodeError):
            if not any(other.moved for other in passages):
                raise
            passage.give_up("processor_error")
    write(passages, must=any(passage.moved for passage in passages))
    waits = sum(passage.pipeline.waits for passage in passages if len(passage.batch))
    waiter = _Waiter(request, waits) if waits else None
    for passage in passages:
        passage.put(waiter.done if waiter else None)
    return None if waiter else request.accepted()


def write(passages: Sequence[Passage], *, must: bool) -> None:
    """Keep on disk what is to stand there: all of it, or (Refused is raised) nothing. Where it `must` go on all the
    same, because somebody has a part of it, what the disk does not take is held in memory.
    """
    for passage in passages:
        try:
            passage.write()
        except Refused:
            if must:
                passage.go_on()
                continue
            for one in passages:
                one.unwrite()
            raise


class _Waiter:
    """Answers once all the exporters that the sender waits for have an outcome."""

    def __init__(self, request: Request, waits: int) -> None:
        self._request = request
        self._left = waits
        self._reasons: set[str] = set()
        self._lock = threading.Lock()

    def done(self, reason: str) -> None:
        """One exporter's outcome."""
        with self._lock:
            self._left -= 1
            self._reasons.add(reason)
            last = not self._left
        if last:
            self._request.finish(self._answer(self._reasons - {""}))

    def _answer(self, reasons: set[str]) -> Answer:
        if not reasons:
            return self._request.accepted()
        if reasons <= FOR_GOOD:
            return Answer("malformed", message="the backend refused it for good")
        return Answer("refused", message="an exporter could not deliver it")

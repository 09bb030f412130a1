"""The chain thread: it alone runs processors and ticks, and puts into queues; everybody else hands it work."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

from spansieve.plugin import Answer, Clock

from .faults import Faults
from .graph import Graph
from .intake import Parked, Request

TICK_SECONDS = 0.1
ROOM_SECONDS = 5.0
"""A sender waits at most this long for room (where `block_on_overflow` of a queue or processor wants it to wait)."""
MAX_PARKED = 64

ResultT = TypeVar("ResultT")


def _nothing() -> None:
    pass


class Chain:
    """Owns the graph: requests, ticks and changes of the graph happen one after another on its thread.

    Whatever a component or a receiver's `answer` raises is contained, because nothing else would be answered otherwise.
    """

    def __init__(self, graph: Graph, clock: Clock, faults: Faults) -> None:
        """Nothing runs before `start`."""
        self.graph = graph
        self.ticks = True
        """Whether components are ticked; to be set on the chain thread once it runs."""
        self._clock = clock
        self._faults = faults
        self._inbox: SimpleQueue[Request | Callable[[], None] | None] = SimpleQueue()
        self._parked: list[Parked] = []
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="spansieve-chain", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Finish what was handed in, and end the thread; wait for that at most `timeout` seconds."""
        with self._lock:
            self._closed = True
            self._inbox.put(None)
        self._thread.join(timeout)

    def hand_in(self, request: Request) -> None:
        """Take a request of a receiver's, from any thread; its `answer` is called later. How much may wait is the
        door's to say (`admission`).
        """
        with self._lock:
            closed = self._closed
            if not closed:
                self._inbox.put(request)
        if closed:
            request.tally.busy()
            request.finish(Answer("refused", message="the collector stops"))

    def call(self, work: Callable[[], ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` on the chain thread and wait for its result; raises what it raises, and TimeoutError.

        After `stop` it runs here, once the thread has ended.
        """
        if threading.current_thread() is self._thread:
            return work()
        future: Future[ResultT] = Future()
        with self._lock:
            closed = self._closed or not self._thread.is_alive()
            if not closed:
                self._inbox.put(lambda: _run_into(future, work))
        if closed:
            if self._thread.is_alive():
                self._thread.join(timeout)
            return work()
        return future.result(timeout)

    def swap(self, graph: Graph) -> None:
        """Go on with another graph; who waits for room in the old one is asked to come again. On the chain thread."""
        parked, self._parked = self._parked, []
        for one in parked:
            self._finish(one.request, one.refuse())
        self.graph = graph

    def freed(self) -> None:
        """Called from exporters' threads: there may be room now for those who wait for it."""
        if self._parked:
            self._inbox.put(self._unpark)

    def _run(self) -> None:
        next_tick = self._clock.monotonic() + TICK_SECONDS
        while True:
            busy = self._busy()
            try:
                work = self._inbox.get(timeout=max(0.0, next_tick - self._clock.monotonic()) if busy else None)
            except Empty:
                work = _nothing
            if work is None:
                break
            self._do(work)
            now = self._clock.monotonic()
            if self._busy() and now >= next_tick:
                self._do(self._tick)
                next_tick = now + TICK_SECONDS
        self.swap(self.graph)

    def _busy(self) -> bool:
        return bool((self.ticks and self.graph.tickers) or self._parked)

    def _do(self, work: Request | Callable[[], None]) -> None:
        try:
            if isinstance(work, Request):
                self._take(work)
            else:
                work()
        except BaseException as error:  # the thread goes on, whatever happens
            self._faults.saw("service", "chain", error)

    def _take(self, request: Request) -> None:
        answer = self._safely(request, lambda: request.take(self.graph))
        if isinstance(answer, Parked):
            if len(self._parked) < MAX_PARKED:
                answer.until = self._clock.monotonic() + ROOM_SECONDS
                self._parked.append(answer)
                return
            answer = answer.refuse()
        self._finish(request, answer)

    def _safely(self, request: Request, work: Callable[[], Answer | Parked | None]) -> Answer | Parked | None:
        try:
            return work()
        except BaseException as error:  # a mistake of ours must not cost the sender its data
            self._faults.saw("receivers", request.receiver, error)
            return Answer("refused", message="internal error")

    def _finish(self, request: Request, answer: Answer | None) -> None:
        """The chain is done with a request; None: its answer comes from an exporter's thread."""
        if answer is None:
            return
        try:
            request.finish(answer)
        except BaseException as error:
            self._faults.saw("receivers", request.receiver, error)

    def _unpark(self) -> None:
        now = self._clock.monotonic()
        parked, self._parked = self._parked, []
        for one in parked:
            answer = self._safely(one.request, one.retry)
            if isinstance(answer, Parked):
                if now < one.until:
                    self._parked.append(one)
                    continue
                answer = one.refuse()
            self._finish(one.request, answer)

    def _tick(self) -> None:
        self._unpark()
        for ticker in list(self.graph.tickers.values()) if self.ticks else ():
            self._do(ticker)


def _run_into(future: "Future[ResultT]", work: Callable[[], ResultT]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)

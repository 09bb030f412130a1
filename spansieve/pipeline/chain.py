"""The chain thread: it alone runs processors and ticks, and puts into queues; everybody else hands it work."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from spansieve.plugin import Answer, Clock

from .faults import Faults
from .graph import Graph
from .intake import Parked, Request, take

TICK_SECONDS = 0.1
ROOM_SECONDS = 5.0
"""A sender waits at most this long for room (where the queue's `block_on_overflow` wants it to wait at all)."""
MAX_PARKED = 64
MAX_WAITING_BYTES = 256 * 1024 * 1024
"""Bytes of requests that wait for the chain thread; above it receivers are refused before anything is read."""

ResultT = TypeVar("ResultT")


def _nothing() -> None:
    pass


class Chain:
    """Owns the graph: requests, ticks and changes of the graph happen one after another on its thread."""

    def __init__(self, graph: Graph, clock: Clock, faults: Faults) -> None:
        """Nothing runs before `start`."""
        self.graph = graph
        self._clock = clock
        self._faults = faults
        self._inbox: SimpleQueue[Request | Callable[[], None] | None] = SimpleQueue()
        self._waiting_bytes = 0
        self._parked: list[Parked] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="spansieve-chain", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was handed in, and end the thread."""
        self._inbox.put(None)
        self._thread.join()

    def hand_in(self, request: Request) -> None:
        """Take a request of a receiver's, from any thread; its `answer` is called later."""
        size = len(request.body)
        with self._lock:
            full = self._waiting_bytes and self._waiting_bytes + size > MAX_WAITING_BYTES
            if not full:
                self._waiting_bytes += size
        if full:
            request.answer(Answer("refused", message="too many requests are waiting"))
        else:
            self._inbox.put(request)

    def call(self, work: Callable[[], ResultT]) -> ResultT:
        """Run `work` on the chain thread and wait for its result; raises what it raises."""
        if threading.current_thread() is self._thread or not self._thread.is_alive():
            return work()
        done = threading.Event()
        result: list[ResultT] = []
        problem: list[BaseException] = []

        def task() -> None:
            try:
                result.append(work())
            except BaseException as error:
                problem.append(error)
            finally:
                done.set()

        self._inbox.put(task)
        done.wait()
        if problem:
            raise problem[0]
        return result[0]

    def swap(self, graph: Graph) -> None:
        """Go on with another graph; who waits for room in the old one is asked to come again. On the chain thread."""
        parked, self._parked = self._parked, []
        for one in parked:
            one.request.finish(one.refuse())
        self.graph = graph

    def freed(self) -> None:
        """Called from exporters' threads: there may be room now for those who wait for it."""
        if self._parked:
            self._inbox.put(self._unpark)

    def _run(self) -> None:
        next_tick = self._clock.monotonic() + TICK_SECONDS
        while True:
            wait = TICK_SECONDS if self.graph.tickers or self._parked else None
            try:
                work = self._inbox.get(timeout=wait)
            except Empty:
                work = _nothing
            if work is None:
                break
            self._do(work)
            if self.graph.tickers or self._parked:
                now = self._clock.monotonic()
                if now >= next_tick:
                    self._tick()
                    next_tick = now + TICK_SECONDS
        self.swap(self.graph)

    def _do(self, work: Request | Callable[[], None]) -> None:
        if isinstance(work, Request):
            with self._lock:
                self._waiting_bytes -= len(work.body)
            request = work
            self._answer(request, self._safely(request, lambda: take(self.graph, request)))
            return
        try:
            work()
        except Exception as error:  # the thread goes on, whatever happens
            self._faults.saw("service", "chain", error)

    def _safely(self, request: Request, work: Callable[[], Answer | Parked | None]) -> Answer | Parked | None:
        try:
            return work()
        except Exception as error:  # a mistake of ours must not cost the sender its data
            self._faults.saw("receivers", request.receiver, error)
            return Answer("refused", message="internal error")

    def _answer(self, request: Request, answer: Answer | Parked | None) -> None:
        if isinstance(answer, Parked):
            if len(self._parked) < MAX_PARKED:
                answer.until = self._clock.monotonic() + ROOM_SECONDS
                self._parked.append(answer)
                return
            answer = answer.refuse()
        if answer is not None:
            request.finish(answer)

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
            if answer is not None:
                one.request.finish(answer)

    def _tick(self) -> None:
        self._unpark()
        for ticker in self.graph.tickers:
            self._do(ticker)

"""The threads of the gRPC server, and what keeps senders whose bodies don't come from having all of them.

The library gives a call a thread before its body is there. Calls that wait too long get the pool more threads, and when
it has all it may have, they are sent away.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

from spansieve.plugin import Clock

ResultT = TypeVar("ResultT")

THREADS: Final = 16
"""At most."""
MOST: Final = 12
"""Calls that may wait for long."""
PATIENCE_SECONDS: Final = 0.5
"""A wait from here on is long."""
LONGEST_SECONDS: Final = 60.0
"""Nobody waits longer."""
LOOK_SECONDS: Final = 0.25
"""How often somebody is to look."""


class _Waiting(NamedTuple):
    since: float
    call: Any


class Pool(ThreadPoolExecutor):
    """A thread pool of `workers`, and more of them while some wait for bodies."""

    def __init__(self, workers: int, clock: Clock) -> None:
        """Threads are made as they are needed."""
        super().__init__(workers, thread_name_prefix="spansieve-grpc")
        self._workers = workers
        self._clock = clock
        self._waiting: dict[int, _Waiting] = {}  # by thread

    def submit(self, fn: Callable[..., ResultT], /, *args: Any, **kwargs: Any) -> "Future[ResultT]":  # noqa: ANN401
        """Run a call when a thread is free; the library gives it among `args`."""

        def watched() -> ResultT:
            self._waiting[threading.get_ident()] = _Waiting(self._clock.monotonic(), args)
            try:
                return fn(*args, **kwargs)
            finally:
                self.arrived()

        return super().submit(watched)

    def arrived(self) -> None:
        """The body of this thread's call is there, or won't come; said again, it changes nothing."""
        self._waiting.pop(threading.get_ident(), None)

    def look(self) -> int:
        """Make room for calls behind those that wait; returns how many were sent away."""
        now = self._clock.monotonic()
        waiting = list(self._waiting.values())
        late = [one for one in waiting if one.since <= now - PATIENCE_SECONDS]
        self._grow(len(late))
        if len(late) < MOST:
            late = [one for one in late if one.since <= now - LONGEST_SECONDS]
        return sum(map(_cancel, late))

    def _grow(self, more: int) -> None:
        """Let there be `more` threads than usual; those that are there stay."""
        wanted = min(THREADS, self._workers + more)
        while self._max_workers < wanted:
            self._max_workers += 1
            super().submit(_nothing)  # the pool makes a thread when something comes


def _nothing() -> None:
    pass


def _cancel(waiting: _Waiting) -> bool:
    """Let a call go: its sender hears CANCELLED, which may be sent again. The library has no public way to do so from
    outside of a handler; where its own ways change, nobody is sent away.
    """
    for argument in waiting.call:
        cancel = getattr(getattr(argument, "call", None), "cancel", None)
        if cancel is not None:
            cancel()
            return True
    return False

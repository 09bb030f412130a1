"""Threads that wait for the bodies of gRPC calls, and what keeps slow senders from having all of them.

The library gives a call a thread before its body is there. So there are more threads than are let work at once, and
when too many wait, the one that has waited longest is sent away.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from spansieve.plugin import Clock

ResultT = TypeVar("ResultT")

THREADS: Final = 16
MANY: Final = 8
"""Calls that may wait for their bodies before new ones are watched, and watched ones before the slowest goes."""
PATIENCE_SECONDS: Final = 1.0
"""Nobody is sent away earlier."""
LONGEST_SECONDS: Final = 60.0
"""Nobody who is watched waits longer."""


class Pool(ThreadPoolExecutor):
    """Threads for calls; `waiting` of them have one whose body is not there yet."""

    def __init__(self) -> None:
        """Threads are made as they are needed."""
        super().__init__(THREADS, thread_name_prefix="spansieve-grpc")
        self._lock = threading.Lock()
        self._mine = threading.local()
        self.waiting = 0

    def submit(self, fn: Callable[..., ResultT], /, *args: Any, **kwargs: Any) -> "Future[ResultT]":  # noqa: ANN401
        """Run it when a thread is free."""

        def counted() -> ResultT:
            with self._lock:
                self.waiting += 1
            self._mine.waits = True
            try:
                return fn(*args, **kwargs)
            finally:
                self.arrived()

        return super().submit(counted)

    def arrived(self) -> None:
        """The body of this thread's call is there, or won't come; said again, it changes nothing."""
        if self._mine.waits:
            self._mine.waits = False
            with self._lock:
                self.waiting -= 1


class Readers:
    """The watched calls that wait for their bodies."""

    def __init__(self, clock: Clock, sent_away: Callable[[], None]) -> None:
        """`sent_away` is told of each."""
        self._clock = clock
        self._sent_away = sent_away
        self._lock = threading.Lock()
        self._since: dict[Any, float] = {}  # the longest waiting first

    def read(self, requests: Iterator[bytes], context: Any) -> bytes:  # noqa: ANN401 (grpc ships no types)
        """The body. Raises what the library raises when the call ends before it is there."""
        with self._lock:
            self._since[context] = self._clock.monotonic()
        try:
            return next(requests)
        finally:
            with self._lock:
                self._since.pop(context, None)

    def make_room(self) -> None:
        """A new call comes: who has waited too long goes."""
        if not self._since:
            return
        now = self._clock.monotonic()
        with self._lock:
            slow = [context for context, since in self._since.items() if now - since >= LONGEST_SECONDS]
            if not slow and len(self._since) >= MANY:
                slow = [context for context, since in list(self._since.items())[:1] if now - since >= PATIENCE_SECONDS]
            for context in slow:
                del self._since[context]
        for context in slow:
            context.cancel()  # the sender hears CANCELLED, which may be sent again
            self._sent_away()

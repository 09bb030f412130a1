"""The threads of one endpoint: one that waits for what is due, and some that send it."""

import math
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from spansieve.plugin import Host

from .desk import Desk
from .groups import Group

LONGEST_WAIT: Final = 60.0
"""Seconds: a clock may have been set meanwhile."""
_AFTER_FAULT: Final = 1.0


class Courier:
    """Runs a desk until it is stopped."""

    def __init__(self, desk: Desk, host: Host, calls: int) -> None:
        """At most `calls` requests are under way at once. Nothing runs before `start`."""
        self._desk = desk
        self._host = host
        self._changed = threading.Condition()
        self._looked = False
        self._stopping = False
        name = f"{host.id}-{desk.label}"
        self._pool = ThreadPoolExecutor(calls, thread_name_prefix=name)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._open: dict[Future[None], Group] = {}

    def start(self) -> None:
        """Start the thread that waits; the others follow as they are needed."""
        self._thread.start()

    def wake(self) -> None:
        """Something changed: look again."""
        with self._changed:
            self._looked = False
            self._changed.notify()

    def _run(self) -> None:
        while not self._stopping:
            with self._changed:
                self._looked = True
            seconds = self._look()
            with self._changed:
                if self._looked and not self._stopping:
                    self._changed.wait(seconds)

    def _look(self) -> float:
        """Hand on what is due; the seconds until there is something more."""
        try:
            for group in self._desk.begin():
                future = self._pool.submit(self._work, group)
                self._open[future] = group
                future.add_done_callback(self._landed)
            due = self._desk.next_due()
        except Exception as error:  # the thread goes on, whatever happens
            self._host.fault(error)
            return _AFTER_FAULT
        return LONGEST_WAIT if due == math.inf else min(LONGEST_WAIT, max(0.0, due - self._host.clock.monotonic()))

    def _work(self, group: Group) -> None:
        try:
            self._desk.work(group)
        except Exception as error:
            self._host.fault(error, "its group waits for the next change")
            self._desk.leave(group)
        finally:
            self.wake()

    def _landed(self, future: Future[None]) -> None:
        self._open.pop(future, None)

    def stop(self, seconds: float) -> None:
        """Begin nothing more, and wait for what is under way, at most `seconds`."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(seconds)
        under_way = dict(self._open)
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(under_way, seconds)
        for future, group in under_way.items():
            if future.cancelled():
                self._desk.leave(group)

"""The threads between an exporter's queue and its backend: take, send, try again, and write down what became of it."""

import logging
import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

from spansieve import pdata
from spansieve.plugin import Clock, Exporter, ExporterConfig, Permanent, Rejected, Retry, Signal, StorageError

from .faults import Faults
from .lane import Entry, Taken
from .queue import AGAIN_SECONDS, FOR_GOOD, Queue
from .tally import ExporterTally

MAX_ASKED_SECONDS = 600.0
"""A backend may ask for this much patience; more would be a mistake of its, and the queue's end."""


class Sender:
    """Serves one exporter's queue of one signal with up to `num_consumers` threads, started as they are needed."""

    def __init__(
        self,
        exporter: Exporter[Any],
        name: str,
        signal: Signal,
        *,
        queue: Queue,
        settings: ExporterConfig,
        clock: Clock,
        tally: ExporterTally,
        faults: Faults,
    ) -> None:
        """Nothing runs before `start`, from which on the queue follows `settings`."""
        self.queue = queue
        self.settings = settings
        self._name = name
        self.signal: Signal = signal
        self._wire_signal: Signal = "logs" if signal == "alerts" else signal
        self._send = self._sending(exporter, signal)
        self._retry = settings.retry_on_failure
        self._clock = clock
        self._tally = tally
        self._faults = faults
        self._leader = threading.Lock()  # who holds it waits on the queue; the others wait for it
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopping = threading.Event()
        self._gave_up = threading.Event()
        self._released = threading.Event()
        self._failing = False  # whether the last try failed, as far as the log knows
        self._left = 0  # items given up because the time to stop ran out

    def _sending(self, exporter: Exporter[Any], signal: Signal) -> Callable[[bytes], Rejected | None]:
        send = getattr(exporter, "send", None)
        if send is not None:
            return lambda body: send(self._wire_signal, body)
        method = getattr(exporter, signal, None) or getattr(exporter, self._wire_signal)
        return lambda body: method(pdata.parse(self._wire_signal, body))

    def start(self) -> None:
        """Start the first thread, unless that was done."""
        if not self._threads:
            self.queue.configure(self.settings.sending_queue)
            self._add_thread()

    @property
    def released(self) -> bool:
        """Whether it has a successor."""
        return self._released.is_set()

    @property
    def retrying(self) -> bool:
        """Whether the backend did not take the last try."""
        return self._failing

    def _add_thread(self) -> None:
        with self._lock:
            if len(self._threads) >= self.queue.config.num_consumers:
                return
            name = f"{self._name}-{self.signal}-{len(self._threads)}"
            thread = threading.Thread(target=self._consume, name=name, daemon=True)
            self._threads.append(thread)
        thread.start()

    def _consume(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            with self._leader:
                with self._lock:
                    self._idle -= 1
                taken = self.queue.take(self._released.is_set)
            if taken is None:
                return
            if self._idle == 0:
                self._add_thread()
            self._deliver(taken)

    def _deliver(self, taken: Taken) -> None:
        """Send a batch and see to its outcome. Whatever an exporter raises costs that batch alone."""
        if not self._loaded(taken):
            return
        try:
            reason = self._send_all(taken)
        except _Released as released:
            self.queue.give_back(taken, released.pieces)
            if not self.released:  # it ends, and what it could not send stays on disk
                self.release()
            return
        except BaseException as error:
            self._faults.saw("exporters", self._name, error, "; given up")
            reason = "error"
            self._gone(taken, taken.items - taken.written, reason)
        self.queue.settle(taken)
        for entry in taken.entries:
            self._tell(entry, reason)

    def _loaded(self, taken: Taken) -> bool:
        """Whether there is something to send: what stands on disk is read now."""
        try:
            lost = self.queue.load(taken)
        except StorageError as error:
            self._faults.warn("exporters", self._name, f"the queue can't be read: {error}; trying again")
            self.queue.give_back(taken)
            if self._stopping.wait(AGAIN_SECONDS):
                self.release()
            return False
        if lost:
            self._failed(taken, lost, "damaged")
        if not taken.entries:
            self.queue.settle(taken)
        return bool(taken.entries)

    def _tell(self, entry: Entry, reason: str) -> None:
        """Who waits for the outcome learns it."""
        if entry.done is not None:
            try:
                entry.done(reason)
            except BaseException as error:
                self._faults.saw("exporters", self._name, error)

    def _send_all(self, taken: Taken) -> str:
        """Send a batch, in pieces if it is too large; why it or a piece was given up ("" = the backend has all).

        Raises _Released with all that was not sent.
        """
        pieces = self._pieces(taken)
        reasons: list[str] = []
        for at, (body, items) in enumerate(pieces):
            try:
                reasons.append(self._settle(taken, body, items))
            except _Released as released:
                raise _Released([*released.pieces, *pieces[at + 1 :]]) from None
        return max(reasons, key=lambda reason: (bool(reason), reason not in FOR_GOOD))

    def _pieces(self, taken: Taken) -> list[tuple[bytes, int]]:
        batching, body = taken.lane.batching, taken.body
        if batching is None or not batching.max_size:
            return [(body, taken.items)]
        by_items = batching.sizer == "items"
        if (taken.items if by_items else len(body)) <= batching.max_size:
            return [(body, taken.items)]
        most = batching.max_size
        return pdata.split(self._wire_signal, body, most if by_items else None, None if by_items else most)

    def _settle(self, taken: Taken, body: bytes, items: int) -> str:
        """Send one request until it has an outcome, and write that down; why it was given up ("" = it was sent)."""
        reason, rejected = self._try(body, items, taken)
        if reason:
            self._gone(taken, items - rejected, reason)
        else:
            self._exported(taken, items - rejected)
        return reason

    def _try(self, body: bytes, items: int, taken: Taken) -> tuple[str, int]:
        """Why it was given up ("" = it was sent), and how many of its items were written down as failed already."""
        started = self._clock.monotonic()
        interval = self._retry.initial_interval
        lost = 0
        mended = False
        while True:
            try:
                result = self._send(body)
            except Retry as failure:
                why, wait = failure.reason, self._wait(interval, failure.after)
                interval = min(interval * self._retry.multiplier, self._retry.max_interval)
                if self.released or (self.queue.on_disk and self._stopping.is_set()):
                    raise _Released([(body, items - lost)]) from None
                if given_up := self._give_up(started, wait):
                    self._faults.warn("exporters", self._name, f"gave up after {why}: {given_up}", items=items - lost)
                    return given_up, lost
                self._failing = True
                self._faults.warn("exporters", self._name, f"{why}; trying again", items=items - lost)
                self._stopping.wait(wait) if not self._stopping.is_set() else self._gave_up.wait(wait)
            except Permanent as failure:
                if failure.undecodable and not mended:
                    mended = True
                    better = pdata.mend(self._wire_signal, body)
                    if better.repaired or better.dropped:
                        lost += self._mended(taken, better, items - lost)
                        if not better.items:
                            return "", items
                        body = better.body
                        continue
                self._faults.warn(
                    "exporters", self._name, f"the backend refused for good: {failure.reason}", items=items - lost
                )
                return "permanent", lost
            else:
                if self._failing:
                    self._failing = False
                    self._faults.warn("exporters", self._name, "the backend takes data again", level=logging.INFO)
                if isinstance(result, Rejected) and result.items:
                    self._faults.warn("exporters", self._name, "the backend rejected a part of a request")
                    rejected = min(result.items, items - lost)
                    self._gone(taken, rejected, "rejected")
                    lost += rejected
                return "", lost

    def _mended(self, taken: Taken, better: pdata.Mended, items: int) -> int:
        """Write down what had to go so that the rest can be decoded; returns how many items of `items` that were."""
        self._tally.repaired(better.repaired)
        dropped = max(0, items - better.items)
        if dropped:
            self._gone(taken, dropped, "malformed")
        self._faults.warn("exporters", self._name, "mended a request that the backend could not decode")
        return dropped

    def _wait(self, interval: float, asked: float | None) -> float:
        """Seconds until the next try: the backoff with jitter, or what the backend asked for if that is longer."""
        spread = self._retry.randomization_factor
        backoff = interval * random.uniform(1 - spread, 1 + spread)  # noqa: S311 (no secret)
        return max(backoff, min(asked or 0.0, MAX_ASKED_SECONDS))

    def _give_up(self, started: float, wait: float) -> str:
        if not self._retry.enabled:
            return "retry_disabled"
        if self._gave_up.is_set():
            return "shutdown"
        most = self._retry.max_elapsed_time
        if most and self._clock.monotonic() + wait - started > most:
            return "retries_exhausted"
        return ""

    def _exported(self, taken: Taken, items: int) -> None:
        if taken.abandoned:
            return
        taken.written += items
        self._tally.sent(items)
        if taken.lane.ledger:
            taken.lane.ledger.count("exported", items)

    def _gone(self, taken: Taken, items: int, reason: str) -> None:
        if taken.abandoned or not items:
            return
        taken.written += items
        if reason == "shutdown":
            self._left += items
        self._failed(taken, items, reason)

    def _failed(self, taken: Taken, items: int, reason: str) -> None:
        self._tally.failed(items)
        if taken.lane.ledger:
            taken.lane.ledger.count("failed", items, reason)

    @property
    def left(self) -> int:
        """Items given up because the time to stop ran out."""
        return self._left

    def release(self) -> None:
        """Leave the queue to a successor: calls in flight end, what they could not send waits there again."""
        self._released.set()
        self._stopping.set()
        self.queue.wake()

    def join(self, deadline: float | None) -> bool:
        """Wait for all threads, at most until `deadline` (monotonic seconds); whether they have ended."""
        while alive := [thread for thread in list(self._threads) if thread.is_alive()]:
            wait = None if deadline is None else deadline - self._clock.monotonic()
            if wait is not None and wait <= 0:
                return False
            alive[0].join(wait)
        return True

    def drain(self) -> None:
        """Send what waits, without lingering, and end."""
        self.queue.drain()

    def hurry(self) -> None:
        """Drain, and try now what waits for its next try."""
        self._stopping.set()
        self.queue.drain()

    def give_up(self, deadline: float) -> int:
        """Wait until `deadline` (monotonic seconds) for what `hurry` began; returns the items that were left then.

        What stands on disk is not given up: it stays there.
        """
        if self.join(deadline):
            return self._left
        if self.queue.on_disk:
            self.release()
            self.join(self._clock.monotonic() + 0.5)
        else:
            self._gave_up.set()
            self._abandon(self.queue.left())
            self.join(self._clock.monotonic() + 0.5)  # those that slept between two tries write down what they give up
            self._abandon(list(self.queue.in_flight))
        return self._left

    @property
    def kept(self) -> int:
        """Items that stay on disk."""
        return self.queue.held if self.queue.on_disk else 0

    def _abandon(self, batches: Iterable[Taken]) -> None:
        for taken in batches:
            self._gone(taken, taken.items - taken.written, "shutdown")
            taken.abandoned = True
            self.queue.settle(taken)
            for entry in taken.entries:
                self._tell(entry, "shutdown")


class _Released(Exception):
    """The sender has a successor; `pieces` (bodies with their items) were not sent."""

    def __init__(self, pieces: list[tuple[bytes, int]]) -> None:
        super().__init__()
        self.pieces = pieces

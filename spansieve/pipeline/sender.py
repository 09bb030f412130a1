"""The threads between an exporter's queue and its backend: take, send, try again, and write down what became of it."""

import logging
import random
import threading
from collections.abc import Callable
from typing import Any

from spansieve import pdata
from spansieve.plugin import Clock, Exporter, Permanent, Rejected, Retry, RetryConfig, Signal

from .faults import Faults
from .queue import Queue, Taken
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
        retry: RetryConfig,
        clock: Clock,
        tally: ExporterTally,
        faults: Faults,
    ) -> None:
        """Nothing runs before `start`."""
        self.queue = queue
        self._exporter = exporter
        self._name = name
        self._signal = signal
        self._wire_signal: Signal = "logs" if signal == "alerts" else signal
        self._send = self._sending(exporter, signal)
        self._retry = retry
        self._clock = clock
        self._tally = tally
        self._faults = faults
        self._leader = threading.Lock()  # who holds it waits on the queue; the others wait for it
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopping = threading.Event()
        self._gave_up = threading.Event()
        self._abandoned = 0  # items given up because the time to stop ran out

    def _sending(self, exporter: Exporter[Any], signal: Signal) -> Callable[[bytes], Rejected | None]:
        send = getattr(exporter, "send", None)
        if send is not None:
            return lambda body: send(self._wire_signal, body)
        method = getattr(exporter, signal, None) or getattr(exporter, self._wire_signal)
        return lambda body: method(pdata.parse(self._wire_signal, body))

    def start(self) -> None:
        """Start the first thread, unless that was done."""
        if not self._threads:
            self._add_thread()

    def _add_thread(self) -> None:
        with self._lock:
            if len(self._threads) >= self.queue.config.num_consumers:
                return
            name = f"{self._name}-{self._signal}-{len(self._threads)}"
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
                taken = self.queue.take()
            if taken is None:
                return
            if self._idle == 0:
                self._add_thread()
            self._deliver(taken)

    def _deliver(self, taken: Taken) -> None:
        delivered = False
        try:
            batching = taken.lane.batching
            most = batching.max_size if batching else 0
            body = taken.body
            if most and (taken.items if batching is None or batching.sizer == "items" else len(body)) > most:
                by_items = batching is None or batching.sizer == "items"
                pieces = pdata.split(self._wire_signal, body, most if by_items else None, None if by_items else most)
            else:
                pieces = [(body, taken.items)]
            outcomes = [
                self._settle(taken, body, items) for body, items in pieces
            ]  # all of them, whatever the first says
            delivered = all(outcomes)
        except pdata.DecodeError:  # it can't be cut into pieces, because it can't be read
            self._gone(taken, taken.items, "malformed")
        finally:
            self.queue.settle(taken)
            for entry in taken.entries:
                if entry.done is not None:
                    entry.done(delivered)

    def _settle(self, taken: Taken, body: bytes, items: int) -> bool:
        """Send one request until it has an outcome, and write that down; True if the backend has it."""
        try:
            reason, rejected = self._try(body, items, taken)
        except Exception as error:  # a mistake in the exporter costs this request alone
            self._faults.saw("exporters", self._name, error, "; given up")
            reason, rejected = "error", 0
        if reason:
            self._gone(taken, items - rejected, reason)
            return False
        self._exported(taken, items - rejected)
        return True

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
                if given_up := self._give_up(started, wait):
                    self._faults.warn("exporters", self._name, f"gave up after {why}: {given_up}")
                    return given_up, lost
                self._faults.warn("exporters", self._name, f"{why}; trying again", level=logging.INFO)
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
                self._faults.warn("exporters", self._name, f"the backend refused for good: {failure.reason}")
                return "permanent", lost
            else:
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
        self._tally.sent(items)
        if taken.lane.ledger:
            taken.lane.ledger.count("exported", items)

    def _gone(self, taken: Taken, items: int, reason: str) -> None:
        self._tally.failed(items)
        if reason == "shutdown":
            self._abandoned += items
        if taken.lane.ledger:
            taken.lane.ledger.count("failed", items, reason)

    def stop(self, deadline: float) -> int:
        """Send what waits until `deadline` (monotonic seconds), then give up; returns the items that were left."""
        self._stopping.set()
        self.queue.drain()
        for thread in list(self._threads):
            thread.join(max(0.0, deadline - self._clock.monotonic()))
        self._gave_up.set()
        for taken in self.queue.left():
            self._gone(taken, taken.items, "shutdown")
            self.queue.settle(taken)
        for thread in list(self._threads):
            thread.join(1.0)  # those that slept between two tries write down what they give up
        return self._abandoned + sum(lane.held for lane in self.queue.lanes())

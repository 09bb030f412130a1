"""Who may come in: the bytes of all requests that are in flight, counted before they are inflated or decoded.

One object a process. A request counts from when its size is known until it has been answered, so what waits for the
chain thread, or for room, is in the same sum.
"""

import random
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Protocol

from spansieve.pdata import Signal
from spansieve.plugin import Busy

MAX_IN_FLIGHT_BYTES: Final = 256 * 1024 * 1024
"""The bound where a receiver has none of its own."""
MIN_RETRY_SECONDS: Final = 0.5
MAX_RETRY_SECONDS: Final = 1.5


class Guard(Protocol):
    """What is asked at the door, from any thread; see `plugin.Processor.admit`."""

    def admit(self, signal: Signal, request_bytes: int, in_flight_bytes: int) -> None:
        """Raises Refused or TooLarge."""


Guards = Mapping[tuple[str, Signal], tuple[Guard, ...]]
"""Who is asked, by the receiver's id and the signal."""


def retry_seconds() -> float:
    """When a refused sender should come again: about a second, spread so that not all come back together, in steps of
    a tenth so that few answers have to be encoded.
    """
    return round(random.uniform(MIN_RETRY_SECONDS, MAX_RETRY_SECONDS), 1)  # noqa: S311 (spread, not secrecy)


class Admission:
    """Counts what is in flight, and asks the guards of each receiver's pipelines."""

    def __init__(self) -> None:
        """Nothing is in flight, and nobody guards."""
        self.lock = threading.Lock()
        self.in_flight_bytes = 0
        self.guards: Guards = {}

    def admit(self, receiver: str, signal: Signal, size_bytes: int, limit_bytes: int = 0) -> "Admitted":
        """What `plugin.Host.admit` promises to `receiver`."""
        admitted = Admitted(self, self.guards.get((receiver, signal), ()), signal, limit_bytes or MAX_IN_FLIGHT_BYTES)
        try:
            admitted.grow(size_bytes)
        except BaseException:
            admitted.close()
            raise
        return admitted


class Admitted:
    """One request in flight: `plugin.Admitted`, made true."""

    __slots__ = ("_admission", "_guards", "_limit", "_signal", "_size")

    def __init__(self, admission: Admission, guards: tuple[Guard, ...], signal: Signal, limit_bytes: int) -> None:
        """Of no size yet."""
        self._admission = admission
        self._guards = guards
        self._signal: Signal = signal
        self._limit = limit_bytes
        self._size = 0

    def grow(self, size_bytes: int) -> None:
        """Count so many bytes more. Raises Refused and TooLarge. A request that is alone is never Busy, so that a
        limit below one request's size can't shut it out for good.
        """
        admission = self._admission
        with admission.lock:
            others, size = admission.in_flight_bytes - self._size, self._size + size_bytes
            if others and others + size > self._limit:
                raise Busy("too many requests are in flight", retry_seconds())
            self._size = size
            admission.in_flight_bytes = total = others + size
        for guard in self._guards:
            guard.admit(self._signal, size, total)

    def shrink(self, size_bytes: int) -> None:
        """So many bytes are held no more."""
        with self._admission.lock:
            self._size -= size_bytes
            self._admission.in_flight_bytes -= size_bytes

    def close(self) -> None:
        """The request is over; once is enough, and more does no harm."""
        with self._admission.lock:
            self._admission.in_flight_bytes -= self._size
            self._size = 0

    def __enter__(self) -> "Admitted":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

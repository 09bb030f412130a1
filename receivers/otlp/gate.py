"""The gate of both protocols: asked before a request is inflated or decoded, over HTTP before it is read."""

from collections.abc import Iterator
from contextlib import contextmanager

from spansieve.plugin import Admitted, Busy, Host, Refused, Signal

from .clients import Clients, Limited
from .config import Limits


class Gate:
    """One a receiver."""

    def __init__(self, limits: Limits, host: Host) -> None:
        """Clients are remembered only where they have limits."""
        per_client = limits.per_client
        self._host = host
        self._limit = limits.max_in_flight_bytes
        self._refused = host.counter("refused_requests", unit="{request}", description="Requests refused at the door.")
        forgotten = host.counter("forgotten_clients", unit="{client}", description="Clients forgotten to make room.")
        limited = per_client.max_requests_in_flight or per_client.max_bytes_per_second
        self.clients = Clients(per_client, host.clock, forgotten) if limited else None

    @contextmanager
    def request(self, signal: Signal, client: str, size_bytes: int, transport: str) -> Iterator[Admitted]:
        """A request of `client`, for as long as it is open; `size_bytes` as far as is known.

        Raises Refused, which is counted, also when that is raised within; and TooLarge.
        """
        try:
            with self._of_client(client, size_bytes), self._host.admit(signal, size_bytes, self._limit) as admitted:
                yield admitted
        except Refused as refusal:
            self._count(refusal, transport)
            raise

    @contextmanager
    def _of_client(self, name: str, size_bytes: int) -> Iterator[None]:
        if self.clients is None:
            yield
            return
        self.clients.enter(name, size_bytes)
        try:
            yield
        finally:
            self.clients.leave(name)

    def pay(self, name: str, size_bytes: int) -> None:
        """The open request of the client `name` is larger than it said."""
        if self.clients is not None and size_bytes:
            self.clients.pay(name, size_bytes)

    def _count(self, refusal: Refused, transport: str) -> None:
        self._refused.add(
            1,
            reason=refusal.reason
            if isinstance(refusal, Limited)
            else "busy"
            if isinstance(refusal, Busy)
            else "memory",
            transport=transport,
        )

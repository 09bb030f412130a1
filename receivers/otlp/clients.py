"""What each client may have: so many requests open at once, so many bytes a second; a greedy one hurts itself alone.

A client is an address without its port. Bytes are a token bucket of one second (RFC 2697, section 3, one colour): who
has tokens left may send a request of any size, and whoever owes some has to wait until they have come in.
"""

import threading
from collections import OrderedDict
from typing import Final

from spansieve.admission import retry_seconds
from spansieve.plugin import Clock, Counter, Refused

from .config import PerClient

MAX_WAIT_SECONDS: Final = 60.0


class Limited(Refused):
    """A client has all that it may have; `reason` is the word it is counted under."""

    def __init__(self, message: str, after: float, *, reason: str) -> None:
        """`after` seconds it may come again."""
        super().__init__(message, after)
        self.reason = reason


class _Client:
    __slots__ = ("open", "seen", "tokens")

    def __init__(self, tokens: float, seen: float) -> None:
        self.open = 0
        self.tokens = tokens
        self.seen = seen


class Clients:
    """All clients that sent lately, at most `max_clients` of them. From any thread."""

    def __init__(self, limits: PerClient, clock: Clock, forgotten: Counter) -> None:
        """`forgotten` counts those that made room for others."""
        self._limits = limits
        self._clock = clock
        self._forgotten = forgotten
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, _Client] = OrderedDict()  # the longest unseen first

    def enter(self, name: str, size_bytes: int) -> None:
        """A request of `name` begins, of `size_bytes` as far as is known. Raises Limited; `leave` ends it otherwise."""
        most, rate = self._limits.max_requests_in_flight, self._limits.max_bytes_per_second
        with self._lock:
            client = self._client(name)
            if most and client.open >= most:
                message = f"this client has {most} requests open, and may have no more"
                raise Limited(message, retry_seconds(), reason="client_requests")
            if rate and client.tokens <= 0:
                after = min(MAX_WAIT_SECONDS, round(retry_seconds() - client.tokens / rate, 1))
                message = f"this client sends more than {rate} bytes a second"
                raise Limited(message, after, reason="client_bytes")
            client.tokens -= size_bytes
            client.open += 1

    def pay(self, name: str, size_bytes: int) -> None:
        """An open request of `name` had so many bytes more than it said."""
        with self._lock:
            self._clients[name].tokens -= size_bytes

    def leave(self, name: str) -> None:
        """A request that entered is over."""
        with self._lock:
            self._clients[name].open -= 1

    def _client(self, name: str) -> _Client:
        now, rate = self._clock.monotonic(), self._limits.max_bytes_per_second
        client = self._clients.get(name)
        if client is None:
            if len(self._clients) >= self._limits.max_clients:
                self._forget_one()
            client = self._clients[name] = _Client(rate, now)
        self._clients.move_to_end(name)
        client.tokens = min(rate, client.tokens + max(0.0, now - client.seen) * rate)
        client.seen = now
        return client

    def _forget_one(self) -> None:
        """Forget the longest unseen client without an open request."""
        for name, client in self._clients.items():
            if not client.open:
                del self._clients[name]
                self._forgotten.add(1)
                return
        raise Limited("too many clients have requests open", retry_seconds(), reason="clients")


def bare(host: str) -> str:
    """An IP address without the scope of a link, and an IPv4 address that came over IPv6 as itself."""
    return host.partition("%")[0].removeprefix("::ffff:")


def name_of(peer: str) -> str:
    """The client in an address as gRPC writes it: `ipv4:10.0.0.1:999`, `ipv6:[::1]:999` or `ipv6:%5B::1%5D:999`; all
    of a unix socket are one.
    """
    family, _, address = peer.partition(":")
    if family not in {"ipv4", "ipv6"}:
        return family
    return bare(address.rpartition(":")[0].replace("%5B", "[").replace("%5D", "]").strip("[]"))

"""Sending recorded requests to a collector, and saying on the terminal how it went."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import click

from spansieve.clock import SystemClock
from spansieve.host import ComponentHost, Core
from spansieve.otlp.client_config import GrpcClientSettings, HttpClientSettings
from spansieve.otlp.grpc_client import GrpcClient
from spansieve.otlp.http_client import HttpClient
from spansieve.otlp.partial_success import rejected
from spansieve.otlp.proxy import proxy_for
from spansieve.otlp.targets import base_url, grpc_target, peer_of
from spansieve.pdata import Signal
from spansieve.plugin import Permanent, Rejected, Retry
from spansieve.telemetry.instruments import Instruments
from spansieve.tls import ClientTls

from .probe import Listener, listener
from .recording import Recorded

Send = Callable[[Signal, bytes], Rejected | None]

PATIENCE_SECONDS = 10.0
"""How long what is refused is tried again, from the first refusal on."""
_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 5.0
_WORDS = {"traces": "span", "logs": "log record", "metrics": "data point"}
_HOST_AND_PORT = re.compile(r":\d{1,5}$")  # a Unix socket has none
_PATHS = ("/v1/traces", "/v1/logs", "/v1/metrics")
_SAYS_NOT_SERVED = {"HTTP 404", "UNIMPLEMENTED"}
_SAYS_LATE = {"timeout", "DEADLINE_EXCEEDED"}


class Target(NamedTuple):
    """Where to send: `url` for HTTP, empty for gRPC; `peer` is its `host:port`."""

    endpoint: str
    url: str
    peer: str

    @property
    def is_tls(self) -> bool:
        """Whether the connection begins with TLS."""
        return self.endpoint.lower().startswith("https:")


def target(endpoint: str) -> Target:
    """Where `endpoint` leads. Raises ValueError with what to write instead."""
    if endpoint.lower().startswith(("http://", "https://")):
        url = base_url(endpoint).rstrip("/")
        if url.endswith(_PATHS):
            raise ValueError(f"{endpoint!r}: write the URL without /v1/..., which is added for each signal")
        return Target(endpoint, url, peer_of(url))
    return Target(endpoint, "", grpc_target(endpoint).peer)


def courier(endpoint: str) -> "Courier":
    """What sends to `endpoint`, to be used in a `with`. Raises ValueError with what to write instead."""
    return Courier(target(endpoint))


class Courier:
    """Sends one request after the other, again while they are refused; after PATIENCE_SECONDS in vain, once each."""

    def __init__(self, to: Target) -> None:
        """Nothing is opened yet."""
        self._to = to
        self._opened = _client(to)
        self._give_up: float | None = None  # when what is refused now was refused long enough

    def __enter__(self) -> "Courier":
        """Open the client."""
        self._post = self._opened.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the client."""
        self._opened.__exit__(None, None, None)

    def deliver(self, recorded: Recorded) -> bool:
        """Send one request; says on the terminal how it went, and returns whether it went well."""
        what = f"{recorded.items} {_WORDS[recorded.signal]}{'' if recorded.items == 1 else 's'} of {recorded.source}"
        while True:
            try:
                left_out = self._post(recorded.signal, recorded.body)
            except Retry as refusal:
                who = self._who()
                why = self._why(refusal.reason, who)
                if not self._mismatch(who) and self._waits(refusal, why):
                    continue
            except Permanent as refusal:
                why = self._why_never(refusal.reason, recorded.signal)
            else:
                self._give_up = None
                click.echo(_sent(what, left_out))
                return True
            click.echo(f"not sent: {what}: {why}", err=True)
            return False

    def _waits(self, refusal: Retry, why: str) -> bool:
        """Wait for the next try, and say so at the first refusal; False when it was refused for long enough."""
        now = time.monotonic()
        if self._give_up is None:
            self._give_up = now + PATIENCE_SECONDS
            click.echo(f"{why}; trying again for {PATIENCE_SECONDS:g} s", err=True)
        if now >= self._give_up:
            return False
        time.sleep(min(refusal.after or _PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, self._give_up - now))
        return True

    def _who(self) -> Listener:
        """Who listens there; the one that is meant to, where it can't be asked in the clear and directly."""
        meant: Listener = "http" if self._to.url else "grpc"
        if not _HOST_AND_PORT.search(self._to.peer) or (self._to.url and proxy_for(self._to.url, None)):
            return meant
        found = listener(self._to.peer)
        return meant if self._to.is_tls and found != "nobody" else found

    def _mismatch(self, who: Listener) -> str:
        """What to write instead when the other one of the two protocols is spoken there; else nothing."""
        peer = self._to.peer
        if self._to.url and who == "grpc":
            return f"{peer} speaks gRPC, not HTTP/1.1: write --endpoint {peer}"
        if not self._to.url and who == "http":
            return f"{peer} speaks HTTP, not gRPC: write --endpoint http://{peer}"
        return ""

    def _why(self, reason: str, who: Listener) -> str:
        """Why a request was refused for now, told by `reason` and by who listens there."""
        peer = self._to.peer
        if who == "nobody":
            return f"nobody listens on {peer} (start a collector with: spansieve run)"
        if who == "other":
            return f"what listens on {peer} speaks neither gRPC nor HTTP without TLS ({reason})"
        if reason in _SAYS_LATE:
            return f"the collector on {peer} did not answer in time ({reason})"
        return self._mismatch(who) or f"the collector on {peer} refused it for now ({reason})"

    def _why_never(self, reason: str, signal: Signal) -> str:
        """Why a request was refused for good."""
        mismatch = self._mismatch(self._who())
        if mismatch:
            return mismatch
        hint = f": it has no pipeline for {signal}, or is no collector" if reason in _SAYS_NOT_SERVED else ""
        return f"{self._to.peer} refused it for good ({reason}){hint}"


def _sent(what: str, left_out: Rejected | None) -> str:
    if left_out is None:
        return f"sent {what}"
    if not left_out.items:
        return f"sent {what}; the collector says: {left_out.message}"
    return f"sent {what}, {left_out.items} of them rejected: {left_out.message or 'it does not say why'}"


@contextmanager
def _client(to: Target) -> Iterator[Send]:
    """What sends one request once; closed at the end."""
    core = Core(SystemClock(), Instruments())
    host = ComponentHost(core, "exporters", "send")
    try:
        if to.url:
            http = HttpClient(HttpClientSettings(endpoint=to.url), host)
            http.open()
            yield lambda signal, body: _post(http, f"{to.url}/v1/{signal}", signal, body)
            http.close()
        else:
            grpc = GrpcClient(GrpcClientSettings(endpoint=to.endpoint, tls=ClientTls(insecure=True)), host)
            yield grpc.export
            grpc.close()
    finally:
        core.loop.close()


def _post(http: HttpClient, url: str, signal: Signal, body: bytes) -> Rejected | None:
    answer = http.post(url, body, "application/x-protobuf")
    if answer.media_type not in {"application/x-protobuf", "application/json"}:
        return None  # taken, by somebody who says no more
    return rejected(signal, answer.body, is_json=answer.media_type == "application/json")

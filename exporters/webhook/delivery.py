"""One try to deliver a request, and what its answer means."""

import base64
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Literal, NamedTuple

import aiohttp

from spansieve.config.model import Secret
from spansieve.otlp.client_config import HttpClientSettings
from spansieve.otlp.http_client import HttpClient
from spansieve.plugin import Host, Permanent, Retry

from .addresses import GuardedResolver
from .config import EndpointConfig
from .formats import Request
from .signing import signed_headers

MAX_ANSWER_BYTES: Final = 4 * 1024
"""What is read of an answer, so that its connection can be used again; nobody looks at it."""
_AGAIN: Final = frozenset({408, 425, 429})
_GONE: Final = 410

Result = Literal["sent", "retry", "failed", "off"]
"""Of a try: the endpoint has it, may take it later, won't take it, or wants nothing any more."""


class Outcome(NamedTuple):
    """What became of a try."""

    result: Result
    reason: str = ""
    """Short, without content."""
    after: float | None = None
    """Seconds that the endpoint asks to be left alone for."""


def outcome_of(status: int, after: float | None) -> Outcome:
    """What an answer with `status` and this `Retry-After` (seconds) means."""
    reason = f"HTTP {status}"
    if 200 <= status <= 299:
        return Outcome("sent")
    if status in _AGAIN or 500 <= status <= 599:
        return Outcome("retry", reason, after)
    return Outcome("off" if status == _GONE else "failed", reason)


class Delivery:
    """Posts to one endpoint."""

    def __init__(self, settings: EndpointConfig, host: Host) -> None:
        """Nothing is opened yet."""
        target = settings.target
        headers: dict[str, Secret] = dict(settings.headers)
        if target.user:
            given = base64.b64encode(f"{target.user}:{target.password}".encode()).decode()
            headers["authorization"] = Secret(f"Basic {given}")
        own = {
            "timeout": settings.timeout,
            "compression": "none",
            "headers": headers,
            "tls": settings.tls,
            "proxy_url": settings.proxy_url,
        }
        client = HttpClientSettings().model_copy(update=own)
        self._url = target.url
        self._keys: Sequence[bytes] = settings.keys
        self._clock = host.clock
        self._client = HttpClient(client, host, None if settings.allow_link_local else GuardedResolver)

    def open(self) -> None:
        """Make the session. Raises ValueError for TLS files that can't be read."""
        self._client.open()

    def close(self) -> None:
        """End; what is under way ends as well."""
        self._client.close()

    def send(self, request: Request) -> Outcome:
        """Post `request` once. Signed are the bytes that are sent, with the time of this try."""
        headers = {
            "content-type": request.content_type,
            **signed_headers(self._keys, request.id, self._clock.time_ns() // 10**9, request.body),
        }
        try:
            return self._client.exchange(self._url, request.body, headers, self._read)
        except Retry as failure:
            return Outcome("retry", failure.reason)
        except Permanent as failure:
            return Outcome("failed", failure.reason)

    async def _read(self, response: aiohttp.ClientResponse) -> Outcome:
        outcome = outcome_of(response.status, self._client.asked_wait(response))
        with suppress(aiohttp.ClientError, OSError, TimeoutError):  # the status has said it all
            await response.content.read(MAX_ANSWER_BYTES)
        return outcome

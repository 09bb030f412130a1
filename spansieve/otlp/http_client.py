"""An HTTP client for exporters: one attempt a call, from any thread, over connections kept on the process's one loop.

The body is compressed on the calling thread, so that the loop only moves bytes. Redirects are not followed: headers
with tokens would go where nobody sent them. Source: OTLP specification 1.11.0, "OTLP/HTTP Response"; RFC 9110.
"""

import errno
import re
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import CancelledError
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver, AbstractStreamWriter
from aiohttp.payload import Payload
from multidict import CIMultiDict

from spansieve import zstd
from spansieve.plugin import Host, Permanent, Retry
from spansieve.tls_reload import client_context

from .client_config import HttpClientSettings
from .credentials import Credentials
from .proxy import proxy_for
from .status import RETRYABLE_HTTP
from .targets import peer_of
from .user_agent import user_agent

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""What is read of an answer at most, as the OTLP specification advises."""

_THROTTLING = frozenset({429, 503})
_UNREADABLE = frozenset({400, 422, 500})
_FAR = 600.0
"""Seconds. No server means a longer wait than this, so then one of the two clocks is wrong."""
_SLICE = 256 * 1024
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)

ResultT = TypeVar("ResultT")
Read = Callable[[aiohttp.ClientResponse], Awaitable[ResultT]]
"""What is made of an answer, of whatever status, while its connection is there."""


class Answer(NamedTuple):
    """A 2xx answer: its media type without parameters, and its body."""

    media_type: str
    body: bytes


class _Body(Payload):
    """Bytes, written slice by slice, so that a large request does not hold up the loop."""

    _value: bytes

    def __init__(self, value: bytes, content_type: str) -> None:
        super().__init__(value, content_type=content_type)
        self._size = len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        for start in range(0, len(self._value), _SLICE):
            await writer.write(self._value[start : start + _SLICE])

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self.write(writer)  # the length announced is always this body's own


def compress(body: bytes, method: str, level: int | None) -> bytes:
    """`body` in `Content-Encoding: method`; `level` None or -1 is the method's default. `deflate` is zlib's format, as
    RFC 9110 has it.
    """
    if method == "zstd":
        return zstd.compress(body, 3 if level in {None, -1} else level or 0)
    packer = zlib.compressobj(-1 if level is None else level, zlib.DEFLATED, 31 if method == "gzip" else 15)
    return packer.compress(body) + packer.flush()


def sent_at(header: str | None) -> int:
    """When an answer was sent by its server's own clock (`Date`), ns of the Unix epoch; 0 if it does not say."""
    try:
        return int(parsedate_to_datetime(header or "").timestamp()) * 10**9
    except (TypeError, ValueError, OverflowError):
        return 0


def retry_after(header: str | None, now_ns: int) -> float | None:
    """Seconds that a `Retry-After` asks for, at `now_ns` (Unix epoch): a number of seconds or an HTTP date; None if
    it is neither. Never negative. Source: RFC 9110, 10.2.3.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now_ns / 1e9)
    except (TypeError, ValueError, OverflowError):
        return None


def failure(status: int, header: str | None, now_ns: int) -> Retry | Permanent:
    """What to raise for an answer with `status` other than 2xx and this `Retry-After`, as OTLP's table says."""
    reason = f"HTTP {status}"
    if status in RETRYABLE_HTTP:
        return Retry(reason, retry_after(header, now_ns) if status in _THROTTLING else None)
    return Permanent(reason, undecodable=status in _UNREADABLE)


def broken(error: BaseException) -> Retry:
    """What to raise when no answer came, with a reason that holds neither address nor content."""
    if isinstance(error, (CancelledError, RuntimeError)):  # session or loop were closed while threads still send
        return Retry("closed")
    if isinstance(error, TimeoutError):
        return Retry("timeout")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Retry("host not found")
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return Retry("TLS failed")
    number = getattr(error, "errno", None) or getattr(getattr(error, "os_error", None), "errno", None)
    return Retry(errno.errorcode.get(number or 0, type(error).__name__))


class HttpClient:
    """Posts requests with one set of client settings."""

    def __init__(
        self, settings: HttpClientSettings, host: Host, resolver: Callable[[], AbstractResolver] | None = None
    ) -> None:
        """Nothing is opened yet. `resolver` makes what looks names up, on the loop; None: the system does."""
        self._resolver = resolver
        self._settings = settings
        self._host = host
        self._credentials = Credentials(settings.auth, host)
        self._session: aiohttp.ClientSession | None = None
        self._method = "" if settings.compression == "none" else settings.compression
        self._headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
        if self._method:
            self._headers["Content-Encoding"] = self._method
        own = {name: value.get_secret_value() for name, value in settings.headers.items()}
        taken = {name.lower() for name in own}
        self._headers = {name: value for name, value in self._headers.items() if name.lower() not in taken} | own

    def open(self) -> None:
        """Make the session. Raises ValueError for TLS files that can't be read."""
        context = client_context(self._settings.tls, self._host)
        self._session = self._host.run(self._make_session(context), 10)

    def warn_in_clear(self, url: str) -> None:
        """Say that credentials go to `url` in clear text, if they do."""
        self._credentials.warn_in_clear(peer_of(url), secure=url.lower().startswith("https:"))

    async def _make_session(self, context: ssl.SSLContext) -> aiohttp.ClientSession:
        settings = self._settings
        options: dict[str, Any] = {"force_close": True}
        if not settings.disable_keep_alives:
            options = {"keepalive_timeout": settings.idle_conn_timeout or 1e9}
        connector = aiohttp.TCPConnector(
            resolver=self._resolver() if self._resolver else None,
            ssl=context,
            limit=settings.max_idle_conns,
            limit_per_host=settings.max_conns_per_host,
            **options,
        )
        keeps_cookies = settings.cookies is not None and settings.cookies.enabled
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.CookieJar() if keeps_cookies else aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=settings.timeout or None, sock_connect=None),
            auto_decompress=False,
        )

    def post(self, url: str, body: bytes, content_type: str) -> Answer:
        """Post `body` once and return the answer, if it is 2xx.

        Raises Retry (connection, timeout, 429, 502, 503, 504; with the server's delay, if it named one) or Permanent.
        """
        try:
            return self.exchange(url, body, {"Content-Type": content_type}, self._answer)
        except Permanent as error:
            raise self._credentials.sorted_out(error) from None

    def exchange(self, url: str, body: bytes, headers: Mapping[str, str], read: Read[ResultT]) -> ResultT:
        """Post `body` once, with `headers` (the configured ones win, credentials over both), and return what `read`
        makes of the answer. Raises Retry where none came, and what `read` raises.
        """
        session = self._session
        if session is None or session.closed:
            raise Retry("closed")
        if self._method:
            body = compress(body, self._method, self._settings.compression_params.level)
        every = CIMultiDict(headers)
        every.update(self._headers)
        every.update(self._credentials.headers())  # over a header of that name, whatever its case
        spare = 5.0  # the session's own timeout comes first; this one is for a loop that hangs
        limit = self._settings.timeout + spare if self._settings.timeout else None
        try:
            return self._host.run(self._exchange(session, url, body, every, read), limit)
        except (aiohttp.ClientError, OSError, CancelledError, RuntimeError) as error:
            raise broken(error) from None

    async def _exchange(
        self, session: aiohttp.ClientSession, url: str, body: bytes, headers: CIMultiDict[str], read: Read[ResultT]
    ) -> ResultT:
        async with session.post(
            url,
            data=_Body(body, headers["Content-Type"]),
            headers=headers,
            allow_redirects=False,
            proxy=proxy_for(url, self._settings.proxy_url),
            server_hostname=self._settings.tls.server_name_override,
        ) as response:
            return await read(response)

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        if not 200 <= response.status <= 299:
            raise failure(response.status, response.headers.get("Retry-After"), self._now(response))
        return Answer(response.content_type, await _read(response))

    def asked_wait(self, response: aiohttp.ClientResponse) -> float | None:
        """Seconds that an answer's `Retry-After` asks for, None if it names none."""
        return retry_after(response.headers.get("Retry-After"), self._now(response))

    def _now(self, response: aiohttp.ClientResponse) -> int:
        """What the answer's `Retry-After` is counted from: this machine's clock, unless it is far from the server's."""
        own = self._host.clock.time_ns()
        asked = retry_after(response.headers.get("Retry-After"), own) or 0.0
        return (asked > _FAR and sent_at(response.headers.get("Date"))) or own

    def close(self) -> None:
        """Close all connections."""
        if self._session is not None and not self._session.closed:
            self._host.run(self._session.close(), 10)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The answer's body. Raises Permanent if it is larger than any OTLP answer."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            response.close()
            raise Permanent("the answer is larger than 4 MiB")
        parts.append(part)
    body = b"".join(parts)
    if response.headers.get("Content-Encoding", "").lower() == "gzip":  # not asked for, and some send it all the same
        try:
            return zlib.decompressobj(31).decompress(body, MAX_ANSWER_BYTES)
        except zlib.error:
            raise Permanent("the answer can't be decompressed") from None
    return body

"""Reading a request's body over HTTP: bounded, counted while it grows, decompressed, and made protobuf."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Final

from aiohttp import web

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.otlp.status import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE
from spansieve.pdata import DecodeError, is_crowded
from spansieve.pdata.bounds import MAX_OBJECTS, SMALL_BYTES
from spansieve.plugin import Admitted, Signal

from .bodies import BadEncoding, Overgrown, inflate
from .config import HttpConfig

INLINE_BYTES: Final = 8 * 1024
"""JSON up to here is decoded on the loop: faster than handing it to a thread."""
INLINE_COMPRESSED_BYTES: Final = 1024
"""As above, compressed; a thousandfold at most when inflated."""
PATIENCE_SECONDS: Final = 30.0
SLOWEST_BYTES_A_SECOND: Final = 64 * 1024
"""A body that comes slower than this, once the patience is spent, is not waited for."""
_LARGE_BYTES: Final = 1024 * 1024
_MAX_JSON_OBJECTS: Final = 4_000_000
"""Braces and brackets in a JSON request, those in texts as well: each takes a hundred bytes in memory."""
_one_at_a_time = threading.Lock()
"""Large JSON becomes many times its size in memory, and the interpreter's lock lets one thread decode anyway."""


class Refusal(Exception):
    """The request is refused at the door: an HTTP status, a gRPC code for the body, and words for the sender."""

    def __init__(
        self, status: int, code: int, message: str, *, reason: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """`message` holds nothing of the request's content; `reason` is the word it is counted under; `headers` go
        with the answer.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.reason = reason
        self.headers = headers or {}


class Bodies:
    """Reads bodies and decodes them, each within the limit of one; the gate knows how many may be read at once."""

    def __init__(self, config: HttpConfig, workers: Executor) -> None:
        """`workers` run what would hold the loop up."""
        self._limit = config.limit_bytes
        self._timeout = config.read_timeout
        self._encodings = frozenset(config.compression_algorithms)
        self._workers = workers

    def encoding(self, request: web.BaseRequest) -> str:
        """The body's encoding; empty for none. Raises Refusal for one that isn't taken, and for several at once."""
        encoding = ",".join(request.headers.getall("Content-Encoding", ())).strip().lower()
        encoding = "" if encoding == "identity" else encoding
        if encoding in self._encodings:
            return encoding
        allowed = ", ".join(name or "none" for name in sorted(self._encodings))
        raise Refusal(400, INVALID_ARGUMENT, f"unsupported Content-Encoding; supported: {allowed}", reason="encoding")

    def declared(self, request: web.BaseRequest) -> int:
        """The body's size as its headers say; 0 if they don't. Raises Refusal above the limit."""
        declared = request.content_length or 0
        if declared > self._limit:
            raise self._too_large()
        return declared

    async def read(self, request: web.BaseRequest, admitted: Admitted) -> bytes:
        """The body as it comes, counted as it grows. Raises Refusal for what isn't taken, RequestPayloadError for a
        cut body, and what `admitted` raises.
        """
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        room, chunks = self._limit, list[bytes]()
        try:
            begun = asyncio.get_running_loop().time()
            async with asyncio.timeout_at(begun + (self._timeout or PATIENCE_SECONDS)) as patience:
                async for chunk in request.content.iter_any():
                    chunks.append(chunk)
                    room -= len(chunk)
                    if room < 0:
                        raise self._too_large()
                    if not self._timeout:
                        patience.reschedule(begun + PATIENCE_SECONDS + (self._limit - room) / SLOWEST_BYTES_A_SECOND)
                    admitted.grow(len(chunk))
        except TimeoutError:
            raise Refusal(503, UNAVAILABLE, "the body did not come in time", reason="slow") from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def decode(self, signal: Signal, body: bytes, encoding: str, admitted: Admitted, *, is_json: bool) -> bytes:
        """The OTLP request in protobuf. Raises Refusal, and what `admitted` raises."""
        if not encoding and not is_json and len(body) <= SMALL_BYTES:
            return body
        if len(body) <= (INLINE_COMPRESSED_BYTES if encoding else INLINE_BYTES):
            return self._decoded(signal, body, encoding, admitted, is_json=is_json)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._workers, lambda: self._decoded(signal, body, encoding, admitted, is_json=is_json)
        )

    def _decoded(self, signal: Signal, body: bytes, encoding: str, admitted: Admitted, *, is_json: bool) -> bytes:
        try:
            plain = inflate(encoding, body, self._limit, admitted.grow)
            if encoding:
                admitted.shrink(len(body))
            request = _from_json(signal, plain) if is_json else plain
            if is_crowded(signal, request):
                raise _too_many(MAX_OBJECTS)
            return request
        except Overgrown:
            raise self._too_large() from None
        except BadEncoding as error:
            raise Refusal(400, INVALID_ARGUMENT, str(error), reason="encoding") from None
        except DecodeError as error:
            raise Refusal(400, INVALID_ARGUMENT, str(error), reason="malformed") from None

    def _too_large(self) -> Refusal:
        message = f"the body is larger than {self._limit} bytes, max_request_body_size"
        return Refusal(413, RESOURCE_EXHAUSTED, message, reason="too_large")


def _too_many(limit: int) -> Refusal:
    message = f"the request holds more than {limit} items, or an item of it more parts"
    return Refusal(413, RESOURCE_EXHAUSTED, message, reason="too_many")


def _from_json(signal: Signal, text: bytes) -> bytes:
    """Raises DecodeError, and Refusal for what would take too much memory on the way."""
    if len(text) <= _LARGE_BYTES:
        return to_protobuf(signal, text)
    if text.count(b"{") + text.count(b"[") > _MAX_JSON_OBJECTS:
        raise _too_many(_MAX_JSON_OBJECTS)
    with _one_at_a_time:
        return to_protobuf(signal, text)

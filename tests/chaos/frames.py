"""Bytes of HTTP/1.1 and HTTP/2 that no library would write. Source: RFC 9113, sections 3.4, 4.1, 6; RFC 7541, 6.2.2."""

import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 56\r\n\r\n"
    b"<!DOCTYPE html><html><body>Please sign in.</body></html>"
)
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 10\r\n\r\n"
BAD_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS = 0, 1, 3, 4
INTERNAL_ERROR = b"\0\0\0\2"
ACK, END_STREAM, END_HEADERS = 1, 1, 4


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """An HTTP/2 frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def block(*headers: tuple[bytes, bytes]) -> bytes:
    """A header block of literals that are not indexed."""
    parts = (b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in headers)
    return b"".join(parts)


OPENING = block((b":status", b"200"), (b"content-type", b"application/grpc"))


def begun(stream: int) -> bytes:
    """An answer's headers, and nothing after them."""
    return frame(HEADERS, END_HEADERS, stream, OPENING)


def torn(stream: int) -> bytes:
    """An answer that is broken off."""
    return begun(stream) + frame(RST_STREAM, 0, stream, INTERNAL_ERROR)


def nonsense(stream: int) -> bytes:
    """An answer whose message claims more than comes, and whose `grpc-status` is no number."""
    message = frame(DATA, 0, stream, b"\0\0\0\1\0\x0a\x7f")
    trailers = block((b"grpc-status", b"fine"), (b"grpc-status-details-bin", b"%%%"))
    return begun(stream) + message + frame(HEADERS, END_HEADERS | END_STREAM, stream, trailers)


async def answer(asked: bytes, reader: StreamReader, writer: StreamWriter, make: Callable[[int], bytes]) -> None:
    """Speak just enough HTTP/2 to answer each request on this connection with `make(stream)`; `asked` came already."""
    writer.write(frame(SETTINGS, 0, 0))
    pending = asked[len(PREFACE) :]
    while True:
        while len(pending) < 9 or len(pending) < 9 + int.from_bytes(pending[:3], "big"):
            data = await reader.read(1 << 16)
            if not data:
                return
            pending += data
        size, kind, flags = int.from_bytes(pending[:3], "big"), pending[3], pending[4]
        stream = int.from_bytes(pending[5:9], "big") & 0x7FFFFFFF
        pending = pending[9 + size :]
        if kind == SETTINGS and not flags & ACK:
            writer.write(frame(SETTINGS, ACK, 0))
        elif kind == HEADERS:
            writer.write(make(stream))
        await writer.drain()

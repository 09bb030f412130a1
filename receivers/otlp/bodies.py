"""Decompressing a request's body within a limit: what would grow above it is refused while it is being inflated."""

import zlib
from collections.abc import Callable
from typing import Final

from spansieve import zstd

GZIP_MAGIC: Final = b"\x1f\x8b"
_STEP: Final = 64 * 1024
"""Compressed bytes a step."""
_MAX_MEMBERS: Final = 10_000
"""Compressed streams one behind the other; each costs time, and honest senders write one."""


class TooLarge(Exception):
    """The decompressed body is larger than the limit."""


class BadEncoding(ValueError):
    """The body is not what its encoding says: broken, cut short, or followed by something else."""


def _zlib_stream(wbits: int, data: bytes, start: int, room: int, pieces: list[bytes]) -> tuple[int, int]:
    """Inflate the stream at `start` into `pieces`; where it ended, and the bytes of `room` that are left."""
    stream, position = zlib.decompressobj(wbits), start
    while not stream.eof:
        chunk = data[position : position + _STEP]
        if not chunk:
            raise BadEncoding("the compressed body is cut short")
        position += len(chunk)
        piece = stream.decompress(chunk, room + 1)  # a piece that stops there is too large, so nothing stays behind
        room -= len(piece)
        if room < 0:
            raise TooLarge
        pieces.append(piece)
    return position - len(stream.unused_data), room


def _gzip(data: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    position, room = _zlib_stream(31, data, 0, limit, pieces)
    members = 1
    while position < len(data):
        members += 1
        if members > _MAX_MEMBERS:
            raise BadEncoding("the compressed body has too many members")
        position, room = _zlib_stream(31, data, position, room, pieces)
    return b"".join(pieces)


def _zlib(data: bytes, limit: int) -> bytes:
    """The zlib format (RFC 1950); bare deflate too, which some clients send under the name `deflate`."""
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and not (data[0] << 8 | data[1]) % 31
    pieces: list[bytes] = []
    position, _ = _zlib_stream(15 if wrapped else -15, data, 0, limit, pieces)
    if position < len(data):
        raise BadEncoding("the compressed body goes on behind its end")
    return b"".join(pieces)


def _zstd(data: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    size, rest, members, frame = 0, data, 0, None
    while frame is not None or rest:
        if frame is None:
            frame, members = zstd.decompressor(), members + 1
            if members > _MAX_MEMBERS:
                raise BadEncoding("the compressed body has too many frames")
        piece = frame.decompress(rest, max_length=limit - size + 1)
        size += len(piece)
        if size > limit:
            raise TooLarge
        pieces.append(piece)
        if frame.eof:
            rest, frame = frame.unused_data, None
        elif frame.needs_input:
            break
        else:
            rest = b""
    if frame is not None or not data:
        raise BadEncoding("the compressed body is cut short")
    return b"".join(pieces)


def _plain(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise TooLarge
    return data


_DECODERS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "": _plain,
    "gzip": _gzip,
    "zlib": _zlib,
    "deflate": _zlib,
    "zstd": _zstd,
}


def inflate(encoding: str, data: bytes, limit: int) -> bytes:
    """`data` without its `encoding` (one of Config's), at most `limit` bytes of it.

    Raises TooLarge, as soon as the limit is passed, and BadEncoding.
    """
    try:
        return _DECODERS[encoding](data, limit)
    except (zlib.error, zstd.ZstdError) as error:
        raise BadEncoding(f"the body is not {encoding}") from error

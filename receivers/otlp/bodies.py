"""Decompressing a request's body within a limit: what would grow above it is refused while it is being inflated."""

import zlib
from collections.abc import Callable
from typing import Final

from spansieve import zstd

GZIP_MAGIC: Final = b"\x1f\x8b"
_STEP: Final = 64 * 1024
"""Compressed bytes a step."""
_PIECE: Final = 1024 * 1024
"""Inflated bytes a step, so that whoever counts them can say stop before there are many."""
_MAX_MEMBERS: Final = 10_000
"""Compressed streams one behind the other; each costs time, and honest senders write one."""


class Overgrown(Exception):
    """The decompressed body is larger than the limit."""


class BadEncoding(ValueError):
    """The body is not what its encoding says: broken, cut short, or followed by something else."""


Took = Callable[[int], None]
"""Told of each piece how many bytes it has; what it raises ends the inflating."""


class _Inflated:
    """What has been inflated so far, at most `limit` bytes of it."""

    def __init__(self, limit: int, took: Took) -> None:
        self._room = limit
        self._took = took
        self._pieces: list[bytes] = []

    @property
    def ask(self) -> int:
        """Bytes to ask for next: one more than there is room for shows that it is too large."""
        return min(self._room + 1, _PIECE)

    def add(self, piece: bytes) -> None:
        self._room -= len(piece)
        if self._room < 0:
            raise Overgrown
        self._took(len(piece))
        self._pieces.append(piece)

    def whole(self) -> bytes:
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)


def _zlib_stream(wbits: int, data: bytes, start: int, inflated: _Inflated) -> int:
    """Inflate the stream at `start`; where it ended."""
    stream, position = zlib.decompressobj(wbits), start
    while not stream.eof:
        chunk = stream.unconsumed_tail
        if not chunk:
            chunk = data[position : position + _STEP]
            position += len(chunk)
        piece = stream.decompress(chunk, inflated.ask)
        if not chunk and not piece and not stream.eof:
            raise BadEncoding("the compressed body is cut short")
        inflated.add(piece)
    return position - len(stream.unused_data)


def _gzip(data: bytes, limit: int, took: Took) -> bytes:
    inflated = _Inflated(limit, took)
    position = _zlib_stream(31, data, 0, inflated)
    members = 1
    while position < len(data):
        members += 1
        if members > _MAX_MEMBERS:
            raise BadEncoding("the compressed body has too many members")
        position = _zlib_stream(31, data, position, inflated)
    return inflated.whole()


def _zlib(data: bytes, limit: int, took: Took) -> bytes:
    """The zlib format (RFC 1950); bare deflate too, which some clients send under the name `deflate`."""
    wrapped = len(data) >= 2 and data[0] & 0x0F == 8 and not (data[0] << 8 | data[1]) % 31
    inflated = _Inflated(limit, took)
    if _zlib_stream(15 if wrapped else -15, data, 0, inflated) < len(data):
        raise BadEncoding("the compressed body goes on behind its end")
    return inflated.whole()


def _zstd(data: bytes, limit: int, took: Took) -> bytes:
    inflated = _Inflated(limit, took)
    rest, members, frame = data, 0, None
    while frame is not None or rest:
        if frame is None:
            frame, members = zstd.decompressor(), members + 1
            if members > _MAX_MEMBERS:
                raise BadEncoding("the compressed body has too many frames")
        inflated.add(frame.decompress(rest, max_length=inflated.ask))
        if frame.eof:
            rest, frame = frame.unused_data, None
        elif frame.needs_input:
            break
        else:
            rest = b""
    if frame is not None or not data:
        raise BadEncoding("the compressed body is cut short")
    return inflated.whole()


def _plain(data: bytes, limit: int, _took: Took) -> bytes:
    if len(data) > limit:
        raise Overgrown
    return data


_DECODERS: Final[dict[str, Callable[[bytes, int, Took], bytes]]] = {
    "": _plain,
    "gzip": _gzip,
    "zlib": _zlib,
    "deflate": _zlib,
    "zstd": _zstd,
}


def _uncounted(_: int) -> None:
    pass


def inflate(encoding: str, data: bytes, limit: int, took: Took = _uncounted) -> bytes:
    """`data` without its `encoding` (one of Config's), at most `limit` bytes of it; `took` is told of each piece.

    Raises Overgrown, as soon as the limit is passed, BadEncoding, and what `took` raises.
    """
    try:
        return _DECODERS[encoding](data, limit, took)
    except (zlib.error, zstd.ZstdError) as error:
        raise BadEncoding(f"the body is not {encoding}") from error

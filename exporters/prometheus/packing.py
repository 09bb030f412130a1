"""gzip of texts that are packed one by one, so that one that has not changed need not be packed again.

Each is a run of DEFLATE blocks that refers to nothing before it and ends at a byte; behind each other they are one
stream. (Several gzip members would be simpler, but not every client reads on behind the first.)
Source: RFC 1951, section 3.2; RFC 1952, section 2.3.
"""

import zlib
from collections.abc import Iterable
from typing import Final

_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""DEFLATE, no name, no time, fastest, made on no system that is known."""
_LAST: Final = b"\x03\x00"
"""The last block, with nothing in it."""
_FASTEST: Final = 1


def packed(text: bytes) -> bytes:
    """`text` as blocks of a stream, none of them its last."""
    packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def gzipped(texts: Iterable[bytes], blocks: Iterable[bytes]) -> bytes:
    """`blocks`, which `packed` made of `texts`, as one gzip of all."""
    checksum = size = 0
    for text in texts:
        checksum = zlib.crc32(text, checksum)
        size += len(text)
    return b"".join((_HEADER, *blocks, _LAST, checksum.to_bytes(4, "little"), (size % 2**32).to_bytes(4, "little")))

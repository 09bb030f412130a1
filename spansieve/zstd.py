"""zstd as the standard library has it from Python 3.14 on (PEP 784), and as its backport has it before."""

import sys
from typing import Any

if sys.version_info >= (3, 14):
    from compression import zstd as _zstd
else:
    from backports import zstd as _zstd

ZstdError: type[Exception] = _zstd.ZstdError
"""What is raised for bytes that are not zstd."""

_WINDOW_LOG_MAX = 23


def compress(data: bytes, level: int = 3) -> bytes:
    """`data` as one frame."""
    return _zstd.compress(data, level=level)


def decompress(data: bytes) -> bytes:
    """`data`, one frame or several, whole: for what is trusted. Raises ZstdError."""
    return _zstd.decompress(data)


def decompressor() -> Any:  # noqa: ANN401 (the class has two homes)
    """One frame's decompressor, for what is not trusted: a window of at most 8 MiB, as RFC 9659 bounds it for the web.

    `decompress(data, max_length)`, `eof`, `needs_input` and `unused_data` are those of the standard library.
    """
    return _zstd.ZstdDecompressor(options={_zstd.DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})

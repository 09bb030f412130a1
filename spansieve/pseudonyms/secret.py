"""Keys as people write them: hex or base64. No error here repeats anything of a key."""

import base64
import binascii
import re
from pathlib import Path

MIN_BYTES = 32
MAX_FILE_BYTES = 64 * 1024
HOW_TO_MAKE = "Make one: openssl rand -hex 32"

_HEX = re.compile(r"[0-9a-fA-F]+")
_TO_STANDARD = str.maketrans("-_", "+/")


def decoded(text: str) -> bytes:
    """The bytes of a key in hex or base64 (also the URL-safe one, padding optional); white space does not count.

    A text of hex digits alone is hex. Raises ValueError, which says how many bytes there are and how to make a key.
    """
    compact = "".join(text.split())
    if not compact:
        raise ValueError(f"the key is empty. {HOW_TO_MAKE}")
    key = _bytes_of(compact)
    if key is None:
        raise ValueError(f"the key is neither hex nor base64. {HOW_TO_MAKE}")
    if len(key) < MIN_BYTES:
        raise ValueError(f"the key has {len(key)} bytes, and at least {MIN_BYTES} are needed. {HOW_TO_MAKE}")
    return key


def _bytes_of(compact: str) -> bytes | None:
    if _HEX.fullmatch(compact):
        return bytes.fromhex(compact) if len(compact) % 2 == 0 else None
    standard = compact.translate(_TO_STANDARD).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def read(path: str) -> bytes:
    """The key in the file at `path`. Raises ValueError, which names the file."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise ValueError(f"key_file: {path} can't be read: {error.strerror}") from None
    try:
        return decoded(content.decode("ascii"))
    except UnicodeDecodeError:
        raise ValueError(f"key_file: {path}: the key is neither hex nor base64. {HOW_TO_MAKE} > {path}") from None
    except ValueError as error:
        raise ValueError(f"key_file: {path}: {error} > {path}") from None

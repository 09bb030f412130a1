"""What `spansieve scrub` is given: which form it has, and its parts one after the other, in bounded memory."""

import io
import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD = 64 * 1024
"""Bytes by which the form is known."""
BLOCK = 64 * 1024
"""Bytes of text that are handed on at once."""
MAX_LINE = 64 * 1024 * 1024
"""Bytes of a line that is taken for JSON; a longer one is text."""
MAX_BODY = 256 * 1024 * 1024
"""Bytes of a body that is read whole."""

_BOM: Final = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_JSON = re.compile(rb'[ \t\r\n]*(?:\{[ \t\r\n]*["}]|\[[ \t\r\n]*["{\[])')
_OTLP = re.compile(rb'"resource(?:Spans|Logs|Metrics)"[ \t\r\n]*:')


class Form(Enum):
    """What a source holds."""

    LINES = "text, and JSON a line"
    JSON = "one JSON text over many lines"
    OTLP_JSON = "an OTLP body in JSON, over many lines"
    PROTOBUF = "an OTLP body in protobuf, perhaps"


class NotText(ValueError):
    """A source that can't be searched as it is."""


class _Again(io.RawIOBase):
    """A stream whose head was read."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer)
        part = self._head[: len(room)] or self._stream.read(len(room))
        self._head = self._head[len(part) :]
        room[: len(part)] = part
        return len(part)


def opened(stream: BinaryIO, name: str) -> tuple[Form, BinaryIO]:
    """The form of what `stream` holds, and a stream that begins where it began. `name` may tell.

    Raises NotText for UTF-16, in which nothing would be found, and OSError.
    """
    head = stream.read(HEAD)
    if head.startswith(_UTF_16):
        raise NotText("is UTF-16, in which nothing can be found: make UTF-8 of it first, iconv -f UTF-16 -t UTF-8 FILE")
    return _form(head, name), io.BufferedReader(_Again(head, stream), BLOCK)


def _form(head: bytes, name: str) -> Form:
    if name.endswith(".pb") or (head[:1] == b"\n" and _BINARY.search(head)):
        return Form.PROTOBUF
    text = head.removeprefix(_BOM).lstrip()
    line, more, _ = text.partition(b"\n")
    if not _JSON.match(text) or is_json_line(line) or not more:
        return Form.LINES
    return Form.OTLP_JSON if _OTLP.search(text) else Form.JSON


def is_json_line(line: bytes) -> bool:
    """Whether `line` looks like a whole JSON object or array."""
    return (
        line[:1] in b"{[ \t\xef" and line.rstrip()[-1:] in (b"}", b"]") and bool(_JSON.match(line.removeprefix(_BOM)))
    )


def may_be_otlp(line: bytes) -> bool:
    """Whether the JSON in `line` may be an OTLP body."""
    return _OTLP.search(line) is not None


def parts(stream: BinaryIO) -> Iterator[tuple[bool, bytes]]:
    """Whether it is a line of JSON, and the line; or else whole lines of other text."""
    text: list[bytes] = []
    size = 0
    while line := stream.readline(MAX_LINE):
        is_json = is_json_line(line)
        if text and (is_json or size >= BLOCK):
            yield False, b"".join(text)
            text, size = [], 0
        if is_json:
            yield True, line
        else:
            text.append(line)
            size += len(line)
    if text:
        yield False, b"".join(text)


def whole(stream: BinaryIO) -> bytes:
    """All of it. Raises NotText where that is too much."""
    content = stream.read(MAX_BODY + 1)
    if len(content) > MAX_BODY:
        raise NotText(f"is larger than {MAX_BODY >> 20} MiB, and has to be read whole: cut it into smaller bodies")
    return content

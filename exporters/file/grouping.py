"""Cutting a request by resource, and turning an attribute's value into a path that stays where it belongs."""

import hashlib
import posixpath
import re
from collections.abc import Iterator

from spansieve.pdata import DecodeError, Signal, parse

_LONGEST_NAME = 150  # bytes; file systems allow 255, and rotation and the suffix want some
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """The varint at `at`, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(body):
            break
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise DecodeError("a varint is cut short")


def by_resource(body: bytes) -> Iterator[bytes]:
    """`body` cut into requests of one ResourceSpans (ResourceLogs, ResourceMetrics) each.

    They are field 1 of every OTLP request; no other field is defined. Raises DecodeError.
    Source: opentelemetry-proto, `collector/*/v1`; protobuf's encoding, "Message Structure".
    """
    at = 0
    while at < len(body):
        start = at
        key, at = _varint(body, at)
        if key & 7 != 2:
            raise DecodeError("a request holds something other than resources")
        size, at = _varint(body, at)
        at += size
        if at > len(body):
            raise DecodeError("a resource is cut short")
        if key >> 3 == 1:
            yield body[start:at]


def value_of(signal: Signal, piece: bytes, attribute: str) -> str | None:
    """The text of `attribute` in the one resource of `piece`; None if it has none, or one that is no text."""
    resources = parse(signal, piece).resources
    value = resources[0].attributes.get(attribute) if resources else None
    return value if isinstance(value, str) else None


def _shortened(name: str) -> str:
    """`name`, or its beginning and a hash of all of it when a file system would not take it."""
    raw = name.encode()
    if len(raw) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:16]
    return raw[: _LONGEST_NAME - 17].decode(errors="ignore") + "-" + digest


def path_of(pattern: str, value: str) -> str:
    """`pattern` with `value` for its `*`; whatever `value` holds, the path begins as `pattern` does.

    Slashes make directories. `..` can't climb out (Go: `groupingFileExporter.fullPath`), control characters become `_`.
    """
    before, after = pattern.split("*")
    prefix = posixpath.normpath(before) + ("/" if before.endswith("/") else "")
    value = "/".join(_shortened(part) for part in _CONTROL.sub("_", value).split("/"))
    if value.startswith("./"):
        value = value[1:]
    elif value.startswith("../"):
        value = value[2:]
    path = posixpath.normpath(prefix + value + after)
    if path.startswith(prefix):
        return path
    return posixpath.join(prefix, posixpath.normpath("/" + value + after).lstrip("/"))

"""How a request stands in the file: a JSON line, or its length and its bytes.

Source: the Go Collector's `fileexporter` (contrib), read again by `otlpjsonfile` and, framed, by `file` receivers.
"""

import struct

from spansieve import zstd
from spansieve.otlp.json_mapping import to_json
from spansieve.plugin import Signal

from .config import FileConfig


def record(signal: Signal, body: bytes, config: FileConfig) -> bytes:
    """`body`, an OTLP protobuf request, as it stands in the file. Raises pdata.DecodeError (JSON alone)."""
    content = to_json(signal, body) if config.format == "json" else body
    if config.compressed:
        content = zstd.compress(content)
    if config.framed:
        return struct.pack(">I", len(content)) + content
    return content + b"\n"

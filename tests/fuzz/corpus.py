"""Where fuzzing begins: real requests, the default configuration, and words that a mutator would hardly hit upon."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from spansieve import zstd
from spansieve.config.sources import EXAMPLE
from spansieve.otlp.json_mapping import to_json
from spansieve.pdata import split
from tests.captures import CAPTURES, captured
from tests.scoring import read_corpus

from .targets import ENCODINGS, SIGNALS

ROOT = Path(__file__).parents[2]
LONGEST = 8 * 1024
"""Bytes of the largest input; larger seeds are left out. Small ones are tried far oftener."""

_WORDS: dict[str, tuple[str, ...]] = {
    "json_request": (
        "resourceSpans", "scopeSpans", "resourceLogs", "logRecords", "resourceMetrics", "dataPoints", "attributes",
        "stringValue", "arrayValue", "kvlistValue", "bytesValue", "doubleValue", "NaN", "-Infinity", "\\ud800", "null",
    ),
    "configuration": (
        "receivers:", "processors:", "exporters:", "extensions:", "service:", "pipelines:", "traces/x:", "telemetry:",
        "${env:NAME}", "${NUMBER:-5}", "${yaml:[1]}", "$$", "<<: *a", "&a ", "!!binary", "? ", "- ", "|+", "1m30s",
    ),
    "expressions": (
        "span.name", "resource.attributes[", "log.body", "metric.name", "datapoint.attributes", "spanevent.name",
        "IsMatch(", "set(", "delete_key(", "keep_keys(", "replace_pattern(", "truncate_all(", "merge_maps(", "where",
        "nil", "Concat([", "Split(", "ParseJSON(", "Duration(", "STATUS_CODE_ERROR", "0x00ff", "1.5e3", '\\"',
        "and not", ">=", "cache[",
    ),
    "scrubbed": (
        "password=", "@", ".io", "4111 1111 1111 1111", "ghp_", "sk-ant-", "Bearer ", "-----BEGIN PRIVATE KEY-----",
        "+49 ", "://", "born ", "%40", "\\u0040", "&#64;", "\\n", '\\"', "DE89 3704", "185.83.", "eyJ",
        "ssn: ", "wallet ",
    ),
    "trace_state": ("ot=", "th:", "rv:", "ot=rv:80000000000000;th:8", "@", ",", ";"),
}  # fmt: skip

_CONFIGURATIONS = (
    EXAMPLE,
    "a: &a {b: 1}\nreceivers:\n  <<: *a\nservice: ${env:NAME}",
    "receivers: {otlp: {protocols: {grpc: {endpoint: ${env:NAME}:${NUMBER}, max_recv_msg_size_mib: ${NUMBER}}}}}",
    "processors: {attributes: {actions: [{key: k, action: extract, pattern: '(?P<a>.*)'}]}}",
    "service: {pipelines: {traces/a: {receivers: [x], exporters: []}}, telemetry: {metrics: {readers: []}}}",
)


_EXPRESSIONS = (
    '\0span.name == "chat" and not IsMatch(resource.attributes["service.name"], "^co.*x$")',
    '\0span.attributes["gen_ai.usage.input_tokens"] * 2 >= 10 or span.end_time - span.start_time > Duration("2s")',
    "\1log.severity_number < SEVERITY_NUMBER_WARN and log.body != nil",
    '\2metric.name == "a" or datapoint.attributes["x"] == [1, {"a": true}]',
    '\3set(span.attributes["a"], Concat([span.name, "b"], "-")) where span.kind == SPAN_KIND_CLIENT',
    '\3replace_pattern(span.name, "(\\\\d+)", "<$1>")',
    '\4merge_maps(log.attributes, ParseJSON("{\\"a\\": [1]}"), "upsert")',
    '\5keep_keys(datapoint.attributes, ["a", "b"])',
    "\3truncate_all(span.attributes, 3)",
)


def seeds(target: str) -> Iterator[bytes]:
    """The inputs that `target` begins with."""
    for seed in _seeds(target):
        if len(seed) <= LONGEST:
            yield seed


def _seeds(target: str) -> Iterator[bytes]:
    requests = [(signal, piece) for _, signal, body in captured() for piece, _ in split(signal, body, 2, None)[:3]]
    if target in SIGNALS:
        yield from (body for signal, body in requests if signal == target)
    elif target == "json_request":
        yield from (bytes((SIGNALS.index(signal),)) + to_json(signal, body) for signal, body in requests)
    elif target == "protobuf_as_json":
        yield from (bytes((SIGNALS.index(signal),)) + body for signal, body in requests)
    elif target == "inflated":
        yield from _compressed(requests[0][1][:2000])
    elif target == "configuration":
        yield (ROOT / "collector-config.yaml").read_bytes()
        yield from (text.encode() for text in _CONFIGURATIONS)
    elif target == "scrubbed":
        yield from (
            example["text"].encode() for example in read_corpus(CAPTURES.parent / "privacy" / "dev_corpus.jsonl")
        )
    elif target == "expressions":
        yield from (text.encode() for text in _EXPRESSIONS)
    elif target == "trace_state":
        yield b"vendor=1 , ot=rv:80000000000000;th:8;a:b,t@s=x"


def _compressed(content: bytes) -> Iterator[bytes]:
    for limit in (b"\xff\xff", b"\x10\0"):
        bodies = (content, gzip.compress(content), zlib.compress(content), _bare(content), zstd.compress(content))
        for number, body in enumerate(bodies):
            yield bytes((min(number, len(ENCODINGS) - 1),)) + limit + body
    yield b"\1\xff\xff" + gzip.compress(content[:9]) * 3


def _bare(content: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(content) + made.flush()


def dictionary(target: str) -> str:
    """A dictionary for libFuzzer; empty where there is none."""
    words = _WORDS.get(target, ())
    return "".join(f'"{"".join(f"{chr(92)}x{byte:02x}" for byte in word.encode())}"\n' for word in words)

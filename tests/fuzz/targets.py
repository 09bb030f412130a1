"""What is fuzzed: each target takes bytes and raises for a finding, that is for every exception that is not documented
and every promise that is broken.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache

from google.protobuf.message import Message
from pydantic import ValidationError

from spansieve.config.load import load
from spansieve.config.problems import ConfigError
from spansieve.otlp.json_mapping import to_json, to_protobuf
from spansieve.otlp.json_read import HEX_IDS
from spansieve.pdata import DecodeError, Signal, parse, split
from spansieve.processors.filter import Filter, FilterConfig
from spansieve.processors.transform import Transform, TransformConfig
from spansieve.receivers.otlp.bodies import BadEncoding, Overgrown, inflate
from spansieve.registry import Registry
from spansieve.sampling import ALWAYS, NEVER, TraceState
from spansieve.testing import FakeHost
from tests.captures import captured
from tests.processors.prompt_privacy.requests import is_json, text_scrubber

from .requests import same, strictly, target

SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics")
ENCODINGS = ("", "gzip", "zlib", "deflate", "zstd")


def json_request(data: bytes) -> None:
    """The first byte chooses the signal, the rest is OTLP/JSON: what is taken says the same in protobuf."""
    signal, text = SIGNALS[data[0] % 3 if data else 0], data[1:]
    try:
        body = to_protobuf(signal, text)
    except DecodeError as error:
        assert len(str(error)) < 300, "an error that repeats content"  # noqa: PT017 (no test: the fuzzer's promise)
        return
    again = to_protobuf(signal, to_json(signal, body))
    one, other = strictly(signal, body), strictly(signal, again)
    assert one is not None, "made what the generated class does not read"
    assert other is not None
    assert same(one, other), "JSON does not say what protobuf said"


def protobuf_as_json(data: bytes) -> None:
    """The first byte chooses the signal, the rest is OTLP in protobuf: it comes out as JSON that says the same."""
    signal, body = SIGNALS[data[0] % 3 if data else 0], data[1:]
    strict = strictly(signal, body)
    try:
        text = to_json(signal, body)
    except DecodeError:
        assert strict is None, "could not write what is good"
        return
    json.loads(text)
    assert text.count(b"\n") == 0, "JSON of more than one line"
    if strict is not None:
        strict.DiscardUnknownFields()
        _clear_bad_ids(strict)
        again = strictly(signal, to_protobuf(signal, text))
        assert again is not None
        assert same(again, strict), "JSON does not say what protobuf said"


def _clear_bad_ids(message: Message) -> None:
    """Ids of a wrong length are not written."""
    for field, value in message.ListFields():
        if field.message_type is not None:
            for one in value if field.is_repeated else (value,):
                _clear_bad_ids(one)
        elif field.name in HEX_IDS and 2 * len(value) != HEX_IDS[field.name]:
            message.ClearField(field.name)


def inflated(data: bytes) -> None:
    """The first byte chooses the encoding, two the limit: never more than that comes out."""
    if len(data) < 3:
        return
    limit = data[1] | data[2] << 8
    try:
        whole = inflate(ENCODINGS[data[0] % len(ENCODINGS)], data[3:], limit)
    except (Overgrown, BadEncoding):
        return
    assert len(whole) <= limit, "more than the limit came out"


@cache
def _registry() -> Registry:
    return Registry()


def configuration(data: bytes) -> None:
    """A configuration in YAML: it is taken, or all mistakes are told."""
    text = data.decode("utf-8", "replace")
    try:
        loaded = load([f"yaml:{text}"], registry=_registry(), env={"NAME": "value", "NUMBER": "7"})
    except ConfigError as error:
        assert error.problems, "refused without a word"  # noqa: PT017
        return
    assert loaded.service.pipelines


def trace_state(data: bytes) -> None:
    """A W3C trace state: what is read of it is written so that it reads the same."""
    state, whole = TraceState.parse(data.decode("utf-8", "replace"))
    assert TraceState.parse(str(state)) == (state, True) or not whole or len(str(state)) > 1024
    for threshold in (ALWAYS, NEVER // 3, NEVER - 1):
        after = state.sampled_with(threshold).threshold
        assert after == max(threshold, state.threshold or ALWAYS), "a threshold became smaller"


def expressions(data: bytes) -> None:
    """The first byte chooses signal and use, the rest is OTTL: refused, or run over telemetry, which stays OTLP."""
    choice, text = (data[0] if data else 0), data[1:].decode("utf-8", "replace")
    signal = SIGNALS[choice % 3]
    word = {"traces": "trace", "logs": "log", "metrics": "metric"}[signal]
    host = FakeHost()
    try:
        processor: Filter | Transform
        if choice // 3 % 2:
            processor = Transform(
                TransformConfig.model_validate({"error_mode": "silent", f"{word}_statements": [text]}), host
            )
        else:
            config = {"error_mode": "silent", f"{word}_conditions": [text], "reparent": signal == "traces"}
            processor = Filter(FilterConfig.model_validate(config), host)
    except ValidationError:
        return
    for body in _telemetry(signal):
        batch = parse(signal, body)
        getattr(processor, signal)(batch)
        assert strictly(signal, batch.encode()) is not None, "left what can't be read"


@cache
def _telemetry(signal: Signal) -> list[bytes]:
    pieces = (piece for _, kind, body in captured() if kind == signal for piece, _ in split(signal, body, 2, None)[:2])
    return [piece for piece in pieces if len(piece) < 8_000][:4]


@cache
def _scrub() -> Callable[[str], str]:
    return text_scrubber()


def scrubbed(data: bytes) -> None:
    """A text: scrubbing it raises nothing, and JSON stays JSON."""
    text = data.decode("utf-8", "replace")
    left = _scrub()(text)
    if is_json(text):
        assert is_json(left), "JSON that is none any more"


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    **{signal: target(signal) for signal in SIGNALS},
    "json_request": json_request,
    "protobuf_as_json": protobuf_as_json,
    "inflated": inflated,
    "configuration": configuration,
    "trace_state": trace_state,
    "expressions": expressions,
    "scrubbed": scrubbed,
}
"""By name."""

PREFIXES: Mapping[str, int] = {**dict.fromkeys(SIGNALS, 0), "protobuf_as_json": 1}
"""Targets that take protobuf, and how many bytes stand before it."""

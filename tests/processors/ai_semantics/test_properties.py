"""ai_semantics on spans that nobody thought of: it never fails, loses nothing, changes nothing twice, and forgets
nothing that matters between spans that look alike.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spansieve.pdata import LogBatch, TraceBatch, Value
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.semconv import raw_mapping
from spansieve.testing import FakeHost, SpanSpec, otlp_request


def _words(tree: object) -> Iterator[str]:
    """All texts in the mapping, keys included."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield str(key)
            yield from _words(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _words(value)
    elif isinstance(tree, str):
        yield tree


def _keys() -> list[str]:
    mapping = {key: value for key, value in raw_mapping().items() if key in {"dialects", "operations", "attributes"}}
    found = {word for word in _words(mapping) if re.fullmatch(r"[a-z][\w:-]*(\.[\w*]+)+|[a-z_]+", word)}
    return sorted({word.replace("*", "0") for word in found})


KEYS = st.sampled_from([*_keys(), "metadata", "output", "error", "success"])
TEXTS = st.sampled_from(
    [
        *sorted({word for word in _words(raw_mapping()["operations"]) if len(word) < 40}),
        "",
        "null",
        "-1",
        "7",
        "1.5",
        "gpt-4o",
    ]
) | st.text(max_size=12)
JSON = st.sampled_from(
    [
        '{"input": 5, "output": -1}',
        '{"model": "claude-3", "temperature": "hot"}',
        "[",
        '{"status": "error"}',
        "[" * 5000,
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | TEXTS | JSON | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
NAMES = TEXTS | st.sampled_from(
    [
        "chat gpt-4o",
        "execute_tool x",
        "claude_code.tool",
        "session_task.turn",
        "tool.search",
        "tools.parallel_batch",
        "GET /",
    ]
)
SPECS = st.builds(
    SpanSpec,
    name=NAMES,
    status=st.sampled_from([0, 1, 2]),
    message=st.sampled_from(["", "Error code: 429 - slow down", "maximum context length is 8", "x" * 9000]),
    attributes=st.dictionaries(KEYS, VALUES, max_size=12),
)
WARM = AiSemantics(AiSemanticsConfig(), FakeHost())
EVERYTHING = AiSemantics(
    AiSemanticsConfig.model_validate(
        {
            "content": True,
            "drop_originals": True,
            "rename_spans": True,
            "mark_scope": True,
            "semconv": "dev",
            "errors": {"set_status": True},
        }
    ),
    FakeHost(),
)
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["exception", "model.inference", "ai.decision", "tool.error", "gen_ai.choice", "codex.tool_result"]
        ),
        st.dictionaries(
            st.sampled_from(
                [
                    "exception.type",
                    "exception.message",
                    "event.name",
                    "event",
                    "model",
                    "promptTokens",
                    "success",
                    "output",
                ]
            ),
            VALUES | st.sampled_from(["GraphInterrupt", "RateLimitError", "codex.tool_result"]),
            max_size=4,
        ),
    ),
    max_size=3,
)


@st.composite
def _requests(draw: st.DrawFn) -> bytes:
    """A request whose spans have events, and each another one or none above it."""
    specs = draw(st.lists(SPECS, min_size=1, max_size=4))
    batch = TraceBatch.parse(otlp_request("agent", *specs))
    spans = list(batch)
    for span in spans:
        above = draw(st.sampled_from([None, *spans]))
        span.parent_span_id = b"" if above is None else above.span_id
        for name, attributes in draw(EVENTS):
            span.add_event(name, 1, attributes)
    return batch.encode()


def _after(processor: AiSemantics, body: bytes) -> bytes:
    batch = TraceBatch.parse(body)
    processor.traces(batch)
    return batch.encode()


@QUIET
@given(_requests())
def test_a_second_run_changes_not_one_byte(body: bytes) -> None:
    once = _after(WARM, body)
    assert _after(WARM, once) == once


@QUIET
@given(st.lists(SPECS, min_size=1, max_size=4))
def test_nothing_that_came_is_lost(specs: list[SpanSpec]) -> None:
    body = otlp_request("agent", *specs)
    for before, after in zip(TraceBatch.parse(body), TraceBatch.parse(_after(WARM, body)), strict=True):
        now = dict(after.attributes)
        for key, value in before.attributes.items():
            kept = now[f"spansieve.original.{key}"] if f"spansieve.original.{key}" in now else now[key]
            assert _same(kept, value) or _same(now[key], value)
        assert len(after.attributes) == len(list(after.attributes))


def _same(one: Value, other: Value) -> bool:
    return repr(one) == repr(other)  # NaN is not itself


@settings(QUIET, max_examples=25)
@given(_requests())
def test_what_was_seen_before_makes_no_difference(body: bytes) -> None:
    assert _after(AiSemantics(AiSemanticsConfig(), FakeHost()), body) == _after(WARM, body)


@QUIET
@given(_requests())
def test_with_every_option_on_it_never_fails_and_still_changes_nothing_twice(body: bytes) -> None:
    once = _after(EVERYTHING, body)
    assert _after(EVERYTHING, once) == once


@QUIET
@given(
    st.sampled_from(["codex.tool_result", "gemini_cli.api_response", "api_request", "gen_ai.choice", "other", ""]),
    st.dictionaries(KEYS, VALUES, max_size=10),
)
def test_log_records_are_tagged_once(name: str, attributes: dict[str, Any]) -> None:
    batch = LogBatch.parse(_record(name, attributes))
    WARM.logs(batch)
    once = batch.encode()
    again = LogBatch.parse(once)
    WARM.logs(again)
    assert again.encode() == once


def _record(name: str, attributes: dict[str, Any]) -> bytes:
    batch = LogBatch.parse(b"\x0a\x06\x12\x04\x12\x02\x30\x01")  # one record, its severity apart empty
    [record] = batch
    record.event_name = name
    record.attributes.update(attributes)
    return batch.encode()


@pytest.mark.parametrize("key", ["gen_ai.output.messages", "output.value", "metadata", "llm.invocation_parameters"])
def test_four_megabytes_in_an_attribute_are_not_parsed(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, *_: object, **__: object) -> object:
        assert len(text) <= 64 * 1024
        return {}

    monkeypatch.setattr("json.loads", refuse)
    huge = '{"model": "gpt-4o", "text": "' + "x" * (4 << 20) + '"}'
    spec = SpanSpec("ChatOpenAI", attributes={"openinference.span.kind": "TOOL", key: huge})
    [span] = TraceBatch.parse(_after(WARM, otlp_request("agent", spec)))
    assert span.attributes["spansieve.ai.kind"] == "tool"

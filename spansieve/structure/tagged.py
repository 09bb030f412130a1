"""Marks of spans that say what they are: for whoever holds whole traces, which requests show parts of alone."""

from collections.abc import Iterator, Sequence
from typing import Final

from spansieve.pdata import Span, Writable
from spansieve.semconv.names import (
    ERROR_CLASS,
    ERROR_SOFT,
    INPUT_TOKENS,
    KIND,
    NO_ERROR,
    OPERATION,
    OUTPUT_TOKENS,
    PARALLEL,
    SAME_ARGUMENTS,
)

from .marks import marks
from .step import Step

_NAMES: Final = {
    "tool": "gen_ai.tool.name",
    "agent": "gen_ai.agent.name",
    "model": "gen_ai.request.model",
    "embedding": "gen_ai.request.model",
}


def mark(spans: Sequence[Span]) -> int:
    """Write the marks of structure on the spans of one trace, in place of those that parts of it were given; returns
    how many were changed. Only spans that say what they are get any. Raises DecodeError.
    """
    steps = list(_steps(spans))
    if sum(bool(step.name or step.kind) for step in steps) < 2:
        return 0
    changed = 0
    for place, found in marks(steps).items():
        if steps[place].kind:
            new: dict[str, Writable] = {
                key: value for key, value in found.items() if spans[place].attributes.get(key) != value
            }
            spans[place].attributes.update(new)
            changed += bool(new)
    return changed


def _steps(spans: Sequence[Span]) -> Iterator[Step]:
    for span in spans:
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        raws = span.attributes.raws()
        kind = _text(span, KIND) if KIND in raws else ""
        if kind == "approval" and _text(span, OPERATION) == "execute_tool":
            kind = "tool"
        if kind not in _NAMES:
            yield Step(span.span_id, span.parent_span_id, start, end, kind)
            continue
        failed = ERROR_CLASS in raws and ERROR_SOFT not in raws and _text(span, ERROR_CLASS) != NO_ERROR
        yield Step(
            span.span_id,
            span.parent_span_id,
            start,
            end,
            kind,
            _text(span, _NAMES[kind]),
            next((raws[key] for key in SAME_ARGUMENTS if key in raws), None) if kind == "tool" else None,
            failed,
            INPUT_TOKENS in raws or OUTPUT_TOKENS in raws,
            kind == "tool" and span.attributes.get(PARALLEL) is True,
        )


def _text(span: Span, key: str) -> str:
    value = span.attributes.get(key, "")
    return value if isinstance(value, str) else ""

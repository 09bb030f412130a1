"""Explanations as text for people and as JSON lines. Content is shown by its length alone unless it is asked for."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from spansieve.pdata import Value
from spansieve.terminal import safe, shown

from .explained import Explained, Written

MAX_SHOWN: Final = 60
"""Characters of a value that are shown; all of it where content is asked for."""
_ALL: Final = 1 << 30
_NAME: Final = 120
_WIDTH: Final = 64
"""Columns of key and value, before where they are from."""


def lines(one: Explained, *, content: bool) -> Iterator[str]:
    """What is told of an item, a paragraph: a heading, its rules, and a line for each thing that was written."""
    yield heading(one)
    yield from _rules(one)
    for written in one.written:
        pair = f"{written.key} = {_value(written.value, written.is_content, content=content)}"
        yield f"    {pair:<{_WIDTH}} <- {safe(written.origin, _NAME)}{_read(written, content=content)}"
    yield from (f"    {safe(change, _NAME)}" for change in one.changes)
    yield from (f"    {target}: skipped, {_REASONS.get(reason, reason)}" for target, reason in one.skipped)
    if one.is_known and not one.changed:
        yield f"    nothing written: {_why(one)}"


def heading(one: Explained) -> str:
    """Where an item stands, and its name."""
    ids = f"{one.trace_id[:8] or '-'} {one.span_id or '-'}"
    return f"{_WORDS[one.signal]} {ids}  {safe(one.name, _NAME) or '(no name)'}"


def _why(one: Explained) -> str:
    if one.silent:
        return "it means nothing unless it failed"
    return "it has all that could be said of it" if one.kind else "no rule says what it is"


def _rules(one: Explained) -> Iterator[str]:
    if not one.is_known:
        yield "  no dialect matches"
        return
    dialect = f"dialect {one.dialect}" if one.dialect else "no dialect"
    yield f"  {dialect:<26} by {one.detected or 'what the item says itself'}" if one.dialect else f"  {dialect}"
    kind = ", ".join(filter(None, (one.kind or "no kind", one.operation)))
    yield f"  {kind:<26} by {one.rule}" if one.rule else f"  {kind}"


def _value(value: Value, is_content: bool, *, content: bool) -> str:
    if content:
        return shown(value, _ALL)
    return f"({_length(value)})" if is_content else shown(value, MAX_SHOWN)


def _length(value: Value) -> str:
    if isinstance(value, str):
        return f"{len(value):,} characters"
    if isinstance(value, list | dict | bytes):
        return f"{len(value):,} {'bytes' if isinstance(value, bytes) else 'entries'}"
    return "content"


def _read(written: Written, *, content: bool) -> str:
    """What was read, where it says more than what was written."""
    told = [_value(value, secret, content=content) for value, secret in written.read.values()]
    same = [_value(written.value, secret, content=content) for _, secret in written.read.values()]
    return f": {', '.join(told)}" if told != same else ""


def as_json(one: Explained, *, content: bool) -> str:
    """The same on one line, as ASCII."""
    found = {
        "source": one.source,
        "signal": one.signal,
        "trace_id": one.trace_id,
        "span_id": one.span_id,
        "name": one.name,
        "dialect": one.dialect,
        "detected_by": one.detected,
        "kind": one.kind,
        "operation": one.operation,
        "rule": one.rule,
        "written": [_entry(written, content=content) for written in one.written],
        "changes": one.changes,
        "skipped": [{"target": target, "reason": reason} for target, reason in one.skipped],
    }
    return json.dumps(found, default=repr)


def _entry(written: Written, *, content: bool) -> Mapping[str, object]:
    entry: dict[str, object] = {"key": written.key, **_plain(written.value, written.is_content, content=content)}
    entry["from"] = written.origin
    if written.read:
        entry["read"] = {key: _plain(*pair, content=content) for key, pair in written.read.items()}
    return entry


def _plain(value: Value, is_content: bool, *, content: bool) -> Mapping[str, object]:
    """A value whole, or its length."""
    if content or not (is_content or (isinstance(value, str) and len(value) > MAX_SHOWN)):
        return {"value": value.hex() if isinstance(value, bytes) else value}
    return {"length": len(value)} if isinstance(value, str | bytes | list | dict) else {"length": 0}


_WORDS: Final = {"traces": "span", "logs": "record"}
_REASONS: Final = {
    "type": "the value is not of its type",
    "range": "the number is out of range",
    "json": "the JSON can't be read",
    "url": "the URL can't be read",
    "too_large": "the value is too large to be read without `content: true`",
}

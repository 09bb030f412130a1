"""How log records are shown: a line a request, a line a record, or all that is known."""

from collections.abc import Iterator

from rich.text import Text
from rich.tree import Tree

from spansieve.pdata import DecodeError, LogBatch, LogRecord
from spansieve.terminal import moment, plural, safe, shown, size

from .lines import (
    LONG,
    SHORT,
    UNREADABLE,
    attribute_lines,
    attribute_words,
    hang,
    line,
    resource_line,
    scope_name,
    service,
)

_SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_STYLES = {"WARN": "yellow", "ERROR": "bold red", "FATAL": "bold red"}
_ERROR = 17  # SEVERITY_NUMBER_ERROR


def severity(record: LogRecord) -> tuple[str, str]:
    """The severity's word and style: by number, four to a word (OTLP, `SeverityNumber`), else the sender's text."""
    number = record.severity_number
    if 1 <= number <= 24:
        word = _SEVERITIES[(number - 1) // 4]
        return f"{word:<5}", _STYLES.get(word, "")
    return safe(record.severity_text, 20) or "-    ", ""


def summary(batch: LogBatch) -> Text:
    """One line: how much of what came from whom."""
    records = list(batch)
    errors = sum(record.severity_number >= _ERROR for record in records)
    return line(
        ("logs", "bold"),
        (plural(len(records), "record"), ""),
        (plural(errors, "error") if errors else "", "red"),
        (size(batch.size_bytes), "dim"),
        (service(batch.resources), "cyan"),
    )


def _body(record: LogRecord, limit: int) -> tuple[str, str]:
    try:
        body = record.body
    except DecodeError:
        return UNREADABLE, "yellow"
    return ("", "") if body is None else (shown(body, limit), "")


def _label(record: LogRecord, limit: int) -> Text:
    return line(
        (moment(record.time_unix_nano or record.observed_time_unix_nano), "dim"),
        severity(record),
        (safe(record.event_name, SHORT), "bold"),
        _body(record, limit),
    )


def lines(batch: LogBatch) -> Iterator[Text]:
    """A line a record: time, severity, event, body, the first attributes."""
    for record in batch:
        words = attribute_words(record.attributes)
        label = _label(record, SHORT)
        yield Text("  ").join([label, words]) if words else label


def trees(batch: LogBatch) -> Iterator[Tree]:
    """A tree for each resource, with everything of its records."""
    by_resource: dict[int, Tree] = {}
    for resource in batch.resources:
        by_resource[id(resource)] = Tree(resource_line(resource), guide_style="dim")
        hang(by_resource[id(resource)], attribute_lines(resource.attributes))
    for record in batch:
        branch = by_resource[id(record.resource)].add(_label(record, LONG))
        ids = f"{record.trace_id.hex()} {record.span_id.hex()}".strip()
        branch.add(line((scope_name(record.scope), "dim"), (f"span {ids}" if ids else "", "dim")) or Text("record"))
        hang(branch, attribute_lines(record.attributes))
    yield from by_resource.values()

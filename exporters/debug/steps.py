"""What a span did and how it ended, in words for its line."""

from collections.abc import Iterator

from spansieve.pdata import Span
from spansieve.terminal import safe

from .facts import Facts, exception, failure, problem
from .lines import SHORT

_MODEL, _TOOL, _AGENT = "cyan", "magenta", "blue"
_SUBJECTS = {"model": "model", "embedding": "model", "rerank": "model", "tool": "tool", "mcp": "tool", "agent": "agent"}
"""Kinds of steps, and what is named behind them."""
_STYLES = {"model": _MODEL, "tool": _TOOL, "agent": _AGENT}


def _tokens(known: Facts) -> str:
    parts = ((known.input_tokens, "in"), (known.output_tokens, "out"))
    text = " / ".join(f"{count} {way}" for count, way in parts if count is not None)
    return f"{text} tokens{' in all' if known.is_rollup else ''}" if text else ""


def _unless_said(word: str, name: str) -> str:
    """`word`, unless the span's name says it already, or its beginning (`gpt-4o` of `gpt-4o-2024-08-06`)."""
    said = word in name or any(len(part) > 3 and word.startswith(part) for part in name.split())
    return "" if said else safe(word, SHORT)


def step(known: Facts, name: str) -> Iterator[tuple[str, str]]:
    """Kind, model, tokens, tool and agent with their styles, as far as the span's `name` does not say them.

    The kind, where it is known, is said always, with what it is of. A model is then said of calls and agents alone.
    """
    words = {what: _unless_said(getattr(known, what), name) for what in _STYLES}
    subject = _SUBJECTS.get(known.kind, "")
    if known.kind:
        yield f"{safe(known.kind, SHORT)} {words.pop(subject, '')}".rstrip(), _STYLES.get(subject, "bold")
    if not known.kind or subject == "agent":
        yield words["model"], _MODEL
    yield _tokens(known), "green"
    for what in ("tool", "agent"):
        if words.get(what):
            yield f"{what} {words[what]}", _STYLES[what]


def outcome(span: Span) -> tuple[str, str] | None:
    """How `span` ended and its style, None where it went well. Raises DecodeError."""
    marked = failure(span)
    if marked is not None and marked.is_none:
        return _because(f"no error ({marked.source})" if marked.source else "no error", problem(span), "dim")
    if span.is_error:
        return _because(f"ERROR {marked.name}" if marked else "ERROR", problem(span), "bold red")
    if marked is not None:
        where = ", ".join(filter(None, ("soft" if marked.is_soft else "", marked.source)))
        words = f"{marked.name} ({where})" if where else marked.name
        return _because(words, exception(span), "yellow" if marked.is_soft else "bold red")
    why = exception(span)
    return _because("exception", why, "yellow") if why else None


def _because(what: str, why: str, style: str) -> tuple[str, str]:
    return safe(what, SHORT) + (f": {safe(why, SHORT)}" if why else ""), style

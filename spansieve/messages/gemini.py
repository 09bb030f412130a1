"""Requests and answers of Gemini as JSON, in camel case (HTTP) and snake case (Python)."""

from collections.abc import Iterator

from spansieve.pdata import Value

from .conversation import conversation, front
from .finish import own_reason
from .given import Given, only
from .jsontext import unpacked
from .messages import Message, for_target, message


def gemini_contents(given: Given) -> Value:
    """JSON: `contents[].{role, parts[]}`, with the system instruction before them; a bare array of them; plain text."""
    content = unpacked(only(given))
    if not isinstance(content, dict):
        return for_target(given, conversation(content, given))
    config = content.get("config")
    first = front(content, given) or (front(config, given) if isinstance(config, dict) else [])
    return for_target(given, [*first, *conversation(content.get("contents"), given)])


def gemini_candidates(given: Given) -> Value:
    """JSON: `candidates[].content`, or `content`, of one answer or of a stream's; plain text."""
    content = unpacked(only(given))
    if isinstance(content, str):
        return for_target(given, conversation(content, given))
    chunks = content if isinstance(content, list) else [content]
    return for_target(given, (each for chunk in chunks if isinstance(chunk, dict) for each in answers(chunk, given)))


def answers(answer: Message, given: Given) -> Iterator[Message]:
    """The messages of one answer."""
    candidates = answer.get("candidates")
    for candidate in candidates if isinstance(candidates, list) else [answer]:
        content = candidate.get("content") if isinstance(candidate, dict) else None
        if isinstance(candidate, dict) and content:
            entry: Message = content if isinstance(content, dict) else {"content": content}
            yield message(entry, given, own_reason(candidate))
        elif isinstance(candidate, dict) and isinstance(candidates, list):
            yield message({"content": None}, given, own_reason(candidate))  # stopped before a word

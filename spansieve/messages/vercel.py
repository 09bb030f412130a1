"""Prompts and answers of the AI SDK (Vercel)."""

from collections.abc import Iterator

from spansieve.pdata import Value

from .conversation import conversation, front
from .given import Given, only
from .jsontext import unpacked
from .messages import Message, for_target, message
from .parts import Part, reasoning, text
from .vercel_blocks import tool_call_part


def vercel(given: Given) -> Value:
    """JSON: an array of {role, content}, or {system, prompt, messages}; plain text."""
    content = unpacked(only(given))
    if not isinstance(content, dict):
        return for_target(given, conversation(content, given))
    inner: Message = {key: unpacked(content.get(key)) for key in ("messages", "prompt")}
    found = conversation(inner["messages"], given) or conversation(inner["prompt"], given)
    return for_target(given, [*front(content, given), *found])


def vercel_response(given: Given) -> Value:
    """One message of `ai.response.reasoning`, `.text`, `.object` and `.toolCalls` (JSON)."""
    parts: list[Value] = list(_parts(given))
    return for_target(given, [message({"parts": parts}, given)] if parts else [])


def _parts(given: Given) -> Iterator[Part]:
    values = {key.rpartition(".")[2]: value for key, value in given.values.items()}
    if thought := values.get("reasoning"):
        yield reasoning(_thought(thought))
    yield from (text(values[key]) for key in ("text", "object") if values.get(key))
    calls = unpacked(values.get("toolCalls"))
    if isinstance(calls, list):
        yield from (tool_call_part(call) for call in calls if isinstance(call, dict))


def _thought(value: Value) -> Value:
    """A text, or the texts of an array of reasoning parts."""
    parts = unpacked(value)
    if not isinstance(parts, list):
        return value
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n\n".join(each for each in texts if isinstance(each, str)) or value

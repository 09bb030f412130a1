"""Requests and answers of model APIs as JSON, named after OpenAI's; Anthropic's and Gemini's are read too."""

from collections.abc import Iterable, Iterator

from spansieve.pdata import Value

from .conversation import conversation, front, is_conversation, is_message
from .finish import own_reason
from .gemini import answers
from .given import Given, only
from .jsontext import unpacked
from .messages import Message, for_target, message, said
from .parts import text


def openai_request(given: Given) -> Value:
    """JSON: `messages[]`, `input` (text or items), `contents[]`, `prompt`, or an array of messages; plain text."""
    source = only(given)
    content = unpacked(source)
    return for_target(given, _request(content, given) or _plain(source, content, given))


def openai_response(given: Given) -> Value:
    """JSON: `choices[]`, `message`, `output[]`, `content[]`, or an array of messages or blocks; plain text."""
    source = only(given)
    content = unpacked(source)
    return for_target(given, _response(content, given) or _plain(source, content, given))


def text_or_json(given: Given) -> Value:
    """A JSON array of objects with roles as `openai_request` reads it; anything else is one text."""
    source = only(given)
    content = unpacked(source)
    if isinstance(content, list) and content and all(map(is_message, content)):
        return for_target(given, conversation(content, given))
    return for_target(given, _plain(source, content if content is None else source, given))


def _plain(source: Value, content: Value, given: Given) -> list[Message]:
    """The source as one text, without its quotes where it was a JSON string. Nothing for `null` and empty arrays."""
    if content is None or content in ("", [], {}):
        return []
    return [said([text(content if isinstance(content, str) else source)], given)]


def _request(content: Value, given: Given) -> list[Message]:
    if is_conversation(content):
        return conversation(content, given)
    if not isinstance(content, dict):
        return []
    for key in ("messages", "input", "contents", "prompt"):
        if found := conversation(content.get(key), given):
            return [*front(content, given), *found]
    return [message(content, given)] if is_message(content) else []


def _response(content: Value, given: Given) -> list[Message]:
    if is_conversation(content):
        return conversation(content, given)
    if not isinstance(content, dict):
        return []
    return list(_answer(content, given))


def _answer(content: Message, given: Given) -> Iterable[Message]:
    choices, output, inner = content.get("choices"), content.get("output"), content.get("message")
    if isinstance(choices, list):
        return (_choice(choice, given) for choice in choices if isinstance(choice, dict))
    if isinstance(inner, dict):
        return [message(inner, given, own_reason(content))]
    if isinstance(output, list):
        return [_merged(content, output, given)]
    if "candidates" in content:
        return answers(content, given)
    return _of_text(content, given)


def _choice(choice: Message, given: Given) -> Message:
    inner = choice.get("message", choice.get("delta", choice.get("text")))
    entry: Message = inner if isinstance(inner, dict) else {"content": inner}
    return message(entry, given, own_reason(choice))


def _merged(content: Message, output: list[Value], given: Given) -> Message:
    """The items of one answer of the Responses API as one message."""
    found = conversation(output, given)
    parts: list[Value] = [part for each in found if isinstance(inner := each["parts"], list) for part in inner]
    details = content.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return message({"role": "assistant", "parts": parts}, given, reason if isinstance(reason, str) else None)


def _of_text(content: Message, given: Given) -> Iterator[Message]:
    """Anthropic's answer, a message with a role, or an object that holds a text."""
    if content.get("content") or is_message(content):
        yield message(content, given)
        return
    for key in ("message", "output", "text", "combined_chunk_content", "response", "completion"):
        if isinstance(said_text := content.get(key), str) and said_text:
            yield message({"content": said_text}, given, own_reason(content))
            return

"""A list of messages, of items of OpenAI's Responses API, or of bare blocks: what requests and answers hold."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from spansieve.pdata import Value

from .blocks import is_known, parts_of
from .given import Given
from .messages import CLASSES, Message, message, said


def conversation(value: Value, given: Given) -> list[Message]:
    """The messages of `value`: a text or block is one message, and so are bare blocks in a row."""
    if not isinstance(value, list):
        return [] if value is None or value in ("", {}) else [_one(value, given)]
    flat = _flat(value)
    return [each for is_block, entries in groupby(flat, _is_block) for each in _run(is_block, entries, given)]


def is_conversation(value: Value) -> bool:
    """Whether there is a message or a block in the array `value`. Any other array is somebody's data."""
    return isinstance(value, list) and any(is_known(entry) or not _is_block(entry) for entry in _flat(value))


def front(request: Message, given: Given) -> list[Message]:
    """The system instructions that a request holds beside its messages."""
    for key in ("system", "instructions", "system_instruction", "systemInstruction"):
        if value := request.get(key):
            inner = value.get("parts", [value]) if isinstance(value, dict) else value
            return [said(inner, given, "system")]
    return []


def is_message(value: Value) -> bool:
    """Whether `value` is an object with a role."""
    return isinstance(value, dict) and isinstance(value.get("role"), str)


def _flat(values: list[Value]) -> list[Value]:
    """LangChain's messages stand in an array of arrays."""
    return [_unwrapped(entry) for each in values for entry in (each if isinstance(each, list) else [each])]


def _unwrapped(entry: Value) -> Value:
    """The message inside a serialised object of LangChain: {lc, type: constructor, id, kwargs}."""
    inside = entry.get("kwargs") if isinstance(entry, dict) and "lc" in entry else None
    return inside if isinstance(inside, dict) else entry


def _one(value: Value, given: Given) -> Message:
    return said(value, given) if not isinstance(value, dict) or _is_block(value) else _entry(value, given)


def _run(is_block: bool, entries: Iterable[Value], given: Given) -> Iterator[Message]:
    if is_block:
        built = said(list(entries), given)
        if built["parts"]:
            yield built
        return
    yield from (_entry(entry, given) for entry in entries if isinstance(entry, dict))


def _entry(entry: Message, given: Given) -> Message:
    if not _is_item(entry):
        return message(entry, given)
    role = "tool" if str(entry["type"]).endswith("_output") else "assistant"
    return {"role": role, "parts": list(parts_of(entry))}


def _is_item(entry: Message) -> bool:
    """Whether `entry` is an item of the Responses API that has no role."""
    kind = entry.get("type")
    if is_message(entry) or not isinstance(kind, str):
        return False
    return kind == "reasoning" or kind.endswith(("_call", "_output"))


def _is_block(entry: Value) -> bool:
    if not isinstance(entry, dict):
        return True
    has_class = entry.get("type") in CLASSES and "content" in entry
    return not (is_message(entry) or _is_item(entry) or has_class or isinstance(entry.get("parts"), list))

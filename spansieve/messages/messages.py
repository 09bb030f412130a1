"""One message, and what a target wants of a list of them."""

from collections.abc import Callable, Iterable

from spansieve.pdata import Value

from .blocks import parts_of
from .finish import in_schema, own_reason
from .given import Given
from .openai_blocks import tool_calls
from .parts import Part, reasoning, refusal, tool_call, tool_response

Message = dict[str, Value]

_ROLES = {"model": "assistant", "ai": "assistant", "human": "user", "function": "tool"}
"""Roles that the schema has another word for. All others, `developer` too, stay as they are."""
CLASSES = ("human", "ai", "system", "tool")
"""LangChain's messages have a type for a role."""


def message(
    entry: Message, given: Given, reason: str | None = None, parts: Callable[[Value], list[Part]] = parts_of
) -> Message:
    """The message of `entry`, {role, content, tool_calls, ...} or {role, parts}; one that has the schema's form already
    stays as it is. `reason` is the finish reason that stands beside it, `parts` reads its content.
    """
    inner = entry.get("parts")
    if isinstance(inner, list):
        built: Message = {**entry, "role": _role(entry, given), "parts": _with_calls(parts_of(inner), entry)}
        return _with_reason(built, given, reason)
    role = _role(entry, given)
    built = {"role": role, "parts": list(_parts(entry, role, parts))}
    name = entry.get("name")
    if isinstance(name, str) and name:
        built["name"] = name
    return _with_reason(built, given, reason or own_reason(entry))


def said(content: Value, given: Given, role: str = "") -> Message:
    """A message of nothing but content."""
    return message({"role": role, "content": content}, given)


def for_target(given: Given, messages: Iterable[Message]) -> Value:
    """`messages` as the target wants them: with a finish reason each for outputs, parts alone for system instructions.
    None where there are none.
    """
    found = list(messages)
    if given.system:
        parts = [part for each in found if isinstance(inner := each["parts"], list) for part in inner]
        return parts or None
    if given.output:
        for index, each in enumerate(found):
            each.setdefault("finish_reason", _known_reason(given, index))
    return list(found) or None


def _role(entry: Message, given: Given) -> str:
    role, kind = entry.get("role"), entry.get("type")
    if isinstance(role, str) and role:
        return _ROLES.get(role, role)
    if isinstance(kind, str) and kind in CLASSES:
        return _ROLES.get(kind, kind)
    return "system" if given.system else "assistant" if given.output else "user"


def _parts(entry: Message, role: str, read: Callable[[Value], list[Part]]) -> Iterable[Part]:
    for key in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(thought := entry.get(key), str) and thought:
            yield reasoning(thought)
            break
    content = read(entry.get("content"))
    if role == "tool" and not any(part["type"] == "tool_call_response" for part in content):
        yield tool_response(entry.get("tool_call_id", entry.get("id")), entry.get("content"))
        return
    yield from content
    if entry.get("refusal"):
        yield refusal(entry["refusal"])
    yield from tool_calls(entry.get("tool_calls"))
    if isinstance(call := entry.get("function_call"), dict):
        yield tool_call(None, call.get("name"), call.get("arguments"))


def _with_calls(found: list[Part], entry: Message) -> list[Value]:
    """The parts, and the calls that LiteLLM leaves beside them."""
    is_complete = any(part["type"] == "tool_call" for part in found)
    return [*found, *(() if is_complete else tool_calls(entry.get("tool_calls")))]


def _with_reason(built: Message, given: Given, reason: str | None) -> Message:
    if given.output and not isinstance(built.get("finish_reason"), str):
        built.pop("finish_reason", None)
        if reason:
            built["finish_reason"] = in_schema(reason)
    return built


def _known_reason(given: Given, index: int) -> str:
    if index < len(given.finish_reasons):
        return in_schema(given.finish_reasons[index])
    return "error" if given.failed else "stop"

"""What the JSON schemas of semantic conventions 1.41.1 require of messages, parts and documents, stated anew.

Stricter than they are: they take any object with a `type` for a part, so that a `text` without content passes there.
Source: `docs/gen-ai/gen-ai-{input,output}-messages.json`, `gen-ai-system-instructions.json`,
`gen-ai-retrieval-documents.json` of open-telemetry/semantic-conventions.
"""

from collections.abc import Iterator
from typing import Any

TEXTS: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "reasoning": ("content",),
    "tool_call": ("name",),
    "tool_call_response": (),
    "server_tool_call": ("name",),
    "server_tool_call_response": (),
    "blob": ("modality", "content"),
    "file": ("modality", "file_id"),
    "uri": ("modality", "uri"),
}
OPTIONAL = {"id": ("tool_call", "tool_call_response"), "mime_type": ("blob", "file", "uri")}


def faults(messages: Any, *, output: bool = False) -> list[str]:  # noqa: ANN401
    """What is wrong with the value of `gen_ai.{input,output}.messages`."""
    if not isinstance(messages, list):
        return [f"no array: {messages!r}"]
    return [fault for message in messages for fault in _of_message(message, output=output)]


def _of_message(message: Any, *, output: bool) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(message, dict) or not isinstance(message.get("parts"), list):
        yield f"no message: {message!r}"
        return
    if not isinstance(message.get("role"), str):
        yield f"role: {message!r}"
    if not isinstance(message.get("name"), str | None):
        yield f"name: {message!r}"
    if output and not isinstance(message.get("finish_reason"), str):
        yield f"finish_reason: {message!r}"
    for part in message["parts"]:
        yield from part_faults(part)


def part_faults(part: Any) -> Iterator[str]:  # noqa: ANN401
    """What is wrong with a part."""
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        yield f"no part: {part!r}"
        return
    kind = part["type"]
    for key in TEXTS.get(kind, ()):
        if not isinstance(part.get(key), str):
            yield f"{key}: {part!r}"
    for key, kinds in OPTIONAL.items():
        if kind in kinds and not isinstance(part.get(key), str | None):
            yield f"{key}: {part!r}"
    if kind == "tool_call_response" and "response" not in part:
        yield f"response: {part!r}"
    if kind.startswith("server_tool_call") and not isinstance(part[kind].get("type"), str):
        yield f"{kind}: {part!r}"

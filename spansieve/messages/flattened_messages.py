"""Messages that were flattened into attribute keys, OpenInference's way and OpenLLMetry's.

Sources: OpenInference semantic conventions (`llm.input_messages`, `message.contents`); OpenLLMetry semantic conventions
(`gen_ai.prompt.<i>`, `gen_ai.completion.<i>`).
"""

from collections.abc import Iterator

from spansieve.pdata import Value

from .blocks import parts_of_text
from .flat import indexed
from .given import Given
from .media import address, media
from .messages import Message, for_target, message
from .parts import Part, reasoning, text


def ollm(given: Given) -> Value:
    """`gen_ai.{prompt,completion}.<i>.{role,content,tool_call_id,finish_reason,refusal}`, `.tool_calls.<j>.{id,name,
    arguments}`. Content may be blocks as JSON text.
    """
    entries = [*indexed(given.values, "gen_ai.prompt"), *indexed(given.values, "gen_ai.completion")]
    return for_target(given, (message(_ollm_entry(entry), given, parts=parts_of_text) for entry in entries))


def openinference(given: Given) -> Value:
    """`llm.{input,output}_messages.<i>.message.{role,content,name,tool_call_id}`, `.contents.<j>.message_content.*`,
    `.tool_calls.<j>.tool_call.*`.
    """
    prefixes = ("llm.input_messages", "llm.output_messages")
    entries = [entry for prefix in prefixes for entry in indexed(given.values, prefix)]
    return for_target(given, (message(_entry(entry), given) for entry in entries))


def _ollm_entry(flat: Message) -> Message:
    calls: list[Value] = list(indexed(flat, "tool_calls"))
    return {**flat, "tool_calls": calls}


def _entry(flat: Message) -> Message:
    """The message of one entry, its keys without the wrappers."""
    entry: Message = {key: flat.get(f"message.{key}") for key in ("role", "name", "tool_call_id")}
    listed = indexed(flat, "message.tool_calls")  # some repeat them among the contents, some have them only there
    calls: list[Value] = [_call(call) for call in listed or filter(_is_call, indexed(flat, "message.contents"))]
    if old := flat.get("message.function_call_name"):
        calls.append({"name": old, "arguments": flat.get("message.function_call_arguments_json")})
    return entry | {"content": _content(flat), "tool_calls": calls}


def _is_call(block: Message) -> bool:
    return "tool_call.function.name" in block


def _call(flat: Message) -> Message:
    name, arguments = flat.get("tool_call.function.name"), flat.get("tool_call.function.arguments")
    return {"id": flat.get("tool_call.id"), "name": name, "arguments": arguments}


def _content(flat: Message) -> Value:
    """The content, or the contents; both where the one is not among the others."""
    content = flat.get("message.content")
    contents: list[Value] = list(_contents(flat))
    if not contents:
        return content
    return contents if content in (None, "") or text(content) in contents else [text(content), *contents]


def _contents(flat: Message) -> Iterator[Part]:
    for block in indexed(flat, "message.contents"):
        if _is_call(block):
            continue
        fields = {key.removeprefix("message_content."): value for key, value in block.items()}
        if part := _part(fields):
            yield part


def _part(fields: Message) -> Part | None:
    kind, content = fields.get("type"), fields.get("text")
    if content is not None:
        return reasoning(content) if kind == "reasoning" else text(content)
    for family in ("image", "audio", "video"):
        url = fields.get(f"{family}.{family}.url")
        if isinstance(url, str):
            mime_type = fields.get(f"{family}.{family}.mime_type")
            return media(url, mime_type, family) if url.startswith("data:") else address(url, mime_type, family)
    return {**fields, "type": kind} if isinstance(kind, str) else None

"""Content blocks that have no `type`, where the one key says what they are: Gemini's, Bedrock Converse's and Genkit's.

Sources: Gemini API reference, `Part` (camel case over HTTP, snake case in Python); Bedrock Converse, `ContentBlock`;
@genkit-ai/core 1.42, `ToolRequestPart` and `ToolResponsePart`.
"""

from collections.abc import Callable, Mapping

from spansieve.pdata import Value

from .jsontext import as_text
from .media import address, media
from .parts import Part, reasoning, server_tool_call, server_tool_response, text, tool_call, tool_response


def _function_call(call: Part) -> Part:
    return tool_call(call.get("id"), call.get("name"), call.get("args"))


def _function_response(answer: Part) -> Part:
    named: Part = {"name": answer["name"]} if "name" in answer else {}  # the id is missing more often than not
    return tool_response(answer.get("id"), answer.get("response")) | named


def _inline_data(data: Part) -> Part | None:
    return media(data.get("data"), data.get("mimeType", data.get("mime_type")))


def _file_data(data: Part) -> Part | None:
    return address(data.get("fileUri", data.get("file_uri")), data.get("mimeType", data.get("mime_type")))


def _code(call: Part) -> Part:
    return server_tool_call(call.get("id"), "code_execution", call)


def _code_result(answer: Part) -> Part:
    return server_tool_response(answer.get("id"), "code_execution", answer)


def _tool_use(call: Part) -> Part:
    return tool_call(call.get("toolUseId"), call.get("name"), call.get("input"))


def _tool_result(answer: Part) -> Part:
    return tool_response(answer.get("toolUseId"), answer.get("content"))


def _tool_request(call: Part) -> Part:
    return tool_call(call.get("ref"), call.get("name"), call.get("input"))


def _tool_answer(answer: Part) -> Part:
    return tool_response(answer.get("ref"), answer.get("output"))


def _reasoning(content: Part) -> Part | None:
    said = content.get("reasoningText")
    words = said.get("text") if isinstance(said, dict) else said
    return reasoning(words) if words else None


def _converse_media(family: str) -> Callable[[Part], Part | None]:
    def part(content: Part) -> Part | None:
        source, kind = content.get("source"), content.get("format")
        if not isinstance(source, dict):
            return None
        mime_type = f"{family}/{kind}" if isinstance(kind, str) and family != "document" else None
        place = source.get("s3Location")
        uri = place.get("uri") if isinstance(place, dict) else None
        return media(source.get("bytes"), mime_type, family) or address(uri, mime_type, family)

    return part


_KEYED: Mapping[str, Callable[[Part], Part | None]] = {
    **dict.fromkeys(("functionCall", "function_call"), _function_call),
    **dict.fromkeys(("functionResponse", "function_response"), _function_response),
    **dict.fromkeys(("inlineData", "inline_data"), _inline_data),
    **dict.fromkeys(("fileData", "file_data"), _file_data),
    **dict.fromkeys(("executableCode", "executable_code"), _code),
    **dict.fromkeys(("codeExecutionResult", "code_execution_result"), _code_result),
    "toolUse": _tool_use,
    "toolResult": _tool_result,
    "toolRequest": _tool_request,
    "toolResponse": _tool_answer,
    "reasoningContent": _reasoning,
    **{family: _converse_media(family) for family in ("image", "video", "document")},
}


def keyed(block: Mapping[str, Value]) -> Part | None:
    """The part of a block without `type`. None where no key of it is known."""
    said = block.get("text")
    if said is not None:
        return reasoning(said) if block.get("thought") is True else text(said)
    for key, value in block.items():
        make = _KEYED.get(key)
        if make and isinstance(value, dict):
            return make(value)
    return None


def is_keyed(block: Mapping[str, Value]) -> bool:
    """Whether `block` looks like one of these."""
    return "type" not in block and ("text" in block or any(isinstance(block.get(key), dict) for key in _KEYED))


def as_json(block: Mapping[str, Value]) -> Part:
    """A block that nobody knows, as the text of its JSON."""
    return text(as_text(dict(block)))

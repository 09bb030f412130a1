"""Content blocks of Anthropic's Messages API.

Source: Anthropic's API reference, Messages (`messages[].content[]`, and `content[]` of the answer).
"""

from collections.abc import Callable, Mapping

from .jsontext import as_text
from .media import address, file, media
from .parts import Part, reasoning, server_tool_call, server_tool_response, text, tool_call, tool_response


def _thinking(block: Part) -> Part:
    return reasoning(block.get("thinking", block.get("text")) or "")


def _tool_use(block: Part) -> Part:
    return tool_call(block.get("id"), block.get("name"), block.get("input"))


def _tool_result(block: Part) -> Part:
    return tool_response(block.get("tool_use_id"), block.get("content"))


def _server_tool_use(block: Part) -> Part:
    return server_tool_call(block.get("id"), block.get("name"), {"input": block.get("input")})


def _server_tool_result(block: Part) -> Part:
    kind = as_text(block["type"]).removesuffix("_tool_result")
    return server_tool_response(block.get("tool_use_id"), kind, {"content": block.get("content")})


def _source(block: Part) -> Part | None:
    """An image or a document: `source` says where it is."""
    modality = as_text(block["type"])
    source = block.get("source")
    if not isinstance(source, dict):
        return media(source, modality=modality)
    if source.get("type") == "text":
        return text(source.get("data"))
    mime_type = source.get("media_type")
    return (
        media(source.get("data"), mime_type, modality)
        or address(source.get("url"), mime_type, modality)
        or file(source.get("file_id"), mime_type, modality)
    )


ANTHROPIC: Mapping[str, Callable[[Part], Part | None]] = {
    "thinking": _thinking,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    **dict.fromkeys(("server_tool_use", "mcp_tool_use"), _server_tool_use),
    **dict.fromkeys(
        (
            "web_search_tool_result",
            "web_fetch_tool_result",
            "code_execution_tool_result",
            "bash_code_execution_tool_result",
            "text_editor_code_execution_tool_result",
            "mcp_tool_result",
        ),
        _server_tool_result,
    ),
    "document": _source,
}
"""What makes a part of a block, by its `type`."""

IMAGE = _source
"""The same for the type `image`, which other APIs use too."""

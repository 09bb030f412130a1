"""Content parts of the AI SDK (Vercel), versions 4 to 7.

Source: AI SDK reference, `ModelMessage`. Version 4 says `args`, `result`, `mimeType`; 5 and later `input`, `output`,
`mediaType`.
"""

from collections.abc import Callable, Mapping

from spansieve.pdata import Value

from .anthropic_blocks import IMAGE
from .media import media
from .parts import Part, tool_call, tool_response


def tool_call_part(block: Part) -> Part:
    """A `tool-call` part, or an entry of `ai.response.toolCalls`."""
    return tool_call(block.get("toolCallId"), block.get("toolName"), block.get("input", block.get("args")))


def _tool_result(block: Part) -> Part:
    output = block.get("output", block.get("result"))
    if isinstance(output, dict) and "value" in output and isinstance(output.get("type"), str):
        output = output["value"]  # 5 and later: {type: text | json | error-text | content ..., value}
    return tool_response(block.get("toolCallId"), output)


def _mime_type(block: Part) -> Value:
    return block.get("mediaType", block.get("mimeType"))


def image(block: Part) -> Part | None:
    """An `image` part: the AI SDK's, or Anthropic's with its `source`."""
    return IMAGE(block) if "source" in block else media(block.get("image"), _mime_type(block), "image")


def file_part(block: Part) -> Part | None:
    """A `file` part of the AI SDK. None where it has no `data`."""
    return media(block.get("data"), _mime_type(block), "document")


VERCEL: Mapping[str, Callable[[Part], Part | None]] = {
    "image": image,
    "tool-call": tool_call_part,
    "tool-result": _tool_result,
}
"""What makes a part of a block, by its `type`."""

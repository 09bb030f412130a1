"""Content blocks of OpenAI's two APIs, and pydantic-ai's and OpenInference's, which are like them.

Source: OpenAI's API reference, Chat Completions (`messages[].content[]`) and Responses (`input[]`, `output[]`).
"""

from collections.abc import Callable, Mapping

from spansieve.pdata import Value

from .jsontext import as_text
from .media import address, file, media
from .parts import Part, reasoning, refusal, server_tool_call, text, tool_call, tool_response


def _text(block: Part) -> Part:
    return text(block.get("text", block.get("content")) or "")


def _refusal(block: Part) -> Part:
    return refusal(block.get("refusal", block.get("content")) or "")


def _image(block: Part) -> Part | None:
    image = block.get("image_url", block.get("url"))
    url = image.get("url") if isinstance(image, dict) else image
    return media(url, block.get("mime_type"), "image") or file(block.get("file_id"), modality="image")


def _audio(block: Part) -> Part | None:
    audio = block.get("input_audio")
    if not isinstance(audio, dict):
        return address(block.get("url"), block.get("media_type"), "audio")
    kind = audio.get("format")
    return media(audio.get("data"), f"audio/{kind}" if isinstance(kind, str) else None, "audio")


def _file(block: Part) -> Part | None:
    inner = block.get("file")
    source = inner if isinstance(inner, dict) else block
    return (
        file(source.get("file_id"), modality="document")
        or media(source.get("file_data"), modality="document")
        or address(source.get("file_url") or source.get("url"), source.get("media_type"), "document")
    )


def _binary(block: Part) -> Part | None:
    return media(block.get("binary_content") or block.get("content") or block.get("data"), block.get("media_type"))


def _reasoning(block: Part) -> Part:
    """What is in clear of a reasoning item; an empty text where all is encrypted."""
    for key in ("text", "content", "summary"):
        said = block.get(key)
        entries = said if isinstance(said, list) else [said]
        texts = [entry.get("text") if isinstance(entry, dict) else entry for entry in entries]
        if any(texts):
            return reasoning("\n\n".join(as_text(each) for each in texts if each))
    return reasoning("")


def _function_call(block: Part) -> Part:
    arguments = block.get("arguments", block.get("input", block.get("action")))
    return tool_call(block.get("call_id", block.get("id")), block.get("name"), arguments)


def _local_call(block: Part) -> Part:
    """A tool of OpenAI's that the caller runs: `computer_call`, `local_shell_call`."""
    name = as_text(block["type"]).removesuffix("_call")
    return tool_call(block.get("call_id", block.get("id")), name, block.get("action"))


def _call_output(block: Part) -> Part:
    return tool_response(block.get("call_id", block.get("id")), block.get("output"))


def _server_call(block: Part) -> Part:
    """A tool that OpenAI runs: the item holds call and outcome."""
    name = as_text(block["type"]).removesuffix("_call")
    return server_tool_call(block.get("id"), name, {key: block[key] for key in block if key not in ("type", "id")})


def _chat_call(block: Part) -> Part:
    """An entry of `tool_calls`."""
    function = block.get("function", block.get("custom"))
    called = function if isinstance(function, dict) else block
    arguments = called.get("arguments", called.get("args", called.get("input")))
    return tool_call(block.get("id"), called.get("name"), arguments)


OPENAI: Mapping[str, Callable[[Part], Part | None]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    "refusal": _refusal,
    **dict.fromkeys(("image_url", "image-url", "input_image"), _image),
    **dict.fromkeys(("input_audio", "audio-url"), _audio),
    **dict.fromkeys(("file", "input_file", "document-url"), _file),
    "binary": _binary,
    **dict.fromkeys(("reasoning", "reasoning_text"), _reasoning),
    **dict.fromkeys(("function", "custom", "tool_call"), _chat_call),
    **dict.fromkeys(("function_call", "custom_tool_call"), _function_call),
    **dict.fromkeys(("computer_call", "local_shell_call", "shell_call", "apply_patch_call"), _local_call),
    **dict.fromkeys(
        (
            "function_call_output",
            "custom_tool_call_output",
            "computer_call_output",
            "local_shell_call_output",
            "shell_call_output",
            "apply_patch_call_output",
        ),
        _call_output,
    ),
    **dict.fromkeys(
        ("web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call"),
        _server_call,
    ),
}
"""What makes a part of a block, by its `type` (pydantic-ai: `kind`)."""


def tool_calls(value: Value) -> list[Part]:
    """The parts of a message's `tool_calls`."""
    return [_chat_call(call) for call in value if isinstance(call, dict)] if isinstance(value, list) else []

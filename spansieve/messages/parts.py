"""The parts of a message, one function a type.

Source: the JSON schemas of GenAI messages in semantic conventions 1.41.1 (`gen-ai-input-messages.json`,
`gen-ai-output-messages.json`). A part may have any `type`; those named there have the keys that are written here.
"""

from spansieve.pdata import Value

from .jsontext import as_text, container, unpacked

Part = dict[str, Value]


def text(content: Value) -> Part:
    """What somebody said; a value that is no text as JSON."""
    return {"type": "text", "content": as_text(content)}


def reasoning(content: Value) -> Part:
    """What the model thought."""
    return {"type": "reasoning", "content": as_text(content)}


def refusal(content: Value) -> Part:
    """The model's words where it refuses: a type of its own, so that they are not taken for an answer."""
    return {"type": "refusal", "content": as_text(content)}


def tool_call(call_id: Value, name: Value, arguments: Value) -> Part:
    """A tool that the model wants run. Arguments that are JSON text become their value."""
    return {"type": "tool_call", **_id(call_id), "name": _name(name), "arguments": unpacked(arguments)}


def tool_response(call_id: Value, response: Value) -> Part:
    """What a tool answered. JSON text of an array or object becomes its value, one block of text its text."""
    if isinstance(response, list) and len(response) == 1:
        response = _plain_block(response[0], response)
    return {"type": "tool_call_response", **_id(call_id), "response": container(response)}


def server_tool_call(call_id: Value, name: Value, details: Part) -> Part:
    """A tool that the provider runs itself."""
    call: Part = {**details, "type": _name(name)}
    return {"type": "server_tool_call", **_id(call_id), "name": _name(name), "server_tool_call": call}


def server_tool_response(call_id: Value, kind: Value, details: Part) -> Part:
    """What a tool of the provider answered."""
    response: Part = {**details, "type": _name(kind)}
    return {"type": "server_tool_call_response", **_id(call_id), "server_tool_call_response": response}


_TEXTS: dict[str, tuple[str, ...]] = {
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
"""The types that the schema names, each with the keys that must hold a text."""

SCHEMA_TYPES = frozenset(_TEXTS)
"""The types that the schema names. A part of any other may hold anything."""


def is_standard(block: Part) -> bool:
    """Whether `block` is a part of a type that the schema names, with all that it requires."""
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _TEXTS:
        return False
    optional = (block.get("id"), block.get("mime_type"))
    if not all(value is None or isinstance(value, str) for value in optional):
        return False
    if not all(isinstance(block.get(key), str) for key in _TEXTS[kind]):
        return False
    if kind == "tool_call_response":
        return "response" in block
    inner = block.get(kind)  # a server tool's call and response hold an object of their own name
    return not kind.startswith("server_") or (isinstance(inner, dict) and isinstance(inner.get("type"), str))


def _id(call_id: Value) -> Part:
    return {} if call_id is None or call_id == "" else {"id": as_text(call_id)}


def _name(name: Value) -> str:
    return name if isinstance(name, str) else "" if name is None else as_text(name)


def _plain_block(block: Value, otherwise: Value) -> Value:
    """The text of a block that says nothing but a text."""
    if isinstance(block, dict) and set(block) <= {"type", "text"} and isinstance(block.get("text"), str):
        return block["text"]
    return otherwise

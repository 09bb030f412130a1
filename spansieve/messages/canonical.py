"""One form for the messages of a model call, whatever instrumentation wrote them down: what is hashed.

An entry is a role with a text, or with an object for what is no text:

    ["system", "You run a billing desk."]
    ["user", {"media": "<SHA-256 of the bytes or address>"}]
    ["assistant", {"arguments": {"customer": "cust-1"}, "call": "lookup"}]
    ["tool", "known since 2019"]

A message gives one entry for its texts, and one for each call, result and picture in it: results first, calls last,
because instrumentations agree on these parts but not on their order. Ids, names and reasoning are left out, for some
instrumentations leave them out too; so are messages in which nothing is said.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from spansieve.pdata import Value

from .entry import ASSISTANT, SYSTEM, TOOL, Entry, normal
from .jcs import jcs, utf8
from .jsontext import container, unpacked
from .messages import Message
from .parts import is_standard

_ROLES = {"human": "user", "ai": ASSISTANT, "model": ASSISTANT, "function": TOOL, "developer": SYSTEM}
_IDS = frozenset({"id", "type"})
_NO_CALL: dict[str, Value] = {"call": "", "arguments": {}}


def entries_of(messages: Iterable[Value], role: str) -> list[Entry]:
    """The entries of `messages` in the schema's form ({role, parts}), those of `role` where one has none."""
    return [entry for each in messages if isinstance(each, dict) for entry in _entries(each, role)]


def is_in_schema(message: Value) -> bool:
    """Whether `message` is one of the schema's, so far as `entries_of` looks at it."""
    if not isinstance(message, dict) or "tool_calls" in message:
        return False
    parts = message.get("parts")
    return isinstance(parts, list) and isinstance(message.get("role"), str) and all(map(_is_schema_part, parts))


def with_system(instructions: Sequence[Entry], entries: Sequence[Entry]) -> list[Entry]:
    """`entries` with the system instructions as the first one: those that stand apart, then those that lead `entries`.

    Instrumentations cut them into messages and parts as they like, so it is one. A system message later on stays there.
    """
    lead = next((place for place, entry in enumerate(entries) if not _is_system(entry)), len(entries))
    texts = dict.fromkeys(text for group in (instructions, entries[:lead]) if (text := _joined(group)))
    if not texts:
        return list(entries)
    text = "\n".join(texts)
    same = (entry for entry in (*instructions, *entries[:lead]) if entry.said == text)
    return [next(same, None) or Entry(SYSTEM, text), *entries[lead:]]


def result_text(response: Value) -> str:
    """What a tool answered, as text: the texts of blocks joined, anything else as JSON; "" for nothing."""
    response = container(response)
    if isinstance(response, list) and response and all(map(_is_text_block, response)):
        response = "\n".join(str(block["text"]) for block in response if isinstance(block, dict))
    if response is None or isinstance(response, str):
        return normal(response or "")
    return jcs(response).decode()


def arguments_of(value: Value) -> Value:
    """A tool's arguments as a value: JSON text parsed, twice where it was quoted twice; {} for none at all."""
    for _ in range(2):
        if isinstance(value, str):
            value = unpacked(value)
    return {} if value is None or value == "" else value


def says_something(entries: Iterable[Entry]) -> bool:
    """Whether there is content in `entries`: more than the names of tools, which stand there without it too."""
    return any(isinstance(entry.said, str) or entry.said.get("arguments") != {} for entry in entries)


def _is_schema_part(part: Value) -> bool:
    if not isinstance(part, dict):
        return False
    if part.get("type") in ("text", "reasoning"):
        return isinstance(part.get("content"), str)
    return is_standard(part)


def _entries(message: Message, otherwise: str) -> Iterator[Entry]:
    stated, parts = message.get("role"), message.get("parts")
    role = _role(stated) if isinstance(stated, str) and stated else otherwise
    texts: list[str] = []
    others: list[Entry] = []
    calls: list[Entry] = []
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            continue
        kind = part.get("type")
        if kind in ("text", "refusal"):
            if isinstance(content := part.get("content"), str) and content:
                texts.append(content)
        elif kind in ("tool_call", "server_tool_call"):
            if (call := _call(part)) != _NO_CALL:
                calls.append(Entry(ASSISTANT, call))
        elif kind in ("tool_call_response", "server_tool_call_response"):
            if answer := result_text(_response(part)):
                yield Entry(TOOL, answer)
        elif kind != "reasoning":
            others.append(Entry(role, _other(part)))
    text = texts[0] if len(texts) == 1 else "\n".join(texts)
    if text := result_text(text) if role == TOOL else normal(text):
        yield Entry(role, text)
    yield from others
    yield from calls


def _role(role: str) -> str:
    word = role.strip().lower()
    return _ROLES.get(word, word)


def _call(part: Message) -> dict[str, Value]:
    details = part.get("server_tool_call")
    given = details.get("input", details.get("arguments")) if isinstance(details, dict) else part.get("arguments")
    return {"call": part.get("name") or "", "arguments": arguments_of(given)}


def _response(part: Message) -> Value:
    details = part.get("server_tool_call_response")
    if isinstance(details, dict):
        return details.get("content", {key: details[key] for key in details if key not in _IDS})
    return part.get("response")


def _other(part: Message) -> dict[str, Value]:
    """A picture, sound or file as its hash; a part that nobody knows as it is, without its ids."""
    kind = part.get("type")
    source = part.get({"blob": "content", "uri": "uri", "file": "file_id"}.get(str(kind), ""))
    if not isinstance(source, str):
        return {key: value for key, value in part.items() if key != "id"}
    return {"media": sha256(_decoded(source) if kind == "blob" else utf8(source)).hexdigest()}


def _decoded(source: str) -> bytes:
    """The bytes of base64; the text's own where it is none."""
    try:
        return b64decode(source, validate=True)
    except (binascii.Error, ValueError):
        return utf8(source)


def _is_system(entry: Entry) -> bool:
    return entry.role == SYSTEM and isinstance(entry.said, str)


def _joined(entries: Iterable[Entry]) -> str:
    return "\n".join(entry.said for entry in entries if isinstance(entry.said, str))


def _is_text_block(block: Value) -> bool:
    return isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)

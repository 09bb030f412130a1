"""The events of the conventions before 1.37: `gen_ai.{system,user,assistant,tool}.message` and `gen_ai.choice`.

They come as span events, or as a JSON array in one attribute (pydantic-ai, Logfire: `events`, `all_messages_events`).
"""

from collections.abc import Iterator

from spansieve.pdata import Value

from .blocks import parts_of_text
from .finish import own_reason
from .given import Given, only
from .jsontext import container
from .messages import Message, for_target, message

_CHOICE = "gen_ai.choice"


def events(given: Given) -> Value:
    """Inputs take every message, outputs the choices."""
    found = [(name, body) for name, body in _bodies(given) if (name == _CHOICE) == given.output]
    return for_target(given, (_message(name, body, given) for name, body in found))


def _bodies(given: Given) -> Iterator[tuple[str, Message]]:
    """Each event's name and what it says."""
    for name, attributes in given.events:
        body = container(attributes.get("gen_ai.event.content"))  # Azure's SDKs: all of it as JSON text
        yield name, dict(body if isinstance(body, dict) else attributes)
    listed = container(only(given))
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            said_name = entry.get("event.name")
            yield said_name if isinstance(said_name, str) else "", entry


def _message(name: str, body: Message, given: Given) -> Message:
    inner = container(body.get("message"))
    if name == _CHOICE:
        entry: Message = inner if isinstance(inner, dict) else {"content": body.get("content", inner)}
        entry = {"tool_calls": body.get("tool_calls"), **entry}
    else:
        entry = dict(body)
    entry.setdefault("role", _role(name))
    entry["tool_calls"] = container(entry.get("tool_calls"))
    return message(entry, given, own_reason(body), parts_of_text)


def _role(name: str) -> Value:
    """`user` of `gen_ai.user.message`; a choice is the assistant's."""
    role = name.removeprefix("gen_ai.").removesuffix(".message")
    return "assistant" if name == _CHOICE else role if role in ("system", "user", "assistant", "tool") else None

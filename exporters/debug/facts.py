"""What a span says of an AI agent's work, by the GenAI conventions' names and the older ones in wide use.

A first look for people alone: what spans mean for processing is `ai_semantics`' to say.
"""

from typing import NamedTuple

from spansieve.pdata import Attributes, Span, Value

_MODEL = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "llm.request.model",
    "ai.model.id",
    "gen_ai.provider.name",
    "gen_ai.system",
)
_INPUT = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
    "ai.usage.promptTokens",
)
_OUTPUT = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
    "ai.usage.completionTokens",
)
_TOOL = ("gen_ai.tool.name", "tool.name", "tool_name", "ai.toolCall.name")
_AGENT = ("gen_ai.agent.name", "agent.name", "agent_name")


class Facts(NamedTuple):
    """Texts as they stand in the span (not yet safe to print), empty where it says nothing; tokens are None then."""

    model: str
    input_tokens: int | None
    output_tokens: int | None
    tool: str
    agent: str


def _first(attributes: Attributes, names: tuple[str, ...]) -> Value:
    for name in names:
        value = attributes.get(name)
        if value not in {None, ""} if not isinstance(value, (list, dict)) else False:
            return value
    return None


def _text(attributes: Attributes, names: tuple[str, ...]) -> str:
    value = _first(attributes, names)
    return value if isinstance(value, str) else ""


def _tokens(attributes: Attributes, names: tuple[str, ...]) -> int | None:
    value = _first(attributes, names)
    if isinstance(value, str):  # some senders write numbers as texts
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e15 else None


def facts(span: Span) -> Facts:
    """What `span` says. Raises DecodeError for attributes that can't be read."""
    attributes = span.attributes
    return Facts(
        _text(attributes, _MODEL),
        _tokens(attributes, _INPUT),
        _tokens(attributes, _OUTPUT),
        _text(attributes, _TOOL),
        _text(attributes, _AGENT),
    )


def problem(span: Span) -> str:
    """Why `span` failed: its status message, else its first exception; not yet safe to print. Raises DecodeError."""
    message = span.status.message
    return message or exception(span)


def exception(span: Span) -> str:
    """The type and message of the first exception event; empty without one. Raises DecodeError."""
    for event in span.events:
        if event.name == "exception":
            kind = _text(event.attributes, ("exception.type",))
            message = _text(event.attributes, ("exception.message",))
            return f"{kind}: {message}" if kind and message else kind or message or "exception"
    return ""

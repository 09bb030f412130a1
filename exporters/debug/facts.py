"""What a span says of an AI agent's work, by the GenAI conventions' names and the older ones in wide use.

A first look for people alone: what spans mean is `ai_semantics`' to say, and its marks are read where they are.
"""

from typing import NamedTuple

from spansieve.pdata import Attributes, DecodeError, Span, Value
from spansieve.semconv import names

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
    kind: str = ""
    """What kind of step it is; empty where no `ai_semantics` saw it."""
    is_rollup: bool = False
    """Whether its tokens repeat those of spans below."""


class Failure(NamedTuple):
    """What `ai_semantics` says of a failure; texts as they stand in the span."""

    name: str
    """A class, or `none`: what looks like a failure is none."""
    source: str
    is_soft: bool

    @property
    def is_none(self) -> bool:
        """Whether this says that nothing failed."""
        return self.name == names.NO_ERROR


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
        _text(attributes, (names.KIND,)),
        attributes.get(names.ROLLUP) is True,
    )


def failure(span: Span) -> Failure | None:
    """What `span` is marked with, None where nothing is. Raises DecodeError for attributes that can't be read."""
    attributes = span.attributes
    name = _text(attributes, (names.ERROR_CLASS,))
    if not name:
        return None
    return Failure(name, _text(attributes, (names.ERROR_SOURCE,)), attributes.get(names.ERROR_SOFT) is True)


def failed(span: Span) -> bool:
    """Whether `span` failed: by its status unless it is marked as control flow, or by a mark that is not soft.

    What can't be read did not.
    """
    try:
        found = failure(span)
        return span.is_error if found is None or found.is_soft else not found.is_none
    except DecodeError:
        return False


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

"""What a span is called in patterns and paths: its kind, its tool, and a short label."""

import re
from typing import Final

from spansieve.pdata import Span
from spansieve.semconv.names import KIND, OPERATION, REQUEST_MODEL

from .reading import text_of

UNKNOWN: Final = "unknown"
MAX_CHARACTERS: Final = 256
"""Of a type, a tool, a label or a piece of metadata; what is longer is cut."""
TOOL_KEYS: Final = ("gen_ai.tool.name", "tool.name")
AGENT_KEYS: Final = ("gen_ai.agent.name", "gen_ai.agent.id", "agent.id")
MODELS: Final = frozenset({"model", "embedding", "rerank"})
"""The kinds that are calls of a model."""
_KINDS: Final = {
    "chat": "model",
    "text_completion": "model",
    "generate_content": "model",
    "embeddings": "embedding",
    "execute_tool": "tool",
    "create_agent": "agent",
    "invoke_agent": "agent",
    "invoke_workflow": "workflow",
}
"""By operation, which is also the first word of the names that the conventions give to spans."""
_NAMES: Final = {"agent": AGENT_KEYS, "workflow": ("gen_ai.workflow.name",)} | dict.fromkeys(MODELS, (REQUEST_MODEL,))
_TOOL_SPANS: Final = ("execute_tool ", "tool.")
_QUALIFIED: Final = re.compile(r"\**(?:[\w$<>-]*(?:\.|::|\\))*([^\W\d][\w$-]*)")


def base_key(type_: str, tool: str) -> str:
    """The coarse pattern of an error, as `TimeoutError:bash`; a `tool` that is empty is unknown."""
    return f"{last_part(type_) or UNKNOWN}:{tool or UNKNOWN}"


def last_part(type_: str) -> str:
    """A type without what qualifies it, as `RateLimitError` of `openai.RateLimitError`; what is no name stays."""
    found = _QUALIFIED.fullmatch(type_)
    return found.group(1) if found else type_


def kind_of(span: Span) -> str:
    """`tool`, `agent`, `model` ...: as marked, else by the operation, the tool or the name; empty: not known."""
    raws = span.attributes.raws()
    marked = text_of(raws, KIND)
    if marked:
        return marked
    by_operation = _KINDS.get(text_of(raws, OPERATION))
    if by_operation:
        return by_operation
    name = span.name
    if text_of(raws, *TOOL_KEYS) or name.startswith(_TOOL_SPANS):
        return "tool"
    return _KINDS.get(name.partition(" ")[0], "")


def tool_of(span: Span) -> str:
    """The tool that a span is about; empty where there is none, and for the call of a model."""
    if kind_of(span) in MODELS:
        return ""
    named = text_of(span.attributes.raws(), *TOOL_KEYS)
    if not named:
        name = span.name
        named = next((name[len(head) :].strip() for head in _TOOL_SPANS if name.startswith(head)), "")
    return named[:MAX_CHARACTERS]


def label_of(span: Span) -> str:
    """Kind and name, as `tool:bash` or `agent:coder`; `span:` and its name for a span of no known kind."""
    kind = kind_of(span)
    named = tool_of(span) if kind == "tool" else text_of(span.attributes.raws(), *_NAMES.get(kind, ()))
    return f"{kind or 'span'}:{named or _after_operation(span.name)}"[:MAX_CHARACTERS]


def _after_operation(name: str) -> str:
    operation, _, rest = name.partition(" ")
    return rest if rest and operation in _KINDS else name

"""The words that rules are made of, and the types of fields that take them."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field

from spansieve.actions.patterns import checked_pattern, compile_pattern
from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import suggestion
from spansieve.messages import READERS
from spansieve.plugin import Config

from .transforms import PLAIN
from .wholes import WHOLE


class Part(Config):
    """A section of the rules. It is made ready with the whole configuration, not by itself: there are many."""

    model_config = ConfigDict(defer_build=True)


Kind = Literal[
    "model",
    "embedding",
    "rerank",
    "tool",
    "agent",
    "workflow",
    "task",
    "step",
    "retrieval",
    "memory",
    "mcp",
    "guardrail",
    "approval",
    "evaluation",
    "decision",
    "batch",
    "planning",
    "prompt",
    "hook",
    "message",
    "other",
]
"""Values of `spansieve.ai.kind`."""
ErrorClass = Literal[
    "cancelled",
    "auth",
    "rate_limited",
    "timeout",
    "context_overflow",
    "content_filter",
    "tool_error",
    "invalid_request",
    "server_error",
    "unknown",
]
"""Values of `spansieve.error.class`, `none` apart."""
FinishClass = Literal[
    "stop", "tool_call", "pause", "other", "cancelled", "length", "context_overflow", "content_filter", "error"
]
"""Values of `spansieve.ai.finish`."""
Type = Literal["string", "int", "double", "boolean", "string[]", "any"]
"""Types of targets."""

TABLES: Final = ("providers.values", "providers.openinference", "providers.vercel", "output_type")
"""Tables for the transform `map:`."""
READER: Final = "messages:"
SUFFIX: Final = "name_suffix:"
_PATH: Final = "json_path:"
_MAP: Final = "map:"

Text = Annotated[str, Field(min_length=1)]
Listed = Annotated[list[Text], Field(min_length=1)]
Texts = Text | Listed
"""One text, or a list of them: any of these."""
Scalar = str | bool | int | float
Wanted = Scalar | Annotated[list[Scalar], Field(min_length=1)]
"""A value, or a list of values: any of these."""
Values = Annotated[dict[str, Wanted], Field(min_length=1)]


Regex = Annotated[str, Field(min_length=1), AfterValidator(checked_pattern)]


def _transform(text: str) -> str:
    """Refuse what is no transform. Raises ValueError."""
    if text.startswith(READER):
        _known(text.removeprefix(READER), READERS, "reader of messages")
    elif text.startswith(SUFFIX):
        if not compile_pattern(checked_pattern(text.removeprefix(SUFFIX))).groups:
            raise ValueError(
                f"the pattern behind {SUFFIX} needs a group: what it takes is the value, as in ^tool (.+)$"
            )
    elif text not in WHOLE:
        _chain(text)
    return text


def _chain(text: str) -> None:
    """Words joined by `|`; behind `json_path:` also further paths."""
    in_path = False
    for word in text.split("|"):
        if word.startswith(_MAP):
            _known(word.removeprefix(_MAP), TABLES, "table")
        elif word.startswith(_PATH) and word != _PATH:
            in_path = True
            continue
        elif word not in PLAIN and not (in_path and word):
            _known(word, (*PLAIN, *WHOLE, f"{_PATH}<path>", f"{_MAP}<table>", f"{READER}<reader>"), "transform")
        in_path = in_path and word not in PLAIN


def _known(word: str, names: Iterable[str], what: str) -> None:
    allowed = sorted(names)
    if word not in allowed:
        hint = f"{suggestion(word, allowed)} There are {', '.join(allowed)}.".strip()
        raise Mistakes([Mistake(f"{word!r} is no {what}", hint)])


Transform = Annotated[str, Field(min_length=1), AfterValidator(_transform)]
"""What becomes of a value before it gets its target's type."""

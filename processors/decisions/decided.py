"""One decision, reported or inferred."""

from typing import NamedTuple

from spansieve.watching import AiSpan


class Decided(NamedTuple):
    """None: not known."""

    type: str
    inferred: bool
    span: AiSpan
    """Who decided."""
    options: int | None = None
    selected: int | None = None
    confidence: float | None = None
    reasoning_hash: str = ""
    context: int = 0
    """Tokens."""
    succeeded: bool | None = None
    """How what was chosen turned out."""

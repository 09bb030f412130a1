"""Decisions, reported or inferred."""

from typing import Final, NamedTuple

from spansieve.watching import AiSpan

BUCKET: Final = 1_000
"""Tokens of context that make no difference."""


class Decided(NamedTuple):
    """What is counted of a decision; those that agree in it are counted together. None: not known."""

    type: str
    inferred: bool
    service: str
    """Of the span that decided; likewise the next two."""
    weight: float
    is_error: bool
    context: int
    """Tokens, in steps of BUCKET."""
    options: int | None = None
    selected: int | None = None
    succeeded: bool | None = None
    """How what was chosen turned out."""
    confidence: float | None = None
    reasoning_hash: str = ""


class Found:
    """What looks at traces have found."""

    def __init__(self) -> None:
        """Nothing."""
        self.made: list[tuple[Decided, AiSpan]] = []
        """Each with the span that decided."""
        self.turned_out: list[Decided] = []
        """Those of former looks of which it is known now how they turned out."""

"""What is personal or secret in a text: where it stands, and what it is."""

from . import wire
from .engine import Engine, Find, Found, Union, options, union
from .family import Family, Finding, context, left_open, right_open

__all__ = [
    "FAMILIES",
    "Engine",
    "Family",
    "Find",
    "Finding",
    "Found",
    "Union",
    "context",
    "left_open",
    "options",
    "right_open",
    "union",
]

FAMILIES: tuple[Family, ...] = (*wire.FAMILIES,)
"""All that comes with the program, in the order of the table: at equal places the earlier wins."""

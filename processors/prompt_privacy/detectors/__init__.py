"""What is personal or secret in a text: where it stands, and what it is."""

from .engine import Engine, Found, Union, options, union
from .family import Family, Finding, context, left_open, right_open

__all__ = ["Engine", "Family", "Finding", "Found", "Union", "context", "left_open", "options", "right_open", "union"]

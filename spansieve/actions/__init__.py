"""Attribute actions and include/exclude matching, as `attributes` and `resource` share them."""

from .config import Action
from .match_config import AttributeMatch, LibraryMatch, MatchProperties, SeverityMatch, problems_for
from .matching import Selection, select
from .steps import compile_actions

__all__ = [
    "Action",
    "AttributeMatch",
    "LibraryMatch",
    "MatchProperties",
    "Selection",
    "SeverityMatch",
    "compile_actions",
    "problems_for",
    "select",
]
